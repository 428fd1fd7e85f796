"""The line of members whose sound files are fetched and read."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from audio.errors import RecordingError
from words.text import Text

MAX_FILES: Final = 4
"""Files that are fetched and read at once: each is in memory as a whole."""

MAX_FILES_PER_GUILD: Final = 2

MAX_WAITING_PER_GUILD: Final = 8
"""Members of a guild that may wait in line; a file takes about a second."""


class IntakeLine:
    """Gives turns: one file a member, a few a guild, and guilds in rotation. Used on the event loop.

    A member who sends more meanwhile is refused, so that nobody waits for one person's hundred files.
    """

    def __init__(self) -> None:
        self._members: set[int] = set()
        """Members with a file in line or in hand."""
        self._in_hand: Counter[int] = Counter()
        """Files by guild."""
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()
        """Members in line by guild; the guild that had a turn last is at the end."""

    @asynccontextmanager
    async def turn(self, guild_id: int, member_id: int) -> AsyncIterator[None]:
        """Wait for a turn, which lasts as long as the block. Raises RecordingError instead of a long wait."""
        if member_id in self._members:
            raise RecordingError(Text("recording-one-at-a-time"))
        if len(self._waiting.get(guild_id, ())) >= MAX_WAITING_PER_GUILD:
            raise RecordingError(Text("recording-line-full"))
        self._members.add(member_id)
        try:
            await self._wait(guild_id)
            try:
                yield
            finally:
                self._in_hand[guild_id] -= 1
                self._admit()
        finally:
            self._members.discard(member_id)

    async def _wait(self, guild_id: int) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(guild_id, deque()).append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._waiting[guild_id].remove(place)
                if not self._waiting[guild_id]:
                    del self._waiting[guild_id]
            else:  # its turn came in the same moment
                self._in_hand[guild_id] -= 1
                self._admit()
            raise

    def _admit(self) -> None:
        """Give free turns to guilds in rotation."""
        while self._in_hand.total() < MAX_FILES:
            free = (guild for guild in self._waiting if self._in_hand[guild] < MAX_FILES_PER_GUILD)
            guild_id = next(free, None)
            if guild_id is None:
                return
            line = self._waiting.pop(guild_id)
            line.popleft().set_result(None)
            self._in_hand[guild_id] += 1
            if line:
                self._waiting[guild_id] = line
