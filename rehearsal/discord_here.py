"""A complete Discord on loopback: a TLS server for REST, gateway, voice and files, and a connector.

    async with DiscordHere() as here:
        guild = here.guild("The Corner")
        client = discord.Client(connector=here.connector(), intents=discord.Intents.default())
        await client.start(here.bot.token)

It ends with a ContractError if a request or an answer was not as Discord describes its interface.

The server listens on 127.0.0.1 alone. `connector()` resolves every host to it, so the client is unmodified.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from rehearsal.calls import VoiceServers
from rehearsal.clock import Clock, WallClock
from rehearsal.contract.contract import ContractError
from rehearsal.gateway import Gateway
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.rest import application, automod, guilds, interactions, messages
from rehearsal.rest.server import Rest
from rehearsal.rest.uploads import MAX_FILES, serve_attachment
from rehearsal.sessions import Intent
from rehearsal.state import DiscordState
from rehearsal.voice.server import VoiceServer
from rehearsal.voice.udp import LOOPBACK
from rehearsal.wire import guild_create_json
from rehearsal.world import UPLOAD_LIMITS, Channel, Guild, Role

HOSTS: Final = (
    "discord.com",
    "discord.gg",
    "*.discord.gg",
    "*.discord.media",
    "cdn.discordapp.com",
    "media.discordapp.net",
)
"""The hosts of Discord that the certificate is valid for."""

MAX_REQUEST_BYTES: Final = (MAX_FILES + 1) * max(UPLOAD_LIMITS.values())
"""More than the largest message of any guild, whose files have limits of their own."""

DEFAULT_BOT_PERMISSIONS: Final = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.SET_VOICE_CHANNEL_STATUS
)
"""The permissions that a bot for playing and posting requests in its invitation."""


class DiscordHere(DiscordState):
    """The server and everything in it. Built before it starts; all of it belongs to one event loop."""

    def __init__(
        self,
        *,
        voice: VoiceServers | None = None,
        clock: Clock | None = None,
        bot_name: str = "Busker",
        bot_id: int | None = None,
    ) -> None:
        super().__init__(voice or VoiceServer(), clock or WallClock(), bot_name, bot_id)
        self.gateway = Gateway(self)
        self.rest = Rest(
            self, [application.routes, automod.routes, guilds.routes, interactions.routes, messages.routes]
        )
        self._authority = trustme.CA()
        self._runner: web.AppRunner | None = None
        self.port = 0

    # Lifecycle

    async def start(self) -> None:
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await self.voice.start()
        listening = socket.create_server((LOOPBACK, 0))
        self.port = listening.getsockname()[1]
        await web.SockSite(self._runner, listening, ssl_context=self._server_context()).start()

    def _server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*HOSTS).configure_cert(context)
        return context

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
        if self.deviations and error is None:
            raise ContractError(self.deviations)

    # Access

    def connector(self) -> aiohttp.TCPConnector:
        """Return a connector for `discord.Client(connector=…)` that takes every host to this server.

        Call it on the running event loop.
        """
        return self.door.connector()

    @property
    def door(self) -> Door:
        """The address of the server, for a client in another process of this machine."""
        return Door(self.port, self._authority.cert_pem.bytes().decode())

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        if host == "discord.com":
            return await self.rest.handle(request)
        if host.endswith(".discord.gg"):
            return await self.gateway.handle(request)
        if host.endswith(".discord.media"):
            return await self.voice.handle(request)
        if host in ("cdn.discordapp.com", "media.discordapp.net"):
            return await serve_attachment(self.world, request)
        return web.Response(status=404, text="")

    # Building guilds

    def guild(
        self, name: str, *, premium_tier: int = 0, bot_may: Permission = DEFAULT_BOT_PERMISSIONS
    ) -> Guild:
        """Make a guild with the bot in it; the bot's role adds `bot_may` to the permissions of @everyone."""
        guild = self.world.guild(name, self.bot.owner, premium_tier=premium_tier)
        self.invite(guild, bot_may)
        return guild

    def invite(self, guild: Guild, bot_may: Permission = DEFAULT_BOT_PERMISSIONS) -> None:
        """Add the bot to a guild; a bot that is logged in gets the event at once."""
        role = guild.role(self.bot.user.name, bot_may)
        role.managed_by = self.bot.id
        member = self.world.add_member(guild, self.bot.user, [role])
        data = guild_create_json(guild, member, everybody=False)
        del data["unavailable"]  # a guild just joined lacks it, one that came back has it
        self.sessions.dispatch("GUILD_CREATE", data, Intent.GUILDS)

    async def expel(self, guild: Guild) -> None:
        """Remove the bot from a guild (GUILD_DELETE)."""
        await self.calls.leave(guild, self.bot.id)
        del guild.members[self.bot.id]
        self.sessions.dispatch("GUILD_DELETE", {"id": str(guild.id)}, Intent.GUILDS)

    def begin_outage(self, guild: Guild) -> None:
        """Hide this guild from the bot until `end_outage`."""
        data = {"id": str(guild.id), "unavailable": True}
        self.sessions.dispatch("GUILD_DELETE", data, Intent.GUILDS)

    def end_outage(self, guild: Guild) -> None:
        """Show a guild to the bot again."""
        data = guild_create_json(guild, guild.members[self.bot.id], everybody=False)
        self.sessions.dispatch("GUILD_CREATE", data, Intent.GUILDS)

    def person(self, guild: Guild, name: str, *roles: Role) -> Person:
        """Add a member to a guild and return their script."""
        return Person(self, guild, self.world.add_member(guild, self.world.user(name), list(roles)))

    async def delete_channel(self, channel: Channel) -> None:
        """Delete a channel of a guild; members in it are removed from voice first."""
        guild = self.world.guilds[channel.guild_id or 0]
        for voice_state in guild.voice_states_in(channel):
            await self.calls.leave(guild, voice_state.user_id)
        del guild.channels[channel.id]
        self.announce_channel(channel, "CHANNEL_DELETE")


@dataclass(frozen=True, slots=True)
class Door:
    """The address of a Discord on loopback, which can be pickled to another process."""

    port: int
    authority: str
    """The certificate, in PEM, of the only authority that the client trusts."""

    def connector(self) -> aiohttp.TCPConnector:
        """See `DiscordHere.connector`."""
        trust = ssl.create_default_context(cadata=self.authority)
        return aiohttp.TCPConnector(resolver=Loopback(self.port), ssl=trust, limit=0)


class Loopback(AbstractResolver):
    """Resolves every host to one port of this machine."""

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
