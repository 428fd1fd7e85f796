"""What Busker needs to be allowed, and the checks made before anything is begun."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

import discord

from bot.errors import ChannelClosed, NotListening
from words.text import Text

Needs = Sequence[Sequence[str]]
"""Permissions by discord.py's names. Who lacks one of a line has none of the next lines either (Discord's
"implicit permissions"), so the first line that lacks something is the one to name."""

VOICE_NEEDS: Final[Needs] = (("view_channel",), ("connect",), ("speak",))
STAGE_NEEDS: Final[Needs] = (("view_channel",), ("connect",), ("request_to_speak",))
TEXT_NEEDS: Final[Needs] = (("view_channel",), ("send_messages",), ("embed_links", "attach_files"))
THREAD_NEEDS: Final[Needs] = (
    ("view_channel",),
    ("send_messages_in_threads",),
    ("embed_links", "attach_files"),
)

NEEDED: Final = discord.Permissions(**dict.fromkeys(itertools.chain(*VOICE_NEEDS, *TEXT_NEEDS), True))
"""All that Busker asks for when it is invited."""

VocalChannel = discord.VoiceChannel | discord.StageChannel

PostingChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread


def invite_link(application_id: int) -> str:
    """The link that invites Busker with exactly the permissions it needs."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED)


def voice_channel_of(member: discord.Member) -> VocalChannel:
    """The voice channel or Stage the member sits in and Busker may play in.

    Raises NotListening or ChannelClosed. Discord answers nothing at all to a bot that tries to enter a
    full or forbidden channel, so everything is asked beforehand.
    """
    channel = member.voice.channel if member.voice else None
    if channel is None:
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
    """Raises NotListening if something is to be heard in `channel` and the member does not sit there."""
    if channel is not None and (member.voice is None or member.voice.channel != channel):
        raise NotListening(Text("permissions-elsewhere", channel=channel.mention))


def listeners_in(channel: VocalChannel | None) -> list[int]:
    """The ids of the people in a channel; bots do not count."""
    if channel is None:
        return []
    # Not `channel.members`, which lacks those whom discord.py has not met yet.
    members = {member_id: channel.guild.get_member(member_id) for member_id in channel.voice_states}
    return [member_id for member_id, member in members.items() if not (member and member.bot)]


def posting_channel(channel: object, allowed: discord.Permissions) -> PostingChannel:
    """`channel`, if Busker may post tracks there. Raises ChannelClosed, naming each missing permission."""
    if not isinstance(channel, PostingChannel):
        raise ChannelClosed(Text("permissions-no-posting"))
    in_thread = isinstance(channel, discord.Thread)
    _require(allowed, THREAD_NEEDS if in_thread else TEXT_NEEDS, channel)
    return channel


def permission_named(name: str) -> Text:
    """A permission, by discord.py's name, as Discord's settings call it."""
    return Text("permissions-name", name=name)


def _require(
    allowed: discord.Permissions, needs: Needs, channel: discord.abc.GuildChannel | discord.Thread
) -> None:
    for line in needs:
        missing = tuple(permission_named(need) for need in line if not getattr(allowed, need))
        if missing:
            raise ChannelClosed(
                Text("permissions-missing", channel=channel.mention, count=len(missing), missing=missing)
            )
