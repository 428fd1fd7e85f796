"""The Discord client: logs in, loads the commands, keeps one session per guild."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import signal
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

import aiohttp
import discord
from discord.ext import commands

from audio.extension import ExtendingEngine
from audio.playout.opus import load_opus
from bot.commands.checks import charge
from bot.config.engine_factory import engine_of
from bot.config.guild_settings import settings_with
from bot.config.tokens import checked_token
from bot.errors import RequestError, StartError, TokenError
from bot.ops.gc_freeze import settled
from bot.ops.health import Health
from bot.ops.metrics import Metrics
from bot.rules.permissions import invite_link
from bot.rules.rights import Votes
from bot.session.counters import Counters
from bot.session.journal import Journal
from bot.session.restore import Restoration
from bot.session.session import Session
from bot.store.repository import Store
from bot.tracks.attachments import Recordings
from bot.tracks.poster import Poster
from bot.ui.translation import Translator, describe
from bot.voice.leave_limiter import LeaveLimiter
from bot.voice.pacer import Pacer
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.config.settings import Settings

COGS: Final = (
    "cogs.errors",
    "cogs.compose",
    "cogs.radio",
    "cogs.recordings",
    "cogs.playback",
    "cogs.steer",
    "cogs.queue",
    "cogs.settings",
    "cogs.library",
    "cogs.privacy",
    "cogs.about",
    "cogs.buttons",
    "cogs.status",
    "cogs.presence",
)

AUTHENTICATION_FAILED: Final = 4004
"""How the gateway closes on a token that is not valid (Discord's developer documentation, close codes)."""

FRESH_SECONDS: Final = 5.0
"""How old the last frame of a channel that plays may be: reconnecting takes less."""

GOODBYE_SECONDS: Final = 2.0
"""How long Discord may take to say goodbye."""

CANCEL_SECONDS: Final = 0.5
"""How long discord.py may take to end what listens to the gateway, until it is told again."""

_log = logging.getLogger(__name__)


class Busker(commands.Bot):
    """The bot. Commands reach it as `interaction.client`; `engine` makes the music and is not its own."""

    def __init__(
        self, settings: Settings, engine: Engine, *, connector: aiohttp.BaseConnector | None = None
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True, voice_states=True),
            allowed_mentions=discord.AllowedMentions.none(),
            connector=connector,
        )
        self.settings = settings
        self.engine: Engine = ExtendingEngine(engine)
        self.store = Store(settings.store.path)
        self.poster = Poster(engine, settings, self.store)
        self.recordings = Recordings(settings.tracks.folder, self.poster)
        self.journal = Journal(self.store)
        self.restoration = Restoration(self)
        self.ballots = Votes()
        self.mentions: dict[str, str] = {}
        """By a command's name, how a message shows it so that it can be clicked."""
        self.counters = Counters()
        self._metrics = Metrics(
            self.counters.registry, lambda: self._sessions.values(), lambda: self.engine.info
        )
        self.pacer = Pacer()
        self.leave_limiter = LeaveLimiter()
        self._sessions: dict[int, Session] = {}
        self._closing = False
        self._polling: asyncio.Task[None] | None = None
        """What listens to the gateway."""

    async def setup_hook(self) -> None:
        """Open the store, start the pacer, load the commands, tell Discord about them. Raises StoreError."""
        await self.store.open()
        await self.recordings.open()
        await self.restoration.open()
        self.pacer.start()
        for cog in COGS:
            await self.load_extension(cog)
        describe(self.tree)
        await self.tree.set_translator(Translator())
        synced = await self.tree.sync()
        self.mentions = {command.name: _clickable(command) for command in synced}

    async def connect(self, *, reconnect: bool = True) -> None:
        """Be connected until `close`."""
        polling = self._polling = asyncio.create_task(super().connect(reconnect=reconnect), name="polling")
        try:
            await asyncio.wait([polling])
        finally:
            polling.cancel()
        if not polling.cancelled():
            polling.result()

    def session_of(self, guild: discord.Guild) -> Session:
        """The session of a guild, made when there is none. Raises RequestError while the bot ends."""
        if self._closing:
            raise RequestError(Text("error-shutting-down"))
        if guild.id not in self._sessions:
            settings = self.settings_in(guild)
            self._sessions[guild.id] = Session(
                guild.name,
                self,
                self.pacer.new_sink(),
                self.engine,
                self.poster,
                settings,
                self.counters,
                self.journal,
                self.leave_limiter,
                partial(charge, self),
            )
        return self._sessions[guild.id]

    def settings_in(self, guild: discord.Guild) -> Settings:
        """The settings as they hold in a guild, with what its managers chose."""
        return settings_with(self.settings, self.store.choices_of(guild.id))

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Somebody came, left, moved, or was muted."""
        if member.guild.id in self._sessions:
            self._sessions[member.guild.id].refresh_state()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A guild is there: after the start, or after it was away."""
        await self.restoration.restore(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was put out of a guild, or the guild is gone."""
        if guild.id in self._sessions:
            await self._sessions[guild.id].voice.shut_down(Text("voice-out-of-server"))

    @property
    def channels_playing(self) -> int:
        """In how many voice channels there is music, be it held for a while."""
        return sum(bool(session.wanted) for session in self._sessions.values())

    def is_connected(self) -> bool:
        """Whether the gateway is there: `is_ready` alone stays true when it has gone."""
        return self.is_ready() and math.isfinite(self.latency)

    def is_heard(self) -> bool:
        """Whether in every channel that should hear something a frame has left lately."""
        quiet = [session.voice.quiet_seconds for session in self._sessions.values()]
        return max(quiet, default=0.0) < FRESH_SECONDS

    def metrics(self) -> str:
        """What happened since the start, as Prometheus reads it."""
        return self._metrics.exposition()

    async def close(self) -> None:
        """End every session, then the connection to Discord. One that cannot end keeps no other one open."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                # While Busker sits there: from outside it may not clear a status.
                await self.remove_cog("Status")
        await self.remove_cog("Presence")
        self._closing = True
        await self.recordings.close()  # first: what sessions end now may come back after a restart
        await self.journal.close()  # before the pieces end with the sessions
        ends = [session.close() for session in self._sessions.values()]
        for failure in await asyncio.gather(*ends, return_exceptions=True):
            if failure is not None:
                _log.error("a session did not end well", exc_info=failure)
        await asyncio.to_thread(self.pacer.close)
        await self.poster.close()
        await self.store.close()
        if self._polling is not None and not self._polling.done():
            # It would close with 4000 before our own goodbye: Discord then keeps the session, and the seats.
            # discord.py can take a cancellation while it connects for a failed attempt, and try again.
            while not self._polling.done():
                self._polling.cancel()
                await asyncio.wait([self._polling], timeout=CANCEL_SECONDS)
        with contextlib.suppress(TimeoutError):  # Discord need not answer
            async with asyncio.timeout(GOODBYE_SECONDS):
                await super().close()


async def run(settings: Settings, *, connector: aiohttp.BaseConnector | None = None) -> None:
    """The real bot, until SIGTERM or Ctrl-C. Raises StartError with a sentence when it cannot start.

    `connector` is for a Discord that is not at its usual place.
    """
    token = checked_token(settings.token.get_secret_value())
    load_opus()
    async with engine_of(settings) as engine, Busker(settings, engine, connector=connector) as bot:
        health = Health(
            gateway=bot.is_connected,
            engine=lambda: engine.healthy,
            voice=bot.is_heard,
            metrics=bot.metrics,
        )
        try:
            await health.start(settings.health)
            await _serve(bot, token)
        finally:
            await health.close()


async def _serve(bot: Busker, token: str) -> None:
    """Be connected until SIGTERM, then end what plays and disconnect."""
    try:
        await bot.login(token)
        _greet(bot)
        connection = asyncio.create_task(bot.connect(), name="gateway")
        with settled(), _sigterm() as sigterm:
            try:
                await asyncio.wait([connection, sigterm], return_when=asyncio.FIRST_COMPLETED)
                if sigterm.done():
                    # While the gateway still listens: leaving a voice channel waits for Discord's word.
                    await bot.close()
                else:
                    connection.result()
            finally:
                connection.cancel()
                await asyncio.gather(connection, return_exceptions=True)
    except discord.LoginFailure as error:
        raise TokenError("Discord does not know this token; reset it in the developer portal.") from error
    except discord.ConnectionClosed as error:
        if error.code == AUTHENTICATION_FAILED:
            raise TokenError("The token was reset while Busker ran; set the new one.") from error
        raise StartError(f"Discord ended the connection for good (code {error.code}).") from error
    except (discord.DiscordException, aiohttp.ClientError) as error:
        raise StartError(f"Discord cannot be reached: {error}.") from error


def _clickable(command: discord.app_commands.AppCommand) -> str:
    """How a message shows a command so that it can be clicked: of a group its first one."""
    inner = (option for option in command.options if isinstance(option, discord.app_commands.AppCommandGroup))
    return next((option.mention for option in inner), command.mention)


@contextlib.contextmanager
def _sigterm() -> Iterator[asyncio.Task[bool]]:
    """A task that is done when SIGTERM arrives."""
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows
        loop.add_signal_handler(signal.SIGTERM, arrived.set)
    waiting = asyncio.create_task(arrived.wait(), name="SIGTERM")
    try:
        yield waiting
    finally:
        waiting.cancel()
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(signal.SIGTERM)


def _greet(bot: Busker) -> None:
    info, user = bot.engine.info, bot.user
    if user is None:
        raise StartError("Discord accepted the token and did not say whose it is; try again.")
    print(f"Logged in as {user} ({user.id}).")
    print(f"Composing with {info.checkpoint} on {info.device}, {info.speed:.1f} times real time.")
    print(f"Invite: {invite_link(user.id)}", flush=True)
