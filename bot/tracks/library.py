"""The library: the finished tracks of each guild, as far as a member may see them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import discord

from audio.files.track import PICTURE_SUFFIX
from bot.store.private import make_private_folder
from bot.store.records import Visibility

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.store.records import MadeTrack
    from bot.store.repository import Store
    from bot.tracks.eraser import Erased, Eraser

_log = logging.getLogger(__name__)


class Library:
    """Finds tracks and their files. Made once by the client; used on the event loop.

    `folder` holds the files of tracks.
    """

    def __init__(self, store: Store, folder: Path, engine: Engine, eraser: Eraser) -> None:
        self.folder = folder
        self._eraser = eraser
        self._store = store
        self._engine = engine

    async def open(self) -> None:
        """Close the folder of tracks to other users of the machine."""
        try:
            await asyncio.to_thread(make_private_folder, self.folder)
        except OSError as error:  # tracks are posted all the same
            _log.warning("%s cannot hold tracks: %s", self.folder, error.strerror or error)

    async def search(
        self,
        member: discord.Member,
        words: str,
        *,
        by: int | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[MadeTrack]:
        """Return tracks of the guild that the member may see and whose prompt has all `words`, newest first.

        `by` is the id of who requested them, `before` the id of a track that all of them are older than.
        """
        visibility = await self._visibility(member)
        return await self._store.search(
            member.guild.id, words, visibility, member_id=by, before=before, limit=limit
        )

    async def track(self, member: discord.Member, track_id: int) -> MadeTrack | None:
        """Return one track of the guild; None if it is forgotten or the member may not see it."""
        track = await self._store.track(member.guild.id, track_id)
        visibility = await self._visibility(member)
        return track if track is not None and visibility.includes(track) else None

    async def prompts(self, member: discord.Member, words: str, *, max_chars: int, limit: int) -> list[str]:
        """Return distinct prompts of at most `max_chars` characters that the member may see, latest first."""
        visibility = await self._visibility(member)
        return await self._store.prompts(member.guild.id, words, visibility, max_chars=max_chars, limit=limit)

    def file_of(self, track: MadeTrack) -> Path | None:
        """Return the file of a track, None if it is not on disk any more."""
        if track.file is None:
            return None
        path = self.folder / track.file
        return path if path.is_file() else None

    def is_reproducible(self, track: MadeTrack) -> bool:
        """True if composing the track again makes the same sound: the checkpoint is the same."""
        info = self._engine.info
        return (info.checkpoint, info.revision) == (track.checkpoint, track.revision)

    async def forget(self, track: MadeTrack, spared: Collection[int] = ()) -> asyncio.Task[Erased]:
        """Delete a track and its files; return what deletes its message and finished cards with it.

        `spared` are the ids of cards that are not finished.
        """
        files, messages = await self._store.forget_track(track.id, spared)
        await self.delete_files(files)
        return self._eraser.erase(messages)

    async def forget_all_of(
        self, member_id: int, spared: Collection[int] = ()
    ) -> tuple[int, asyncio.Task[Erased]]:
        """Delete the tracks of a person in all guilds, and their files.

        Return how many messages are deleted now, finished cards among them, and what does that.
        """
        files, messages = await self._store.forget_tracks_of(member_id, spared)
        await self.delete_files(files)
        return len(messages), self._eraser.erase(messages)

    async def _visibility(self, member: discord.Member) -> Visibility:
        channels = await self._store.channels_of_tracks(member.guild.id)
        return Visibility(
            member.id,
            frozenset(channel for channel, parent in channels if _can_read(member, channel, parent)),
        )

    async def delete_files(self, files: Iterable[str]) -> None:
        """Delete files of tracks and their pictures; some may be gone already."""
        paths = [self.folder / file for file in files]
        paths += [path.with_suffix(PICTURE_SUFFIX) for path in paths]

        def delete() -> None:
            for path in paths:
                path.unlink(missing_ok=True)

        await asyncio.to_thread(delete)


def _can_read(member: discord.Member, channel_id: int, parent_id: int | None) -> bool:
    channel = member.guild.get_channel_or_thread(channel_id)
    if channel is None and parent_id is not None:
        # An archived thread: discord.py does not know it, and readers of its channel can open it.
        channel = member.guild.get_channel(parent_id)
    if channel is None:
        return False
    permissions = channel.permissions_for(member)
    if isinstance(channel, discord.Thread) and channel.is_private():
        return permissions.manage_threads  # discord.py does not know the members of a private thread
    return permissions.view_channel and permissions.read_message_history
