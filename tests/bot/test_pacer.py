"""The pacer on a clock of our own: every frame of every line, tick by tick."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.opus import OPUS_SILENCE
from audio.units import FRAME_RATE, FRAME_SECONDS
from bot.pacer import RUSH_SECONDS, PacedOutlet, Pacer
from bot.voice.outlet import CATCH_UP_SECONDS, SILENCE_PACKETS

BITRATE = 96_000


class Numbers:
    """Stands for the packets of a piece: they are 1, 2, 3 …, all of them encoded."""

    low = False
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

    async def play(self, piece: Any, wire: Wire | None) -> tuple[PacedOutlet, asyncio.Task[None]]:
        outlet = self.pacer.outlet()
        outlet.attach(wire)
        task = asyncio.create_task(outlet.play(piece, BITRATE))
        self._playing.append(task)
        await asyncio.sleep(0)
        return outlet, task

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


async def test_every_packet_leaves_once_in_order_and_20_ms_after_the_one_before() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        outlet, task = await hall.play(Numbers(50), wire)
        await hall.let_pass(2.0)
        assert wire.music == list(range(1, 51))
        assert set(wire.gaps_ms) == {20}
        assert (outlet.frames_sent, outlet.frames_late) == (50, 0)
        await asyncio.wait_for(task, 1)


async def test_sound_is_announced_before_it_and_ended_with_silence() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        _, task = await hall.play(Numbers(3), wire)
        await hall.let_pass(0.02)
        assert wire.speaking == [True]
        await hall.let_pass(0.06)
        assert [packet for _, packet in wire.sent[3:]] == [OPUS_SILENCE] * SILENCE_PACKETS
        assert wire.speaking == [True, False]
        await asyncio.wait_for(task, 1)


async def test_an_hour_does_not_drift_by_a_frame() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        await hall.play(Numbers(3600 * FRAME_RATE), wire)
        await hall.let_pass(3600.0)
        first, last = wire.sent[0][0], wire.sent[3600 * FRAME_RATE - 1][0]
        assert last - first == pytest.approx(3600 - FRAME_SECONDS, abs=0.001)


async def test_a_pacer_that_is_late_catches_up_without_a_burst_and_is_on_its_old_clock_again() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        outlet, _ = await hall.play(Numbers(100), wire)
        await hall.let_pass(0.2)
        hall.stall(0.09)
        await hall.let_pass(0.61)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert min(wire.gaps_ms) == round(RUSH_SECONDS * 1000)
        assert {round((at - wire.sent[0][0]) * 1000) % 20 for at, _ in wire.sent[-10:]} == {0}
        assert len(wire.music) == 46
        assert 0 < outlet.frames_late < 10


async def test_after_a_long_standstill_the_clock_starts_anew_and_nothing_is_lost() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        await hall.play(Numbers(100), wire)
        await hall.let_pass(0.2)
        hall.stall(CATCH_UP_SECONDS + 2)
        await hall.let_pass(0.2)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert [gap for gap in wire.gaps_ms if gap < 20] == []


async def test_a_pause_takes_nothing_out_of_the_piece_and_it_goes_on_with_the_very_next_packet() -> None:
    async with a_hall() as hall:
        wire, piece = hall.wire(), Numbers(100)
        outlet, _ = await hall.play(piece, wire)
        await hall.let_pass(0.2)
        outlet.pause()
        await hall.let_pass(FRAME_SECONDS)
        read, heard = piece.read_so_far, len(wire.sent)
        assert [packet for _, packet in wire.sent[-SILENCE_PACKETS:]] == [OPUS_SILENCE] * SILENCE_PACKETS
        await hall.let_pass(60.0)
        assert (piece.read_so_far, len(wire.sent)) == (read, heard)
        outlet.resume()
        await hall.let_pass(0.2)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert len(wire.music) > read
        assert wire.speaking == [True, False, True]
        assert [gap for gap in wire.gaps_ms if gap < 20] == []  # the clock starts anew


async def test_stop_ends_the_sound_within_a_frame() -> None:
    async with a_hall() as hall:
        wire, piece = hall.wire(), Numbers(100)
        outlet, task = await hall.play(piece, wire)
        await hall.let_pass(0.2)
        outlet.stop()
        read = piece.read_so_far
        await hall.let_pass(FRAME_SECONDS)
        await asyncio.wait_for(task, 1)
        assert piece.read_so_far == read
        assert wire.speaking == [True, False]


async def test_stop_also_ends_what_is_paused_or_has_no_line() -> None:
    async with a_hall() as hall:
        paused, task = await hall.play(Numbers(9), hall.wire())
        lost, other = await hall.play(Numbers(9), None)
        paused.pause()
        await hall.let_pass(1.0)
        paused.stop()
        lost.stop()
        await hall.let_pass(FRAME_SECONDS)
        await asyncio.wait_for(asyncio.gather(task, other), 1)


async def test_the_next_piece_is_not_paused_because_the_last_one_was() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        outlet, task = await hall.play(Numbers(9), wire)
        outlet.pause()
        outlet.stop()
        await hall.let_pass(FRAME_SECONDS)
        await asyncio.wait_for(task, 1)
        following = asyncio.create_task(outlet.play(Numbers(3), BITRATE))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await hall.let_pass(1.0)
        await asyncio.wait_for(following, 1)
        assert wire.music[-3:] == [1, 2, 3]


async def test_while_the_line_is_closed_the_music_waits_and_then_goes_on_at_its_place() -> None:
    async with a_hall() as hall:
        wire, piece = hall.wire(), Numbers(100)
        await hall.play(piece, wire)
        await hall.let_pass(0.2)
        wire.open = False
        await hall.let_pass(3.0)
        assert piece.read_so_far <= len(wire.music) + 1
        wire.open = True
        await hall.let_pass(0.2)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert len(wire.music) > 15
        assert [gap for gap in wire.gaps_ms if gap < 20] == []


async def test_another_line_goes_on_where_the_first_one_was() -> None:
    async with a_hall() as hall:
        before, after = hall.wire(), hall.wire(is_open=False)
        outlet, _ = await hall.play(Numbers(100), before)
        await hall.let_pass(0.2)
        before.open = False
        await hall.let_pass(0.1)
        outlet.attach(after)  # not encrypted yet
        await hall.let_pass(0.5)
        after.open = True
        await hall.let_pass(0.2)
        assert before.music + after.music == list(range(1, len(before.music + after.music) + 1))
        assert before.music
        assert after.music
        assert after.speaking == [True]


async def test_encoding_makes_no_packet_later_than_it_takes_itself() -> None:
    async with a_hall() as hall:
        pieces, wires = [Encoded(hall.clock, 0.001) for _ in range(60)], [hall.wire() for _ in range(60)]
        for piece, wire in zip(pieces, wires, strict=True):
            await hall.play(piece, wire)
            await hall.let_pass(0.0037)
        await hall.let_pass(5.0)
        assert max(gap for wire in wires for gap in wire.gaps_ms) <= 21
        assert {piece.waited_for for piece in pieces} == {1}  # at the very beginning
        assert {len(wire.sent) // FRAME_RATE for wire in wires} == {5}


async def test_where_there_is_more_to_encode_than_time_all_are_late_alike_and_lose_nothing() -> None:
    async with a_hall() as hall:
        wires = [hall.wire() for _ in range(60)]
        for wire in wires:
            await hall.play(Encoded(hall.clock, 0.003), wire)  # 1.8 seconds a second
        await hall.let_pass(5.0)
        sent = [len(wire.sent) for wire in wires]
        assert max(sent) - min(sent) <= 10
        assert min(sent) > 0.9 * 5 * FRAME_RATE / 1.8
        for wire in wires:
            assert wire.music == list(range(1, len(wire.music) + 1))


async def test_each_thread_has_its_share_and_an_end() -> None:
    clock = Clock()
    pacer = Pacer(clock, encode=cast(Any, as_it_is), threads=2)
    outlets = [pacer.outlet() for _ in range(5)]
    playing = [asyncio.create_task(outlet.play(cast(Any, Numbers(9)), BITRATE)) for outlet in outlets]
    await asyncio.sleep(0)
    assert sorted(map(len, pacer.threads)) == [2, 3]
    for outlet in outlets:
        outlet.stop()
    for thread in pacer.threads:
        while thread.serve() is not None:
            pass
    await asyncio.wait_for(asyncio.gather(*playing), 1)
    assert [len(thread) for thread in pacer.threads] == [0, 0]


async def test_one_that_raises_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    class Torn(Wire):
        def send(self, packet: bytes) -> bool:
            raise ZeroDivisionError

    async with a_hall() as hall:
        good = [hall.wire() for _ in range(3)]
        for wire in good[:2]:
            await hall.play(Numbers(50), wire)
        _, torn = await hall.play(Numbers(50), Torn(hall.clock))
        await hall.play(Numbers(50), good[2])
        with caplog.at_level(logging.ERROR):
            await hall.let_pass(2.0)
        await asyncio.wait_for(torn, 1)
        assert caplog.records
        for wire in good:
            assert wire.music == list(range(1, 51))
            assert set(wire.gaps_ms) == {20}


async def test_who_comes_and_goes_moves_nobody_elses_packets() -> None:
    async with a_hall() as hall:
        steady = hall.wire()
        await hall.play(Numbers(500), steady)
        chance = random.Random(5)
        for _ in range(40):
            outlet, _ = await hall.play(Numbers(30), hall.wire())
            await hall.let_pass(chance.random() / 10)
            if chance.random() < 0.5:
                outlet.stop()
        assert set(steady.gaps_ms) == {20}


@given(st.lists(st.sampled_from(["pass", "stall", "pause", "resume", "cut", "mend", "move"])))
async def test_whatever_happens_no_packet_is_skipped_or_repeated(events: list[str]) -> None:
    async with a_hall() as hall:
        wires, piece = [hall.wire()], Numbers(10_000)
        outlet, _ = await hall.play(piece, wires[0])
        for event in events:
            if event == "pause":
                outlet.pause()
            elif event == "resume":
                outlet.resume()
            elif event == "cut":
                wires[-1].open = False
            elif event == "mend":
                wires[-1].open = True
            elif event == "move":
                wires.append(hall.wire())
                outlet.attach(wires[-1])
            elif event == "stall":
                hall.stall(0.07)
            await hall.let_pass(0.05)
        music = [number for wire in wires for number in wire.music]
        assert music == list(range(1, len(music) + 1))
        assert piece.read_so_far - len(music) in (0, 1)  # one may wait for the line


async def test_the_thread_sends_and_ends_and_lets_go_who_still_plays() -> None:
    pacer = Pacer(encode=cast(Any, as_it_is))
    pacer.start()
    clock = Clock()
    short, long = Wire(clock), Wire(clock)
    outlets = [pacer.outlet(), pacer.outlet()]
    for outlet, wire in zip(outlets, (short, long), strict=True):
        outlet.attach(wire)
    endless = asyncio.create_task(outlets[1].play(Numbers(10**9), BITRATE))  # type: ignore[arg-type]
    await asyncio.wait_for(outlets[0].play(Numbers(3), BITRATE), 10)  # type: ignore[arg-type]
    assert short.music == [1, 2, 3]
    await asyncio.to_thread(pacer.close)
    await asyncio.wait_for(endless, 10)
    assert long.music == list(range(1, len(long.music) + 1))
