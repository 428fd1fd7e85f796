"""An hour of listening in which everything goes wrong now and then, with supervisor, pacer and buffers."""

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
NOTE_PIECES = 20
CHUNK_FRAMES = 25
SPEED = 4.0
FAULT_EVERY_SECONDS = 15.0
MAX_DEAD_AIR_SECONDS = 4.0
"""Where several faults follow on each other, and attempts to reconnect are refused."""
CAUGHT_UP_SECONDS = 1.0
MAX_BLOCKS_MORE = 2_000
"""Objects that may be alive at the end and were not after the first minutes; an hour of frames is 180,000."""


class Frames:
    """Stands for the packets: a frame is its own packet, so that it can be recognised."""

    low = short = False
    frames_hurried = 0

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.read = source.buffer.read

    def encode(self) -> None: ...


class Ears:
    """What was heard, and when; sees at once when a frame is skipped or repeated."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.frames = 0
        self.dead_air: list[float] = []
        self.stalled_at = 0.0
        """When the machine stood still: what is late after it is caught up with, on the same clock."""
        self._loop = loop
        self._last = self._begun = 0.0
        self._since_begun = 0

    def hear(self, packet: bytes) -> None:
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


class Line:
    """Stands for a connection that may break in every way that a real one does."""

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
            self.discord.ears.hear(packet)
        return True

    def speak(self, speaking: bool) -> None: ...

    def lose(self, cause: str) -> None:
        self.cause = cause
        self.lost.set()

    async def hang_up(self) -> None:
        self.closed = True
        self.guild.voice_client = None


class Corner(discord.VoiceChannel):
    """A voice channel without a Discord."""

    def __init__(self, discord_here: Discord) -> None:
        self.id, self.name, self.bitrate, self.guild = 2, "Corner", 96_000, discord_here.guild
        self.discord = discord_here
        self.seats: dict[int, Any] = {7: None}

    def __repr__(self) -> str:
        return self.name

    @property
    def voice_states(self) -> dict[int, Any]:
        return self.seats

    async def connect(self, **_: object) -> Any:
        return await self.discord.connect()


class Discord:
    """What the supervisor sees of Discord: one guild with one channel."""

    def __init__(self, loop: VirtualLoop, chance: random.Random) -> None:
        self.ears = Ears(loop)
        self.refusals = 0
        """How many attempts to connect fail next."""
        self.slow_keys = 0.0
        """Seconds that the next line waits for its encryption."""
        self.line: Line | None = None
        self._chance = chance
        self.guild: Any = SimpleNamespace(
            id=1,
            name="House",
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

    async def connect(self) -> Line:
        await asyncio.sleep(self._chance.uniform(0.05, 0.3))
        if self.refusals:
            self.refusals -= 1
            raise ConnectionLost("4006")
        self.line = self.guild.voice_client = Line(self)
        self.guild.me.voice = SimpleNamespace(channel=self.channel, mute=False, suppress=False)
        if self.slow_keys:
            self.line.encrypted = False
            keys, self.slow_keys = self.slow_keys, 0.0
            asyncio.get_running_loop().call_later(keys, setattr, self.line, "encrypted", True)
        return self.line


async def play_pieces(voice: Voice, discord_here: Discord, loop: VirtualLoop, notes: list[int]) -> None:
    for number in range(PIECES):
        await voice.join(discord_here.channel)
        buffer = JitterBuffer(FRAMES * FRAME_SECONDS, SPEED, clock=loop.time)
        composing = asyncio.create_task(compose(buffer))
        while not buffer.ready:
            await asyncio.sleep(0.01)
        await voice.play(PieceSource(buffer))
        await composing
        assert (buffer.frames_played, buffer.starvations) == (FRAMES, 0)
        if number % NOTE_PIECES == NOTE_PIECES - 1:
            gc.collect()
            notes.append(sys.getallocatedblocks())


async def compose(buffer: JitterBuffer) -> None:
    for begin in range(0, FRAMES, CHUNK_FRAMES):
        await asyncio.sleep(CHUNK_FRAMES * FRAME_SECONDS / SPEED)
        numbers = np.arange(begin, begin + CHUNK_FRAMES, dtype=np.int16)
        buffer.push(np.repeat(numbers, FRAME_SAMPLES)[:, None].repeat(CHANNELS, axis=1))
    buffer.finish()


async def faults(voice: Voice, here: Discord, loop: VirtualLoop, chance: random.Random) -> None:
    """One after the other, at random times, for ever."""

    def closed() -> None:
        assert here.line is not None
        here.line.lose(chance.choice(CAUSES))

    def refused() -> None:
        here.refusals = chance.randint(1, 3)
        closed()

    def blocked() -> None:
        assert here.line is not None
        here.line.blocked = True

    def forgotten() -> None:
        here.guild.voice_client = None

    def slow_keys() -> None:
        here.slow_keys = chance.uniform(0.1, 0.9)
        closed()

    def stalled() -> None:
        loop.now += chance.uniform(0.02, 0.15)
        here.ears.stalled_at = loop.now

    kinds: list[Callable[[], None]] = [closed, refused, blocked, forgotten, slow_keys, stalled]
    while True:
        await asyncio.sleep(chance.expovariate(1 / FAULT_EVERY_SECONDS) + 1.0)
        if chance.random() < 0.2 and here.guild.me.voice is not None:
            seat = here.guild.me.voice
            seat.mute = True
            voice.refresh_state()
            await asyncio.sleep(chance.uniform(0.1, 1.0))
            seat.mute = False
            voice.refresh_state()
        else:
            chance.choice(kinds)()


async def an_hour() -> None:
    loop, chance = cast(VirtualLoop, asyncio.get_running_loop()), random.Random(5)
    here, notes = Discord(loop, chance), list[int]()
    pacer = Pacer(loop.time, encode=cast(Any, Frames), threads=1)
    causes: list[str] = []
    voice = Voice(cast(Any, here), pacer.new_sink(), on_rebuild=causes.append, clock=loop.time)

    async def pace() -> None:
        while True:
            wait = pacer.threads[0].serve()
            await asyncio.sleep(FRAME_SECONDS if wait is None else wait)

    pacing = asyncio.create_task(pace())
    failing = asyncio.create_task(faults(voice, here, loop, chance))
    await play_pieces(voice, here, loop, notes)
    failing.cancel()
    pacing.cancel()
    await voice.leave()
    assert here.ears.frames == voice.frames_sent == PIECES * FRAMES
    assert len(causes) > 100
    assert max(here.ears.dead_air[1:]) < MAX_DEAD_AIR_SECONDS
    assert notes[-1] - notes[0] < MAX_BLOCKS_MORE
    assert len(asyncio.all_tasks()) <= 3


@pytest.mark.slow
def test_an_hour_of_faults_skips_and_repeats_no_frame_does_not_drift_and_does_not_grow() -> None:
    run_virtually(an_hour())
