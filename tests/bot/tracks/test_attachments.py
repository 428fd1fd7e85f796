"""Attachments: fetched within limits, and deleted after the last use."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audio.errors import RecordingError
from audio.files.recording import check_unchanged, opened
from audio.media.limits import BEGINNING_SECONDS, END_SECONDS
from audio.media.wanted import Use
from audio.piece import Piece
from bot.tracks.attachments import FOLDER, MAX_MIB, Attachments
from tests.audio.files.sound_files import hum, written


class Attachment(SimpleNamespace):
    """A fake discord.Attachment."""

    def __init__(self, data: bytes, filename: str = "hum.ogg", **more: Any) -> None:
        super().__init__(filename=filename, size=len(data), content_type=None, url="")
        self.__dict__.update(more)
        self._data = data

    async def read(self) -> bytes:
        return self._data


class InlineWriter:
    """A fake Poster that runs the work of the writing process at once."""

    async def run_in_writer(self, work: Callable[[], Any]) -> Any:
        return work()


class Engine:
    """What a recording is made for."""

    info = SimpleNamespace(sample_rate=32_000, channels=1)


MEMBER: Any = SimpleNamespace(id=1, guild=SimpleNamespace(id=2))


async def wanted() -> None:
    """Check nothing."""


class FakePerformance:
    """A fake Performance that settles when `done` is set."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.request = SimpleNamespace(saved_file=None)
        self.done = asyncio.Event()

    async def wait_settled(self, within_seconds: float) -> bool:
        async with asyncio.timeout(within_seconds):
            return await self.done.wait()


@pytest.fixture
async def attachments(tmp_path: Path) -> AsyncIterator[Attachments]:
    """Attachments in a folder of the test's, with real media processes."""
    made = new_attachments(tmp_path)
    yield made
    await made.close()


def new_attachments(folder: Path) -> Attachments:
    writer: Any = InlineWriter()
    engine: Any = Engine()
    return Attachments(folder, writer, engine)


def voice_message(folder: Path, name: str = "hum.ogg") -> Any:
    return Attachment(written(folder / name, hum(1.0, 48_000), 48_000).read_bytes(), name)


def files(folder: Path) -> list[Path]:
    return list((folder / FOLDER).glob("*"))


async def let_tasks_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_file_stays_until_the_last_piece_that_needs_it_is_settled(
    tmp_path: Path, attachments: Attachments
) -> None:
    attachment = voice_message(tmp_path)
    performances: list[Any] = []
    for seed in (1, 2):
        async with attachments.fetched(attachment, MEMBER, Use.END, wanted) as recording:
            performances.append(FakePerformance(Piece("bells", 10.0, seed, continues=recording)))
            attachments.retain(performances[-1])
    assert files(tmp_path) == [recording.path]
    assert performances[0].piece.continues == performances[1].piece.continues
    for performance in performances:
        assert recording.path.exists()
        performance.done.set()
        await let_tasks_run()
    assert files(tmp_path) == []


async def test_a_file_is_deleted_if_no_piece_is_requested(tmp_path: Path, attachments: Attachments) -> None:
    with pytest.raises(ZeroDivisionError):
        async with attachments.fetched(voice_message(tmp_path), MEMBER, Use.END, wanted):
            raise ZeroDivisionError
    assert files(tmp_path) == []


async def test_files_of_unfinished_pieces_survive_a_restart_and_leftovers_do_not(
    tmp_path: Path, attachments: Attachments
) -> None:
    async with attachments.fetched(voice_message(tmp_path), MEMBER, Use.END, wanted) as recording:
        performance: Any = FakePerformance(Piece("bells", 10.0, 1, melody=recording))
        attachments.retain(performance)
    await attachments.close()
    performance.done.set()
    old, half = tmp_path / FOLDER / "of-yesterday", tmp_path / FOLDER / ".1"
    old.write_bytes(b"")
    os.utime(old, (0.0, 0.0))
    half.mkdir()
    restarted = new_attachments(tmp_path)
    await restarted.open()
    await restarted.close()
    assert files(tmp_path) == [recording.path]


def silence(_: Path) -> Any:
    return Attachment(b"not a sound at all" * 100, "notes.mp3")


def too_large(_: Path) -> Any:
    return Attachment(b"", "opera.wav", size=MAX_MIB * 2**20 + 1)


def picture(_: Path) -> Any:
    return Attachment(b"", "cat.png", content_type="image/png")


def a_blip(folder: Path) -> Any:
    return Attachment(written(folder / "blip.wav", hum(0.1, 8_000), 8_000).read_bytes(), "blip.wav")


def too_long(folder: Path) -> Any:
    return Attachment(written(folder / "long.flac", hum(601.0, 8_000), 8_000).read_bytes(), "long.flac")


def gone(_: Path) -> Any:
    async def read() -> bytes:
        raise TimeoutError

    return Attachment(b"", "slow.mp3", read=read)


def unwritable(folder: Path) -> Any:
    (folder / FOLDER).write_bytes(b"")
    return voice_message(folder)


@pytest.mark.parametrize(
    ("make_attachment", "sentence"),
    [
        (silence, "notes.mp3 can't be read as audio"),
        (too_large, "opera.wav has 32 MiB. The limit is 32 MiB."),
        (picture, "cat.png isn't audio. Use a voice message or a sound file."),
        (a_blip, "blip.wav is shorter than 0.5 s"),
        (too_long, "long.flac is longer than 10 minutes"),
        (gone, "Discord didn't deliver slow.mp3. Post it again and retry."),
        (unwritable, "hum.ogg couldn't be saved"),
    ],
)
async def test_an_unusable_file_is_refused_by_name_and_leaves_nothing_behind(
    tmp_path: Path, attachments: Attachments, make_attachment: Callable[[Path], Any], sentence: str
) -> None:
    attachment = make_attachment(tmp_path)
    with pytest.raises(RecordingError, match="^" + sentence.replace(".", r"\.")):
        async with attachments.fetched(attachment, MEMBER, Use.END, wanted):
            pass
    assert files(tmp_path) == []


async def test_what_is_kept_is_sound_of_our_own_at_the_rate_of_the_engine(
    tmp_path: Path, attachments: Attachments
) -> None:
    long: Any = Attachment(written(tmp_path / "long.mp3", hum(40.0, 48_000), 48_000).read_bytes(), "long.mp3")
    for use, seconds in ((Use.END, END_SECONDS), (Use.BEGINNING, BEGINNING_SECONDS)):
        async with attachments.fetched(long, MEMBER, use, wanted) as recording:
            check_unchanged(recording)
            assert recording.path == tmp_path / FOLDER / f"{recording.digest}.wav"
            sound = opened(recording.path)
            assert sound.rate == 32_000
            assert sound.samples.shape == (seconds * 32_000, 1)
    async with attachments.fetched_track(long, MEMBER, wanted) as (recording, tags):
        assert opened(recording.path).samples.shape == (40 * 48_000, 2)
        assert "encoder" in tags
        assert tags == await attachments.tags_of(long, MEMBER)


async def test_a_member_who_sends_a_second_file_meanwhile_reads_so(
    tmp_path: Path, attachments: Attachments
) -> None:
    ends, other = asyncio.Event(), SimpleNamespace(id=2, guild=SimpleNamespace(id=2))

    async def slow() -> bytes:
        await ends.wait()
        raise TimeoutError

    async def fetch(attachment: Any, member: Any) -> None:
        async with attachments.fetched(attachment, member, Use.END, wanted):
            pass

    first = asyncio.create_task(fetch(Attachment(b"", "slow.mp3", read=slow), MEMBER))
    await let_tasks_run()
    with pytest.raises(RecordingError, match=r"^Busker is still reading another file of yours"):
        await fetch(voice_message(tmp_path), MEMBER)
    await fetch(voice_message(tmp_path), other)
    ends.set()
    with pytest.raises(RecordingError, match="didn't deliver"):
        await first
    await fetch(voice_message(tmp_path), MEMBER)


async def test_what_is_not_wanted_any_more_when_its_turn_comes_is_not_fetched(
    attachments: Attachments,
) -> None:
    async def unwanted() -> None:
        raise ZeroDivisionError

    async def read() -> bytes:
        raise AssertionError

    attachment: Any = Attachment(b"", "x.mp3", read=read)
    with pytest.raises(ZeroDivisionError):
        async with attachments.fetched(attachment, MEMBER, Use.END, unwanted):
            pass
