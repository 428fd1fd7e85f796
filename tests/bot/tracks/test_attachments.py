"""What members bring: fetched within bounds, kept while somebody needs it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from audio.errors import RecordingError
from audio.piece import Piece
from bot.tracks.attachments import FOLDER, MAX_MIB, Attachments
from tests.audio.files.sound_files import hum, written


class Attachment(SimpleNamespace):
    """Stands for what Discord hands over."""

    def __init__(self, data: bytes, filename: str = "hum.ogg", **more: Any) -> None:
        super().__init__(filename=filename, size=len(data), content_type=None, url="")
        self.__dict__.update(more)
        self._data = data

    async def read(self) -> bytes:
        return self._data


class Press:
    """Does at once what the poster's process would do."""

    async def run_in_writer(self, work: Callable[[], Any]) -> Any:
        return work()


class Piecework:
    """A performance that settles when it is told to."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.request = SimpleNamespace(kept=None)
        self.done = asyncio.Event()

    async def settles(self, within_seconds: float) -> bool:
        async with asyncio.timeout(within_seconds):
            return await self.done.wait()


def recordings(folder: Path) -> Attachments:
    press: Any = Press()
    return Attachments(folder, press)


def voice_message(folder: Path, name: str = "hum.ogg") -> Any:
    return Attachment(written(folder / name, hum(1.0, 48_000), 48_000).read_bytes(), name)


def kept(folder: Path) -> list[Path]:
    return list((folder / FOLDER).glob("*"))


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_file_is_there_until_the_last_piece_that_needs_it_is_settled(tmp_path: Path) -> None:
    room, attachment = recordings(tmp_path), voice_message(tmp_path)
    performances: list[Any] = []
    for seed in (1, 2):
        async with room.fetched(attachment) as recording:
            performances.append(Piecework(Piece("bells", 10.0, seed, continues=recording)))
            room.retain(performances[-1])
    assert kept(tmp_path) == [recording.path]
    assert performances[0].piece.continues == performances[1].piece.continues
    for performance in performances:
        assert recording.path.exists()
        performance.done.set()
        await turn()
    assert kept(tmp_path) == []


async def test_what_nobody_asked_for_in_the_end_is_not_kept(tmp_path: Path) -> None:
    room = recordings(tmp_path)
    with pytest.raises(ZeroDivisionError):
        async with room.fetched(voice_message(tmp_path)):
            raise ZeroDivisionError
    assert kept(tmp_path) == []


async def test_the_end_of_the_bot_leaves_what_its_next_start_may_need_and_no_more(tmp_path: Path) -> None:
    room = recordings(tmp_path)
    async with room.fetched(voice_message(tmp_path)) as recording:
        performance: Any = Piecework(Piece("bells", 10.0, 1, melody=recording))
        room.retain(performance)
    await room.close()
    performance.done.set()
    old, half = tmp_path / FOLDER / "of-yesterday", tmp_path / FOLDER / ".1"
    old.write_bytes(b"")
    os.utime(old, (0.0, 0.0))
    half.mkdir()
    await recordings(tmp_path).open()
    assert kept(tmp_path) == [recording.path]


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
    ("brought", "sentence"),
    [
        (silence, "notes.mp3 cannot be read as sound"),
        (too_large, "opera.wav has 32 MiB; up to 32 MiB will do."),
        (picture, "cat.png is no sound; a voice message or a sound file will do."),
        (a_blip, "blip.wav is shorter than 0.5 s"),
        (too_long, "long.flac is longer than 10 minutes"),
        (gone, "Discord did not give slow.mp3 out; post it once more."),
        (unwritable, "hum.ogg could not be kept"),
    ],
)
async def test_what_cannot_be_used_is_refused_by_name_and_leaves_nothing_behind(
    tmp_path: Path, brought: Callable[[Path], Any], sentence: str
) -> None:
    attachment = brought(tmp_path)
    with pytest.raises(RecordingError, match="^" + sentence.replace(".", r"\.")):
        async with recordings(tmp_path).fetched(attachment):
            pass
    assert kept(tmp_path) == []
