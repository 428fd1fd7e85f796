"""A pacer without its thread, on a clock of our own, and what stands for a piece and for a line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, cast

from audio.playout.opus import OPUS_SILENCE
from bot.voice.pacer import PacedSink, Pacer

BITRATE = 96_000


class Numbers:
    """Stands for the packets of a piece: they are 1, 2, 3 …, all of them encoded."""

    low = short = thrifty = False
    frames_hurried = 0

    def __init__(self, frames: int) -> None:
        self.read_so_far = 0
        self._frames = frames

    def read(self) -> bytes:
        if self.read_so_far == self._frames:
            return b""
        self.read_so_far += 1
        return b"%d" % self.read_so_far

    def encode(self) -> None: ...


class Encoded(Numbers):
    """The same without end, but encoding takes its time: `seconds` for five, and at most ten are ahead."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__(10**9)
        self.waited_for = 0
        """How many times they were not encoded when they were due."""
        self.ahead = 0
        self._clock = clock
        self._seconds = seconds

    @property
    def low(self) -> bool:  # type: ignore[override]
        return self.ahead <= 5

    @property
    def short(self) -> bool:  # type: ignore[override]
        return self.ahead <= 2

    def encode(self) -> None:
        if self.low:
            self.ahead += 5
            self._clock.now += self._seconds

    def read(self) -> bytes:
        if not self.ahead:
            self.waited_for += 1
            self.encode()
        self.ahead -= 1
        return super().read()


class Wire:
    """Stands for the line: writes down what left it, and when."""

    def __init__(self, clock: Clock, is_open: bool = True) -> None:
        self.open = is_open
        self.sent: list[tuple[float, bytes]] = []
        self.speaking: list[bool] = []
        self._clock = clock

    def send(self, packet: bytes) -> bool:
        if self.open:
            self.sent.append((self._clock.now, packet))
        return self.open

    def speak(self, speaking: bool) -> None:
        self.speaking.append(speaking)

    @property
    def music(self) -> list[int]:
        return [int(packet) for _, packet in self.sent if packet != OPUS_SILENCE]

    @property
    def gaps_ms(self) -> list[int]:
        times = [at for at, packet in self.sent if packet != OPUS_SILENCE]
        return [round((after - before) * 1000) for before, after in pairwise(times)]


def as_it_is(packets: Numbers, bitrate: int) -> Numbers:
    """Stands for the encoder: plays what the test wants to be played."""
    return packets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Hall:
    """A pacer without its thread; time passes only here."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pacer = Pacer(self.clock, encode=cast(Any, as_it_is), threads=1)
        self._playing: list[asyncio.Task[None]] = []

    def wire(self, is_open: bool = True) -> Wire:
        return Wire(self.clock, is_open)

    async def play(self, piece: Any, wire: Wire | None) -> tuple[PacedSink, asyncio.Task[None]]:
        sink = self.pacer.new_sink()
        sink.attach(wire)
        task = asyncio.create_task(sink.play(piece, BITRATE))
        self._playing.append(task)
        await asyncio.sleep(0)
        return sink, task

    async def let_pass(self, seconds: float) -> None:
        """Let time pass, with a pacer that is never late."""
        end = self.clock.now + seconds
        while (left := end - self.clock.now) > -1e-9:
            wait = self.pacer.threads[0].serve()
            if wait is None or wait > left:
                self.clock.now = end
                break
            self.clock.now += wait
        await asyncio.sleep(0)

    def stall(self, seconds: float) -> None:
        """The machine does something else."""
        self.clock.now += seconds

    async def close(self) -> None:
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)


@asynccontextmanager
async def a_hall() -> AsyncIterator[Hall]:
    hall = Hall()
    try:
        yield hall
    finally:
        await hall.close()
