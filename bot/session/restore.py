"""After a restart, unfinished pieces continue.

- Where people still listen, the queue is restored. A piece that played is composed again from its start,
  which makes the same sound, and the part that was played already is skipped.
- Where nobody listens any more, pieces that were being composed are finished and posted; the others are
  forgotten.
- A radio continues with another segment where people still listen; elsewhere it is forgotten.
- A track that was written but not posted is posted from its file.
- What the moderation of the server would not allow any more is forgotten.
- After MAX_RESTARTS a piece is forgotten, because it may be what ends Busker.
- Pauses and volumes set by members are not restored.
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
from bot.playback.radio import is_stable, next_segment_piece
from bot.rules.moderation import words_of
from bot.rules.permissions import PostingChannel, VocalChannel, listeners_in
from bot.ui.posted_card import UNPOSTED
from bot.voice.channel_requests import leave_channel
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.config.settings import MusicSettings
    from bot.rules.moderation import Moderation
    from bot.session.sessions import Sessions
    from bot.store.records import JournalEntry
    from bot.store.repository import Store
    from bot.tracks.attachments import Attachments
    from bot.tracks.library import Library

MAX_RESTARTS: Final = 3
"""A piece that has seen this many restarts is not continued."""

MAX_ABSENCE_SECONDS: Final = 86_400.0
"""After a longer absence [s], of Busker or from a server, nothing continues."""

_log = logging.getLogger(__name__)


class Restoration:
    """Continues the unfinished pieces of the last run. Made once by the client; used on the event loop."""

    def __init__(
        self,
        store: Store,
        sessions: Sessions,
        engine: Engine,
        library: Library,
        attachments: Attachments,
        music: MusicSettings,
        moderation: Moderation,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._engine = engine
        self._library = library
        self._attachments = attachments
        self._music = music
        self._moderation = moderation
        self._unfinished: defaultdict[int, list[JournalEntry]] = defaultdict(list)
        """Entries by guild, until the guild is available."""

    async def open(self) -> None:
        """Read the journal, before anything new is written to it. Raises StoreError."""
        oldest = time.time() - MAX_ABSENCE_SECONDS
        entries = await self._store.journal()
        expired = [entry.request_id for entry in entries if entry.noted_at < oldest]
        await self._store.update_journal([], expired)
        for entry in entries:
            if entry.noted_at >= oldest:
                self._unfinished[entry.guild_id].append(entry)

    async def restore(self, guild: discord.Guild) -> None:
        """Continue the unfinished pieces of a guild that became available, once."""
        entries = self._unfinished.pop(guild.id, [])
        if entries:
            await self._moderation.refresh(guild)
        retried = [entry for entry in entries if entry.restarts < MAX_RESTARTS]
        channels = {guild.get_channel(entry.voice_channel_id) for entry in retried}
        has_listeners = any(
            listeners_in(channel) for channel in channels if isinstance(channel, VocalChannel)
        )
        forgotten: Counter[PostingChannel] = Counter()
        for entry in entries:
            try:
                request = await self._request(guild, entry)
            except (OSError, discord.HTTPException, StoreError):
                _log.exception("seed %d waits until the server is available again", entry.piece.seed)
                self._unfinished[guild.id].append(entry)
                continue
            if (
                request is None
                or entry not in retried
                or not _continues(entry, request, has_listeners=has_listeners)
                or not self._permits(request)
            ):
                await self._store.update_journal([], [entry.request_id])
                if request is not None:
                    forgotten[request.text_channel] += 1
                continue
            self._continue(entry, request, has_listeners=has_listeners)
        if entries and not has_listeners and guild.me.voice is not None:
            await leave_channel(guild)  # Discord keeps a killed bot in its voice channel
        for channel, pieces in forgotten.items():
            await _send(channel, Text("restart-forgot", pieces=pieces).in_(guild.preferred_locale))

    def _permits(self, request: Request) -> bool:
        texts = words_of(request.piece)
        return self._moderation.permits(request.requester, request.text_channel, texts)

    def _continue(self, entry: JournalEntry, request: Request, *, has_listeners: bool) -> None:
        session = self._sessions.of(request.requester.guild)
        played_seconds = entry.frames_played * FRAME_SECONDS
        performance = Performance(
            request,
            self._engine,
            session.queue.seconds_until,
            queue_was_empty=False,
            request_id=entry.request_id,
            frames_played=0 if entry.piece.endless else entry.frames_played,
            # A radio that played for long did not end Busker.
            restarts=0 if entry.piece.endless and is_stable(played_seconds) else entry.restarts + 1,
        )
        if entry.place is None or not has_listeners:
            performance.leave_queue()
        _log.info("continuing seed %d after a restart", entry.piece.seed)
        session.restore(performance)
        self._attachments.retain(performance)

    async def _request(self, guild: discord.Guild, entry: JournalEntry) -> Request | None:
        """Rebuild a request; None if the requester or a channel is gone.

        Raises discord.HTTPException, OSError or StoreError.
        """
        try:
            member = guild.get_member(entry.member_id) or await guild.fetch_member(entry.member_id)
        except discord.NotFound:
            return None
        voice = guild.get_channel(entry.voice_channel_id)
        text = guild.get_channel_or_thread(entry.text_channel_id)
        if not isinstance(voice, VocalChannel) or not isinstance(text, PostingChannel):
            return None
        piece = next_segment_piece(entry.piece, entry.frames_played) if entry.piece.endless else entry.piece
        request = Request(self._music.with_lead(piece), member, voice, text)
        if entry.saved_file is not None:
            return replace(request, saved_file=self._library.folder / entry.saved_file)
        track = entry.track_id and await self._store.track(guild.id, entry.track_id)
        if not track or (saved_file := self._library.file_of(track)) is None:
            return request
        return replace(
            request, saved_file=saved_file, unposted_track=track if track.message_id is None else None
        )


def _continues(entry: JournalEntry, request: Request, *, has_listeners: bool) -> bool:
    """True if a piece is played on, or finished for its track.

    A radio has no track. An excerpt of one cannot be composed again: without its file it is lost.
    """
    if entry.piece.endless:
        return has_listeners and entry.place is not None
    if entry.piece.excerpt is not None and request.saved_file is None:
        return False
    return has_listeners or entry.begun


async def _send(channel: PostingChannel, sentence: str) -> None:
    try:
        await channel.send(sentence)
    except UNPOSTED as error:
        _log.warning("the message about forgotten pieces was not sent: %r", error)
