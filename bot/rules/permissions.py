"""Discord permissions that Busker needs, and checks of channels before anything begins."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import discord

from bot.errors import ChannelClosed, NotListening
from bot.rules.visibility import can_view
from words.text import Text

Needs = Sequence[Sequence[str]]
"""Groups of permissions by discord.py's names. Without all of a group the later groups have no effect either
(Discord's "implicit permissions"), so an error names what is missing in the first incomplete group."""

VOICE_NEEDS: Final[Needs] = (("view_channel",), ("connect",), ("speak",))
"""To play in a voice channel."""

STAGE_NEEDS: Final[Needs] = (("view_channel",), ("connect",), ("request_to_speak",))
"""To play on a Stage."""

TEXT_NEEDS: Final[Needs] = (("view_channel",), ("send_messages",), ("embed_links", "attach_files"))
"""To post tracks in a channel."""

THREAD_NEEDS: Final[Needs] = (
    ("view_channel",),
    ("send_messages_in_threads",),
    ("embed_links", "attach_files"),
)
"""To post tracks in a thread."""

NEEDED: Final = discord.Permissions(**dict.fromkeys(itertools.chain(*VOICE_NEEDS, *TEXT_NEEDS), True))
"""All permissions that the invite link requests."""

VocalChannel = discord.VoiceChannel | discord.StageChannel
"""A channel that Busker can play in."""

PostingChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
"""A channel that Busker can post tracks in."""


def invite_link(application_id: int) -> str:
    """Return the link that invites Busker with exactly the permissions that it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED)


def voice_channel_of(member: discord.Member) -> VocalChannel:
    """Return the voice channel or Stage that the member is in, if Busker may play there.

    Discord does not answer a bot that tries to join a full or forbidden channel, so this checks both
    beforehand. Raises NotListening or ChannelClosed.
    """
    channel = member.voice.channel if member.voice else None
    if not isinstance(channel, VocalChannel):  # Discord can name any channel
        raise NotListening(Text("permissions-no-voice"))
    me = channel.guild.me
    allowed = channel.permissions_for(me)
    on_stage = isinstance(channel, discord.StageChannel)
    _require(allowed, STAGE_NEEDS if on_stage else VOICE_NEEDS, channel)
    full = 0 < channel.user_limit <= len(channel.voice_states) and me.id not in channel.voice_states
    if full and not (allowed.move_members or allowed.administrator):
        raise ChannelClosed(Text("permissions-full", channel=channel.mention, limit=channel.user_limit))
    return channel


def require_listening(member: discord.Member, channel: VocalChannel | None) -> None:
    """Raise NotListening if music plays in `channel`, unless the member is there."""
    if channel is not None and (member.voice is None or member.voice.channel != channel):
        require_view(member, channel)
        raise NotListening(Text("permissions-elsewhere", channel=channel.mention))


def require_view(member: discord.Member, channel: VocalChannel | None) -> None:
    """Raise NotListening if music plays in `channel`, unless the member can see it."""
    if channel is not None and not can_view(member, channel):
        raise NotListening(Text("permissions-private"))


def listeners_in(channel: VocalChannel | None) -> list[int]:
    """Return the ids of the people in a channel, without bots."""
    if channel is None:
        return []
    # Not `channel.members`: members that discord.py has not cached are missing there.
    members = {member_id: channel.guild.get_member(member_id) for member_id in channel.voice_states}
    return [member_id for member_id, member in members.items() if not (member and member.bot)]


def posting_channel(channel: object, allowed: discord.Permissions) -> PostingChannel:
    """Return `channel` if Busker may post tracks there.

    Raises ChannelClosed, which names the missing permissions.
    """
    if not isinstance(channel, PostingChannel):
        raise ChannelClosed(Text("permissions-no-posting"))
    in_thread = isinstance(channel, discord.Thread)
    _require(allowed, THREAD_NEEDS if in_thread else TEXT_NEEDS, channel)
    return channel


def permission_named(name: str) -> Text:
    """Return a permission, by discord.py's name, as Discord's settings call it."""
    return Text("permissions-name", name=name)


def _require(
    allowed: discord.Permissions, needs: Needs, channel: discord.abc.GuildChannel | discord.Thread
) -> None:
    for group in needs:
        missing = tuple(permission_named(need) for need in group if not getattr(allowed, need))
        if missing:
            raise ChannelClosed(
                Text("permissions-missing", channel=channel.mention, count=len(missing), missing=missing)
            )
