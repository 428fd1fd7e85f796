"""The Discord client: it makes every service once, loads the commands, and shuts everything down."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.extension import ExtendingEngine
from audio.prompts.translation import load as load_glossaries
from bot.commands.checks import Checks
from bot.commands.lookups import Lookups
from bot.commands.requests import Requests
from bot.commands.tree import CommandTree
from bot.config.guild_settings import GuildSettings
from bot.ops.metrics import Metrics
from bot.rules.automod import AutoMod
from bot.rules.moderation import Moderation
from bot.rules.pace import Pace
from bot.rules.quota import Quota
from bot.session.counters import Counters
from bot.session.journal import Journal
from bot.session.restore import Restoration
from bot.session.session import Session
from bot.session.sessions import Sessions
from bot.store.repository import Store
from bot.tracks.attachments import Attachments
from bot.tracks.eraser import Eraser
from bot.tracks.library import Library
from bot.tracks.poster import Poster
from bot.tracks.retention import Retention
from bot.ui.translation import Translator, describe
from bot.voice.leave_limiter import LeaveLimiter
from bot.voice.pacer import Pacer
from words.text import Text

if TYPE_CHECKING:
    import aiohttp

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
"""The extensions with commands, in the order in which they are loaded."""

MAX_QUIET_SECONDS: Final = 5.0
"""Age of the last frame [s] at which a channel that plays counts as broken; a reconnect takes less."""

GOODBYE_SECONDS: Final = 2.0
"""Timeout of each goodbye to Discord [s]."""

CANCEL_SECONDS: Final = 0.5
"""Time after which discord.py's gateway task is cancelled again [s]."""

_log = logging.getLogger(__name__)


class Busker(commands.Bot):
    """The bot. Commands reach it as `interaction.client`. It uses `engine` and does not own it."""

    def __init__(
        self, settings: Settings, engine: Engine, *, connector: aiohttp.BaseConnector | None = None
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=CommandTree,
            intents=discord.Intents(guilds=True, voice_states=True, auto_moderation_configuration=True),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            connector=connector,
        )
        self.settings = settings
        self.engine: Engine = ExtendingEngine(engine)
        self.store = Store(settings.store.path)
        self.guild_settings = GuildSettings(settings, self.store)
        self.poster = Poster(engine, self.guild_settings, self.store)
        self.attachments = Attachments(settings.tracks.folder, self.poster, engine)
        self.eraser = Eraser(self, self.store)
        self.library = Library(self.store, settings.tracks.folder, self.engine, self.eraser)
        self.retention = Retention(
            self.store,
            self.library,
            settings.store.forget_after_days,
            present=lambda: [guild.id for guild in self.guilds],
        )
        self.quota = Quota(self.guild_settings, self.store)
        self.pace = Pace(settings.rights.commands_a_minute)
        self.automod = AutoMod()
        self.moderation = Moderation(self.guild_settings, self.automod)
        self.journal = Journal(self.store)
        self.counters = Counters()
        self.pacer = Pacer()
        self.leave_limiter = LeaveLimiter()
        self.sessions = Sessions(self._new_session)
        self._metrics = Metrics(self.counters.registry, lambda: self.sessions, lambda: self.engine.info)
        self.restoration = Restoration(
            self.store,
            self.sessions,
            self.engine,
            self.library,
            self.attachments,
            settings.music,
            self.moderation,
        )
        self.checks = Checks(self.sessions, self.guild_settings, self.store)
        self.requests = Requests(
            self.sessions, self.quota, self.attachments, self.journal, settings.music, self.moderation
        )
        self.lookups = Lookups()
        self.mentions: dict[str, str] = {}
        """Clickable mentions of commands by their names."""
        self._polling: asyncio.Task[None] | None = None
        """Listens to the gateway."""

    def _new_session(self, guild: discord.Guild) -> Session:
        return Session(
            guild.name,
            self,
            self.pacer.new_sink(),
            self.engine,
            self.poster,
            self.guild_settings.of(guild.id),
            self.counters,
            self.journal,
            self.leave_limiter,
            self.quota.charge,
        )

    async def setup_hook(self) -> None:
        """Open the store, start the pacer, load the commands and register them. Raises StoreError."""
        await self.store.open()
        await self.library.open()
        await self.attachments.open()
        await self.restoration.open()
        await asyncio.to_thread(load_glossaries)
        self.retention.start(self.wait_until_ready)
        self.eraser.start(self.wait_until_ready)
        self.pacer.start()
        for cog in COGS:
            await self.load_extension(cog)
        describe(self.tree)
        await self.tree.set_translator(Translator())
        synced = await self.tree.sync()
        self.mentions = {command.name: _mention(command) for command in synced}

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until `close`."""
        polling = self._polling = asyncio.create_task(super().connect(reconnect=reconnect), name="polling")
        try:
            await asyncio.wait([polling])
        finally:
            polling.cancel()
        if not polling.cancelled():
            polling.result()

    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Called by discord.py when a member joins, leaves, moves, or is muted."""
        if (session := self.sessions.get(member.guild.id)) is not None:
            session.refresh_state()

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Called by discord.py when a guild is available: after the start, or after an outage."""
        await self.restoration.restore(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Called by discord.py when the bot is removed from a guild, or the guild is deleted."""
        self.automod.forget(guild.id)
        await self.retention.note_left(guild.id)
        if (session := self.sessions.get(guild.id)) is not None:
            await session.voice.shut_down(Text("voice-out-of-server"))

    async def on_automod_rule_create(self, rule: discord.AutoModRule) -> None:
        """Called by discord.py when managers add a rule, if Busker may read the rules."""
        self.automod.changed(rule.guild)

    async def on_automod_rule_update(self, rule: discord.AutoModRule) -> None:
        """Called by discord.py when managers change a rule."""
        self.automod.changed(rule.guild)

    async def on_automod_rule_delete(self, rule: discord.AutoModRule) -> None:
        """Called by discord.py when managers delete a rule."""
        self.automod.changed(rule.guild)

    def is_connected(self) -> bool:
        """True if the gateway is connected. `is_ready` alone stays true after it is lost."""
        return self.is_ready() and math.isfinite(self.latency)

    def is_sending(self) -> bool:
        """True if every channel that should play has sent a frame lately."""
        return self.sessions.quiet_seconds < MAX_QUIET_SECONDS

    def metrics(self) -> str:
        """Return the metrics in Prometheus' text format."""
        return self._metrics.exposition()

    async def close(self) -> None:
        """End every session, then the connection to Discord."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                # While Busker is in the channels: it may not clear a status from outside.
                await self.remove_cog("Status")
        await self.remove_cog("Presence")
        await self.retention.close()
        await self.eraser.close()
        self.sessions.begin_shutdown()
        await self.attachments.close()  # first: what sessions end now may continue after a restart
        await self.automod.close()
        await self.journal.close()  # before the pieces end with the sessions
        await self.sessions.close()
        await asyncio.to_thread(self.pacer.close)
        await self.poster.close()
        await self.store.close()
        if self._polling is not None and not self._polling.done():
            # End it before our own goodbye, or it would close with 4000: Discord then keeps the session, and
            # Busker in its channels. discord.py can swallow a cancellation while it reconnects, so repeat it.
            while not self._polling.done():
                self._polling.cancel()
                await asyncio.wait([self._polling], timeout=CANCEL_SECONDS)
        with contextlib.suppress(TimeoutError):  # Discord need not answer
            async with asyncio.timeout(GOODBYE_SECONDS):
                await super().close()


def _mention(command: discord.app_commands.AppCommand) -> str:
    """Return the clickable mention of a command, or of the first command of a group."""
    inner = (option for option in command.options if isinstance(option, discord.app_commands.AppCommandGroup))
    return next((option.mention for option in inner), command.mention)
