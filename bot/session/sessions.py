"""The sessions of all guilds."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.errors import RequestError
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import discord

    from bot.session.session import Session

_log = logging.getLogger(__name__)


class Sessions:
    """One session per guild, made by `create` when it is first needed.

    Made once by the client; used on the event loop.
    """

    def __init__(self, create: Callable[[discord.Guild], Session]) -> None:
        self._create = create
        self._by_guild: dict[int, Session] = {}
        self._closing = False

    def __iter__(self) -> Iterator[Session]:
        return iter(self._by_guild.values())

    def of(self, guild: discord.Guild) -> Session:
        """Return the session of a guild, a new one if there is none. Raises RequestError during shutdown."""
        if self._closing:
            raise RequestError(Text("error-shutting-down"))
        if guild.id not in self._by_guild:
            self._by_guild[guild.id] = self._create(guild)
        return self._by_guild[guild.id]

    def get(self, guild_id: int) -> Session | None:
        """Return the session of a guild, None if there is none."""
        return self._by_guild.get(guild_id)

    @property
    def playing(self) -> int:
        """Number of voice channels with music, paused or not."""
        return sum(bool(session.wanted) for session in self)

    @property
    def live_cards(self) -> list[int]:
        """Ids of the messages of cards that are not finished."""
        return [session.live_card for session in self if session.live_card is not None]

    @property
    def quiet_seconds(self) -> float:
        """Age of the last frame [s] in the channel that waits longest for one; 0 where none waits."""
        return max((session.voice.quiet_seconds for session in self), default=0.0)

    def begin_shutdown(self) -> None:
        """From now on `of` raises RequestError."""
        self._closing = True

    async def close(self) -> None:
        """End every session; the failure of one does not keep the others open."""
        for failure in await asyncio.gather(*(session.close() for session in self), return_exceptions=True):
            if failure is not None:
                _log.error("a session did not close cleanly", exc_info=failure)
