"""Finished tracks: written in a process of their own, remembered, posted, and tried again when refused."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import discord

from audio.files.saved import read_track
from audio.files.track import Track, TrackError, write_track
from bot.config.guild_settings import settings_with
from bot.errors import ChannelClosed, StoreError
from bot.rules.markdown import quoted
from bot.rules.permissions import PostingChannel, posting_channel
from bot.store.records import MadeTrack
from bot.tracks.track_cache import make_room
from bot.ui.card import clock_of, track_buttons
from bot.ui.posted_card import UNPOSTED, is_gone
from words.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from audio.engine import Engine
    from audio.piece import Piece
    from bot.config.settings import Settings, TrackSettings
    from bot.playback.performance import Performance
    from bot.store.repository import Store

RETRY_SECONDS: Final = (5.0, 30.0, 120.0)
"""How long to wait before each new try to post a track."""

UPLOAD_SECONDS: Final = 45.0
"""How long Discord may take to answer a track. 10 MiB at 2 Mbit/s take 42 s."""

CLOSE_SECONDS: Final = 2.0
"""How long a track that is being written may hold up the end; it takes 1 to 2 s."""

MIB: Final = 2**20
NICENESS: Final = 10
"""The writing process yields to voice packets and the model: a track may be a second late, sound may not."""

START = "spawn"
"""How the writing process is started: from nothing, since this one has threads."""

Done = TypeVar("Done")

_log = logging.getLogger(__name__)


class Poster:
    """Writes tracks in another process, since encoding here would delay voice packets; remembers and posts
    them."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        store: Store,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._store = store
        self._retry_seconds = retry_seconds
        self._press = _press()
        self._in_hand: set[Path] = set()
        """Tracks that are being posted."""

    async def post(self, performance: Performance) -> None:
        """Write the files of a composed piece and post them; what cannot be posted stays on disk.

        A track that was kept is written already, and posted unless a restart came between.
        """
        request = performance.request
        if request.kept is not None and request.unposted is None:
            performance.delivered()
            return
        guild = performance.request.requester.guild
        tracks = settings_with(self._settings, self._store.choices_of(guild.id)).tracks
        limit = min(guild.filesize_limit, int(tracks.largest_mib * MIB))
        try:
            place = self._place(performance)
            if request.kept is not None and request.unposted is not None:
                track = await self.apart(partial(read_track, request.kept, performance.piece))
                number: int | None = request.unposted.id
            else:
                track = await self._written(performance, limit, tracks)
                number = await self._remembered(track, performance, place)
            performance.track, performance.number = track, number or 0
            self._in_hand.add(track.path)
            await self._make_room(tracks)
            if track.size > limit:
                performance.trouble = Text("trouble-too-large", file=track.path.name)
            elif (message := await self._posted(track, performance, place)) is not None:
                await self._found_at(number, message)
        except TrackError as error:
            performance.trouble = error.text
        except Exception:
            _log.exception("the track of %r was not written", performance.piece)
            performance.trouble = Text("trouble-writing")
        finally:
            if performance.track is not None:
                self._in_hand.discard(performance.track.path)
            performance.delivered()

    async def close(self) -> None:
        """End the writing process; the track that is being written is finished first, if that is soon."""
        writers = list(self._press._processes.values())
        ending = asyncio.create_task(asyncio.to_thread(self._press.shutdown, cancel_futures=True))
        await asyncio.wait([ending], timeout=CLOSE_SECONDS)
        for writer in writers:
            writer.kill()
        await ending

    def _place(self, performance: Performance) -> PostingChannel:
        """The channel that managers chose, else (also when it is gone or closed) where it was asked for."""
        request = performance.request
        guild = request.requester.guild
        chosen = self._store.choices_of(guild.id).posting_channel_id
        channel = guild.get_channel_or_thread(chosen) if chosen is not None else None
        if channel is None:
            return request.text_channel
        try:
            return posting_channel(channel, channel.permissions_for(guild.me))
        except ChannelClosed as closed:
            _log.warning("a track is posted where it was asked for: %s", closed)
            return request.text_channel

    async def _written(self, performance: Performance, limit: int, tracks: TrackSettings) -> Track:
        write = partial(
            write_track,
            performance.made,
            performance.piece,
            self._engine.info,
            tracks.folder,
            limit=limit,
            formats=tracks.formats,
        )
        try:
            return await self.apart(write)
        except BrokenProcessPool:  # the process was killed; a new one has the same to do
            return await self.apart(write)

    async def apart(self, work: Callable[[], Done]) -> Done:
        """Do some work in the writing process. Raises BrokenProcessPool when that dies; another one is there
        for who comes next."""
        press = self._press
        try:
            return await asyncio.get_running_loop().run_in_executor(press, work)
        except BrokenProcessPool:
            if self._press is press:
                _log.warning("the writing process died; another one takes over")
                self._press = _press()
            raise

    async def _remembered(self, track: Track, performance: Performance, place: PostingChannel) -> int | None:
        """Put the track into the library; its number, None if that failed: it is posted all the same."""
        requester, info = performance.request.requester, self._engine.info
        made = MadeTrack(
            id=0,
            guild_id=requester.guild.id,
            member_id=requester.id,
            piece=track.piece,
            checkpoint=info.checkpoint,
            revision=info.revision,
            channel_id=place.id,
            message_id=None,
            file=track.path.name,
            made_at=time.time(),
            parent_id=_public_parent(place),
            from_recording=bool(track.piece.recordings),
        )
        try:
            return (await self._store.add_track(made, performance.ticket)).id
        except StoreError:
            _log.exception("%s is not in the library", track.path)
            return None

    async def _make_room(self, tracks: TrackSettings) -> None:
        """Delete what is over the limit; the library makes it again."""
        if not tracks.keep_mib:
            return
        most = int(tracks.keep_mib * MIB)
        if gone := await asyncio.to_thread(make_room, tracks.folder, most, frozenset(self._in_hand)):
            try:
                await self._store.lost(gone)
            except StoreError:
                _log.exception("the library does not know that %d files are gone", len(gone))

    async def _found_at(self, number: int | None, message: discord.Message) -> None:
        if number is None:
            return
        try:
            await self._store.posted(number, message.id)
        except StoreError:
            _log.exception("the library does not know the message of track %d", number)

    async def _posted(
        self, track: Track, performance: Performance, place: PostingChannel
    ) -> discord.Message | None:
        """Try until Discord takes it or patience ends; the listeners are told each time."""
        before = performance.trouble
        locale = place.guild.preferred_locale
        view = track_buttons(locale)
        for wait in (*self._retry_seconds, None):
            try:
                async with asyncio.timeout(UPLOAD_SECONDS):
                    # With the same number Discord gives back what it took some minutes ago, also after a
                    # restart that came before its answer (developer documentation, "enforce_nonce").
                    message = await place.send(
                        caption_of(track.piece).in_(locale),
                        files=_files(track, locale),
                        view=view,
                        nonce=performance.ticket,
                    )
            except UNPOSTED as error:
                if is_gone(error):
                    wait = None
                _log.warning("posting %s failed: %r", track.path, error)
                performance.trouble = _excuse(track, wait)
            else:
                performance.trouble = before
                return message
            if wait is None:
                break
            await asyncio.sleep(wait)
        return None


def _press() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(START), initializer=_yield_to_sound)


def _yield_to_sound() -> None:
    """In the writing process: go after everything that sounds, and leave Ctrl-C to the bot."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _public_parent(place: PostingChannel) -> int | None:
    return place.parent_id if isinstance(place, discord.Thread) and not place.is_private() else None


def caption_of(piece: Piece) -> Text:
    """What stands above a track."""
    prompt, seconds, seed = quoted(piece.prompt), piece.seconds, str(piece.seed)
    if piece.excerpt is None:
        return Text("track-line", prompt=prompt, seconds=seconds, seed=seed)
    begin = clock_of(piece.excerpt)
    return Text("track-radio-line", prompt=prompt, seconds=round(seconds), seed=seed, begin=begin)


def _files(track: Track, locale: discord.Locale) -> list[discord.File]:
    return [
        discord.File(track.path),
        discord.File(track.picture, description=track.alt_text.in_(locale)),
    ]


def _excuse(track: Track, wait: float | None) -> Text:
    if wait is None:
        return Text("trouble-not-taken", file=track.path.name)
    return Text("trouble-tried-again", file=track.path.name, seconds=round(wait))
