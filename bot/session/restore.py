"""After a restart: what the Busker before this one left unfinished goes on.

- Where people still listen, the queue is as it was. What played goes on where it was: a piece is made again
  from its start, the same, and what was heard is passed over.
- Where nobody listens any more, what was begun is finished and posted, and what waited is forgotten.
- A radio goes on where people still listen, with another stretch, and is forgotten where nobody does.
- A track that was written is posted from its file, unless it was posted.
- What has seen MAX_RESTARTS is given up, since it may be what ends Busker.
- A pause, and the volume that members chose, end with the Busker that they were told.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import discord

from audio.units import FRAME_SECONDS
from bot.errors import StoreError
from bot.playback.performance import Performance, Request
from bot.playback.radio import lasted, next_stretch
from bot.rules.permissions import PostingChannel, VocalChannel, listeners_in
from bot.tracks.library import kept_file
from bot.ui.posted_card import UNPOSTED
from bot.voice.supervisor import depart
from words.text import Text

if TYPE_CHECKING:
    from bot.client import Busker
    from bot.store.records import Asked

MAX_RESTARTS: Final = 3

FORGOTTEN_SECONDS: Final = 86_400.0
"""After so long an absence nothing goes on: from Busker's own end, or in a server that it was put out of."""

_log = logging.getLogger(__name__)


class Restoration:
    """What is left of before the start, by guild. Owned by the bot, used on the event loop."""

    def __init__(self, bot: Busker) -> None:
        self._bot = bot
        self._left: defaultdict[int, list[Asked]] = defaultdict(list)

    async def open(self) -> None:
        """Read what is left, before anything new is asked for. Raises StoreError."""
        long_ago = time.time() - FORGOTTEN_SECONDS
        left = await self._bot.store.asked()
        await self._bot.store.note([], [asked.ticket for asked in left if asked.noted_at < long_ago])
        for asked in left:
            if asked.noted_at >= long_ago:
                self._left[asked.guild_id].append(asked)

    async def restore(self, guild: discord.Guild) -> None:
        """Go on with what was asked for in a guild that is there, once."""
        left = self._left.pop(guild.id, [])
        lasting = [asked for asked in left if asked.restarts < MAX_RESTARTS]
        rooms = {guild.get_channel(asked.voice_channel_id) for asked in lasting}
        listened = any(listeners_in(room) for room in rooms if isinstance(room, VocalChannel))
        forgotten: Counter[PostingChannel] = Counter()
        for asked in left:
            try:
                request = await self._request(guild, asked)
            except (OSError, discord.HTTPException, StoreError):
                _log.exception("%r cannot go on yet; it does when the server is there anew", asked.piece)
                self._left[guild.id].append(asked)
                continue
            if request is None or (asked not in lasting) or not _goes_on(asked, request, heard=listened):
                await self._bot.store.note([], [asked.ticket])
                if request is not None:
                    forgotten[request.text_channel] += 1
                continue
            self._go_on(asked, request, heard=listened)
        if left and not listened and guild.me.voice is not None:
            await depart(guild)  # Discord keeps the seat of one that was killed
        for channel, pieces in forgotten.items():
            await _say(channel, Text("restart-forgot", pieces=pieces).in_(guild.preferred_locale))

    def _go_on(self, asked: Asked, request: Request, *, heard: bool) -> None:
        session = self._bot.session_of(request.requester.guild)
        performance = Performance(
            request,
            self._bot.engine,
            session.queue.seconds_until,
            at_once=False,
            ticket=asked.ticket,
            frames_played=0 if asked.piece.endless else asked.frames_played,
            # A radio that had played for long is not what ended Busker.
            restarts=0 if asked.piece.endless and lasted(_seconds_played(asked)) else asked.restarts + 1,
        )
        if asked.place is None or not heard:
            performance.leave_queue()
        _log.info("going on with %r after a restart", asked.piece)
        session.restore(performance)
        self._bot.recordings.hold(performance)

    async def _request(self, guild: discord.Guild, asked: Asked) -> Request | None:
        """The request anew, None where its asker or a channel is gone."""
        try:
            member = guild.get_member(asked.member_id) or await guild.fetch_member(asked.member_id)
        except discord.NotFound:
            return None
        voice = guild.get_channel(asked.voice_channel_id)
        text = guild.get_channel_or_thread(asked.text_channel_id)
        if not isinstance(voice, VocalChannel) or not isinstance(text, PostingChannel):
            return None
        piece = next_stretch(asked.piece, asked.frames_played) if asked.piece.endless else asked.piece
        request = Request(self._bot.settings.music.led(piece), member, voice, text)
        if asked.kept is not None:
            return replace(request, kept=self._bot.settings.tracks.folder / asked.kept)
        track = asked.track_id and await self._bot.store.track(guild.id, asked.track_id)
        if not track or (kept := kept_file(self._bot, track)) is None:
            return request
        return replace(request, kept=kept, unposted=track if track.message_id is None else None)


def _goes_on(asked: Asked, request: Request, *, heard: bool) -> bool:
    """Whether a piece is made on, or posted: heard, or for its track. A radio has none, and what was kept of
    one has a file or is lost."""
    if asked.piece.endless:
        return heard and asked.place is not None
    if asked.piece.excerpt is not None and request.kept is None:
        return False
    return heard or asked.begun


def _seconds_played(asked: Asked) -> float:
    return asked.frames_played * FRAME_SECONDS


async def _say(channel: PostingChannel, sentence: str) -> None:
    try:
        await channel.send(sentence)
    except UNPOSTED as error:
        _log.warning("it was not said that pieces are forgotten: %r", error)
