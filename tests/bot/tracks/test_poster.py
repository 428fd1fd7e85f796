from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from audio.files.track import read_tags
from bot.config.settings import Settings, TrackSettings
from bot.store.repository import Store
from bot.tracks.poster import Poster
from bot.ui.card import track_buttons
from rehearsal.permissions import Permission
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, until
from words.text import Text


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


@pytest.mark.parametrize("refused", [False, True])
async def test_a_trouble_that_comes_while_discord_takes_the_track_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    """Such as the reason for which the voice connection ended; it is told on the card."""
    lost = Text("voice-out-of-server")
    async with loopback_guild(tmp_path) as loopback:
        await retry_after(loopback, *[0.05] * 200)
        piece = loopback.ask(seconds=0.5)

        def buttons(locale: Any) -> Any:
            piece.set_trouble(lost)
            if refused:
                forbid(loopback, Permission.ATTACH_FILES)
            return track_buttons(locale)

        monkeypatch.setattr("bot.tracks.poster.track_buttons", buttons)
        if refused:
            await until(lambda: piece.trouble not in (None, lost))
            forbid(loopback, Permission(0))
        await loopback.play(piece)
        assert len(loopback.tracks) == 1
        assert piece.trouble is lost


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
        assert "the track of seed 7 is not in the library" in caplog.text


@contextmanager
def without_disk(folder: Path) -> Iterator[None]:
    """Let the system refuse every file in the folder of tracks, as on a full disk."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.write_bytes(b"")  # what cannot be a folder, not even for root
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)


async def refuse_changes(store: Store, *, refuse: bool = True) -> None:
    """Let SQLite refuse every change, as on a full disk, or none."""
    await store._database.read(
        lambda connection: connection.execute(f"PRAGMA query_only = {int(refuse)}").fetchone()
    )


def separate(folder: Path) -> Settings:
    """Settings with the tracks in a folder of their own."""
    settings = quiet_settings(folder)
    return settings.model_copy(update={"tracks": TrackSettings(folder=folder / "tracks")})


async def test_a_track_that_a_full_disk_refuses_is_posted_from_memory_with_all_its_tags(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "tracks"
    async with loopback_guild(tmp_path, settings=separate(tmp_path)) as loopback:
        await loopback.play(loopback.ask(seconds=0.5, seed=6))
        await refuse_changes(loopback.bot.store)
        with without_disk(folder):
            piece = loopback.ask(seconds=0.5, seed=7)
            await loopback.play(piece)
        assert piece.buffer.frames_played == 25
        assert str(piece.trouble) == (
            "Busker couldn't save this track: it is only in its message. Tell whoever runs this bot that the "
            "disk may be full."
        )
        sound, picture = loopback.tracks[-1].attachments
        assert (sound.filename, picture.filename) == ("bells-7.flac", "bells-7.png")
        posted = tmp_path / "posted.flac"
        posted.write_bytes(sound.data)
        assert read_tags(posted).piece == piece.piece
        assert sound.data[:4] == b"fLaC"
        assert picture.data[:4] == b"\x89PNG"
        assert piece.track is not None
        assert piece.track.unsaved is None, "its bytes stay in memory no longer"
        assert "the track of seed 7 was not saved" in caplog.text
        assert "a restart now would forget unfinished pieces" in caplog.text
        # There is room again: nothing need be restarted.
        await refuse_changes(loopback.bot.store, refuse=False)
        following = loopback.ask(seconds=0.5, seed=8)
        await loopback.play(following)
        assert following.trouble is None
        assert (folder / "bells-8.flac").is_file()
        assert following.track_id
        await until(lambda: not loopback.bot.journal.following)
        await loopback.bot.journal.flush()
        assert not await loopback.bot.store.journal()


async def test_a_track_on_a_full_disk_is_in_the_library_if_the_store_takes_it(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, settings=separate(tmp_path)) as loopback:
        with without_disk(tmp_path / "tracks"):
            piece = loopback.ask(seconds=0.5, seed=7)
            await loopback.play(piece)
        track = await loopback.bot.store.track(loopback.guild.id, piece.track_id)
        assert track is not None
        assert track.file is None
        assert track.message_id == loopback.tracks[0].id


async def test_a_track_that_neither_disk_nor_discord_takes_is_tried_again_and_then_reported(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, settings=separate(tmp_path)) as loopback:
        await retry_after(loopback, *[0.05] * 200)
        with without_disk(tmp_path / "tracks"):
            piece = loopback.ask(seconds=0.5, seed=7)
            forbid(loopback, Permission.ATTACH_FILES)
            await until(lambda: "couldn't be saved. Next attempt" in str(piece.trouble))
            forbid(loopback, Permission(0))
            await loopback.play(piece)
            assert [message.attachments[0].filename for message in loopback.tracks] == ["bells-7.flac"]
            loopback.bot.poster._retry_seconds = ()
            forbid(loopback, Permission.ATTACH_FILES)
            lost = loopback.ask(seconds=0.5, seed=8)
            await loopback.play(lost)
        assert str(lost.trouble) == "This track could be neither saved nor posted. Please request it again."
