"""The message that shows the card: one for all pieces that are requested until the queue runs empty."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord

from bot.playback.visibility import in_channel
from bot.store.records import PostedMessage
from bot.ui.card import MAX_TROUBLES, render_card

if TYPE_CHECKING:
    from audio.files.track import Track
    from bot.playback.performance import Performance
    from bot.playback.queue import Queue
    from bot.playback.visibility import Visible

EDIT_SECONDS: Final = 2.5
"""Interval of edits [s]. Discord does not publish its limit for edits; this has proved safe."""

MAX_EDIT_SECONDS: Final = 60.0
"""Longest interval of edits [s], while Discord is slow, refuses them or rate-limits them (429)."""

ANSWER_SECONDS: Final = 10.0
"""Time-out of a request [s]; Discord usually answers within a quarter of a second."""

MAX_LAST_TRIES: Final = 3
"""Attempts to show the final state."""

UNPOSTED: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
"""Exceptions of discord.py when a message does not reach Discord."""

MISSING_ACCESS: Final = 50001
"""Discord's error code for a channel that Busker cannot see (developer documentation, "JSON Error Codes")."""

NoteCard = Callable[[PostedMessage, Mapping[int, int | None]], Awaitable[None]]
"""Is told of a card and the members whose pieces it shows, each with the id of a track, if there is one."""

_log = logging.getLogger(__name__)


class PostedCard:
    """Shows what plays, in the channel of the first request, until all its pieces are played and posted.

    Owned by the guild's Session. At most one request to Discord is pending: the next edit shows the state of
    its own time, however long Discord let this one wait.
    """

    def __init__(self, queue: Queue, first: Performance, note: NoteCard) -> None:
        self._note = note
        self._noted: dict[int, int | None] = {}
        """What `note` was told last."""
        self._ended = False
        self._queue = queue
        self._performances = [first]
        self._channel = first.request.text_channel
        self._locale = first.request.requester.guild.preferred_locale
        self._message: discord.Message | None = None
        self._components: list[dict[str, Any]] = []
        """The layout that the message shows."""
        self._may_attach = True
        """False once Discord has refused to attach a file here."""

    @property
    def ended(self) -> bool:
        """True if it shows its final state: later pieces need another card."""
        return self._ended

    @property
    def message_id(self) -> int | None:
        """Id of the message, None until it is posted."""
        return None if self._message is None else self._message.id

    @property
    def performances(self) -> list[Performance]:
        """Pieces that are not settled, recent ones with trouble, and the latest one."""
        return self._performances

    def add(self, performance: Performance) -> None:
        """Show this piece too, when it plays."""
        self._performances.append(performance)

    def add_unplayed(self, performance: Performance) -> None:
        """Show trouble with this piece, which is only posted, and stay until it is settled."""
        self._performances.insert(0, performance)

    async def run(self) -> None:
        """Post the message, then edit it until all pieces are settled. Trouble with it never delays sound."""
        interval, tries = EDIT_SECONDS, MAX_LAST_TRIES
        while tries:
            self._ended = all(performance.settled for performance in self._performances)
            started_at = time.monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._update()
            except UNPOSTED as error:
                _log.warning("the card is not up to date: %r", error)
                forbidden = isinstance(error, discord.Forbidden)
                if is_gone(error) or (forbidden and not self._may_attach):
                    break
                self._may_attach = self._may_attach and not forbidden
                slow = True
                tries -= self._ended
            else:
                if self._ended:
                    break
                slow = time.monotonic() - started_at > EDIT_SECONDS
            interval = min(MAX_EDIT_SECONDS, 2 * interval) if slow else EDIT_SECONDS
            await self._wait_settled(interval)
        self._ended = True

    async def _wait_settled(self, within_seconds: float) -> None:
        """Wait for the next edit, but no longer than until all pieces are settled."""
        if self._ended:
            await asyncio.sleep(within_seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                for performance in self._performances:  # more may be added meanwhile
                    await performance.wait_settled(within_seconds=within_seconds)

    async def _update(self) -> None:
        """Send the current state if the message shows another one."""
        wanted = self._queue.wanted or self._performances[-1:]
        performance, waiting = wanted[0], wanted[1:]
        visible = in_channel(self._channel)
        shows_track = performance.ended and self._may_attach and visible(performance)
        track = performance.track if shows_track else None
        picture = track if track is not None and track.picture.is_file() else None
        view = render_card(
            performance,
            waiting,
            self._locale,
            others=self._performances,
            picture=picture,
            visible=visible,
        )
        components = view.to_components()  # type: ignore[no-untyped-call]
        if self._message is None:
            self._message = await self._channel.send(view=view)
        elif components == self._components:
            return
        else:
            # Discord finds `attachment://…` only in the files of the same request: each edit brings them.
            attachments = [] if picture is None else [_picture_file(picture, self._locale)]
            await self._message.edit(view=view, attachments=attachments)
        self._components = components
        await self._note_shown(performance, visible)
        self._drop_settled()

    async def _note_shown(self, performance: Performance, visible: Visible) -> None:
        """Note whose pieces the message shows, if that has changed: it may have to be deleted with them."""
        assert self._message is not None
        troubled = [each for each in self._performances if each.trouble and each is not performance]
        shown = {
            each.request.requester.id: each.track_id or None
            for each in (*troubled, performance)
            if visible(each)
        }
        if shown != self._noted:
            self._noted = shown
            guild_id = self._channel.guild.id
            await self._note(PostedMessage(guild_id, self._channel.id, self._message.id), shown)

    def _drop_settled(self) -> None:
        """Keep only pieces that are shown or not settled: each keeps its sound in memory."""
        *earlier, latest = self._performances
        with_trouble = [performance for performance in earlier if performance.settled and performance.trouble]
        unsettled = [performance for performance in earlier if not performance.settled]
        self._performances = [*with_trouble[-MAX_TROUBLES:], *unsettled, latest]


def is_gone(error: Exception) -> bool:
    """True if the message or its channel does not exist for Busker any more, so that no retry can help."""
    no_access = isinstance(error, discord.Forbidden) and error.code == MISSING_ACCESS
    return no_access or isinstance(error, discord.NotFound)


def _picture_file(track: Track, locale: discord.Locale) -> discord.File:
    return discord.File(track.picture, description=track.alt_text.in_(locale))
