"""Sound files that members bring, to hum after or to go on from: fetched, checked, kept while needed."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
import discord

from audio.errors import RecordingError
from audio.files.recording import fully_decoded_recording_of
from audio.piece import Recording
from words.text import Text

if TYPE_CHECKING:
    from bot.playback.performance import Performance
    from bot.tracks.poster import Poster

MAX_MIB: Final = 32
"""The largest file that is fetched: ten minutes of FLAC fit, three of WAV."""

FETCH_SECONDS: Final = 30.0
"""How long Discord may take to give it out."""

FETCHED_AT_ONCE: Final = 4
"""Others wait: each lies in memory whole until it is on disk."""

FOLDER: Final = "recordings"
"""Inside the folder of tracks, where the process that composes can read it, too."""

FORGOTTEN_SECONDS: Final = 86_400.0
"""What was brought longer ago and not removed was left by a bot that was killed; no queue is that long."""

_log = logging.getLogger(__name__)


class Recordings:
    """The files, named by the SHA-256 of what is in them. Owned by the bot; used on the event loop.

    A file is there as long as somebody holds it: whoever asks for a piece, and the piece until nothing more
    happens to it.
    """

    def __init__(self, tracks: Path, poster: Poster) -> None:
        self._folder = tracks / FOLDER
        self._poster = poster
        self._holders: Counter[Path] = Counter()
        self._waits: set[asyncio.Task[None]] = set()
        self._fetched = itertools.count(1)
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)

    async def open(self) -> None:
        """Remove what nobody can need any more."""
        await asyncio.to_thread(_sweep, self._folder, time.time() - FORGOTTEN_SECONDS)

    @asynccontextmanager
    async def fetched(self, attachment: discord.Attachment) -> AsyncIterator[Recording]:
        """The sound of an attachment, there at least until the end of the block.

        Raises RecordingError with one sentence when it is too large, too long, too short or no sound.
        """
        require_fetchable(attachment)

        async def write(path: Path) -> None:
            async with self._fetching:
                data = await _data(attachment)
                await asyncio.to_thread(path.write_bytes, data)

        async with self._held(_plain(attachment.filename), write) as recording:
            yield recording

    @asynccontextmanager
    async def derived(self, make: Callable[[Path], None]) -> AsyncIterator[Recording]:
        """What `make` writes, in the writing process, at the path that it is given; there at least until the
        end of the block. Raises RecordingError."""
        async with self._held("track", lambda path: self._poster.apart(partial(make, path))) as recording:
            yield recording

    def hold(self, performance: Performance) -> None:
        """Keep what a piece is made from, or played from, until nothing more happens to the piece."""
        kept = performance.request.kept
        paths = [recording.path for recording in performance.piece.recordings]
        for path in paths if kept is None else [*paths, kept]:
            if path.parent == self._folder:
                self._holders[path] += 1
                waits = self._let_go_after(performance, path)
                task = asyncio.create_task(waits, name=f"recording of seed {performance.piece.seed}")
                self._waits.add(task)
                task.add_done_callback(self._waits.discard)

    async def close(self) -> None:
        """Look after the files no more; what a restart may need stays."""
        for task in self._waits:
            task.cancel()
        await asyncio.gather(*self._waits, return_exceptions=True)

    @asynccontextmanager
    async def _held(self, name: str, write: Callable[[Path], Awaitable[None]]) -> AsyncIterator[Recording]:
        recording = await self._kept(name, write)
        try:
            yield recording
        finally:
            self._let_go(recording.path)

    async def _kept(self, name: str, write: Callable[[Path], Awaitable[None]]) -> Recording:
        """What is written under this name as a file of ours that is held once more."""
        room = self._folder / f".{next(self._fetched)}"
        path = room / name
        try:
            await asyncio.to_thread(room.mkdir, parents=True)
            await write(path)
            digest = (await self._poster.apart(partial(fully_decoded_recording_of, path))).digest
            recording = Recording(self._folder / digest, digest)
            self._holders[recording.path] += 1  # before the file comes, so that nobody else lets it go
            await asyncio.to_thread(path.replace, recording.path)
        except BrokenProcessPool as error:
            raise RecordingError(Text("recording-broken", name=name)) from error
        except OSError as error:
            _log.exception("%s was not kept", name)
            raise RecordingError(Text("recording-unkept", name=name)) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, room, ignore_errors=True)
        return recording

    async def _let_go_after(self, performance: Performance, path: Path) -> None:
        await performance.settles(within_seconds=math.inf)
        self._let_go(path)

    def _let_go(self, path: Path) -> None:
        """One holder less; with the last one the file goes."""
        self._holders[path] -= 1
        if not self._holders[path]:
            del self._holders[path]
            path.unlink(missing_ok=True)


def require_fetchable(attachment: discord.Attachment) -> None:
    """Raise RecordingError for a file that is too large, or says itself that it is no sound."""
    kind = attachment.content_type or ""
    name = _plain(attachment.filename)
    if kind.startswith(("image/", "text/")):
        raise RecordingError(Text("recording-soundless", name=name))
    if attachment.size > MAX_MIB * 2**20:
        size = round(attachment.size / 2**20, 1)
        raise RecordingError(Text("recording-large", name=name, size=size, most=MAX_MIB))


async def _data(attachment: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await attachment.read()
    except (TimeoutError, aiohttp.ClientError, discord.DiscordException) as error:
        _log.warning("%s was not fetched: %r", attachment.url, error)
        raise RecordingError(Text("recording-unfetched", name=_plain(attachment.filename))) from error


def _plain(filename: str) -> str:
    """A name that is safe to show and to write: Discord's own are such already."""
    plain = "".join(sign for sign in filename if sign.isalnum() or sign in "-_.")
    return plain.lstrip(".")[-64:] or "file"


def _sweep(folder: Path, before: float) -> None:
    """Remove files that were written before, and whatever was being fetched."""
    for path in folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
