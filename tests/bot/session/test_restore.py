"""A restart in the middle of a session loses no piece and repeats none."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from audio.files.recording import recording_of
from audio.files.saved import read_pcm
from audio.piece import Recording
from audio.units import floats
from audio.worker.tone_engine import ToneEngine
from bot.client import Busker
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance
from bot.session.restore import MAX_RESTARTS, Restoration
from bot.tracks.attachments import FOLDER
from rehearsal.voice.alignment import align
from tests.audio.files.sound_files import hum, written
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, until


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the unfinished work of a bot that ends."""
    monkeypatch.setattr("bot.session.session.CLOSE_SECONDS", 0.05)
    monkeypatch.setattr("bot.client.GOODBYE_SECONDS", 0.2)


async def kill(loopback: LoopbackGuild) -> None:
    """End the bot like `kill -9`, as far as one process can: nothing reaches the store or Discord."""
    bot = loopback.bot
    bot.journal._closed = True
    bot.pacer.close()
    await bot.store.close()
    assert bot._polling is not None
    bot._polling.cancel()
    await asyncio.wait([bot._polling])
    await bot.http._HTTPClient__session.close()  # type: ignore[attr-defined]
    await bot.close()


@asynccontextmanager
async def another_bot(loopback: LoopbackGuild, tmp_path: Path) -> AsyncIterator[LoopbackGuild]:
    """Start the same bot again."""
    settings = quiet_settings(tmp_path, crossfade_seconds=0.0)  # so that only the piece is audible
    bot = Busker(settings, loopback.bot.engine, connector=loopback.here.connector())
    async with bot:
        await bot.login(loopback.here.bot.token)
        connection = asyncio.create_task(bot.connect())
        await until(lambda: bot.get_guild(loopback.guild.id) is not None)
        yield replace(loopback, bot=bot)
    await connection


def seeds(loopback: LoopbackGuild) -> list[int]:
    return [performance.piece.seed for performance in loopback.session.queue]


async def restored(loopback: LoopbackGuild, *expected: int) -> list[Performance]:
    """Wait until the queue has pieces with these seeds and return it."""
    await until(lambda: seeds(loopback) == [*expected])
    return list(loopback.session.queue)


async def test_after_a_crash_the_music_continues_where_it_was_and_the_queue_is_restored(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=3.0)) as loopback:
        loopback.session.volume = 1.0
        first = loopback.ask(seconds=6.0, seed=1)
        for seed in (2, 3):
            loopback.ask(seconds=30.0, seed=seed)
        await until(lambda: first.buffer.frames_played > 40)
        loopback.session.move(loopback.session.queue[2], 1)
        await loopback.bot.journal.flush()
        flushed = first.buffer.frames_played
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            again.session.volume = 1.0
            one, three, two = await restored(again, 1, 3, 2)
            assert one.buffer.frames_played >= flushed
            await again.play(one)
            assert (one.composition_state, one.buffer.frames_played) == (CompositionState.DELIVERED, 300)
            again.session.stop()
            assert again.tracks[0].attachments[0].filename == "bells-1.flac"
            posted = floats(read_pcm(tmp_path / "bells-1.flac", 6.0)).T
            received = align([loopback.ears.recording(loopback.here.bot.id)], posted)
            assert received.frames_skipped <= 2
            assert received.frames_repeated <= 60  # no more than was played since the flush
            assert received.frames_left <= 2
            assert (three.dismissed, two.dismissed) == (True, True)


async def test_after_a_clean_shutdown_pieces_continue_too_and_the_journal_ends_empty(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        one = loopback.ask(seconds=1.0, seed=1)
        two = loopback.ask(seconds=1.0, seed=2)
        await until(lambda: one.buffer.frames_played > 5)
        await loopback.bot.close()
        assert two.dismissed  # it ended with its bot, but it will continue
        async with another_bot(loopback, tmp_path) as again:
            pieces = await restored(again, 1, 2)
            for piece in pieces:
                await again.play(piece)
            await until(lambda: len(again.tracks) == 2)
            posted = sorted(message.attachments[0].filename for message in again.tracks)
            assert [name[: len("bells-1")] for name in posted] == ["bells-1", "bells-2"]
            await again.bot.journal.flush()
            assert await again.bot.store.journal() == []


@pytest.mark.parametrize("role", ["continues", "melody", "saved_file"])
async def test_a_piece_of_an_older_version_with_a_members_own_file_ends_in_a_sentence(
    tmp_path: Path, role: str
) -> None:
    """Older versions kept what a member sent, under its digest, for the engine to decode."""
    kept = written(tmp_path / "hum.ogg", hum(1.0, 48_000), 48_000)
    original = Recording(tmp_path / FOLDER / (digest := recording_of(kept).digest), digest)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=3.0)) as loopback:
        loopback.ask(seconds=6.0, seed=1)
        kept.rename(original.path)
        request = loopback.request(seconds=6.0, seed=2)
        match role:
            case "saved_file":
                request = replace(request, saved_file=original.path)
            case "continues":
                request = replace(request, piece=replace(request.piece, continues=original))
            case _:
                request = replace(request, piece=replace(request.piece, melody=original))
        loopback.session.request(request)
        await loopback.bot.journal.flush()
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            _, piece = await restored(again, 1, 2)
            again.session.skip()
            await until(lambda: piece.composition_state is CompositionState.FAILED)
            sentence = (
                "is gone or is no longer a track" if role == "saved_file" else "or an older Busker kept it"
            )
            assert sentence in str(piece.trouble)
            again.session.stop()


async def test_a_track_that_was_posted_already_is_not_posted_again(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        playing = loopback.ask(seconds=3.0, seed=7)
        await until(lambda: playing.buffer.frames_played > 10)
        loopback.session.pause()  # otherwise it could end before its track is written
        await until(lambda: playing.composition_state is CompositionState.DELIVERED)
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            (piece,) = await restored(again, 7)
            await again.play(piece)
            assert piece.buffer.frames_played == 150
            assert len(again.tracks) == 1
            assert sorted(path.name for path in tmp_path.glob("*.flac")) == ["bells-7.flac"]


async def test_a_track_that_discord_accepted_before_a_crash_is_not_posted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        forever = asyncio.Event()

        async def unnoted(*_: int) -> None:
            await forever.wait()

        monkeypatch.setattr(loopback.bot.store, "set_message", unnoted)
        piece = loopback.ask(seconds=0.5, seed=7)
        await until(lambda: piece.ended and len(loopback.tracks) == 1)
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            async with asyncio.timeout(60):
                while not (posted := await again.bot.store._select("SELECT * FROM tracks WHERE message_id")):
                    await asyncio.sleep(0.005)
            await until(lambda: not again.bot.journal.following)
            assert [track.message_id for track in posted] == [message.id for message in again.tracks]
            assert len(again.tracks) == 1


async def test_a_track_that_was_written_and_not_posted_is_posted_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        never = asyncio.Event()

        async def unposted(*_: object) -> None:
            await never.wait()

        monkeypatch.setattr(loopback.bot.poster, "_send", unposted)
        piece = loopback.ask(seconds=0.5, seed=7)
        await until(lambda: piece.ended and (tmp_path / "bells-7.flac").exists())
        await until(lambda: piece.composed)
        await asyncio.sleep(0.1)  # for the library
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            await until(lambda: len(again.tracks) == 1)
            assert [path.name for path in tmp_path.glob("*.flac")] == ["bells-7.flac"]


async def test_a_skipped_piece_does_not_play_again_and_its_track_is_still_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        never = asyncio.Event()

        async def unposted(*_: object) -> None:
            await never.wait()

        monkeypatch.setattr(loopback.bot.poster, "_send", unposted)
        piece = loopback.ask(seconds=20.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0 and piece.track is not None)
        loopback.session.skip()
        await loopback.bot.journal.flush()  # before it has left the queue
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            await until(lambda: len(again.tracks) == 1)
            assert not again.session.queue


async def test_without_listeners_begun_pieces_are_posted_and_the_others_forgotten_with_a_message(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=4.0)) as loopback:
        pieces = [loopback.ask(seconds=4.0, seed=seed) for seed in (1, 2, 3)]
        await until(lambda: pieces[0].buffer.frames_played > 0)
        await loopback.bot.journal.flush()
        await kill(loopback)
        for person in (loopback.asker, loopback.listener):
            await person.leave_voice()
        async with another_bot(loopback, tmp_path) as again:
            await until(lambda: len(again.tracks) >= 1)
            await until(lambda: not again.bot.journal.following)
            assert again.tracks[0].attachments[0].filename == "bells-1.flac"
            messages = [message.content for message in again.text.messages if "dropped" in message.content]
            assert len(messages) == 1
            assert "restarted" in messages[0]
            await until(lambda: again.here.bot.id not in again.guild.voice_states)
            assert await again.bot.store.journal() == []


async def test_a_piece_is_given_up_after_too_many_restarts(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        piece = loopback.ask(seconds=20.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0)
        (entry,) = await loopback.bot.store.journal()
        loopback.bot.journal._closed = True
        await loopback.bot.store.update_journal([replace(entry, restarts=MAX_RESTARTS)], [])
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            await until(lambda: any("dropped" in message.content for message in again.text.messages))
            assert not again.session.queue


async def test_after_days_of_uptime_pieces_continue_with_the_lead_of_the_new_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bot.playback.performance._REQUEST_IDS", itertools.count(1)
    )  # as if it had started long ago
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=20.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0)
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            (goes_on,) = await restored(again, 7)
            assert goes_on.piece.lead == again.bot.settings.music.lead_seconds
            again.session.stop()
            await until(lambda: goes_on.settled)


async def test_after_days_of_absence_nothing_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.restore.MAX_ABSENCE_SECONDS", -60.0)
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=20.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0)
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            assert await again.bot.store.journal() == []
            assert not again.session.queue


async def test_a_piece_that_cannot_continue_without_discord_continues_when_discord_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Restoration._request

    async def fail(*_: object) -> None:
        raise OSError("Discord is unreachable")

    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=20.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0)
        await kill(loopback)
        monkeypatch.setattr(Restoration, "_request", fail)
        async with another_bot(loopback, tmp_path) as again:
            await until(lambda: "Discord is unreachable" in caplog.text)
            assert not again.session.queue
            monkeypatch.setattr(Restoration, "_request", answer)
            await again.bot.on_guild_available(again.discord_guild)
            (goes_on,) = await restored(again, 7)
            again.session.stop()
            await until(lambda: goes_on.settled)


async def test_what_was_typed_and_its_translation_continue_after_a_restart(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=3.0)) as loopback:
        request = loopback.request(seconds=6.0, seed=1, prompt="quiet piano")
        piece = replace(request.piece, translated_from="ruhiges Klavier")
        first = loopback.session.request(replace(request, piece=piece))
        await until(lambda: first.buffer.frames_played > 20)
        loopback.session.steer("no drums", 0.0, "ohne Schlagzeug")
        await loopback.bot.journal.flush()
        typed = first.piece.typed_prompts
        await kill(loopback)
        async with another_bot(loopback, tmp_path) as again:
            (one,) = await restored(again, 1)
            assert one.piece.typed_prompts == typed == ("ruhiges Klavier", "ohne Schlagzeug")
            assert one.piece.prompts == ("quiet piano", "no drums")
            again.session.stop()
