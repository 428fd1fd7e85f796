"""Finished tracks: written in a process of their own, posted, and tried again when Discord refuses them."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Final

import discord

from audio.track import Track, TrackError, write_track
from bot.card import UNPOSTED, quoted

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.performance import Performance
    from bot.settings import TrackSettings

RETRY_SECONDS: Final = (5.0, 30.0, 120.0)
"""How long to wait before each new try to post a track."""

MIB: Final = 2**20
NICENESS: Final = 10
"""The writing process yields to voice packets and the model: a track may be a second late, sound may not."""

_log = logging.getLogger(__name__)


class Poster:
    """Writes tracks in another process, since encoding here would delay voice packets, and posts them."""

    def __init__(
        self, engine: Engine, settings: TrackSettings, retry_seconds: Sequence[float] = RETRY_SECONDS
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._retry_seconds = retry_seconds
        self._press = _press()

    async def post(self, performance: Performance) -> None:
        """Write the files of a composed piece and post them; what cannot be posted stays on disk."""
        limit = min(performance.request.requester.guild.filesize_limit, int(self._settings.largest_mib * MIB))
        try:
            track = await self._written(performance, limit)
            if track.size <= limit:
                await self._posted(track, performance)
            else:
                performance.trouble = f"The track is too large to post; it is kept as {track.path.name}."
        except TrackError as error:
            performance.trouble = str(error)
        except Exception:
            _log.exception("the track of %r was not written", performance.piece)
            performance.trouble = "Something went wrong while the track was written; ask for it again."
        finally:
            performance.delivered()

    async def close(self) -> None:
        """End the writing process; a track in the making is finished first."""
        await asyncio.to_thread(self._press.shutdown)

    async def _written(self, performance: Performance, limit: int) -> Track:
        write = partial(
            write_track,
            performance.pcm,
            performance.piece,
            self._engine.info,
            self._settings.folder,
            limit=limit,
            formats=self._settings.formats,
        )
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._press, write)
        except BrokenProcessPool:  # the process was killed; a new one has the same to do
            _log.warning("the writing process died; another one takes over")
            self._press = _press()
            return await loop.run_in_executor(self._press, write)

    async def _posted(self, track: Track, performance: Performance) -> None:
        """Try until Discord takes it or patience ends; the listeners are told each time."""
        before = performance.trouble
        for wait in (*self._retry_seconds, None):
            try:
                await performance.request.text_channel.send(_caption(track), files=_files(track))
            except UNPOSTED as error:
                if isinstance(error, discord.NotFound):  # the channel is gone: waiting does not help
                    wait = None
                _log.warning("posting %s failed: %s", track.path, error)
                performance.trouble = _excuse(track, wait)
            else:
                performance.trouble = before
                return
            if wait is None:
                return
            await asyncio.sleep(wait)


def _press() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        1, mp_context=multiprocessing.get_context("spawn"), initializer=_yield_to_sound
    )


def _yield_to_sound() -> None:
    """In the writing process: go after everything that sounds, and leave Ctrl-C to the bot."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _caption(track: Track) -> str:
    piece = track.piece
    return f"“{quoted(piece.prompt)}” · {piece.seconds:g} s · seed {piece.seed}"


def _files(track: Track) -> list[discord.File]:
    return [
        discord.File(track.path),
        discord.File(track.picture, description=track.alt_text),
    ]


def _excuse(track: Track, wait: float | None) -> str:
    kept = f"Discord did not take the track; it is kept as {track.path.name}"
    return f"{kept}, and is tried again in {wait:.0f} s." if wait is not None else f"{kept}."
