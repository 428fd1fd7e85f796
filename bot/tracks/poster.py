"""Finished tracks: written in a separate process, added to the library, posted, and retried if refused."""

from __future__ import annotations

import asyncio
import io
import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import discord

from audio.children import WRITER_ENVIRONMENT, forbid_core_dumps, inheriting
from audio.files.saved import read_track
from audio.files.track import Track, TrackError, make_track
from bot.errors import ChannelClosed, StoreError
from bot.rules.markdown import escape
from bot.rules.permissions import PostingChannel, posting_channel
from bot.rules.visibility import viewers_can_view
from bot.store.records import MadeTrack, PostedMessage
from bot.tracks.track_cache import evict
from bot.ui.card import format_clock, track_buttons
from bot.ui.posted_card import UNPOSTED, is_gone
from words.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from audio.engine import Engine
    from audio.piece import Piece
    from bot.config.guild_settings import GuildSettings
    from bot.config.settings import TrackSettings
    from bot.playback.performance import Performance
    from bot.store.repository import Store

RETRY_SECONDS: Final = (5.0, 30.0, 120.0)
"""Delays before each retry of a refused track [s]."""

UPLOAD_SECONDS: Final = 45.0
"""Timeout of an upload [s]. 10 MiB at 2 Mbit/s take 42 s."""

CLOSE_SECONDS: Final = 2.0
"""Timeout at shutdown for a track that is being written [s]; that takes 1 to 2 s."""

MIB: Final = 2**20
"""Bytes."""

NICENESS: Final = 10
"""The writing process yields to voice packets and the model: a track may be a second late, sound may not."""

START: Final = "spawn"
"""Start method of the writing process: this process has threads, so it must not fork."""

Result = TypeVar("Result")

_log = logging.getLogger(__name__)


class Poster:
    """Writes tracks in another process, because encoding here would delay voice packets, and posts them.

    Made once by the client; used on the event loop.
    """

    def __init__(
        self,
        engine: Engine,
        guild_settings: GuildSettings,
        store: Store,
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._engine = engine
        self._guild_settings = guild_settings
        self._store = store
        self._retry_seconds = retry_seconds
        self._writer = _start_writer()
        self._posting: set[Path] = set()
        """Tracks that are being posted: the cache must not evict them."""

    async def post(self, performance: Performance) -> None:
        """Write the files of a composed piece and post them; a track that cannot be posted stays on disk.

        Where the disk refuses them, they are posted from memory.
        A piece that was played from its file has been posted before, unless a restart came between.
        """
        request = performance.request
        if request.saved_file is not None and request.unposted_track is None:
            performance.mark_delivered()
            return
        guild = performance.request.requester.guild
        tracks = self._guild_settings.of(guild.id).tracks
        limit = min(guild.filesize_limit, int(tracks.largest_mib * MIB))
        try:
            channel = self._posting_channel(performance)
            if request.saved_file is not None and request.unposted_track is not None:
                track = await self.run_in_writer(partial(read_track, request.saved_file, performance.piece))
                number: int | None = request.unposted_track.id
            else:
                track = await self._write(performance, limit, tracks)
                number = await self._add_to_library(track, performance, channel)
            performance.set_track(track, number or 0)
            self._posting.add(track.path)
            await self._trim_cache(tracks)
            if track.unsaved is not None:
                _log.error("the track of seed %d was not saved: %s", track.piece.seed, track.unsaved.why)
                performance.set_trouble(Text("trouble-unsaved"))
            if track.size > limit:
                saved = Text("trouble-too-large", file=track.path.name)
                performance.set_trouble(saved if track.unsaved is None else Text("trouble-lost"))
            elif (message := await self._send(track, performance, channel)) is not None:
                await self._record_message(number, message)
        except TrackError as error:
            performance.set_trouble(error.text)
        except Exception:
            _log.exception("the track of seed %d was not written", performance.piece.seed)
            performance.set_trouble(Text("trouble-writing"))
        finally:
            if (written := performance.track) is not None:
                self._posting.discard(written.path)
                performance.set_track(replace(written, unsaved=None), performance.track_id)  # free the memory
            performance.mark_delivered()

    async def note_card(self, card: PostedMessage, shown: Mapping[int, int | None]) -> None:
        """Note whose pieces a card shows, so that it can be deleted with them."""
        try:
            await self._store.note_card(card, shown)
        except StoreError:
            _log.exception("card %d is not deleted with its tracks", card.message_id)

    async def close(self) -> None:
        """End the writing process, after up to CLOSE_SECONDS for the track that is being written."""
        processes = list(self._writer._processes.values())
        ending = asyncio.create_task(
            asyncio.to_thread(self._writer.shutdown, cancel_futures=True), name="end of the writing process"
        )
        await asyncio.wait([ending], timeout=CLOSE_SECONDS)
        for process in processes:
            process.kill()
        await ending

    def _posting_channel(self, performance: Performance) -> PostingChannel:
        """Return the channel that managers chose, or else that of the request.

        So it is where the chosen one is unusable, or read by others than the channel of the request.
        """
        request = performance.request
        guild = request.requester.guild
        chosen = self._store.choices_of(guild.id).posting_channel_id
        channel = guild.get_channel_or_thread(chosen) if chosen is not None else None
        if channel is None or not viewers_can_view(channel, request.text_channel):
            return request.text_channel
        try:
            return posting_channel(channel, channel.permissions_for(guild.me))
        except ChannelClosed as closed:
            _log.warning("a track is posted in the channel of its request: %s", closed)
            return request.text_channel

    async def _write(self, performance: Performance, limit: int, tracks: TrackSettings) -> Track:
        write = partial(
            make_track,
            performance.sound,
            performance.piece,
            self._engine.info,
            tracks.folder,
            limit=limit,
            formats=tracks.formats,
        )
        try:
            return await self.run_in_writer(write)
        except BrokenProcessPool:  # the process was killed: retry once in a new one
            return await self.run_in_writer(write)

    async def run_in_writer(self, work: Callable[[], Result]) -> Result:
        """Run `work` in the writing process and return its result.

        Raises BrokenProcessPool if the process dies; the next call gets a new one.
        """
        writer = self._writer
        try:
            with inheriting(WRITER_ENVIRONMENT):  # the first work of a pool starts its process
                result = asyncio.get_running_loop().run_in_executor(writer, work)
            return await result
        except BrokenProcessPool:
            if self._writer is writer:
                _log.warning("the writing process died; a new one is started")
                self._writer = _start_writer()
            raise

    async def _add_to_library(
        self, track: Track, performance: Performance, channel: PostingChannel
    ) -> int | None:
        """Return the new number of the track; None if that failed: it is posted nevertheless."""
        requester, info = performance.request.requester, self._engine.info
        record = MadeTrack(
            id=0,
            guild_id=requester.guild.id,
            member_id=requester.id,
            piece=track.piece,
            checkpoint=info.checkpoint,
            revision=info.revision,
            channel_id=channel.id,
            message_id=None,
            file=track.path.name if track.unsaved is None else None,
            made_at=time.time(),
            parent_id=_public_parent(channel),
            from_recording=bool(track.piece.recordings),
        )
        try:
            return (await self._store.add_track(record, performance.request_id)).id
        except StoreError:
            _log.exception("the track of seed %d is not in the library", track.piece.seed)
            return None

    async def _trim_cache(self, tracks: TrackSettings) -> None:
        """Delete the oldest tracks above the size limit; the library can compose them again."""
        if not tracks.keep_mib:
            return
        max_bytes = int(tracks.keep_mib * MIB)
        if deleted := await asyncio.to_thread(evict, tracks.folder, max_bytes, frozenset(self._posting)):
            try:
                await self._store.clear_files(deleted)
            except StoreError:
                _log.exception("the library still lists %d deleted files", len(deleted))

    async def _record_message(self, number: int | None, message: discord.Message) -> None:
        if number is None:
            return
        try:
            if not await self._store.set_message(number, message.id):
                await message.delete()  # its requester has deleted the track while Discord took it
        except StoreError:
            _log.exception("the library lacks the message of track %d", number)
        except UNPOSTED as error:
            _log.warning("the message of a deleted track stays: %r", error)

    async def _send(
        self, track: Track, performance: Performance, channel: PostingChannel
    ) -> discord.Message | None:
        """Post a track, with retries that the card reports. Return the message, None if all failed."""
        before, own = performance.trouble, None
        locale = channel.guild.preferred_locale
        view = track_buttons(locale)
        for retry_in in (*self._retry_seconds, None):
            try:
                async with asyncio.timeout(UPLOAD_SECONDS):
                    # With the same nonce Discord returns the message that it accepted minutes ago, also after
                    # a restart before its answer (developer documentation, "enforce_nonce").
                    message = await channel.send(
                        caption_of(track.piece).in_(locale),
                        files=_files(track, locale),
                        view=view,
                        nonce=performance.request_id,
                    )
            except UNPOSTED as error:
                if is_gone(error):
                    retry_in = None
                _log.warning("posting the track of seed %d failed: %r", track.piece.seed, error)
                if performance.trouble is not own:  # playback has its own troubles meanwhile
                    before = performance.trouble
                own = _trouble(track, retry_in)
                performance.set_trouble(own)
            else:
                if own is not None and performance.trouble is own:
                    performance.set_trouble(before)
                return message
            if retry_in is None:
                break
            await asyncio.sleep(retry_in)
        return None


def _start_writer() -> ProcessPoolExecutor:
    context = multiprocessing.get_context(START)
    with inheriting(WRITER_ENVIRONMENT):  # Python's own resource tracker starts with it
        return ProcessPoolExecutor(1, mp_context=context, initializer=_prepare_writer)


def _prepare_writer() -> None:
    """Lower the priority of the writing process, forbid core dumps, and leave Ctrl-C to the bot."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    forbid_core_dumps()


def _public_parent(channel: PostingChannel) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) and not channel.is_private() else None


def caption_of(piece: Piece) -> Text:
    """Return the text of a message with a track."""
    prompt, seconds, seed = escape(piece.typed_prompt), piece.seconds, str(piece.seed)
    if piece.excerpt is None:
        return Text("track-line", prompt=prompt, seconds=seconds, seed=seed)
    begin = format_clock(piece.excerpt)
    return Text("track-radio-line", prompt=prompt, seconds=round(seconds), seed=seed, begin=begin)


def _files(track: Track, locale: discord.Locale) -> list[discord.File]:
    sound: Path | io.BytesIO = track.path
    picture: Path | io.BytesIO = track.picture
    if track.unsaved is not None:
        sound, picture = io.BytesIO(track.unsaved.sound), io.BytesIO(track.unsaved.picture)
    return [
        discord.File(sound, filename=track.path.name),
        discord.File(picture, filename=track.picture.name, description=track.alt_text.in_(locale)),
    ]


def _trouble(track: Track, retry_in: float | None) -> Text:
    if track.unsaved is not None:
        return Text("trouble-lost") if retry_in is None else Text("trouble-kept", seconds=round(retry_in))
    if retry_in is None:
        return Text("trouble-not-taken", file=track.path.name)
    return Text("trouble-tried-again", file=track.path.name, seconds=round(retry_in))
