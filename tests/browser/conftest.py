"""Fixtures for tests in a real browser; where there is none, they skip."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from tests.browser.chromium import Room

MANY: Final = 6_000
"""Commands a minute: nobody waits for the bot's pace here."""


@pytest.fixture
def _unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the bot edit its card every tenth of a second."""
    from bot.ui import posted_card
    from tests.loopback_guild import without_rate_limits

    monkeypatch.setattr(posted_card, "EDIT_SECONDS", 0.1)
    with without_rate_limits():
        yield


@pytest.fixture
async def room(tmp_path: Path, _unlimited: None) -> AsyncIterator[Room]:
    """A trial with the tone engine and a browser, in which nobody is yet; nothing may complain."""
    from tests.browser.chromium import CHROMIUM, Room, chromium

    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    from bot.config.settings import RightsSettings, Settings
    from browser.run import TryOptions, evening

    options = TryOptions(tmp_path, 0, None, 1, opens=False)
    settings = Settings(rights=RightsSettings(commands_a_minute=MANY)).with_engine("tone")
    async with evening(settings, options) as (guilds, server, _), chromium() as browser:
        room = Room(browser, guilds, server)
        yield room
        assert not room.complaints
        assert not guilds.here.deviations
