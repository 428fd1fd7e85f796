"""The journal: every unfinished piece, in the store, so that a restart continues it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final, Protocol

from bot.errors import StoreError
from bot.playback.composition import CompositionState
from bot.store.records import JournalEntry
from bot.tracks.attachments import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from bot.playback.performance import Performance
    from bot.playback.queue import Queue
    from bot.rules.permissions import VocalChannel
    from bot.store.repository import Store

FLUSH_SECONDS: Final = 1.0
"""Time between two writes of playheads [s]: a crash repeats at most this much sound."""

ALIVE_SECONDS: Final = 60.0
"""Resolution of `JournalEntry.noted_at` [s]: unchanged entries are rewritten this often."""

_log = logging.getLogger(__name__)


class GuildPlayback(Protocol):
    """The part of a session that the journal reads: its queue and its voice channel."""

    @property
    def queue(self) -> Queue: ...

    @property
    def channel(self) -> VocalChannel | None: ...


class Journal:
    """Writes the differences between the followed pieces and the last write into the store.

    A task does so when something changes, and every second while anything is followed. Made once by the
    client; used on the event loop.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followed: dict[int, tuple[Performance, GuildPlayback]] = {}
        self._written: dict[int, JournalEntry] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._failing = False
        """The last write failed. Only the first failure in a row is logged."""

    @property
    def following(self) -> bool:
        """True while any piece is unfinished."""
        return bool(self._followed)

    def follow(self, performance: Performance, playback: GuildPlayback) -> None:
        """Keep an entry of a piece until it is settled."""
        self._followed[performance.request_id] = performance, playback
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep(), name="journal")

    def changed(self) -> None:
        """Write soon: a followed piece has changed."""
        self._changed.set()

    async def flush(self) -> None:
        """Write all changes now. A failure is logged: the music continues, but a restart forgets it."""
        if self._closed:
            return
        self._followed = {
            request_id: (performance, playback)
            for request_id, (performance, playback) in self._followed.items()
            if not performance.settled
        }
        entries = {
            request_id: _entry(performance, playback)
            for request_id, (performance, playback) in self._followed.items()
            if not performance.dismissed
            or performance.composition_state is CompositionState.COMPOSED  # its track is posted
        }
        updated = [entry for request_id, entry in entries.items() if self._written.get(request_id) != entry]
        finished = self._written.keys() - entries.keys()
        before, self._written = self._written, entries
        if not updated and not finished:
            return
        try:
            await self._store.update_journal(updated, finished)
        except StoreError:
            if not self._failing:
                _log.exception("the journal was not written; a restart now would forget unfinished pieces")
            self._failing = True
            self._written = before  # so that the next flush tries again
        else:
            if self._failing:
                _log.info("the journal is written again")
            self._failing = False

    async def close(self) -> None:
        """Flush and write nothing more: the pieces that end with the bot stay in the store."""
        await self.flush()
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self) -> None:
        while self._followed:
            self._changed.clear()
            await self.flush()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._changed.wait()


def _entry(performance: Performance, playback: GuildPlayback) -> JournalEntry:
    request, queue = performance.request, list(playback.queue)
    channel = playback.channel or request.voice_channel
    return JournalEntry(
        request_id=performance.request_id,
        guild_id=request.requester.guild.id,
        member_id=request.requester.id,
        voice_channel_id=channel.id,
        text_channel_id=request.text_channel.id,
        piece=performance.piece,
        saved_file=_relative(request.saved_file) if request.saved_file is not None else None,
        place=queue.index(performance) if performance in queue and not performance.dismissed else None,
        begun=performance.composition_state is not CompositionState.WAITING,
        frames_played=performance.buffer.frames_played,
        restarts=performance.restarts,
        noted_at=time.time() // ALIVE_SECONDS * ALIVE_SECONDS,
    )


def _relative(path: Path) -> str:
    """Return the path of a file relative to the folder of tracks."""
    return f"{FOLDER}/{path.name}" if path.parent.name == FOLDER else path.name
