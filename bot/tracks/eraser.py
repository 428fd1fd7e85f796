"""The eraser: deletes Busker's own messages at Discord once their tracks are deleted, slowly and for sure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import discord

from bot.errors import StoreError
from bot.ui.posted_card import UNPOSTED

if TYPE_CHECKING:
    from bot.store.records import PostedMessage
    from bot.store.repository import Store

ERASE_SECONDS: Final = 1.0
"""Time between two deletions [s], those of all members together: requests that play music go first."""

ANSWER_SECONDS: Final = 30.0
"""Timeout of a deletion [s], within which discord.py waits for Discord's rate limit."""

SERVER_ERROR: Final = 500
"""The first HTTP status that says that it may work later."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erased:
    """The outcome for some messages."""

    deleted: int
    """Messages that are gone."""
    kept: Sequence[PostedMessage]
    """Messages that Busker may not delete, or that Discord did not take away now."""


class Eraser:
    """Deletes messages that the store lists, one task for each request and one for what a restart left over.

    Made once by the client; used on the event loop.
    """

    def __init__(self, client: discord.Client, store: Store) -> None:
        self._client = client
        self._store = store
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        """Earliest next deletion, on the event loop's clock [s]."""
        self._tasks: set[asyncio.Task[Erased]] = set()

    def start(self, ready: Callable[[], Awaitable[None]]) -> None:
        """Delete what an earlier run was asked to, from when `ready` returns."""
        self._spawn(self._erase_pending(ready))

    def erase(self, messages: Sequence[PostedMessage]) -> asyncio.Task[Erased]:
        """Begin to delete messages that the store lists as erasures."""
        return self._spawn(self._erase_all(messages))

    async def close(self) -> None:
        """End all tasks; the store keeps what remains."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[None, None, Erased]) -> asyncio.Task[Erased]:
        task = asyncio.create_task(work, name="eraser")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _erase_pending(self, ready: Callable[[], Awaitable[None]]) -> Erased:
        try:
            messages = await self._store.pending_erasures()  # before this run adds any
        except StoreError:
            _log.exception("messages of deleted tracks stay until the next start")
            return Erased(0, ())
        await ready()
        return await self._erase_all(messages)

    async def _erase_all(self, messages: Sequence[PostedMessage]) -> Erased:
        kept = [message for message in messages if not await self._erase(message)]
        return Erased(len(messages) - len(kept), kept)

    async def _erase(self, message: PostedMessage) -> bool:
        """Delete a message in turn; return True if it is gone. What may work later stays in the store."""
        channel = self._client.get_partial_messageable(message.channel_id, guild_id=message.guild_id)
        async with self._turn:
            now = asyncio.get_running_loop().time
            await asyncio.sleep(self._free_at - now())
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await channel.get_partial_message(message.message_id).delete()
                gone = True
            except discord.NotFound:
                gone = True
            except UNPOSTED as error:
                gone = False
                _log.info("message %d of a deleted track stays: %r", message.message_id, error)
                if not (isinstance(error, discord.HTTPException) and error.status < SERVER_ERROR):
                    return False
            finally:
                self._free_at = now() + ERASE_SECONDS
        try:
            await self._store.note_erased(message.message_id)
        except StoreError:
            _log.exception("the next start tries to delete message %d again", message.message_id)
        return gone
