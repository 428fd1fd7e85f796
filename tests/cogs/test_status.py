from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from audio.worker.tone_engine import ToneEngine
from rehearsal.permissions import Permission
from tests.house import House, a_house, until


async def allowed(house: House) -> None:
    """Allow the bot to set the status of the voice channel."""
    me = house.guild.members[house.here.bot.id]
    house.corner.overwrite(me, allow=Permission.SET_VOICE_CHANNEL_STATUS)
    house.here.announce_channel(house.corner)
    await until(lambda: bool(house.request().voice_channel.overwrites))


async def test_the_status_shows_the_prompt_until_managers_disable_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.status.UPDATE_SECONDS", 0.02)
    async with a_house(tmp_path, engine=ToneEngine(speed=1.5)) as house:
        await allowed(house)
        house.ask(seconds=30.0, prompt="slow bells")
        await until(lambda: house.corner.status == "“slow bells”")
        await house.bot.store.choose(
            house.guild.id, lambda chosen: dataclasses.replace(chosen, announce=False)
        )
        await until(lambda: not house.corner.status)


async def test_shutdown_clears_the_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.status.UPDATE_SECONDS", 0.02)
    async with a_house(tmp_path, engine=ToneEngine(speed=1.5)) as house:
        await allowed(house)
        house.ask(seconds=30.0)
        await until(lambda: bool(house.corner.status))
        await house.bot.close()
        assert not house.corner.status


async def test_without_the_permission_the_status_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.status.UPDATE_SECONDS", 0.02)
    async with a_house(tmp_path, engine=ToneEngine(speed=1.5)) as house:
        piece = house.ask(seconds=30.0)
        await until(lambda: piece.buffer.frames_played > 10)
        assert not house.corner.status
        assert not house.here.refusals
