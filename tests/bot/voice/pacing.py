"""A pacer without its thread on a manual clock, with fake packets and a fake transport."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, cast

from audio.playout.opus import OPUS_SILENCE
from bot.voice.pacer import PacedSink, Pacer

BITRATE = 96_000


class NumberedPackets:
    """Fake packets of a piece: 1, 2, 3 …, all already encoded."""

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


class SlowPackets(NumberedPackets):
    """Endless fake packets whose encoding takes `seconds` for five; at most ten are encoded ahead."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__(10**9)
        self.encoded_late = 0
        """Packets that were due before they were encoded."""
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
            self.encoded_late += 1
            self.encode()
        self.ahead -= 1
        return super().read()


class FakeTransport:
    """Records the packets that are sent, and when."""

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


def unencoded(packets: NumberedPackets, bitrate: int) -> NumberedPackets:
    """A fake encoder that returns the test's own packets."""
    return packets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class PacerRig:
    """A pacer without its thread; time passes only in `advance` and `stall`."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pacer = Pacer(self.clock, encode=cast(Any, unencoded), threads=1)
        self._playing: list[asyncio.Task[None]] = []

    def transport(self, is_open: bool = True) -> FakeTransport:
        return FakeTransport(self.clock, is_open)

    async def play(self, piece: Any, transport: FakeTransport | None) -> tuple[PacedSink, asyncio.Task[None]]:
        sink = self.pacer.new_sink()
        sink.attach(transport)
        task = asyncio.create_task(sink.play(piece, BITRATE))
        self._playing.append(task)
        await asyncio.sleep(0)
        return sink, task

    async def advance(self, seconds: float) -> None:
        """Let time pass with a pacer that is never late."""
        end = self.clock.now + seconds
        while (left := end - self.clock.now) > -1e-9:
            wait = self.pacer.threads[0].serve()
            if wait is None or wait > left:
                self.clock.now = end
                break
            self.clock.now += wait
        await asyncio.sleep(0)

    def stall(self, seconds: float) -> None:
        """Let time pass without the pacer, as on a busy machine."""
        self.clock.now += seconds

    async def close(self) -> None:
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)


@asynccontextmanager
async def pacer_rig() -> AsyncIterator[PacerRig]:
    rig = PacerRig()
    try:
        yield rig
    finally:
        await rig.close()
