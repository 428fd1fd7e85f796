"""Sound files of members, to compose on a melody or continue: fetched, checked, and deleted after use."""

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
from bot.store.private import make_private_folder
from words.text import Text

if TYPE_CHECKING:
    from bot.playback.performance import Performance
    from bot.tracks.poster import Poster

MAX_MIB: Final = 32
"""Largest file that is fetched [MiB]: room for ten minutes of FLAC, or three of WAV."""

FETCH_SECONDS: Final = 30.0
"""Timeout of a download from Discord [s]."""

MAX_DOWNLOADS: Final = 4
"""Downloads at once: each is in memory as a whole until it is on disk."""

FOLDER: Final = "recordings"
"""Subfolder of the folder of tracks, where the engine's process can read it, too."""

MAX_AGE_SECONDS: Final = 86_400.0
"""Older files are leftovers of a bot that was killed; no queue is that long."""

_log = logging.getLogger(__name__)


class Attachments:
    """Owns the files, named by the SHA-256 of their content. Made once by the client; used on the event loop.

    A file is deleted with its last reference. The command that fetched it holds one, and so does each
    performance made from it until it is settled.
    """

    def __init__(self, tracks: Path, poster: Poster) -> None:
        self._folder = tracks / FOLDER
        self._poster = poster
        self._references: Counter[Path] = Counter()
        self._waits: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._downloads = asyncio.Semaphore(MAX_DOWNLOADS)

    async def open(self) -> None:
        """Close the folder to other users of the machine, and delete leftovers of earlier runs."""
        try:
            await asyncio.to_thread(make_private_folder, self._folder)
        except OSError as error:  # who sends a file reads that it could not be saved
            _log.warning("%s cannot hold files: %s", self._folder, error.strerror or error)
        await asyncio.to_thread(_sweep, self._folder, time.time() - MAX_AGE_SECONDS)

    @asynccontextmanager
    async def fetched(self, attachment: discord.Attachment) -> AsyncIterator[Recording]:
        """Download an attachment as a recording that stays at least until the end of the block.

        Raises RecordingError with one sentence if it is too large, too long, too short or no sound.
        """
        require_fetchable(attachment)

        async def download(path: Path) -> None:
            async with self._downloads:
                data = await _data(attachment)
                await asyncio.to_thread(path.write_bytes, data)

        async with self._referenced(_plain(attachment.filename), download) as recording:
            yield recording

    @asynccontextmanager
    async def derived(self, make: Callable[[Path], None]) -> AsyncIterator[Recording]:
        """Let `make` write a recording to a path; it stays at least until the end of the block.

        `make` runs in the writing process. Raises RecordingError.
        """
        async with self._referenced(
            "track", lambda path: self._poster.run_in_writer(partial(make, path))
        ) as recording:
            yield recording

    def retain(self, performance: Performance) -> None:
        """Keep the files that a performance is composed or played from until it is settled."""
        saved_file = performance.request.saved_file
        paths = [recording.path for recording in performance.piece.recordings]
        for path in paths if saved_file is None else [*paths, saved_file]:
            if path.parent == self._folder:
                self._references[path] += 1
                task = asyncio.create_task(
                    self._release_after(performance, path),
                    name=f"recording of seed {performance.piece.seed}",
                )
                self._waits.add(task)
                task.add_done_callback(self._waits.discard)

    async def close(self) -> None:
        """Stop waiting for performances; their files stay, because a restart may need them."""
        for task in self._waits:
            task.cancel()
        await asyncio.gather(*self._waits, return_exceptions=True)

    @asynccontextmanager
    async def _referenced(
        self, name: str, write: Callable[[Path], Awaitable[None]]
    ) -> AsyncIterator[Recording]:
        recording = await self._add(name, write)
        try:
            yield recording
        finally:
            self._release(recording.path)

    async def _add(self, name: str, write: Callable[[Path], Awaitable[None]]) -> Recording:
        """Let `write` write a file, move it to its name by content, and return it with one more reference."""
        folder = self._folder / f".{next(self._numbers)}"
        path = folder / name
        try:
            await asyncio.to_thread(folder.mkdir, parents=True)
            await write(path)
            digest = (await self._poster.run_in_writer(partial(fully_decoded_recording_of, path))).digest
            recording = Recording(self._folder / digest, digest)
            self._references[recording.path] += 1  # before the move, or another release could delete it
            await asyncio.to_thread(path.replace, recording.path)
        except BrokenProcessPool as error:
            raise RecordingError(Text("recording-broken", name=name)) from error
        except OSError as error:
            _log.exception("%s could not be saved", name)
            raise RecordingError(Text("recording-unkept", name=name)) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        return recording

    async def _release_after(self, performance: Performance, path: Path) -> None:
        await performance.wait_settled(within_seconds=math.inf)
        self._release(path)

    def _release(self, path: Path) -> None:
        """Drop a reference; delete the file with the last one."""
        self._references[path] -= 1
        if not self._references[path]:
            del self._references[path]
            path.unlink(missing_ok=True)


def require_fetchable(attachment: discord.Attachment) -> None:
    """Raise RecordingError for a file that is too large, or whose type says that it has no sound."""
    content_type = attachment.content_type or ""
    name = _plain(attachment.filename)
    if content_type.startswith(("image/", "text/")):
        raise RecordingError(Text("recording-soundless", name=name))
    if attachment.size > MAX_MIB * 2**20:
        size = round(attachment.size / 2**20, 1)
        raise RecordingError(Text("recording-large", name=name, size=size, most=MAX_MIB))


async def _data(attachment: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await attachment.read()
    except (TimeoutError, aiohttp.ClientError, discord.DiscordException) as error:
        _log.warning("%s was not fetched: %r", _plain(attachment.filename), error)
        raise RecordingError(Text("recording-unfetched", name=_plain(attachment.filename))) from error


def _plain(filename: str) -> str:
    """Return a name that is safe to show and to write. Discord's own names are safe already."""
    plain = "".join(character for character in filename if character.isalnum() or character in "-_.")
    return plain.lstrip(".")[-64:] or "file"


def _sweep(folder: Path, before: float) -> None:
    """Delete unfinished downloads, and files written before this time [s since the epoch]."""
    for path in folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
