"""The presence shows in how many channels music plays, within Discord's rate limit."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from rehearsal.discord_here import DiscordHere
from tests.loopback_guild import loopback_guild, until

IDLE, PLAYING = "/compose to make music", "Playing in one voice channel"


def said(here: DiscordHere) -> list[str]:
    """Return all presences so far."""
    return [activity["state"] for presence in here.gateway.presences for activity in presence["activities"]]


async def test_it_shows_a_hint_then_the_channels_with_music_then_the_hint_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        monkeypatch.setattr(sys.modules["cogs.presence"], "UPDATE_SECONDS", 0.02)
        monkeypatch.setattr(loopback.bot.get_cog("Presence"), "_next_at", 0.0)  # may be 5 s ahead already
        await until(lambda: said(loopback.here) == [IDLE])
        await loopback.play(loopback.ask(seconds=0.5))
        await until(lambda: said(loopback.here) == [IDLE, PLAYING, IDLE])
        loopback.here.gateway.invalidate()  # a new connection begins without one
        await until(lambda: said(loopback.here) == [IDLE, PLAYING, IDLE, IDLE])
        assert not loopback.here.refusals


async def test_changes_between_two_updates_are_sent_together(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await until(lambda: said(loopback.here) == [IDLE])
        for _ in range(3):
            piece = loopback.ask(seconds=0.5)
            await until(lambda piece=piece: piece.buffer.frames_played > 0)  # type: ignore[misc]
            loopback.session.stop()
            await loopback.play(piece)
        await asyncio.sleep(0)
        assert said(loopback.here) == [IDLE]
