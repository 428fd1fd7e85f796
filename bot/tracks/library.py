"""The library of a guild: what a member may see of it, and what can be done with a track that was made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import discord

from audio.files.track import PICTURE_SUFFIX
from bot.store.records import Visibility

if TYPE_CHECKING:
    from bot.client import Busker
    from bot.store.records import MadeTrack


async def sight_of(bot: Busker, member: discord.Member) -> Visibility:
    """Which tracks of their guild a member may see."""
    channels = await bot.store.channels_of_tracks(member.guild.id)
    return Visibility(
        member.id, frozenset(channel for channel, of in channels if _reads(member, channel, of))
    )


def kept_file(bot: Busker, track: MadeTrack) -> Path | None:
    """The file of a track, where it still is."""
    if track.file is None:
        return None
    path = bot.settings.tracks.folder / track.file
    return path if path.is_file() else None


def same_model(bot: Busker, track: MadeTrack) -> bool:
    """Whether making it again makes the same sound."""
    info = bot.engine.info
    return (info.checkpoint, info.revision) == (track.checkpoint, track.revision)


async def delete_files(bot: Busker, files: Iterable[str]) -> None:
    """Delete tracks of these names, and their pictures, from the folder of tracks; some may be gone."""
    folder = bot.settings.tracks.folder
    paths = [folder / file for file in files]
    paths += [path.with_suffix(PICTURE_SUFFIX) for path in paths]

    def delete() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    await asyncio.to_thread(delete)


def _reads(member: discord.Member, channel_id: int, parent_id: int | None) -> bool:
    channel = member.guild.get_channel_or_thread(channel_id)
    if channel is None and parent_id is not None:  # an archived thread, which whoever reads there can open
        channel = member.guild.get_channel(parent_id)
    if channel is None:
        return False
    may = channel.permissions_for(member)
    if isinstance(channel, discord.Thread) and channel.is_private():
        return may.manage_threads  # who else is in it, discord.py does not know
    return may.view_channel and may.read_message_history
