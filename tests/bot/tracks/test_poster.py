from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from bot.tracks.poster import Poster
from rehearsal.permissions import Permission
from tests.loopback_guild import LoopbackGuild, loopback_guild, until


def forbid(loopback: LoopbackGuild, denied: Permission) -> None:
    """Deny the bot permissions in the text channel."""
    loopback.text.overwrite(loopback.guild.members[loopback.here.bot.id], deny=denied)
    loopback.here.announce_channel(loopback.text)


async def retry_after(loopback: LoopbackGuild, *retry_seconds: float) -> None:
    """Replace the poster by one that retries after these seconds."""
    await loopback.bot.poster.close()
    loopback.bot.poster = Poster(
        loopback.bot.engine, loopback.bot.guild_settings, loopback.bot.store, retry_seconds
    )


async def test_a_refused_track_stays_on_disk_is_reported_and_retried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.session.CLOSE_SECONDS", 0.1)  # the retry in 60 s is not waited for
    async with loopback_guild(tmp_path) as loopback:
        await retry_after(loopback, 0.01, 60.0)
        piece = loopback.ask(seconds=0.5, seed=7)
        forbid(loopback, Permission.ATTACH_FILES)
        await until(lambda: "60 s" in str(piece.trouble))
        refused = "Discord didn't accept the track. It is saved as bells-7.flac"
        assert str(piece.trouble) == f"{refused}; next attempt in 60 s."
        assert (tmp_path / "bells-7.flac").exists()
        assert not loopback.tracks


async def test_a_track_is_posted_as_soon_as_discord_accepts_it(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await retry_after(loopback, *[0.05] * 200)
        piece = loopback.ask(seconds=0.5)
        forbid(loopback, Permission.ATTACH_FILES)
        await until(lambda: piece.trouble is not None)
        forbid(loopback, Permission(0))
        await loopback.play(piece)
        assert len(loopback.tracks) == 1
        assert piece.trouble is None


async def test_after_the_last_retry_the_track_stays_on_disk_and_the_music_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.ui.posted_card.EDIT_SECONDS", 0.1)  # close waits for the card
    async with loopback_guild(tmp_path) as loopback:
        await retry_after(loopback)
        forbid(loopback, Permission.ATTACH_FILES)
        piece = loopback.ask(seconds=0.5, seed=7)
        await loopback.play(piece)
        assert str(piece.trouble) == "Discord didn't accept the track. It is saved as bells-7.flac."
        forbid(loopback, Permission(0))
        following = loopback.ask(seconds=0.5, seed=8)
        await loopback.play(following)
        assert [message.attachments[0].filename for message in loopback.tracks] == ["bells-8.flac"]


async def test_a_track_too_large_for_the_guild_is_reported_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.tracks.poster.MIB", 100)  # so that the 25 MiB of the settings are 2.5 kB
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=0.5)
        await loopback.play(piece)
        assert str(piece.trouble) == "The track is too large to post. It is saved as bells-1.mp3."
        assert (tmp_path / "bells-1.mp3").exists()
        assert piece.buffer.frames_played == 25
        assert not loopback.tracks


async def test_a_writing_process_that_is_killed_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.tracks.poster.START", "spawn")  # as it ships
    async with loopback_guild(tmp_path) as loopback:
        await loopback.play(loopback.ask(seconds=0.5, seed=7))
        (writing,) = multiprocessing.active_children()
        writing.kill()
        await loopback.play(loopback.ask(seconds=0.5, seed=8))
        posted = [message.attachments[0].filename for message in loopback.tracks]
        assert posted == ["bells-7.flac", "bells-8.flac"]


async def test_a_track_that_cannot_be_stored_in_the_library_is_posted_nevertheless(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.bot.store.close()
        piece = loopback.ask(seconds=0.5, seed=7)
        await loopback.play(piece)
        assert len(loopback.tracks) == 1
        assert piece.trouble is None
        assert "bells-7.flac is not in the library" in caplog.text
