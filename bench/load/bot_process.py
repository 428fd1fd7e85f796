"""The bot's process: real VoiceClients in many channels, and the ways to play in them.

All ways send through Busker's VoiceConnection, so discord.py's player has its cheaper encryption too.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from typing import Any, Final

import discord
import numpy as np

from audio.piece import Piece
from audio.playout.chain import processed_chunks
from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.opus import encoder_kbits, libopus
from audio.playout.source import PieceSource
from audio.units import SAMPLE_RATE, Pcm16
from bench import PROMPT
from bench.load.messages import Joined, Play, Played, Setup
from bench.machine import ticks
from bot.config.engine_factory import running_engine
from bot.config.settings import Settings
from bot.ops.gc_freeze import gc_frozen
from bot.voice.connection import VoiceConnection
from bot.voice.pacer import Pacer

CONNECT_SECONDS: Final = 30.0
"""Timeout of one connection."""

MAX_CONCURRENT_JOINS: Final = 8
"""Channels joined at once."""

STAGGER_SECONDS: Final = 0.007
"""Between the starts of two channels, since real starts are spread. No divisor of 20 ms."""

LEAD_SECONDS: Final = 2.0
"""Music buffered ahead for each channel."""

BITRATE: Final = 96_000
"""Bits a second of the channels: the best that a guild without boosts may set."""

MUSIC_SECONDS: Final = 300.0
"""The nominal length of a piece for the buffers: the longest that may be requested."""

FEED_SECONDS: Final = 0.5
"""Interval at which each buffer is filled: that of an engine's chunks."""

COMPOSED_AT_ONCE: Final = 4
"""Pieces that the engine composes at once."""

COMPOSED_SECONDS: Final = 20.0
"""Length of each composed piece."""

_PUSHED_SAMPLES: Final = SAMPLE_RATE // 2
"""Size of a chunk: half a second."""

_log = logging.getLogger(__name__)

HurriedCount = Callable[[], int]
Way = Callable[
    [Sequence[VoiceConnection], Sequence[PieceSource]], contextlib.AbstractAsyncContextManager[HurriedCount]
]
"""Plays each source on its connection while entered; yields a function that counts hurried frames so far."""


def run_bot(setup: Setup, messages: Connection) -> None:
    """Run the bot's process: play as `messages` say until the other side closes the pipe."""
    discord.opus.load_opus(libopus()._name)  # the same library for discord.py's ways
    with contextlib.suppress(EOFError):
        asyncio.run(_run_and_log(setup, messages))


async def _run_and_log(setup: Setup, messages: Connection) -> None:
    # The pipe closes before the bot's slow shutdown, so that the other side does not wait for an answer.
    with messages:
        try:
            await _serve(setup, messages)
        except EOFError:
            raise
        except Exception:
            # Log now: the other side kills this process once the pipe closes.
            _log.exception("the bot process failed")
            raise


async def _serve(setup: Setup, messages: Connection) -> None:
    bot = discord.Client(
        intents=discord.Intents(guilds=True, voice_states=True), connector=setup.door.connector()
    )
    await bot.login(setup.token)
    gateway_task = asyncio.create_task(bot.connect(), name="gateway")
    await bot.wait_until_ready()
    began = time.monotonic()
    join_slots = asyncio.Semaphore(MAX_CONCURRENT_JOINS)
    connections = await asyncio.gather(*(_join(bot, channel_id, join_slots) for channel_id in setup.channels))
    messages.send(Joined(time.monotonic() - began))
    async with _composing(setup.composing) as composed:
        with gc_frozen():
            while not gateway_task.done():
                play: Play = await asyncio.to_thread(messages.recv)
                messages.send(await _measure_run(play, connections[: play.channels], setup.music, composed))


async def _join(bot: discord.Client, channel_id: int, join_slots: asyncio.Semaphore) -> VoiceConnection:
    """Join a channel, and wait until it is encrypted end to end."""
    channel = bot.get_channel(channel_id)
    if not isinstance(channel, discord.VoiceChannel):
        raise RuntimeError(f"the bot does not see the voice channel {channel_id}")
    async with join_slots, asyncio.timeout(CONNECT_SECONDS):
        connection: VoiceConnection = await channel.connect(
            timeout=CONNECT_SECONDS, self_deaf=True, cls=VoiceConnection
        )
        while connection.voice_privacy_code is None:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.02)
        return connection


async def _measure_run(
    play: Play, connections: Sequence[VoiceConnection], music: Pcm16, composed: list[float]
) -> Played:
    """Start every channel, warm up, measure, stop."""
    feeds = [
        ChannelFeed(np.roll(music, -len(music) * i // len(connections), axis=0))
        for i in range(len(connections))
    ]
    feeding = asyncio.create_task(_feed_all(feeds), name="feeder")
    try:
        async with WAYS[play.way](connections, [PieceSource(feed.buffer) for feed in feeds]) as hurried:
            await asyncio.sleep(play.warm_seconds)
            began, cpu_began, ticks_began = time.monotonic(), time.process_time(), ticks()
            hurried_before, composed_before = hurried(), sum(composed)
            await asyncio.sleep(play.seconds)
            return Played(
                began=began,
                ended=time.monotonic(),
                cpu_seconds=time.process_time() - cpu_began,
                stolen_share=ticks().stolen_share_since(ticks_began),
                starved_frames=sum(feed.buffer.frames_starved for feed in feeds),
                hurried_frames=hurried() - hurried_before,
                composed_seconds=sum(composed) - composed_before,
            )
    finally:
        feeding.cancel()


class ChannelFeed:
    """Feeds the music of one channel into its buffer."""

    def __init__(self, music: Pcm16) -> None:
        self.buffer = JitterBuffer(seconds=MUSIC_SECONDS, speed=100.0)
        self._chunks = itertools.cycle(np.array_split(music, len(music) // _PUSHED_SAMPLES))
        self.feed()

    def feed(self) -> None:
        """Fill the buffer to LEAD_SECONDS."""
        while self.buffer.seconds_received - self.buffer.seconds_played < LEAD_SECONDS:
            self.buffer.push(next(self._chunks))


async def _feed_all(feeds: Sequence[ChannelFeed]) -> None:
    while True:
        for feed in feeds:
            feed.feed()
            await asyncio.sleep(FEED_SECONDS / len(feeds))


@contextlib.asynccontextmanager
async def _composing(wanted: bool) -> AsyncIterator[list[float]]:
    """Compose pieces meanwhile, without listeners; yield a list that grows by the seconds of each chunk."""
    composed: list[float] = []
    if not wanted:
        yield composed
        return
    seeds = itertools.count()

    async def compose() -> None:
        while True:
            piece = Piece(PROMPT, COMPOSED_SECONDS, next(seeds))
            async for chunk in processed_chunks(engine, piece):
                composed.append(len(chunk.voice_pcm) / SAMPLE_RATE)  # noqa: PERF401  (each as it comes)

    async with running_engine(Settings()) as engine:
        composers = [asyncio.create_task(compose(), name="composer") for _ in range(COMPOSED_AT_ONCE)]
        try:
            yield composed
        finally:
            for composer in composers:
                composer.cancel()
            await asyncio.gather(*composers, return_exceptions=True)


class PcmSource(discord.AudioSource):
    """The same sound as a source for discord.py's player."""

    def __init__(self, source: PieceSource) -> None:
        self._source = source

    def read(self) -> bytes:
        return self._source.buffer.read()


@contextlib.asynccontextmanager
async def _by_discord_py(
    connections: Sequence[VoiceConnection], sources: Sequence[PieceSource], **options: Any
) -> AsyncIterator[HurriedCount]:
    try:
        for connection, source in zip(connections, sources, strict=True):
            connection.play(discord.PCMVolumeTransformer(PcmSource(source), source.volume), **options)
            await asyncio.sleep(STAGGER_SECONDS)
        yield lambda: 0
    finally:
        for connection in connections:
            connection.stop()


@contextlib.asynccontextmanager
async def _by_busker(
    connections: Sequence[VoiceConnection], sources: Sequence[PieceSource]
) -> AsyncIterator[HurriedCount]:
    pacer, playing = Pacer(), []
    sinks = [pacer.new_sink() for _ in connections]
    pacer.start()
    try:
        for connection, source, sink in zip(connections, sources, sinks, strict=True):
            sink.attach(connection)
            playing.append(asyncio.create_task(sink.play(source, BITRATE), name="playing"))
            await asyncio.sleep(STAGGER_SECONDS)
        yield lambda: sum(sink.frames_hurried for sink in sinks)
    finally:
        await asyncio.to_thread(pacer.close)
        await asyncio.gather(*playing)


WAYS: Final[dict[str, Way]] = {
    "discord.py": _by_discord_py,
    "discord.py, no FEC": partial(
        _by_discord_py, bitrate=encoder_kbits(BITRATE), fec=False, bandwidth="full", signal_type="music"
    ),
    "pacer": _by_busker,
}
"""The ways to play, by name."""
