"""An hour of playback with random faults: supervisor, pacer and buffers on a virtual clock."""

from __future__ import annotations

import asyncio
import gc
import random
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import discord
import numpy as np
import pytest

from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.opus import OPUS_SILENCE
from audio.playout.source import PieceSource
from audio.units import CHANNELS, FRAME_SAMPLES, FRAME_SECONDS
from bot.voice.connection import ConnectionLost
from bot.voice.pacer import Pacer
from bot.voice.sink import CATCH_UP_SECONDS
from bot.voice.supervisor import CAUSES, Voice
from tests.virtual import VirtualLoop, run_virtually

PIECES, FRAMES = 120, 1500
"""An hour: 180,000 frames."""
PIECES_PER_COUNT = 20
CHUNK_FRAMES = 25
SPEED = 4.0
FAULT_EVERY_SECONDS = 15.0
MAX_DEAD_AIR_SECONDS = 4.0
"""Several faults in a row, with refused attempts to reconnect."""
CAUGHT_UP_SECONDS = 1.0
MAX_BLOCKS_MORE = 2_000
"""Limit for memory blocks added after the first minutes; an hour has 180,000 frames."""


class Frames:
    """Fake packets: each frame is its own packet, so that it can be recognised."""

    low = short = False
    frames_hurried = 0

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.read = source.buffer.read

    def encode(self) -> None: ...


class Receiver:
    """Receives the packets, and fails at once when a frame is skipped or repeated."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.frames = 0
        self.dead_air: list[float] = []
        self.stalled_at = 0.0
        """The time of the last stall, after which the pacer catches up on the same clock."""
        self._loop = loop
        self._last = self._begun = 0.0
        self._since_begun = 0

    def receive(self, packet: bytes) -> None:
        number = int.from_bytes(packet[:2], "little", signed=True)
        assert number == self.frames % FRAMES, "a frame was skipped or repeated"
        gap = self._loop.now - self._last
        behind = self._loop.now - self.stalled_at < CAUGHT_UP_SECONDS
        if gap > (CATCH_UP_SECONDS if behind else 1.5 * FRAME_SECONDS):
            self.dead_air.append(gap)
            self._begun, self._since_begun = self._loop.now, 0
        drift = self._loop.now - self._begun - self._since_begun * FRAME_SECONDS
        assert behind or abs(drift) < FRAME_SECONDS / 2, "the pace drifts"
        self.frames += 1
        self._since_begun += 1
        self._last = self._loop.now


class FakeConnection:
    """A fake connection that can break in every way that a real one does."""

    def __init__(self, discord_here: Discord) -> None:
        self.discord = discord_here
        self.client, self.guild, self.channel = discord_here, discord_here.guild, discord_here.channel
        self.lost = asyncio.Event()
        self.cause = ""
        self.encrypted = True
        self.blocked = False
        self.closed = False

    @property
    def open(self) -> bool:
        return self.encrypted and not self.lost.is_set()

    def send(self, packet: bytes) -> bool:
        if not self.open or self.blocked or self.closed:
            return False
        if packet != OPUS_SILENCE:
            assert not self.guild.me.voice.mute
            self.discord.receiver.receive(packet)
        return True

    def speak(self, speaking: bool) -> None: ...

    def lose(self, cause: str) -> None:
        self.cause = cause
        self.lost.set()

    async def close(self) -> None:
        self.closed = True
        self.guild.voice_client = None


class Corner(discord.VoiceChannel):
    """A voice channel without a Discord."""

    def __init__(self, discord_here: Discord) -> None:
        self.id, self.name, self.bitrate, self.guild = 2, "Corner", 96_000, discord_here.guild
        self.discord = discord_here
        self.present: dict[int, Any] = {7: None}

    def __repr__(self) -> str:
        return self.name

    @property
    def voice_states(self) -> dict[int, Any]:
        return self.present

    async def connect(self, **_: object) -> Any:
        return await self.discord.connect()


class Discord:
    """The supervisor's view of Discord: one guild with one channel."""

    def __init__(self, loop: VirtualLoop, chance: random.Random) -> None:
        self.receiver = Receiver(loop)
        self.refusals = 0
        """Number of the next attempts to connect that fail."""
        self.encryption_delay = 0.0
        """Seconds until the next connection is encrypted."""
        self.connection: FakeConnection | None = None
        self._chance = chance
        self.guild: Any = SimpleNamespace(
            id=1,
            name="Guild",
            unavailable=False,
            me=SimpleNamespace(voice=None),
            voice_client=None,
            get_channel=lambda _: self.channel,
            get_member=lambda _: None,
            change_voice_state=self._leave,
        )
        self.channel: Corner = Corner(self)

    def get_guild(self, _id: int) -> Any:
        return self.guild

    async def _leave(self, channel: object) -> None:
        self.guild.me.voice = None

    async def connect(self) -> FakeConnection:
        await asyncio.sleep(self._chance.uniform(0.05, 0.3))
        if self.refusals:
            self.refusals -= 1
            raise ConnectionLost("4006")
        self.connection = self.guild.voice_client = FakeConnection(self)
        self.guild.me.voice = SimpleNamespace(channel=self.channel, mute=False, suppress=False)
        if self.encryption_delay:
            self.connection.encrypted = False
            keys, self.encryption_delay = self.encryption_delay, 0.0
            asyncio.get_running_loop().call_later(keys, setattr, self.connection, "encrypted", True)
        return self.connection


async def play_pieces(
    voice: Voice, discord_here: Discord, loop: VirtualLoop, block_counts: list[int]
) -> None:
    for number in range(PIECES):
        await voice.join(discord_here.channel)
        buffer = JitterBuffer(FRAMES * FRAME_SECONDS, SPEED, clock=loop.time)
        composing = asyncio.create_task(compose(buffer))
        while not buffer.ready:
            await asyncio.sleep(0.01)
        await voice.play(PieceSource(buffer))
        await composing
        assert (buffer.frames_played, buffer.starvations) == (FRAMES, 0)
        if number % PIECES_PER_COUNT == PIECES_PER_COUNT - 1:
            gc.collect()
            block_counts.append(sys.getallocatedblocks())


async def compose(buffer: JitterBuffer) -> None:
    for begin in range(0, FRAMES, CHUNK_FRAMES):
        await asyncio.sleep(CHUNK_FRAMES * FRAME_SECONDS / SPEED)
        numbers = np.arange(begin, begin + CHUNK_FRAMES, dtype=np.int16)
        buffer.push(np.repeat(numbers, FRAME_SAMPLES)[:, None].repeat(CHANNELS, axis=1))
    buffer.finish()


async def faults(voice: Voice, here: Discord, loop: VirtualLoop, chance: random.Random) -> None:
    """Cause faults at random times, until cancelled."""

    def closed() -> None:
        assert here.connection is not None
        here.connection.lose(chance.choice(CAUSES))

    def refused() -> None:
        here.refusals = chance.randint(1, 3)
        closed()

    def blocked() -> None:
        assert here.connection is not None
        here.connection.blocked = True

    def forgotten() -> None:
        here.guild.voice_client = None

    def encryption_delay() -> None:
        here.encryption_delay = chance.uniform(0.1, 0.9)
        closed()

    def stalled() -> None:
        loop.now += chance.uniform(0.02, 0.15)
        here.receiver.stalled_at = loop.now

    kinds: list[Callable[[], None]] = [closed, refused, blocked, forgotten, encryption_delay, stalled]
    while True:
        await asyncio.sleep(chance.expovariate(1 / FAULT_EVERY_SECONDS) + 1.0)
        if chance.random() < 0.2 and here.guild.me.voice is not None:
            voice_state = here.guild.me.voice
            voice_state.mute = True
            voice.refresh_state()
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            voice_state.mute = False
            voice.refresh_state()
        else:
            chance.choice(kinds)()


async def an_hour() -> None:
    loop, chance = cast(VirtualLoop, asyncio.get_running_loop()), random.Random(5)
    here, block_counts = Discord(loop, chance), list[int]()
    pacer = Pacer(loop.time, encode=cast(Any, Frames), threads=1)
    causes: list[str] = []
    voice = Voice(cast(Any, here), pacer.new_sink(), on_rebuild=causes.append, clock=loop.time)

    async def pace() -> None:
        while True:
            wait = pacer.threads[0].serve()
            await asyncio.sleep(FRAME_SECONDS if wait is None else wait)

    pacing = asyncio.create_task(pace())
    failing = asyncio.create_task(faults(voice, here, loop, chance))
    await play_pieces(voice, here, loop, block_counts)
    failing.cancel()
    pacing.cancel()
    await voice.leave()
    assert here.receiver.frames == voice.frames_sent == PIECES * FRAMES
    assert len(causes) > 100
    assert max(here.receiver.dead_air[1:]) < MAX_DEAD_AIR_SECONDS
    assert block_counts[-1] - block_counts[0] < MAX_BLOCKS_MORE
    assert len(asyncio.all_tasks()) <= 3


@pytest.mark.slow
def test_an_hour_of_faults_skips_and_repeats_no_frame_does_not_drift_and_does_not_grow() -> None:
    run_virtually(an_hour())
