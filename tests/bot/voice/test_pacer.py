"""The pacer on a clock of our own: every frame of every line, tick by tick."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.playout.opus import OPUS_SILENCE
from audio.units import FRAME_RATE, FRAME_SECONDS
from bot.voice.pacer import ENCODING_SECONDS, ENOUGH, ROOMY, RUSH_SECONDS, PacedStream, Pacer
from bot.voice.sink import CATCH_UP_SECONDS, SILENCE_PACKETS
from tests.bot.voice.pacing import BITRATE, Clock, Encoded, Numbers, Wire, a_hall, as_it_is


async def test_every_packet_leaves_once_in_order_and_20_ms_after_the_one_before() -> None:
    async with a_hall() as hall:
        wire = hall.wire()
        sink, task = await hall.play(Numbers(50), wire)
        await hall.let_pass(2.0)
        assert wire.music == list(range(1, 51))
        assert set(wire.gaps_ms) == {20}
        assert (sink.frames_sent, sink.frames_late) == (50, 0)
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


async def test_all_packets_of_a_thread_leave_at_one_tick() -> None:
    async with a_hall() as hall:
        wires = [hall.wire() for _ in range(5)]
        for wire in wires:
            await hall.play(Numbers(50), wire)
            await hall.let_pass(0.007)
        await hall.let_pass(0.5)
        phases = {round((at - wires[0].sent[0][0]) * 1000) % 20 for wire in wires for at, _ in wire.sent}
        assert phases == {0}


async def test_the_clocks_of_two_threads_tick_apart() -> None:
    clock = Clock()
    pacer = Pacer(clock, encode=cast(Any, as_it_is), threads=2)
    waits = []
    for thread in pacer.threads:
        thread.enter(PacedStream(pacer.new_sink(), cast(Any, Numbers(9)), lambda: None, clock))
        while (wait := thread.serve()) == 0:
            pass
        waits.append(wait or 0.0)
    assert abs(waits[0] - waits[1]) == pytest.approx(FRAME_SECONDS / 2)


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
        sink, _ = await hall.play(Numbers(100), wire)
        await hall.let_pass(0.2)
        hall.stall(0.09)
        await hall.let_pass(0.61)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert min(wire.gaps_ms) == round(RUSH_SECONDS * 1000)
        assert {round((at - wire.sent[0][0]) * 1000) % 20 for at, _ in wire.sent[-10:]} == {0}
        assert len(wire.music) == 46
        assert 0 < sink.frames_late < 10


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
        sink, _ = await hall.play(piece, wire)
        await hall.let_pass(0.2)
        sink.pause()
        await hall.let_pass(FRAME_SECONDS)
        read, heard = piece.read_so_far, len(wire.sent)
        assert [packet for _, packet in wire.sent[-SILENCE_PACKETS:]] == [OPUS_SILENCE] * SILENCE_PACKETS
        await hall.let_pass(60.0)
        assert (piece.read_so_far, len(wire.sent)) == (read, heard)
        sink.resume()
        await hall.let_pass(0.2)
        assert wire.music == list(range(1, len(wire.music) + 1))
        assert len(wire.music) > read
        assert wire.speaking == [True, False, True]
        assert [gap for gap in wire.gaps_ms if gap < 20] == []  # the clock starts anew


async def test_stop_ends_the_sound_within_a_frame() -> None:
    async with a_hall() as hall:
        wire, piece = hall.wire(), Numbers(100)
        sink, task = await hall.play(piece, wire)
        await hall.let_pass(0.2)
        sink.stop()
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
        sink, task = await hall.play(Numbers(9), wire)
        sink.pause()
        sink.stop()
        await hall.let_pass(FRAME_SECONDS)
        await asyncio.wait_for(task, 1)
        following = asyncio.create_task(sink.play(Numbers(3), BITRATE))  # type: ignore[arg-type]
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
        sink, _ = await hall.play(Numbers(100), before)
        await hall.let_pass(0.2)
        before.open = False
        await hall.let_pass(0.1)
        sink.attach(after)  # not encrypted yet
        await hall.let_pass(0.5)
        after.open = True
        await hall.let_pass(0.2)
        assert before.music + after.music == list(range(1, len(before.music + after.music) + 1))
        assert before.music
        assert after.music
        assert after.speaking == [True]


@pytest.mark.parametrize("apart", [0.0, 0.0037], ids=["at once", "one by one"])
async def test_encoding_makes_no_packet_late(apart: float) -> None:
    async with a_hall() as hall:
        pieces, wires = [Encoded(hall.clock, 0.001) for _ in range(60)], [hall.wire() for _ in range(60)]
        for piece, wire in zip(pieces, wires, strict=True):
            await hall.play(piece, wire)
            await hall.let_pass(apart)
        await hall.let_pass(5.0)
        assert {gap for wire in wires for gap in wire.gaps_ms[FRAME_RATE:]} == {20}
        assert {piece.waited_for for piece in pieces} <= {0, 1}  # at the very beginning
        assert {len(wire.sent) // FRAME_RATE for wire in wires} == {5}


async def test_who_would_have_nothing_to_send_is_encoded_even_shortly_before_a_tick() -> None:
    async with a_hall() as hall:
        before = [Encoded(hall.clock, 0.001) for _ in range(30)]
        for piece in before:
            await hall.play(piece, hall.wire())
        await hall.let_pass(1.0)

        def until_tick() -> float:
            return hall.pacer.threads[0]._next - hall.clock.now

        while not (until_tick() < ENCODING_SECONDS / 2 and any(piece.low for piece in before)):
            await hall.let_pass(ENCODING_SECONDS / 10)
        assert not any(piece.short for piece in before)  # they wait, and one comes who cannot
        late = Encoded(hall.clock, ENCODING_SECONDS / 10)
        await hall.play(late, hall.wire())
        await hall.let_pass(ENCODING_SECONDS)
        assert late.read_so_far == 1
        assert late.waited_for == 0


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


async def test_the_more_channels_share_a_thread_the_less_is_spent_on_each() -> None:
    async with a_hall() as hall:
        pieces = [Encoded(hall.clock, 0.0001) for _ in range(ROOMY + 1)]
        for piece in pieces[:ROOMY]:
            await hall.play(piece, hall.wire())
        await hall.let_pass(1.0)
        assert {piece.thrifty for piece in pieces[:ROOMY]} == {False}
        last, playing = await hall.play(pieces[ROOMY], hall.wire())
        await hall.let_pass(1.0)
        assert {piece.thrifty for piece in pieces} == {True}
        last.stop()
        await hall.let_pass(1.0)
        await playing
        assert {piece.thrifty for piece in pieces[:ROOMY]} == {False}


async def test_a_second_thread_helps_where_one_has_enough_to_do_and_both_have_an_end() -> None:
    clock = Clock()
    pacer = Pacer(clock, encode=cast(Any, as_it_is), threads=2)
    sinks = [pacer.new_sink() for _ in range(ENOUGH + 5)]
    playing = [asyncio.create_task(sink.play(cast(Any, Numbers(9)), BITRATE)) for sink in sinks]
    await asyncio.sleep(0)
    assert list(map(len, pacer.threads)) == [ENOUGH, 5]
    for sink in sinks:
        sink.stop()
    for thread in pacer.threads:
        while (wait := thread.serve()) is not None:
            clock.now += wait
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
            sink, _ = await hall.play(Numbers(30), hall.wire())
            await hall.let_pass(chance.random() / 10)
            if chance.random() < 0.5:
                sink.stop()
        assert set(steady.gaps_ms) == {20}


@given(st.lists(st.sampled_from(["pass", "stall", "pause", "resume", "cut", "mend", "move"])))
async def test_whatever_happens_no_packet_is_skipped_or_repeated(events: list[str]) -> None:
    async with a_hall() as hall:
        wires, piece = [hall.wire()], Numbers(10_000)
        sink, _ = await hall.play(piece, wires[0])
        for event in events:
            if event == "pause":
                sink.pause()
            elif event == "resume":
                sink.resume()
            elif event == "cut":
                wires[-1].open = False
            elif event == "mend":
                wires[-1].open = True
            elif event == "move":
                wires.append(hall.wire())
                sink.attach(wires[-1])
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
    sinks = [pacer.new_sink(), pacer.new_sink()]
    for sink, wire in zip(sinks, (short, long), strict=True):
        sink.attach(wire)
    endless = asyncio.create_task(sinks[1].play(Numbers(10**9), BITRATE))  # type: ignore[arg-type]
    await asyncio.wait_for(sinks[0].play(Numbers(3), BITRATE), 10)  # type: ignore[arg-type]
    assert short.music == [1, 2, 3]
    await asyncio.to_thread(pacer.close)
    await asyncio.wait_for(endless, 10)
    assert long.music == list(range(1, len(long.music) + 1))
