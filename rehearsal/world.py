"""The objects of a Discord: users, guilds, roles, channels, messages, files.

Plain state; nothing here is sent. `wire.py` writes these as Discord's JSON, `calls.py` moves members between
voice channels, `sessions.py` sends events. Everything here belongs to the event loop of the rehearsal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from rehearsal.clock import Clock
from rehearsal.permissions import (
    DEFAULT_EVERYONE,
    EVERYTHING,
    Overwrite,
    Permission,
    base_permissions,
    channel_permissions,
)
from rehearsal.refusal import Json, missing_access, unknown

DISCORD_EPOCH_MS: Final = 1_420_070_400_000
"""Milliseconds from the Unix epoch to the first second of 2015 (documentation, Reference / Snowflakes)."""

UPLOAD_LIMITS: Final = {0: 10 << 20, 1: 10 << 20, 2: 50 << 20, 3: 100 << 20}
"""The largest file a bot may upload, by the guild's boost tier (documentation, Reference / Uploading Files; a
direct message counts as tier 0). Bytes."""

BITRATE_LIMITS: Final = {0: 96_000, 1: 128_000, 2: 256_000, 3: 384_000}
"""The highest bitrate of a voice channel by boost tier, bit/s; a stage is held to 64 kbit/s."""

STAGE_BITRATE: Final = 64_000
"""Bits/s."""


class ChannelType(IntEnum):
    """Resources / Channel / Channel Types."""

    TEXT = 0
    DM = 1
    VOICE = 2
    STAGE = 13


class MessageType(IntEnum):
    """Resources / Message / Message Types."""

    DEFAULT = 0
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    CONTEXT_MENU_COMMAND = 23


class MessageFlag(IntEnum):
    """Resources / Message / Message Flags."""

    SUPPRESS_EMBEDS = 1 << 2
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    HAS_SNAPSHOT = 1 << 14
    COMPONENTS_V2 = 1 << 15


class Snowflakes:
    """Mints ids that carry the time of their creation: milliseconds << 22, then a counter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def mint(self) -> int:
        moment = (int(self._clock.now() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + 1, moment)
        return self._last


@dataclass(slots=True, eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    """The language that this user has set."""


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permission
    mentionable: bool = False
    managed_by: int | None = None  # the bot whose own role this is


@dataclass(slots=True, eq=False)
class Member:
    user: User
    role_ids: list[int]
    joined_at: float
    nick: str | None = None
    timed_out: bool = False


@dataclass(slots=True, eq=False)
class VoiceState:
    """A member's place in voice; `session_id` stays the same while the member moves within one guild."""

    user_id: int
    guild_id: int
    channel_id: int
    session_id: str
    self_mute: bool = False
    self_deaf: bool = False
    mute: bool = False
    deaf: bool = False
    suppress: bool = False
    requested_to_speak_at: float | None = None
    stale: bool = False
    """True for a client that is gone, such as a bot that was killed. Discord keeps showing it, and relays
    none of its packets until the voice state is removed (discord.py#2284)."""


@dataclass(slots=True, eq=False)
class Attachment:
    """An uploaded file; `data` is what the content network gives out again until `expires`."""

    id: int
    channel_id: int
    filename: str
    data: bytes
    content_type: str
    expires: float
    description: str | None = None
    width: int | None = None
    height: int | None = None
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """The state of a message after one change; `at` in seconds since the Unix epoch."""

    at: float
    content: str
    embeds: list[Json]
    components: list[Json]


@dataclass(slots=True, eq=False)
class Message:
    """A message; `pinged` holds the notified: user ids, role ids, "everyone" or "here"."""

    id: int
    channel_id: int
    guild_id: int | None
    author: User
    created: float
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    tts: bool = False
    nonce: str | None = None
    reply_to: int | None = None
    interaction: Json | None = None
    type: MessageType = MessageType.DEFAULT
    pinged: list[int | str] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    edited: float | None = None
    deleted: bool = False
    forwarded: Message | None = None
    """The message that this one brings from elsewhere."""

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def laid_out(self) -> bool:
        """True if it consists of layout components alone."""
        return bool(self.flags & MessageFlag.COMPONENTS_V2)

    @property
    def loading(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)


@dataclass(slots=True, eq=False)
class Channel:
    """A channel of a guild, or a direct message (then `recipient` is set and `guild_id` is None)."""

    id: int
    type: ChannelType
    name: str
    guild_id: int | None = None
    position: int = 0
    overwrites: list[Overwrite] = field(default_factory=list)
    bitrate: int = 64_000
    user_limit: int = 0
    status: str | None = None
    recipient: User | None = None
    messages: list[Message] = field(default_factory=list)
    typing_at: list[float] = field(default_factory=list)

    @property
    def is_voice(self) -> bool:
        return self.type in (ChannelType.VOICE, ChannelType.STAGE)

    def overwrite(
        self, target: Role | Member, *, allow: Permission | int = 0, deny: Permission | int = 0
    ) -> None:
        """Set the overwrite of this channel for a role or a member; an earlier one is replaced."""
        target_id = target.id if isinstance(target, Role) else target.user.id
        self.overwrites = [known for known in self.overwrites if known.target_id != target_id]
        is_member = isinstance(target, Member)
        self.overwrites.append(Overwrite(target_id, is_member, Permission(allow), Permission(deny)))


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner_id: int
    snowflakes: Snowflakes
    premium_tier: int = 0
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    voice_states: dict[int, VoiceState] = field(default_factory=dict)
    automod_rules: dict[int, Json] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    @property
    def upload_limit(self) -> int:
        """Bytes of the largest file that may be posted here."""
        return UPLOAD_LIMITS[self.premium_tier]

    def role(self, name: str, permissions: Permission | int = 0, *, mentionable: bool = False) -> Role:
        role = Role(self.snowflakes.mint(), name, Permission(permissions), mentionable)
        self.roles[role.id] = role
        return role

    def text_channel(self, name: str) -> Channel:
        return self._channel(ChannelType.TEXT, name)

    def voice_channel(self, name: str, *, bitrate: int = 64_000, user_limit: int = 0) -> Channel:
        """Add a voice channel; a `user_limit` of 0 is no limit.

        Raises ValueError if the boost tier does not allow `bitrate` [bit/s].
        """
        if not 8_000 <= bitrate <= BITRATE_LIMITS[self.premium_tier]:
            raise ValueError(f"A guild of tier {self.premium_tier} has no channels of {bitrate} bit/s.")
        channel = self._channel(ChannelType.VOICE, name)
        channel.bitrate, channel.user_limit = bitrate, user_limit
        return channel

    def stage_channel(self, name: str) -> Channel:
        channel = self._channel(ChannelType.STAGE, name)
        channel.bitrate = STAGE_BITRATE
        return channel

    def _channel(self, kind: ChannelType, name: str) -> Channel:
        channel = Channel(self.snowflakes.mint(), kind, name, self.id, len(self.channels))
        self.channels[channel.id] = channel
        return channel

    def voice_states_in(self, channel: Channel) -> list[VoiceState]:
        """Return the voice states of a channel."""
        return [state for state in self.voice_states.values() if state.channel_id == channel.id]

    def permissions(self, channel: Channel, user_id: int) -> Permission:
        """Return the permissions of a user in a channel; none for a non-member."""
        member = self.members.get(user_id)
        if member is None:
            return Permission(0)
        groups = ({self.id}, set(member.role_ids), {user_id})
        return channel_permissions(
            self.base_permissions(member),
            [[each for each in channel.overwrites if each.target_id in group] for group in groups],
            is_voice=channel.is_voice,
            timed_out=member.timed_out,
        )

    def base_permissions(self, member: Member) -> Permission:
        """Return the permissions of a member before any channel's overwrites apply."""
        if member.user.id == self.owner_id:
            return EVERYTHING
        roles = [self.everyone, *(self.roles[role_id] for role_id in member.role_ids)]
        return base_permissions(role.permissions for role in roles)


@dataclass(slots=True, eq=False)
class Application:
    """The bot under rehearsal: its application, its user (of the same id) and the one valid token."""

    id: int
    user: User
    owner: User
    token: str
    privileged_intents: int = 0


class World:
    """Everything that exists, by id."""

    def __init__(self, clock: Clock, snowflakes: Snowflakes) -> None:
        self.clock = clock
        self.snowflakes = snowflakes
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.direct: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.attachments: dict[int, Attachment] = {}

    def user(self, name: str, *, bot: bool = False, user_id: int | None = None) -> User:
        user = User(user_id or self.snowflakes.mint(), name, bot)
        self.users[user.id] = user
        return user

    def guild(self, name: str, owner: User, *, premium_tier: int = 0) -> Guild:
        guild = Guild(self.snowflakes.mint(), name, owner.id, self.snowflakes, premium_tier)
        guild.roles[guild.id] = Role(guild.id, "@everyone", DEFAULT_EVERYONE)
        self.guilds[guild.id] = guild
        self.add_member(guild, owner)
        return guild

    def add_member(self, guild: Guild, user: User, roles: list[Role] | None = None) -> Member:
        """Make a user a member of a guild."""
        member = Member(user, [role.id for role in roles or []], self.clock.now())
        guild.members[user.id] = member
        return member

    def dm(self, user: User) -> Channel:
        """Return the direct messages between the bot and a user, made on first use."""
        for channel in self.direct.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.snowflakes.mint(), ChannelType.DM, user.name, recipient=user)
        self.direct[channel.id] = channel
        return channel

    def find_guild(self, guild_id: int, viewer_id: int) -> Guild:
        """Return a guild that the viewer is in. Raises Refusal (404) otherwise."""
        guild = self.guilds.get(guild_id)
        if guild is None or viewer_id not in guild.members:
            raise unknown("Guild")
        return guild

    def find_channel(self, channel_id: int, viewer_id: int) -> tuple[Channel, Guild | None, Permission]:
        """Return a channel with the viewer's permissions in it; 403/50001 if it is not visible."""
        if channel_id in self.direct:
            return self.direct[channel_id], None, DEFAULT_EVERYONE
        for guild in self.guilds.values():
            if channel_id in guild.channels:
                channel = guild.channels[channel_id]
                allowed = guild.permissions(channel, viewer_id)
                if not allowed & Permission.VIEW_CHANNEL:
                    raise missing_access()
                return channel, guild, allowed
        raise unknown("Channel")

    def find_message(self, channel: Channel, message_id: int) -> Message:
        message = self.messages.get(message_id)
        if message is None or message.deleted or message.ephemeral or message.channel_id != channel.id:
            raise unknown("Message")
        return message

    def add_message(self, message: Message, channel: Channel) -> None:
        """Add a new message; an ephemeral one appears in no channel's history."""
        self.messages[message.id] = message
        for attachment in message.attachments:
            self.attachments[attachment.id] = attachment
        if not message.ephemeral:
            channel.messages.append(message)
