from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest

from audio.worker.tone_engine import ToneEngine
from rehearsal.permissions import Permission
from tests.loopback_guild import LoopbackGuild, loopback_guild, until


def update_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the interval of updates in the module that this bot has loaded: each bot loads its own."""
    monkeypatch.setattr(sys.modules["cogs.status"], "UPDATE_SECONDS", 0.02)


async def allowed(loopback: LoopbackGuild) -> None:
    """Allow the bot to set the status of the voice channel."""
    me = loopback.guild.members[loopback.here.bot.id]
    loopback.corner.overwrite(me, allow=Permission.SET_VOICE_CHANNEL_STATUS)
    loopback.here.announce_channel(loopback.corner)
    await until(lambda: bool(loopback.request().voice_channel.overwrites))


async def test_the_status_shows_the_prompt_until_managers_disable_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        update_often(monkeypatch)
        await allowed(loopback)
        loopback.ask(seconds=30.0, prompt="slow bells")
        await until(lambda: loopback.corner.status == "“slow bells”")
        await loopback.bot.store.choose(
            loopback.guild.id, lambda chosen: dataclasses.replace(chosen, announce=False)
        )
        await until(lambda: not loopback.corner.status)


async def test_shutdown_clears_the_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        update_often(monkeypatch)
        await allowed(loopback)
        loopback.ask(seconds=30.0)
        await until(lambda: bool(loopback.corner.status))
        await loopback.bot.close()
        assert not loopback.corner.status


async def test_without_the_permission_the_status_is_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        update_often(monkeypatch)
        piece = loopback.ask(seconds=30.0)
        await until(lambda: piece.buffer.frames_played > 10)
        assert not loopback.corner.status
        assert not loopback.here.refusals
