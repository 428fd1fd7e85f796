"""Retention: what belongs to a guild that Busker left is deleted after a time that the settings name."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Final

from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.store.repository import Store
    from bot.tracks.library import Library

DAY_SECONDS: Final = 86_400.0

LOOK_SECONDS: Final = 3600.0
"""Time between two looks at the guilds that were left [s]."""

_log = logging.getLogger(__name__)


class Retention:
    """Deletes what belongs to guilds that Busker left `days` ago.

    Made once by the client; used on the event loop.

    A guild was left when Discord says so, or when it is missing among Busker's guilds at a start. One that an
    outage hides is not missing. Coming back in time keeps everything. `present` returns the ids of Busker's
    guilds, those in an outage included.
    """

    def __init__(
        self,
        store: Store,
        library: Library,
        days: float,
        present: Callable[[], Collection[int]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._library = library
        self._days = days
        self._present = present
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def look(self) -> None:
        """Note which guilds are missing or there again, then delete what is due."""
        try:
            await self._store.note_present(self._present(), self._clock())
            guilds, files = await self._store.purge_left(self._clock() - self._days * DAY_SECONDS)
        except StoreError:
            _log.exception("what belongs to servers that were left is not deleted yet")
            return
        await self._library.delete_files(files)
        if guilds:
            _log.info("deleted what belonged to %d servers that Busker left", len(guilds))

    def start(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Look every hour from when `ready` returns: Discord has named all guilds by then."""
        self._task = asyncio.create_task(self._keep(ready), name="retention")

    async def note_left(self, guild_id: int) -> None:
        """Note that Busker has just left a guild."""
        try:
            await self._store.note_left(guild_id, self._clock())
        except StoreError:
            _log.exception("that server %d was left is not noted; the next start does", guild_id)

    async def close(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _keep(self, ready: Callable[[], Awaitable[None]]) -> None:
        await ready()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)
