"""Members in voice channels: joining, leaving, moves and kicks, and the events about them.

Rules: Discord developer documentation, Topics / Gateway Events / Update Voice State, and Topics / Voice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

from aiohttp import web

from rehearsal.clock import Bell
from rehearsal.permissions import Permission
from rehearsal.sessions import Intent, Sessions
from rehearsal.wire import voice_state_json
from rehearsal.world import Application, Channel, ChannelType, Guild, VoiceState, World

if TYPE_CHECKING:
    from rehearsal.voice.listener import Listener

FIRST_ENDPOINT: Final = "loopback-1.discord.media:443"
SECOND_ENDPOINT: Final = "loopback-2.discord.media:443"


class VoiceServers(Protocol):
    """The interface of the voice servers; implemented in `rehearsal/voice/server.py`."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...

    async def handle(self, request: web.Request) -> web.WebSocketResponse: ...

    def expect(self, guild_id: int, channel_id: int, user_id: int, session_id: str, token: str) -> None: ...

    async def forget(self, guild_id: int, user_id: int) -> None: ...

    async def join(self, guild_id: int, channel_id: int, user_id: int) -> object: ...

    async def leave(self, guild_id: int, user_id: int) -> None: ...

    def set_blocked(self, guild_id: int, user_id: int, *, blocked: bool) -> None: ...

    def listener(self, guild_id: int, user_id: int) -> Listener: ...


class Calls:
    """All voice channels. Changes of one member are made one at a time, in order."""

    def __init__(
        self, world: World, bot: Application, sessions: Sessions, voice: VoiceServers, bell: Bell
    ) -> None:
        self._world = world
        self._bot = bot
        self._sessions = sessions
        self._voice = voice
        self._bell = bell
        self._one_at_a_time: defaultdict[tuple[int, int], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def join(
        self,
        guild: Guild,
        channel: Channel,
        user_id: int,
        *,
        self_mute: bool = False,
        self_deaf: bool = False,
        by_moderator: bool = False,
    ) -> bool:
        """Join a channel, or change mute and deaf in the current one.

        Return False, without any event, if the channel is full or may not be entered: Discord answers
        nothing. `by_moderator` is for a member moved by another one, who needs no permission of their own.
        """
        async with self._one_at_a_time[guild.id, user_id]:
            before = guild.voice_states.get(user_id)
            stays = before is not None and before.channel_id == channel.id
            if not stays and not by_moderator and not self._may_enter(guild, channel, user_id):
                return False
            voice_state = before or VoiceState(user_id, guild.id, channel.id, secrets.token_hex(16))
            voice_state.channel_id, voice_state.self_mute, voice_state.self_deaf = (
                channel.id,
                self_mute,
                self_deaf,
            )
            if not stays:
                allowed = guild.permissions(channel, user_id)
                voice_state.suppress = channel.type is ChannelType.STAGE or not allowed & Permission.SPEAK
                voice_state.requested_to_speak_at = None
            guild.voice_states[user_id] = voice_state
            self.announce(voice_state)
            if user_id == self._bot.id:
                await self._send_to_server(voice_state, moved=before is not None and not stays)
            elif not stays:
                if before is not None:
                    await self._voice.leave(guild.id, user_id)
                await self._voice.join(guild.id, channel.id, user_id)
            self._bell.ring()
            return True

    async def leave(self, guild: Guild, user_id: int) -> None:
        """Leave the channel, or be removed from it; does nothing outside a channel."""
        async with self._one_at_a_time[guild.id, user_id]:
            voice_state = guild.voice_states.pop(user_id, None)
            if voice_state is None:
                return
            self.announce(voice_state, has_left=True)
            if user_id == self._bot.id:
                await self._voice.forget(guild.id, user_id)
            else:
                await self._voice.leave(guild.id, user_id)
            self._bell.ring()

    async def leave_all(self, user_id: int) -> None:
        """Leave the voice channels of every guild, like a user who went offline."""
        for guild in self._world.guilds.values():
            await self.leave(guild, user_id)

    def change_server(self, guild: Guild, *, available: bool = True) -> None:
        """Send the bot to another voice server, as when the region of its channel changes.

        If not `available`, its server is gone and no other one is found yet: the endpoint is null.
        """
        voice_state = guild.voice_states[self._bot.id]
        self._send_server_update(voice_state, SECOND_ENDPOINT if available else None)

    def announce(self, voice_state: VoiceState, *, has_left: bool = False) -> None:
        """Send VOICE_STATE_UPDATE, and relay no sound of a member who is muted, suppressed or stale."""
        silent = voice_state.mute or voice_state.suppress or voice_state.stale
        self._voice.set_blocked(voice_state.guild_id, voice_state.user_id, blocked=silent and not has_left)
        member = self._world.guilds[voice_state.guild_id].members[voice_state.user_id]
        data = voice_state_json(voice_state, member, has_left=has_left)
        self._sessions.dispatch("VOICE_STATE_UPDATE", data, Intent.GUILD_VOICE_STATES)

    def announce_status(self, guild: Guild, channel: Channel) -> None:
        """Send VOICE_CHANNEL_STATUS_UPDATE."""
        data = {"id": str(channel.id), "guild_id": str(guild.id), "status": channel.status}
        self._sessions.dispatch("VOICE_CHANNEL_STATUS_UPDATE", data, Intent.GUILDS)

    async def _send_to_server(self, voice_state: VoiceState, *, moved: bool) -> None:
        """Send the bot to a voice server: VOICE_SERVER_UPDATE with a fresh token."""
        if moved:
            await self._voice.forget(voice_state.guild_id, voice_state.user_id)
        self._send_server_update(voice_state, FIRST_ENDPOINT)

    def _send_server_update(self, voice_state: VoiceState, endpoint: str | None) -> None:
        token = secrets.token_hex(8)
        self._voice.expect(
            voice_state.guild_id, voice_state.channel_id, voice_state.user_id, voice_state.session_id, token
        )
        data = {"token": token, "guild_id": str(voice_state.guild_id), "endpoint": endpoint}
        self._sessions.dispatch("VOICE_SERVER_UPDATE", data)

    def _may_enter(self, guild: Guild, channel: Channel, user_id: int) -> bool:
        allowed = guild.permissions(channel, user_id)
        if not channel.is_voice or not allowed & Permission.CONNECT:
            return False
        full = 0 < channel.user_limit <= len(guild.voice_states_in(channel))
        return not full or bool(allowed & Permission.MOVE_MEMBERS)
