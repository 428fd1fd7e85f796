"""Fixtures for tests in a real browser; where there is none, they skip."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import CHROMIUM, Room, chromium


@pytest.fixture
def _unlimited() -> Iterator[None]:
    from tests.loopback_guild import without_rate_limits

    with without_rate_limits():
        yield


@pytest.fixture
async def room(tmp_path: Path, _unlimited: None) -> AsyncIterator[Room]:
    """A trial with the tone engine and a browser, in which nobody is yet; nothing may complain."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (Debian: apt install chromium)")
    from bot.config.settings import Settings
    from browser.run import TryOptions, evening

    options = TryOptions(tmp_path, 0, None, 1, opens=False)
    async with evening(Settings().with_engine("tone"), options) as (guilds, server), chromium() as browser:
        room = Room(browser, guilds, server)
        yield room
        assert not room.complaints
        assert not guilds.here.deviations
