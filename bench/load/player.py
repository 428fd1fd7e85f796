"""The bot's process: real VoiceClients in many channels, and the ways to play in them.

All ways send on Busker's line, so discord.py's player has its cheaper encryption too.
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
from audio.playout.chain import stretches
from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.opus import encoder_kbits, libopus
from audio.playout.source import PieceSource
from audio.units import SAMPLE_RATE, Pcm16
from bench import PROMPT
from bench.load.orders import Invitation, Play, Played, Seated
from bench.machine import ticks
from bot.config.engine_factory import engine_of
from bot.config.settings import Settings
from bot.ops.gc_freeze import settled
from bot.voice.connection import VoiceConnection
from bot.voice.pacer import Pacer

CONNECT_SECONDS: Final = 30.0

ENTERING: Final = 8
"""How many channels are entered at once."""

STAGGER_SECONDS: Final = 0.007
"""Between the starts of two channels: people do not ask in the same millisecond. No divisor of 20 ms."""

IN_HAND_SECONDS: Final = 2.0
"""How much music each channel has in hand."""

BITRATE: Final = 96_000
"""Bits a second of the channels: the best that a guild without boosts may set."""

MUSIC_SECONDS: Final = 300.0
"""What the buffers believe that a piece lasts: the longest that may be asked for."""

FEED_SECONDS: Final = 0.5
"""How often each gets more: as often as an engine has made some."""

COMPOSED_AT_ONCE: Final = 4
COMPOSED_SECONDS: Final = 20.0
_PUSHED_SAMPLES: Final = SAMPLE_RATE // 2

_log = logging.getLogger(__name__)

Count = Callable[[], int]
Way = Callable[
    [Sequence[VoiceConnection], Sequence[PieceSource]], contextlib.AbstractAsyncContextManager[Count]
]
"""Plays each source on its line until it is left; gives what tells how many frames were hurried so far."""


def perform(invitation: Invitation, orders: Connection) -> None:
    """Play as ordered until the other side ends it. The whole of a process."""
    discord.opus.load_opus(libopus()._name)  # the same for the ways of discord.py
    with contextlib.suppress(EOFError):
        asyncio.run(_performed(invitation, orders))


async def _performed(invitation: Invitation, orders: Connection) -> None:
    with orders:  # closed before the goodbyes, which may last: who waits for an answer sees that none comes
        try:
            await _perform(invitation, orders)
        except EOFError:
            raise
        except Exception:
            _log.exception("the bot cannot go on")  # now: who sees the line closed ends this process
            raise


async def _perform(invitation: Invitation, orders: Connection) -> None:
    bot = discord.Client(
        intents=discord.Intents(guilds=True, voice_states=True), connector=invitation.door.connector()
    )
    await bot.login(invitation.token)
    connection = asyncio.create_task(bot.connect(), name="gateway")
    await bot.wait_until_ready()
    began = time.monotonic()
    turns = asyncio.Semaphore(ENTERING)
    lines = await asyncio.gather(*(_entered(bot, channel_id, turns) for channel_id in invitation.channels))
    orders.send(Seated(time.monotonic() - began))
    async with _composing(invitation.composing) as composed:
        with settled():
            while not connection.done():
                play: Play = await asyncio.to_thread(orders.recv)
                orders.send(await _played(play, lines[: play.channels], invitation.music, composed))


async def _entered(bot: discord.Client, channel_id: int, turns: asyncio.Semaphore) -> VoiceConnection:
    """Be connected to a channel, and encrypted end to end with who listens there."""
    channel = bot.get_channel(channel_id)
    if not isinstance(channel, discord.VoiceChannel):
        raise RuntimeError(f"the bot does not see the voice channel {channel_id}")
    async with turns, asyncio.timeout(CONNECT_SECONDS):
        client: VoiceConnection = await channel.connect(
            timeout=CONNECT_SECONDS, self_deaf=True, cls=VoiceConnection
        )
        while client.voice_privacy_code is None:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.02)
        return client


async def _played(
    play: Play, lines: Sequence[VoiceConnection], music: Pcm16, composed: list[float]
) -> Played:
    """Start every channel, warm up, measure, stop."""
    parts = [Part(np.roll(music, -len(music) * i // len(lines), axis=0)) for i in range(len(lines))]
    feeding = asyncio.create_task(_fed(parts), name="feeder")
    try:
        async with WAYS[play.way](lines, [PieceSource(part.buffer) for part in parts]) as hurried:
            await asyncio.sleep(play.warm_seconds)
            began, cpu_began, ticks_began = time.monotonic(), time.process_time(), ticks()
            hurried_before, composed_before = hurried(), sum(composed)
            await asyncio.sleep(play.seconds)
            return Played(
                began=began,
                ended=time.monotonic(),
                cpu_seconds=time.process_time() - cpu_began,
                stolen_share=ticks().stolen_share_since(ticks_began),
                starved_frames=sum(part.buffer.frames_starved for part in parts),
                hurried_frames=hurried() - hurried_before,
                composed_seconds=sum(composed) - composed_before,
            )
    finally:
        feeding.cancel()


class Part:
    """The music of one channel, on its way into its buffer."""

    def __init__(self, music: Pcm16) -> None:
        self.buffer = JitterBuffer(seconds=MUSIC_SECONDS, speed=100.0)
        self._chunks = itertools.cycle(np.array_split(music, len(music) // _PUSHED_SAMPLES))
        self.feed()

    def feed(self) -> None:
        """Have enough in hand."""
        while self.buffer.seconds_made - self.buffer.seconds_played < IN_HAND_SECONDS:
            self.buffer.push(next(self._chunks))


async def _fed(parts: Sequence[Part]) -> None:
    while True:
        for part in parts:
            part.feed()
            await asyncio.sleep(FEED_SECONDS / len(parts))


@contextlib.asynccontextmanager
async def _composing(wanted: bool) -> AsyncIterator[list[float]]:
    """Compose one piece after the other, some at once, for nobody; how many seconds each stretch had."""
    composed: list[float] = []
    if not wanted:
        yield composed
        return
    seeds = itertools.count()

    async def compose() -> None:
        while True:
            piece = Piece(PROMPT, COMPOSED_SECONDS, next(seeds))
            async for part in stretches(engine, piece):
                composed.append(len(part.played) / SAMPLE_RATE)  # noqa: PERF401  (each as it comes)

    async with engine_of(Settings()) as engine:
        composers = [asyncio.create_task(compose(), name="composer") for _ in range(COMPOSED_AT_ONCE)]
        try:
            yield composed
        finally:
            for composer in composers:
                composer.cancel()
            await asyncio.gather(*composers, return_exceptions=True)


class PcmSource(discord.AudioSource):
    """The same sound, as discord.py's player takes it."""

    def __init__(self, source: PieceSource) -> None:
        self._source = source

    def read(self) -> bytes:
        return self._source.buffer.read()


@contextlib.asynccontextmanager
async def _by_discord_py(
    lines: Sequence[VoiceConnection], sources: Sequence[PieceSource], **options: Any
) -> AsyncIterator[Count]:
    try:
        for line, source in zip(lines, sources, strict=True):
            line.play(discord.PCMVolumeTransformer(PcmSource(source), source.volume), **options)
            await asyncio.sleep(STAGGER_SECONDS)
        yield lambda: 0
    finally:
        for line in lines:
            line.stop()


@contextlib.asynccontextmanager
async def _by_busker(
    lines: Sequence[VoiceConnection], sources: Sequence[PieceSource]
) -> AsyncIterator[Count]:
    pacer, playing = Pacer(), []
    outlets = [pacer.outlet() for _ in lines]
    pacer.start()
    try:
        for line, source, outlet in zip(lines, sources, outlets, strict=True):
            outlet.attach(line)
            playing.append(asyncio.create_task(outlet.play(source, BITRATE), name="playing"))
            await asyncio.sleep(STAGGER_SECONDS)
        yield lambda: sum(outlet.frames_hurried for outlet in outlets)
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
