"""The message that shows the card: one for all pieces of a session, from the first one to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import discord

from bot.ui.card import SHOWN_TROUBLES, card_of

if TYPE_CHECKING:
    from audio.files.track import Track
    from bot.playback.performance import Performance
    from bot.playback.queue import Queue

EDIT_SECONDS: Final = 2.5
"""Discord does not publish how often a message may be edited; every few seconds has proved safe."""

SLOWEST_SECONDS: Final = 60.0
"""How far edits move apart while Discord is slow, refuses them or has them wait (429)."""

ANSWER_SECONDS: Final = 10.0
"""How long Discord may take to answer; it usually needs a quarter of a second."""

LAST_TRIES: Final = 3
"""How often the end is tried to be shown."""

UNPOSTED: Final = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What discord.py raises when a message does not reach Discord."""

MISSING_ACCESS: Final = 50001
"""Discord's code for what Busker cannot even see any more (developer documentation, "JSON Error Codes")."""

_log = logging.getLogger(__name__)


class PostedCard:
    """Follows what plays, in the channel where the first piece was asked for, until all that was asked for
    meanwhile is played and posted.

    Owned by the guild's Session. There is never more than one request on its way: the next edit shows what is
    true then, however long Discord let this one wait.
    """

    def __init__(self, queue: Queue, first: Performance) -> None:
        self.over = False
        """Whether it shows its end: what is asked for from here on gets another card."""
        self._queue = queue
        self.followed = [first]
        """What is not over yet, what went wrong lately, and the latest."""
        self._channel = first.request.text_channel
        self._locale = first.request.requester.guild.preferred_locale
        self._message: discord.Message | None = None
        self._components: list[dict[str, Any]] = []
        """What the message shows."""
        self._picture: Track | None = None
        self._pictures = True
        """Whether it may, as far as is known, attach files here."""

    def follow(self, performance: Performance) -> None:
        """Show this piece, too, when its turn comes."""
        self.followed.append(performance)

    def follow_beside(self, performance: Performance) -> None:
        """Show what goes wrong with this piece, which nobody hears, and wait for its end."""
        self.followed.insert(0, performance)

    async def keep(self) -> None:
        """Post the message, then edit it until all is over. Trouble with it never holds up sound."""
        pause, tries = EDIT_SECONDS, LAST_TRIES
        while tries:
            self.over = all(performance.settled for performance in self.followed)
            began = time.monotonic()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._show()
            except UNPOSTED as error:
                _log.warning("the card is not up to date: %r", error)
                if is_gone(error) or (isinstance(error, discord.Forbidden) and not self._pictures):
                    break
                self._pictures = self._pictures and not isinstance(error, discord.Forbidden)
                slow = True
                tries -= self.over
            else:
                if self.over:
                    break
                slow = time.monotonic() - began > EDIT_SECONDS
            pause = min(SLOWEST_SECONDS, 2 * pause) if slow else EDIT_SECONDS
            await self._all_settled(pause)
        self.over = True

    async def _all_settled(self, within_seconds: float) -> None:
        """Wait so long, but not beyond the end of the last piece: the end is shown at once."""
        if self.over:
            await asyncio.sleep(within_seconds)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                for performance in self.followed:  # more may come meanwhile
                    await performance.wait_settled(within_seconds=within_seconds)

    async def _show(self) -> None:
        """Send what is true now, if the message shows anything else."""
        performance, waiting = self._performances()
        track = performance.track if performance.ended and self._pictures else None
        picture = track if track is not None and track.picture.is_file() else None
        view = card_of(performance, waiting, self._locale, others=self.followed, picture=picture)
        components = view.to_components()  # type: ignore[no-untyped-call]
        if self._message is None:
            self._message = await self._channel.send(view=view)
        elif components == self._components:
            return
        elif picture is self._picture:
            await self._message.edit(view=view)
        else:
            attached = [] if picture is None else [_file(picture, self._locale)]
            await self._message.edit(view=view, attachments=attached)
        self._components, self._picture = components, picture
        self._forget()

    def _performances(self) -> tuple[Performance, list[Performance]]:
        """What plays or is about to, else what was last, and what follows."""
        wanted = self._queue.wanted or self.followed[-1:]
        return wanted[0], wanted[1:]

    def _forget(self) -> None:
        """Hold nothing for a whole evening that is not shown: a piece keeps its sound."""
        *earlier, latest = self.followed
        over = [performance for performance in earlier if performance.settled and performance.trouble]
        going = [performance for performance in earlier if not performance.settled]
        self.followed = [*over[-SHOWN_TROUBLES:], *going, latest]


def is_gone(error: Exception) -> bool:
    """Whether the message or its channel is not there for Busker any more, so trying again is in vain."""
    shut_out = isinstance(error, discord.Forbidden) and error.code == MISSING_ACCESS
    return shut_out or isinstance(error, discord.NotFound)


def _file(track: Track, locale: discord.Locale) -> discord.File:
    return discord.File(track.picture, description=track.alt_text.in_(locale))
