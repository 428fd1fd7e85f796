"""A guild for tests: the loopback Discord, the real bot in it, and people in a voice channel."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import discord
import pytest

from audio.engine import Engine
from audio.piece import LEAD_SECONDS, Piece
from audio.playout.opus import load_opus
from audio.worker.tone_engine import ToneEngine
from bot.client import Busker
from bot.config.settings import (
    MusicSettings,
    RightsSettings,
    Settings,
    StoreSettings,
    TrackSettings,
    VoiceSettings,
)
from bot.playback.performance import Performance, Request
from bot.rules.permissions import NEEDED
from bot.session.session import Session
from bot.tracks import poster
from rehearsal.discord_here import DiscordHere
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.rest import limits
from rehearsal.rest.components import texts
from rehearsal.voice.listener import Listener
from rehearsal.world import Channel, Guild, Message

FAST = 50.0
"""Times real time: a piece of a second is made in one packet's time."""


IDENTIFY_SECONDS = 0.2
"""Time until the bot identifies again after its gateway session was invalidated; discord.py waits for 5 s."""


@contextmanager
def without_rate_limits() -> Iterator[None]:
    """Let the bot send messages and identify as often as it likes: most tests that post would wait for it."""

    async def identify_soon(_client: discord.Client, _shard: int | None, *, initial: bool = False) -> None:
        await asyncio.sleep(0.0 if initial else IDENTIFY_SECONDS)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits, "STRICT_LIMITS", {})
        patch.setattr(discord.Client, "before_identify_hook", identify_soon)
        yield


@contextmanager
def forked_writers() -> Iterator[None]:
    """Let every bot's writing process start from a server that has imported what it needs: it is there at
    once, where starting anew takes two seconds while music plays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(poster, "START", "forkserver")
        multiprocessing.set_forkserver_preload([poster.__name__])
        first = multiprocessing.get_context("forkserver").Process(target=int)
        first.start()  # waits for the server
        first.join()
        yield


@dataclass
class LoopbackGuild:
    """One guild of the loopback Discord with a text channel, a voice channel and two people."""

    here: DiscordHere
    bot: Busker
    guild: Guild
    text: Channel
    corner: Channel
    asker: Person
    listener: Person

    @property
    def discord_guild(self) -> discord.Guild:
        """The guild as the bot knows it."""
        guild = self.bot.get_guild(self.guild.id)
        assert guild is not None
        return guild

    @property
    def session(self) -> Session:
        """The bot's session of the guild, made when there is none."""
        return self.bot.sessions.of(self.discord_guild)

    @property
    def ears(self) -> Listener:
        """What the listener hears."""
        return self.here.voice.listener(self.guild.id, self.listener.id)

    @property
    def tracks(self) -> list[Message]:
        """The messages that brought a finished track."""
        return [message for message in self.text.messages if message.attachments and not message.laid_out]

    @property
    def cards(self) -> list[Message]:
        """The messages that show what plays."""
        return [message for message in self.text.messages if message.laid_out]

    def request(self, seconds: float = 1.0, seed: int = 1, prompt: str = "bells") -> Request:
        """A request for a piece shorter than members may ask for, so that tests are short."""
        guild = self.discord_guild
        member, voice, text = (
            guild.get_member(self.asker.id),
            guild.get_channel(self.corner.id),
            guild.get_channel(self.text.id),
        )
        assert isinstance(member, discord.Member)
        assert isinstance(voice, discord.VoiceChannel)
        assert isinstance(text, discord.TextChannel)
        return Request(Piece(prompt, seconds, seed), member, voice, text)

    def ask(self, seconds: float = 1.0, seed: int = 1, prompt: str = "bells") -> Performance:
        """Ask the session for a piece, as `/compose` does."""
        return self.session.request(self.request(seconds, seed, prompt))

    async def play(self, performance: Performance) -> None:
        """Wait until it has left the queue and its track is posted."""
        await until(lambda: performance.settled)


def read(message: Message) -> str:
    """All that the layout of a message says."""
    return "\n".join(texts(message.components))


async def until(came: Callable[[], bool], *, seconds: float = 120.0) -> None:
    """Wait for something that nobody announces; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not came():
            await asyncio.sleep(0.005)


def quiet_settings(folder: Path, **voice: Any) -> Settings:
    """Defaults, with tracks and store in a folder of the test's; pieces are composed to their end at once,
    and nobody is too fast."""
    return Settings(
        rights=RightsSettings(commands_a_minute=0),
        music=MusicSettings(lead_seconds=LEAD_SECONDS),
        tracks=TrackSettings(folder=folder),
        store=StoreSettings(path=folder / "busker.sqlite"),
        voice=VoiceSettings(**voice),
    )


@asynccontextmanager
async def loopback_guild(
    folder: Path,
    *,
    engine: Engine | None = None,
    settings: Settings | None = None,
    locale: str = "en-US",
    rate_limits: bool = False,
) -> AsyncIterator[LoopbackGuild]:
    """Open a guild whose members use the language of `locale`; close everything in it after the block."""
    load_opus()
    engine = engine or ToneEngine(speed=FAST)
    await engine.start()
    try:
        with nullcontext() if rate_limits else without_rate_limits():
            async with (
                DiscordHere() as here,
                connected(here, engine, settings or quiet_settings(folder), locale) as loopback,
            ):
                yield loopback
    finally:
        await engine.close()


@asynccontextmanager
async def connected(
    here: DiscordHere, engine: Engine, settings: Settings, locale: str = "en-US"
) -> AsyncIterator[LoopbackGuild]:
    """The real bot, logged in, and two people in the voice channel of a guild."""
    guild = here.guild("Guild", bot_may=Permission(NEEDED.value))
    text, corner = guild.text_channel("music"), guild.voice_channel("The Corner")
    asker, listener = here.person(guild, "asker"), here.person(guild, "listener")
    guild.locale = asker.user.locale = listener.user.locale = locale
    async with logged_in(here, engine, settings, guild) as bot:
        await asker.join_voice(corner)
        await listener.join_voice(corner)
        loopback = LoopbackGuild(here, bot, guild, text, corner, asker, listener)
        await until(lambda: loopback.discord_guild.get_member(asker.id) is not None)
        yield loopback


@asynccontextmanager
async def restarted(loopback: LoopbackGuild) -> AsyncIterator[LoopbackGuild]:
    """Close the bot of a guild and start another one in its place."""
    await loopback.bot.close()
    async with logged_in(loopback.here, loopback.bot.engine, loopback.bot.settings, loopback.guild) as bot:
        again = replace(loopback, bot=bot)
        await until(lambda: again.discord_guild.get_member(loopback.asker.id) is not None)
        yield again


@asynccontextmanager
async def logged_in(
    here: DiscordHere, engine: Engine, settings: Settings, guild: Guild
) -> AsyncIterator[Busker]:
    """The real bot, connected and in the guild."""
    async with Busker(settings, engine, connector=here.connector()) as bot:
        await bot.login(here.bot.token)
        connection = asyncio.create_task(bot.connect())
        await until(lambda: bot.get_guild(guild.id) is not None)
        yield bot
    await connection
