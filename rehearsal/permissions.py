"""Permissions, computed as Discord computes them.

Bits, order and implicit denials: Discord developer documentation, Topics / Permissions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Final


class Permission(IntFlag):
    """The permissions that matter to a bot that talks, posts and plays."""

    CREATE_INSTANT_INVITE = 1 << 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    STREAM = 1 << 9
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    MUTE_MEMBERS = 1 << 22
    DEAFEN_MEMBERS = 1 << 23
    MOVE_MEMBERS = 1 << 24
    USE_VAD = 1 << 25
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    REQUEST_TO_SPEAK = 1 << 32
    SET_VOICE_CHANNEL_STATUS = 1 << 48


EVERYTHING: Final = Permission((1 << 53) - 1)
"""All permissions: of the owner and of administrators."""

DEFAULT_EVERYONE: Final = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.STREAM
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.USE_VAD
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.REQUEST_TO_SPEAK
)
"""The permissions of the @everyone role of a new guild, as far as they are modelled here."""

NEED_SENDING: Final = (
    Permission.MENTION_EVERYONE
    | Permission.SEND_TTS_MESSAGES
    | Permission.ATTACH_FILES
    | Permission.EMBED_LINKS
)
"""Permissions that require SEND_MESSAGES ("Implicit Permissions")."""

NEED_CONNECTING: Final = (
    Permission.SPEAK
    | Permission.STREAM
    | Permission.USE_VAD
    | Permission.MUTE_MEMBERS
    | Permission.DEAFEN_MEMBERS
    | Permission.MOVE_MEMBERS
    | Permission.SET_VOICE_CHANNEL_STATUS
    | Permission.MANAGE_CHANNELS
    | Permission.MANAGE_ROLES
)
"""Permissions in a voice channel that require CONNECT."""

WHILE_TIMED_OUT: Final = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
"""The permissions left to a member who is timed out."""


@dataclass(slots=True, eq=False)
class Overwrite:
    """The permissions that one channel allows and denies to one role or one member (`target_id`)."""

    target_id: int
    is_member: bool
    allow: Permission
    deny: Permission


def base_permissions(roles: Iterable[Permission]) -> Permission:
    """Return what the roles of a member, @everyone included, allow before a channel's overwrites apply."""
    allowed = Permission(0)
    for permissions in roles:
        allowed |= permissions
    return EVERYTHING if allowed & Permission.ADMINISTRATOR else allowed


def channel_permissions(
    base: Permission, overwrites: Iterable[Sequence[Overwrite]], *, is_voice: bool, timed_out: bool
) -> Permission:
    """Apply a channel's overwrites to `base`.

    `overwrites` come in Discord's order: those of @everyone, of all the member's roles together, their own.
    """
    if base == EVERYTHING:
        return base
    for together in overwrites:
        for overwrite in together:
            base &= ~overwrite.deny
        for overwrite in together:
            base |= overwrite.allow
    if not base & Permission.VIEW_CHANNEL:
        return Permission(0)
    if is_voice and not base & Permission.CONNECT:
        base &= ~NEED_CONNECTING
    if not base & Permission.SEND_MESSAGES:
        base &= ~NEED_SENDING
    return base & WHILE_TIMED_OUT if timed_out else base
