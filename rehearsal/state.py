"""The shared state of a Discord on loopback, and the events that announce its changes."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable

from rehearsal.calls import Calls, VoiceServers
from rehearsal.clock import Bell, Clock
from rehearsal.commands import Commands
from rehearsal.interactions import Interactions
from rehearsal.permissions import Permission
from rehearsal.refusal import INVALID_FORM, Json, Refusal, Refused
from rehearsal.sessions import Intent, Sessions
from rehearsal.wire import channel_json, member_json, message_json, role_json
from rehearsal.world import Application, Channel, Guild, Message, Role, Snowflakes, World


class DiscordState:
    """The state of one Discord on loopback. All of it belongs to one event loop.

    `refusals` lists every refused request, in order. `deviations` lists malformed requests, which no working
    bot sends, and answers unlike Discord's. Tests that send such requests set `expects_bad_requests`.
    """

    def __init__(self, voice: VoiceServers, clock: Clock, bot_name: str, bot_id: int | None = None) -> None:
        self.clock = clock
        self.bell = Bell()
        self.refusals: list[Refused] = []
        self.deviations: list[str] = []
        self.expects_bad_requests = False
        snowflakes = Snowflakes(clock)
        self.world = World(clock, snowflakes)
        user = self.world.user(bot_name, bot=True, user_id=bot_id)
        self.bot = Application(user.id, user, self.world.user("owner"), make_token(user.id))
        self.commands = Commands(self.bot.id, snowflakes)
        self.interactions = Interactions(clock, snowflakes)
        self.sessions = Sessions(self.deviations)
        self.voice = voice
        self.calls = Calls(self.world, self.bot, self.sessions, voice, self.bell)

    def note_refusal(self, method: str, path: str, refusal: Refusal) -> None:
        """Remember a refusal; a bot that works never sends what is refused as an invalid form."""
        self.refusals.append(
            Refused(
                self.clock.now(), method, path, refusal.status, refusal.code, refusal.message, refusal.errors
            )
        )
        if refusal.code == INVALID_FORM and not self.expects_bad_requests:
            self.deviations.append(f"{method} {path}: {refusal.errors}")

    def announce_channel(self, channel: Channel, event: str = "CHANNEL_UPDATE") -> None:
        """Send CHANNEL_CREATE, CHANNEL_UPDATE or CHANNEL_DELETE, after a script has changed the world."""
        self.sessions.dispatch(event, channel_json(channel), Intent.GUILDS)

    def announce_role(self, guild: Guild, role: Role, event: str = "GUILD_ROLE_UPDATE") -> None:
        """Send GUILD_ROLE_CREATE or GUILD_ROLE_UPDATE, after a script has changed the world."""
        data = {"guild_id": str(guild.id), "role": role_json(role, list(guild.roles).index(role.id))}
        self.sessions.dispatch(event, data, Intent.GUILDS)

    def announce_message(self, event: str, message: Message) -> None:
        """Send MESSAGE_CREATE, MESSAGE_UPDATE or MESSAGE_DELETE if the bot may see the channel."""
        guild = self.world.guilds[message.guild_id] if message.guild_id is not None else None
        if message.ephemeral:
            return
        if guild is not None:
            channel = guild.channels[message.channel_id]
            if not guild.permissions(channel, self.bot.id) & Permission.VIEW_CHANNEL:
                return
        data: Json = {"id": str(message.id), "channel_id": str(message.channel_id)}
        if event != "MESSAGE_DELETE":
            data = self.show(message)
        blind = data
        if guild is not None:
            data["guild_id"] = str(guild.id)
            member = guild.members.get(message.author.id)
            if event != "MESSAGE_DELETE" and member is not None:
                data["member"] = member_json(member, with_user=False)
            if (
                event != "MESSAGE_DELETE"
                and message.author.id != self.bot.id
                and self.bot.id not in message.pinged
            ):
                blind = data | {"content": "", "embeds": [], "attachments": [], "components": []}
        needs = Intent.DIRECT_MESSAGES if guild is None else Intent.GUILD_MESSAGES
        self.sessions.dispatch(event, data, needs, without_content=blind)

    def show(self, message: Message) -> Json:
        """Return a message as Discord's JSON."""
        answered = self.world.messages.get(message.reply_to or 0)
        replied = None
        if answered is not None and not answered.deleted:
            replied = message_json(answered, self.bot.id, users=self.world.users, replied=None)
        return message_json(message, self.bot.id, users=self.world.users, replied=replied)

    async def until(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait until `condition` holds. Raises TimeoutError after `seconds` of real time."""
        await self.bell.until(condition, seconds=seconds)


def make_token(user_id: int) -> str:
    """Return a token of the usual shape: the user's id, a time and a signature, each in base64."""
    return ".".join(
        [
            base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("="),
            secrets.token_urlsafe(4)[:6],
            secrets.token_urlsafe(29)[:38],
        ]
    )
