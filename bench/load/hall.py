"""The listeners' process: a Discord on loopback with many channels, and the run that it directs."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np

from audio.errors import BuskerError
from audio.piece import Piece
from audio.playout.chain import stretches
from audio.units import Pcm16
from bench import PROMPT
from bench.load.arrivals import judged
from bench.load.figures import Figures, Row, medians, row_of
from bench.load.orders import Invitation, Play, Played, Seated
from bench.load.player import BITRATE, WAYS, perform
from bench.machine import processor
from bot.config.engine_factory import engine_of
from bot.config.settings import Settings
from bot.ops.gc_freeze import settled
from rehearsal.discord_here import DiscordHere
from rehearsal.people.members import Person

ANSWER_SECONDS: Final = 180.0
"""How long the bot may take to enter all channels, or to play a stretch beyond its length."""

LINGER_SECONDS: Final = 0.3
"""Until what was sent last has been read."""


class LoadError(BuskerError):
    """The run could not be brought to its end."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. The defaults take about three minutes, three times as long on a host whose other
    guests are busy."""

    channels: tuple[int, ...] = (10, 30, 60, 100)
    ways: tuple[str, ...] = tuple(WAYS)
    seconds: float = 8.0
    warm_seconds: float = 2.0
    rounds: int = 1
    tries: int = 3
    """How often a stretch is played if the host takes more than `disturbing` of the processors' time; the
    least disturbed counts."""
    disturbing: float = 0.02
    music_seconds: float = 20.0
    composing: bool = False
    """Whether an engine composes on the same machine all the while."""


async def measured(plan: Plan, settings: Settings, tell: Callable[[str], None]) -> Figures:
    """Compose some music, fill a hall with listeners, and let the bot play each way in turn.

    Raises EngineError, LoadError.
    """
    load_before = os.getloadavg()[0]
    tell("Composing the music …")
    music = await _music(settings, plan.music_seconds)
    async with DiscordHere() as here:
        tell(f"Seating listeners in {max(plan.channels)} channels …")
        listeners = [await _seated(here, number) for number in range(max(plan.channels))]
        channels = tuple(listener.guild.voice_states[listener.id].channel_id for listener in listeners)
        invitation = Invitation(here.door, here.bot.token, channels, music, plan.composing)
        async with _bot(invitation) as bot:
            seated: Seated = await _answer(bot)
            tell(f"The bot entered them all in {seated.seconds:.0f} s.")
            rows: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
            with settled():
                for _ in range(plan.rounds):
                    for count in plan.channels:
                        for way in plan.ways:
                            tell(f"{count} channels, {way} …")
                            row = await _quiet_stretch(here, bot, listeners[:count], plan, way, tell)
                            rows[count, way].append(row)
    return Figures(
        machine=processor(),
        seconds=plan.seconds,
        rounds=plan.rounds,
        load=(load_before, os.getloadavg()[0]),
        seated_seconds=seated.seconds,
        rows=tuple(medians(found) for found in rows.values()),
    )


async def _quiet_stretch(
    here: DiscordHere,
    bot: Connection,
    listeners: list[Person],
    plan: Plan,
    way: str,
    tell: Callable[[str], None],
) -> Row:
    """The least disturbed of a few stretches; the first, if nobody else wanted the processors."""
    found = [await _stretch(here, bot, listeners, plan, way)]
    while len(found) < plan.tries and (stolen := found[-1].stolen_share) > plan.disturbing:
        tell(f"… again, since others took {stolen:.0%} of the processors' time")
        found.append(await _stretch(here, bot, listeners, plan, way))
    return min(found, key=lambda row: row.stolen_share)


async def _stretch(here: DiscordHere, bot: Connection, listeners: list[Person], plan: Plan, way: str) -> Row:
    """Let the bot play, and judge what was heard."""
    bot.send(Play(way, len(listeners), plan.warm_seconds, plan.seconds))
    played: Played = await _answer(bot, plan.warm_seconds + plan.seconds)
    await asyncio.sleep(LINGER_SECONDS)
    heard = [listener.listener.recording(here.bot.id) for listener in listeners]
    for listener in listeners:
        listener.listener.forget()
    return row_of(way, len(listeners), judged(heard, played.began, played.ended), played)


async def _seated(here: DiscordHere, number: int) -> Person:
    """A guild with a voice channel, and a member who listens there."""
    guild = here.guild(f"House {number}")
    listener = here.person(guild, "listener")
    await listener.join_voice(guild.voice_channel("The Corner", bitrate=BITRATE))
    return listener


async def _music(settings: Settings, seconds: float) -> Pcm16:
    async with engine_of(settings) as engine:
        return np.concatenate(
            [part.played async for part in stretches(engine, Piece(PROMPT, seconds, seed=1))]
        )


@asynccontextmanager
async def _bot(invitation: Invitation) -> AsyncIterator[Connection]:
    """The bot in a process of its own, by the line on which it takes orders."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    # Not a daemon: those may start no process, and the engine is one.
    process = processes.Process(target=perform, args=(invitation, theirs), name="bot")
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        # To leave 100 channels one by one would take a minute of the gateway's patience.
        process.kill()
        await asyncio.to_thread(process.join)


async def _answer(bot: Connection, seconds: float = 0.0) -> Any:
    """What the bot says next. Raises LoadError when it says nothing."""
    try:
        if await asyncio.to_thread(bot.poll, seconds + ANSWER_SECONDS):
            return bot.recv()
    except (EOFError, ConnectionResetError):
        raise LoadError("The bot's process ended before its time; what it wrote above says why.") from None
    raise LoadError("The bot's process does not answer.")
