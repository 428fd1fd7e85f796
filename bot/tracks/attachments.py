"""Sound files of members, to compose on a melody or continue: fetched, checked, and deleted after use."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import aiohttp
import discord

from audio.errors import RecordingError
from audio.files.recording import SUFFIX, RecordingFile
from audio.media.client import Heard, MediaProcesses
from audio.media.limits import MAX_BYTES
from audio.media.wanted import Use, Wanted
from audio.piece import Recording
from audio.units import CHANNELS, SAMPLE_RATE
from bot.store.private import make_private_folder
from bot.tracks.intake_line import IntakeLine
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.playback.performance import Performance
    from bot.tracks.poster import Poster

MAX_MIB: Final = MAX_BYTES // 2**20
"""Largest file that is fetched [MiB]."""

FETCH_SECONDS: Final = 30.0
"""Timeout of a download from Discord [s]."""

FOLDER: Final = "recordings"
"""Subfolder of the folder of tracks, where the engine's process can read it, too."""

MAX_AGE_SECONDS: Final = 86_400.0
"""Older files are leftovers of a bot that was killed; no queue is that long."""

Check = Callable[[], Awaitable[None]]
"""Raises if a file is not wanted any more; called when the turn of a member has come."""

_log = logging.getLogger(__name__)


class Attachments:
    """Owns the recordings made from members' files, named by the SHA-256 of their content.

    What a member sends is read in a media process and kept as sound of our own; the original is not kept.
    Made once by the client; used on the event loop.

    A file is deleted with its last reference. The command that fetched it holds one, and so does each
    performance made from it until it is settled.
    """

    def __init__(self, tracks: Path, poster: Poster, engine: Engine) -> None:
        self._folder = tracks / FOLDER
        self._poster = poster
        self._engine = engine
        self._references: Counter[Path] = Counter()
        self._waits: set[asyncio.Task[None]] = set()
        self._numbers = itertools.count(1)
        self._line = IntakeLine()
        self._media = MediaProcesses()

    async def open(self) -> None:
        """Close the folder to other users of the machine, delete leftovers, and start a media process."""
        try:
            await asyncio.to_thread(make_private_folder, self._folder)
        except OSError as error:  # who sends a file reads that it could not be saved
            _log.warning("%s cannot hold files: %s", self._folder, error.strerror or error)
        await asyncio.to_thread(_sweep, self._folder, time.time() - MAX_AGE_SECONDS)
        self._media.start()

    @asynccontextmanager
    async def fetched(
        self, attachment: discord.Attachment, member: discord.Member, use: Use, check: Check
    ) -> AsyncIterator[Recording]:
        """Download an attachment as a recording that stays at least until the end of the block.

        Raises RecordingError with one sentence if it is too large, too long, too short or no sound, or if a
        file of the member is being read already; and what `check` raises.
        """
        async with self._fetched(attachment, member, use, check) as (recording, _):
            yield recording

    @asynccontextmanager
    async def fetched_track(
        self, attachment: discord.Attachment, member: discord.Member, check: Check
    ) -> AsyncIterator[tuple[Recording, Mapping[str, str]]]:
        """As `fetched`, for a whole track with its tags, which may say anything."""
        async with self._fetched(attachment, member, Use.WHOLE, check) as (recording, heard):
            yield recording, heard.tags

    async def tags_of(self, attachment: discord.Attachment, member: discord.Member) -> Mapping[str, str]:
        """Download an attachment and return its tags, which may say anything. Raises RecordingError."""
        require_fetchable(attachment)
        async with self._line.turn(member.guild.id, member.id):
            data = await _data(attachment)
            wanted = Wanted(Use.TAGS, SAMPLE_RATE, CHANNELS)
            return (await self._media.read(data, wanted, _plain(attachment.filename))).tags

    @asynccontextmanager
    async def derived(self, make: Callable[[Path], Recording]) -> AsyncIterator[Recording]:
        """Let `make` write a recording to a path; it stays at least until the end of the block.

        `make` runs in the writing process. Raises RecordingError.
        """

        async def write(path: Path) -> Recording:
            return await self._poster.run_in_writer(partial(make, path))

        try:
            recording = await self._add("track", write)
        except BrokenProcessPool as error:
            raise RecordingError(Text("recording-broken", name="track")) from error
        try:
            yield recording
        finally:
            self._release(recording.path)

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
        await self._media.close()

    @asynccontextmanager
    async def _fetched(
        self, attachment: discord.Attachment, member: discord.Member, use: Use, check: Check
    ) -> AsyncIterator[tuple[Recording, Heard]]:
        require_fetchable(attachment)
        name = _plain(attachment.filename)
        async with self._line.turn(member.guild.id, member.id):
            await check()
            data = await _data(attachment)
            wanted = self._wanted(use)
            heard: Heard | None = None

            async def write(path: Path) -> Recording:
                nonlocal heard
                with RecordingFile(path, wanted.rate, wanted.channels, wanted.dtype) as file:
                    heard = await self._media.read(data, wanted, name, file.write)
                return Recording(path, file.digest)

            recording = await self._add(name, write)
            assert heard is not None
        try:
            yield recording, heard
        finally:
            self._release(recording.path)

    def _wanted(self, use: Use) -> Wanted:
        """Return what a file is read as: for playback, or as the engine takes it."""
        if use is Use.WHOLE:
            return Wanted(use, SAMPLE_RATE, CHANNELS)
        return Wanted(use, self._engine.info.sample_rate, self._engine.info.channels)

    async def _add(self, name: str, write: Callable[[Path], Awaitable[Recording]]) -> Recording:
        """Let `write` write a file, move it to its name by content, and return it with one more reference."""
        folder = self._folder / f".{next(self._numbers)}"
        path = folder / f"sound{SUFFIX}"
        try:
            await asyncio.to_thread(folder.mkdir, parents=True)
            digest = (await write(path)).digest
            recording = Recording(self._folder / f"{digest}{SUFFIX}", digest)
            self._references[recording.path] += 1  # before the move, or another release could delete it
            await asyncio.to_thread(path.replace, recording.path)
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
