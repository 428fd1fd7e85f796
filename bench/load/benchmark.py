"""The listeners' process: a Discord on loopback with many channels, which directs the bot's process."""

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
from audio.playout.chain import processed_chunks
from audio.units import Pcm16
from bench import PROMPT
from bench.load.arrivals import measure_arrivals
from bench.load.bot_process import BITRATE, WAYS, run_bot
from bench.load.figures import Figures, Row, medians, row_of
from bench.load.messages import Joined, Play, Played, Setup
from bench.machine import processor
from bot.config.engine_factory import running_engine
from bot.config.settings import Settings
from bot.ops.gc_freeze import gc_frozen
from rehearsal.discord_here import DiscordHere
from rehearsal.people.members import Person

ANSWER_SECONDS: Final = 180.0
"""Timeout for joining all channels, and for a run beyond its length [s]."""

LINGER_SECONDS: Final = 0.3
"""Wait for the last packets to be read."""


class LoadError(BuskerError):
    """The load test could not be finished."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The amount of measuring. The defaults take about three minutes, up to nine on a busy host."""

    channels: tuple[int, ...] = (10, 30, 60, 100)
    ways: tuple[str, ...] = tuple(WAYS)
    seconds: float = 8.0
    warm_seconds: float = 2.0
    rounds: int = 1
    tries: int = 3
    """Maximum attempts while the stolen share of processor time exceeds `disturbing`; the best one counts."""
    disturbing: float = 0.02
    music_seconds: float = 20.0
    composing: bool = False
    """True if an engine composes on the same machine meanwhile."""


async def measure(plan: Plan, settings: Settings, progress: Callable[[str], None]) -> Figures:
    """Compose some music, let a listener join each channel, and let the bot play each way in turn.

    Raises EngineError, LoadError.
    """
    load_before = os.getloadavg()[0]
    progress("Composing the music …")
    music = await _compose_music(settings, plan.music_seconds)
    async with DiscordHere() as here:
        progress(f"A listener joins each of {max(plan.channels)} channels …")
        listeners = [await _join_listener(here, number) for number in range(max(plan.channels))]
        channels = tuple(listener.guild.voice_states[listener.id].channel_id for listener in listeners)
        setup = Setup(here.door, here.bot.token, channels, music, plan.composing)
        async with _bot_process(setup) as bot:
            joined: Joined = await _receive(bot)
            progress(f"The bot joined them all in {joined.seconds:.0f} s.")
            rows: defaultdict[tuple[int, str], list[Row]] = defaultdict(list)
            with gc_frozen():
                for _ in range(plan.rounds):
                    for count in plan.channels:
                        for way in plan.ways:
                            progress(f"{count} channels, {way} …")
                            row = await _quietest_run(here, bot, listeners[:count], plan, way, progress)
                            rows[count, way].append(row)
    return Figures(
        machine=processor(),
        seconds=plan.seconds,
        rounds=plan.rounds,
        load=(load_before, os.getloadavg()[0]),
        join_seconds=joined.seconds,
        rows=tuple(medians(results) for results in rows.values()),
    )


async def _quietest_run(
    here: DiscordHere,
    bot: Connection,
    listeners: list[Person],
    plan: Plan,
    way: str,
    progress: Callable[[str], None],
) -> Row:
    """Repeat a disturbed run up to `plan.tries` times. Return the least disturbed."""
    results = [await _run(here, bot, listeners, plan, way)]
    while len(results) < plan.tries and (stolen := results[-1].stolen_share) > plan.disturbing:
        progress(f"… again, since others took {stolen:.0%} of the processors' time")
        results.append(await _run(here, bot, listeners, plan, way))
    return min(results, key=lambda row: row.stolen_share)


async def _run(here: DiscordHere, bot: Connection, listeners: list[Person], plan: Plan, way: str) -> Row:
    """Let the bot play, and measure the arrivals at the listeners."""
    bot.send(Play(way, len(listeners), plan.warm_seconds, plan.seconds))
    played: Played = await _receive(bot, plan.warm_seconds + plan.seconds)
    await asyncio.sleep(LINGER_SECONDS)
    recordings = [listener.listener.recording(here.bot.id) for listener in listeners]
    for listener in listeners:
        listener.listener.forget()
    return row_of(way, len(listeners), measure_arrivals(recordings, played.began, played.ended), played)


async def _join_listener(here: DiscordHere, number: int) -> Person:
    """Make a guild with a voice channel, and a member who listens there."""
    guild = here.guild(f"Guild {number}")
    listener = here.person(guild, "listener")
    await listener.join_voice(guild.voice_channel("The Corner", bitrate=BITRATE))
    return listener


async def _compose_music(settings: Settings, seconds: float) -> Pcm16:
    async with running_engine(settings) as engine:
        return np.concatenate(
            [part.voice_pcm async for part in processed_chunks(engine, Piece(PROMPT, seconds, seed=1))]
        )


@asynccontextmanager
async def _bot_process(setup: Setup) -> AsyncIterator[Connection]:
    """Run the bot in its own process; yield the pipe on which it takes messages."""
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    # Not a daemon: daemons cannot start processes, and the engine is one.
    process = processes.Process(target=run_bot, args=(setup, theirs), name="bot")
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        # Leaving 100 channels one by one would take a minute of the gateway's rate limit.
        process.kill()
        await asyncio.to_thread(process.join)


async def _receive(bot: Connection, seconds: float = 0.0) -> Any:
    """Return the bot's next message. Raises LoadError if there is none in time."""
    try:
        if await asyncio.to_thread(bot.poll, seconds + ANSWER_SECONDS):
            return bot.recv()
    except (EOFError, ConnectionResetError):
        raise LoadError("The bot's process ended before its time; what it wrote above says why.") from None
    raise LoadError("The bot's process does not answer.")
