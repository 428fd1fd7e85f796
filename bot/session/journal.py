"""The journal: what was asked for and is not over, in the store, so that a restart goes on with it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Final

from bot.errors import StoreError
from bot.playback.performance import Making
from bot.store.records import Asked
from bot.tracks.attachments import FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from bot.playback.performance import Performance
    from bot.session.session import Session
    from bot.store.repository import Store

NOTE_SECONDS: Final = 1.0
"""How often it is noted how far the listeners are: after a crash they hear no more than that again."""

ALIVE_SECONDS: Final = 60.0
"""How often it is noted of all that they are not over, though nothing else changes."""

_log = logging.getLogger(__name__)


class Journal:
    """Compares what is true with what it noted last, and writes the difference: at once when something
    changes, and every second while something plays. Owned by the bot, used on the event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followed: dict[int, tuple[Performance, Session]] = {}
        self._noted: dict[int, Asked] = {}
        self._changed = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None
        self._closed = False
        self._refused = False
        """Whether the disk refused the last note; that is said once."""

    @property
    def following(self) -> bool:
        """Whether anything is not over."""
        return bool(self._followed)

    def follow(self, performance: Performance, session: Session) -> None:
        """Keep a piece in the store until nothing more happens to it."""
        self._followed[performance.ticket] = performance, session
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep(), name="journal")

    def changed(self) -> None:
        """Something is not as it was noted."""
        self._changed.set()

    async def note(self) -> None:
        """Write what is true now. Where the disk refuses, the music goes on and a restart forgets it."""
        if self._closed:
            return
        self._followed = {
            ticket: (performance, session)
            for ticket, (performance, session) in self._followed.items()
            if not performance.settled
        }
        entries = {
            ticket: _entry(performance, session)
            for ticket, (performance, session) in self._followed.items()
            if not performance.dismissed or performance.making is Making.COMPOSED  # its track is posted
        }
        news = [entry for ticket, entry in entries.items() if self._noted.get(ticket) != entry]
        over = self._noted.keys() - entries.keys()
        before, self._noted = self._noted, entries
        if not news and not over:
            return
        try:
            await self._store.note(news, over)
        except StoreError:
            if not self._refused:
                _log.exception("a restart now would not go on with what was asked for")
            self._refused = True
            self._noted = before  # so that it is tried again
        else:
            self._refused = False

    async def close(self) -> None:
        """Note all for the last time: what ends with the bot is what the next one goes on with."""
        await self.note()
        self._closed = True
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])

    async def _keep(self) -> None:
        while self._followed:
            self._changed.clear()
            await self.note()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(NOTE_SECONDS):
                    await self._changed.wait()


def _entry(performance: Performance, session: Session) -> Asked:
    request, queue = performance.request, list(session.queue)
    channel = session.channel or request.voice_channel
    return Asked(
        ticket=performance.ticket,
        guild_id=request.requester.guild.id,
        member_id=request.requester.id,
        voice_channel_id=channel.id,
        text_channel_id=request.text_channel.id,
        piece=performance.piece,
        kept=_place(request.kept) if request.kept is not None else None,
        place=queue.index(performance) if performance in queue and not performance.dismissed else None,
        begun=performance.making is not Making.WAITING,
        frames_played=performance.buffer.frames_played,
        restarts=performance.restarts,
        noted_at=time.time() // ALIVE_SECONDS * ALIVE_SECONDS,
    )


def _place(kept: Path) -> str:
    """Where a file is in the folder of tracks."""
    return f"{FOLDER}/{kept.name}" if kept.parent.name == FOLDER else kept.name
