from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from pathlib import Path

import aiohttp
import pytest
from pydantic import SecretStr

from bot.config.settings import EngineSettings, Settings, StoreSettings, TrackSettings
from bot.errors import StartError, StoreError, TokenError
from bot.run import run
from rehearsal.discord_here import DiscordHere, Loopback
from rehearsal.state import make_token
from tests.loopback_guild import loopback_guild, until


def settings_with(token: str, folder: Path) -> Settings:
    return Settings(
        token=SecretStr(token),
        engine=EngineSettings(kind="tone"),
        tracks=TrackSettings(folder=folder),
        store=StoreSettings(path=folder / "busker.sqlite"),
    )


async def test_at_the_start_it_prints_its_name_the_checkpoint_and_the_invite_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with DiscordHere() as here:
        running = asyncio.create_task(
            run(settings_with(here.bot.token, tmp_path), connector=here.connector())
        )
        printed = ""
        while "Invite" not in printed:
            await asyncio.sleep(0.01)
            assert not running.done()
            printed += capsys.readouterr().out
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    who, what, invite = printed.splitlines()
    assert who == f"Logged in as Busker#0000 ({here.bot.id})."
    assert (
        what
        == "Composing on none with tone: 8 times real time, live: first sound after 0.1 s, 16 pieces at once."
    )
    # View Channels 1 << 10, Send Messages 11, Embed Links 14, Attach Files 15, Connect 20, Speak 21.
    needed = sum(1 << bit for bit in (10, 11, 14, 15, 20, 21))
    assert f"client_id={here.bot.id}" in invite
    assert f"permissions={needed}" in invite


async def test_a_revoked_token_fails_the_start_with_a_sentence_that_does_not_show_it(tmp_path: Path) -> None:
    async with DiscordHere() as here:
        revoked = make_token(here.bot.id)
        with pytest.raises(TokenError, match="Discord does not know this token") as refused:
            await run(settings_with(revoked, tmp_path), connector=here.connector())
        assert revoked not in str(refused.value)


async def test_a_missing_token_is_reported_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match="There is no token"):
        await run(settings_with("", tmp_path))


async def test_an_unreachable_discord_fails_the_start_with_a_sentence(tmp_path: Path) -> None:
    nowhere = aiohttp.TCPConnector(resolver=Loopback(port=1))
    with pytest.raises(StartError, match="Discord cannot be reached"):
        await run(settings_with(make_token(123456789012345678), tmp_path), connector=nowhere)


async def test_close_posts_finished_tracks_first_and_waits_for_no_rate_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.session.CLOSE_SECONDS", 3.0)
    async with loopback_guild(tmp_path, rate_limits=True) as loopback:
        await loopback.play(loopback.ask(seconds=0.5))  # starts the writing process
        piece = loopback.ask(seconds=2.0, seed=2)
        await until(lambda: piece.composed and piece.buffer.frames_played > 5)
        limiter = loopback.bot.ws._rate_limiter
        limiter.remaining, limiter.window = 0, time.time()
        async with asyncio.timeout(10):
            await loopback.bot.close()
        assert len(loopback.tracks) == 2
        await until(
            lambda: loopback.here.bot.id not in loopback.guild.voice_states
        )  # Discord received the goodbye


async def test_sigterm_during_a_piece_ends_everything(tmp_path: Path) -> None:
    async with DiscordHere() as here:
        guild = here.guild("Guild")
        text, corner = guild.text_channel("music"), guild.voice_channel("The Corner")
        asker = here.person(guild, "asker")
        await asker.join_voice(corner)
        running = asyncio.create_task(
            run(settings_with(here.bot.token, tmp_path), connector=here.connector())
        )
        await until(lambda: bool(here.sessions.by_id))
        assert gc.get_freeze_count() > 0  # so garbage collection is short
        await asker.use("compose", {"prompt": "bells"}, text)
        await until(lambda: here.bot.id in guild.voice_states)
        os.kill(os.getpid(), signal.SIGTERM)
        await running
        assert here.bot.id not in guild.voice_states


async def test_a_broken_store_fails_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "busker.sqlite").write_bytes(b"this is no database" * 99)
    async with DiscordHere() as here:
        with pytest.raises(StoreError, match="move it away"):
            await run(settings_with(here.bot.token, tmp_path), connector=here.connector())
        assert not here.sessions.by_id
