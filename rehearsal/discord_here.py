"""A Discord on loopback, whole: one TLS server for REST, gateway, voice and files, and the way in.

    async with DiscordHere() as here:
        guild = here.guild("The Corner")
        client = discord.Client(connector=here.connector(), intents=discord.Intents.default())
        await client.start(here.bot.token)

The server listens on 127.0.0.1 alone. `connector()` answers every host with it, so the client is unmodified.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from rehearsal.calls import Calls, VoiceHouse
from rehearsal.certificate import make_certificate, trusting
from rehearsal.clock import Bell, Clock, WallClock
from rehearsal.commands import Commands
from rehearsal.gateway import Gateway, Intent
from rehearsal.interactions import Interactions
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.refusal import Json, Refused
from rehearsal.rest import application, guilds, interactions, messages
from rehearsal.rest.server import Rest
from rehearsal.rest.uploads import MAX_FILES, serve_attachment
from rehearsal.voice.server import VoiceServer
from rehearsal.wire import channel_json, guild_create_json, message_json, role_json
from rehearsal.world import UPLOAD_LIMITS, Application, Channel, Guild, Message, Role, Snowflakes, World

LOOPBACK = "127.0.0.1"
# Bytes; more than the largest message of any guild, whose files have limits of their own.
MAX_REQUEST = (MAX_FILES + 1) * max(UPLOAD_LIMITS.values())

# What a bot that plays and posts asks for when it is invited.
INVITED_WITH = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.SET_VOICE_CHANNEL_STATUS
)


class DiscordHere:
    """The server and everything in it. Built before it starts; all of it belongs to one event loop.

    `refusals` remembers every request that was not served, in order.
    """

    def __init__(
        self, *, voice: VoiceHouse | None = None, clock: Clock | None = None, bot_name: str = "Busker"
    ) -> None:
        self.clock: Clock = clock or WallClock()
        self.bell = Bell()
        self.refusals: list[Refused] = []
        snowflakes = Snowflakes(self.clock)
        self.world = World(self.clock, snowflakes)
        user = self.world.user(bot_name, bot=True)
        self.bot = Application(user.id, user, self.world.user("owner"), make_token(user.id))
        self.voice: VoiceHouse = voice or VoiceServer()
        self.commands = Commands(self.bot.id, snowflakes)
        self.interactions = Interactions(self.clock, snowflakes)
        self.gateway = Gateway(self)
        self.calls = Calls(self, self.voice)
        self.rest = Rest(
            self,
            [application.routes, guilds.routes, interactions.routes, messages.routes],
        )
        self._certificate = make_certificate()
        self._runner: web.AppRunner | None = None
        self.port = 0

    # Life

    async def start(self) -> None:
        app = web.Application(client_max_size=MAX_REQUEST)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self.voice.start()
        listening = socket.create_server((LOOPBACK, 0))
        self.port = listening.getsockname()[1]
        await web.SockSite(self._runner, listening, ssl_context=self._certificate.server).start()

    async def close(self) -> None:
        await self.gateway.close()
        self.rest.troubles.end()
        await self.voice.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # The way in

    def connector(self) -> aiohttp.TCPConnector:
        """For `discord.Client(connector=…)`: every host is this server. Made inside the running loop."""
        return self.door.connector()

    @property
    def door(self) -> Door:
        """The same for a client in another process of this machine."""
        return Door(self.port, self._certificate.public)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        if host == "discord.com":
            return await self.rest.handle(request)
        if host.endswith(".discord.gg"):
            return await self.gateway.handle(request)
        if host.endswith(".discord.media"):
            return await self.voice.handle(request)
        if host in ("cdn.discordapp.com", "media.discordapp.net"):
            return await serve_attachment(self, request)
        return web.Response(status=404, text="")

    # Building the world

    def guild(self, name: str, *, premium_tier: int = 0, bot_may: Permission = INVITED_WITH) -> Guild:
        """A guild with the bot in it, whose own role allows `bot_may` on top of what @everyone may."""
        guild = self.world.guild(name, self.bot.owner, premium_tier=premium_tier)
        self.invite(guild, bot_may)
        return guild

    def invite(self, guild: Guild, bot_may: Permission = INVITED_WITH) -> None:
        """Let the bot into a guild; a bot that is logged in is told at once."""
        role = guild.role(self.bot.user.name, bot_may)
        role.managed_by = self.bot.id
        member = self.world.settle(guild, self.bot.user, [role])
        data = guild_create_json(guild, member, everybody=False)
        del data["unavailable"]  # which tells a guild just joined from one that came back
        self.gateway.dispatch("GUILD_CREATE", data, Intent.GUILDS)

    async def expel(self, guild: Guild) -> None:
        """Throw the bot out of a guild: to it, the guild is gone."""
        await self.calls.leave(guild, self.bot.id)
        del guild.members[self.bot.id]
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, Intent.GUILDS)

    def black_out(self, guild: Guild) -> None:
        """An outage: the bot cannot see this guild for a while."""
        data = {"id": str(guild.id), "unavailable": True}
        self.gateway.dispatch("GUILD_DELETE", data, Intent.GUILDS)

    def light_up(self, guild: Guild) -> None:
        """The end of an outage."""
        data = guild_create_json(guild, guild.members[self.bot.id], everybody=False)
        self.gateway.dispatch("GUILD_CREATE", data, Intent.GUILDS)

    def person(self, guild: Guild, name: str, *roles: Role) -> Person:
        """A new member of a guild, who can type and listen."""
        return Person(self, guild, self.world.settle(guild, self.world.user(name), list(roles)))

    # Telling what changed

    def tell_channel(self, channel: Channel, event: str = "CHANNEL_UPDATE") -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE or CHANNEL_DELETE, after the world was changed by hand."""
        self.gateway.dispatch(event, channel_json(channel), Intent.GUILDS)

    def tell_role(self, guild: Guild, role: Role, event: str = "GUILD_ROLE_UPDATE") -> None:
        """GUILD_ROLE_CREATE or GUILD_ROLE_UPDATE, after the world was changed by hand."""
        data = {"guild_id": str(guild.id), "role": role_json(role, list(guild.roles).index(role.id))}
        self.gateway.dispatch(event, data, Intent.GUILDS)

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel of a guild; whoever sat in it is put out first."""
        guild = self.world.guilds[channel.guild_id or 0]
        for seat in guild.seated(channel):
            await self.calls.leave(guild, seat.user_id)
        del guild.channels[channel.id]
        self.tell_channel(channel, "CHANNEL_DELETE")

    def tell_message(self, event: str, message: Message) -> None:
        """MESSAGE_CREATE, MESSAGE_UPDATE or MESSAGE_DELETE to a bot that may see the channel."""
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
            if (
                event != "MESSAGE_DELETE"
                and message.author.id != self.bot.id
                and self.bot.id not in message.pinged
            ):
                blind = data | {"content": "", "embeds": [], "attachments": [], "components": []}
        needs = Intent.DIRECT_MESSAGES if guild is None else Intent.GUILD_MESSAGES
        self.gateway.dispatch(event, data, needs, without_content=blind)

    def show(self, message: Message) -> Json:
        """A message as Discord's JSON."""
        answered = self.world.messages.get(message.reply_to or 0)
        replied = None
        if answered is not None and not answered.deleted:
            replied = message_json(answered, self.bot.id, users=self.world.users, replied=None)
        return message_json(message, self.bot.id, users=self.world.users, replied=replied)

    # Waiting

    async def until(self, came: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait for the world to be so; TimeoutError after `seconds` of real time."""
        async with asyncio.timeout(seconds):
            while not came():
                await self.bell.next()


@dataclass(frozen=True, slots=True)
class Door:
    """The way in, which can be handed to another process."""

    port: int
    certificate: str

    def connector(self) -> aiohttp.TCPConnector:
        """See `DiscordHere.connector`."""
        return aiohttp.TCPConnector(resolver=Loopback(self.port), ssl=trusting(self.certificate), limit=0)


class Loopback(AbstractResolver):
    """Answers every host with one port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=LOOPBACK,
                port=self._port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


def make_token(user_id: int) -> str:
    """A token of the usual shape: the user's id, a time and a signature, each in base64."""
    return ".".join(
        [
            base64.urlsafe_b64encode(str(user_id).encode()).decode().rstrip("="),
            secrets.token_urlsafe(4)[:6],
            secrets.token_urlsafe(29)[:38],
        ]
    )
