"""For tests of commands: cards are edited at once, since none of these tests is about their interval."""

from __future__ import annotations

import pytest

from bot.ui import posted_card


@pytest.fixture(autouse=True)
def quick_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edit cards every tenth of a second; bots on Discord wait for 2.5 s."""
    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.1)
