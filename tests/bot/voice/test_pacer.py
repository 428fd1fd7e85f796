"""The pacer on a manual clock: every packet of every transport, tick by tick."""

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
from bot.voice.pacer import (
    ENCODING_SECONDS,
    MAX_CHANNELS_AT_FULL_EFFORT,
    MAX_CHANNELS_PER_THREAD,
    MIN_GAP_SECONDS,
    PacedStream,
    Pacer,
)
from bot.voice.sink import CATCH_UP_SECONDS, SILENCE_PACKETS
from tests.bot.voice.pacing import (
    BITRATE,
    Clock,
    FakeTransport,
    NumberedPackets,
    SlowPackets,
    pacer_rig,
    unencoded,
)


async def test_every_packet_leaves_once_in_order_and_20_ms_after_the_one_before() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        sink, task = await rig.play(NumberedPackets(50), transport)
        await rig.advance(2.0)
        assert transport.music == list(range(1, 51))
        assert set(transport.gaps_ms) == {20}
        assert (sink.frames_sent, sink.frames_late) == (50, 0)
        await asyncio.wait_for(task, 1)


async def test_sound_is_announced_before_it_and_ended_with_silence() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        _, task = await rig.play(NumberedPackets(3), transport)
        await rig.advance(0.02)
        assert transport.speaking == [True]
        await rig.advance(0.06)
        assert [packet for _, packet in transport.sent[3:]] == [OPUS_SILENCE] * SILENCE_PACKETS
        assert transport.speaking == [True, False]
        await asyncio.wait_for(task, 1)


async def test_all_packets_of_a_thread_leave_at_one_tick() -> None:
    async with pacer_rig() as rig:
        transports = [rig.transport() for _ in range(5)]
        for transport in transports:
            await rig.play(NumberedPackets(50), transport)
            await rig.advance(0.007)
        await rig.advance(0.5)
        phases = {
            round((at - transports[0].sent[0][0]) * 1000) % 20
            for transport in transports
            for at, _ in transport.sent
        }
        assert phases == {0}


async def test_the_clocks_of_two_threads_tick_apart() -> None:
    clock = Clock()
    pacer = Pacer(clock, encode=cast(Any, unencoded), threads=2)
    waits = []
    for thread in pacer.threads:
        thread.add(PacedStream(pacer.new_sink(), cast(Any, NumberedPackets(9)), lambda: None, clock))
        while (wait := thread.serve()) == 0:
            pass
        waits.append(wait or 0.0)
    assert abs(waits[0] - waits[1]) == pytest.approx(FRAME_SECONDS / 2)


async def test_an_hour_does_not_drift_by_a_frame() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        await rig.play(NumberedPackets(3600 * FRAME_RATE), transport)
        await rig.advance(3600.0)
        first, last = transport.sent[0][0], transport.sent[3600 * FRAME_RATE - 1][0]
        assert last - first == pytest.approx(3600 - FRAME_SECONDS, abs=0.001)


async def test_a_late_pacer_catches_up_without_a_burst_and_returns_to_its_clock() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        sink, _ = await rig.play(NumberedPackets(100), transport)
        await rig.advance(0.2)
        rig.stall(0.09)
        await rig.advance(0.61)
        assert transport.music == list(range(1, len(transport.music) + 1))
        assert min(transport.gaps_ms) == round(MIN_GAP_SECONDS * 1000)
        assert {round((at - transport.sent[0][0]) * 1000) % 20 for at, _ in transport.sent[-10:]} == {0}
        assert len(transport.music) == 46
        assert 0 < sink.frames_late < 10


async def test_after_a_long_stall_the_clock_restarts_and_nothing_is_lost() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        await rig.play(NumberedPackets(100), transport)
        await rig.advance(0.2)
        rig.stall(CATCH_UP_SECONDS + 2)
        await rig.advance(0.2)
        assert transport.music == list(range(1, len(transport.music) + 1))
        assert [gap for gap in transport.gaps_ms if gap < 20] == []


async def test_a_pause_reads_no_packets_and_playback_continues_with_the_next_one() -> None:
    async with pacer_rig() as rig:
        transport, piece = rig.transport(), NumberedPackets(100)
        sink, _ = await rig.play(piece, transport)
        await rig.advance(0.2)
        sink.pause()
        await rig.advance(FRAME_SECONDS)
        read, sent = piece.read_so_far, len(transport.sent)
        assert [packet for _, packet in transport.sent[-SILENCE_PACKETS:]] == [OPUS_SILENCE] * SILENCE_PACKETS
        await rig.advance(60.0)
        assert (piece.read_so_far, len(transport.sent)) == (read, sent)
        sink.resume()
        await rig.advance(0.2)
        assert transport.music == list(range(1, len(transport.music) + 1))
        assert len(transport.music) > read
        assert transport.speaking == [True, False, True]
        assert [gap for gap in transport.gaps_ms if gap < 20] == []  # the clock restarts


async def test_stop_ends_the_sound_within_a_frame() -> None:
    async with pacer_rig() as rig:
        transport, piece = rig.transport(), NumberedPackets(100)
        sink, task = await rig.play(piece, transport)
        await rig.advance(0.2)
        sink.stop()
        read = piece.read_so_far
        await rig.advance(FRAME_SECONDS)
        await asyncio.wait_for(task, 1)
        assert piece.read_so_far == read
        assert transport.speaking == [True, False]


async def test_stop_also_ends_a_stream_that_is_paused_or_has_no_transport() -> None:
    async with pacer_rig() as rig:
        paused, task = await rig.play(NumberedPackets(9), rig.transport())
        lost, other = await rig.play(NumberedPackets(9), None)
        paused.pause()
        await rig.advance(1.0)
        paused.stop()
        lost.stop()
        await rig.advance(FRAME_SECONDS)
        await asyncio.wait_for(asyncio.gather(task, other), 1)


async def test_the_next_piece_is_not_paused_because_the_last_one_was() -> None:
    async with pacer_rig() as rig:
        transport = rig.transport()
        sink, task = await rig.play(NumberedPackets(9), transport)
        sink.pause()
        sink.stop()
        await rig.advance(FRAME_SECONDS)
        await asyncio.wait_for(task, 1)
        following = asyncio.create_task(sink.play(NumberedPackets(3), BITRATE))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await rig.advance(1.0)
        await asyncio.wait_for(following, 1)
        assert transport.music[-3:] == [1, 2, 3]


async def test_while_the_transport_is_closed_the_music_waits_and_then_continues_in_place() -> None:
    async with pacer_rig() as rig:
        transport, piece = rig.transport(), NumberedPackets(100)
        await rig.play(piece, transport)
        await rig.advance(0.2)
        transport.open = False
        await rig.advance(3.0)
        assert piece.read_so_far <= len(transport.music) + 1
        transport.open = True
        await rig.advance(0.2)
        assert transport.music == list(range(1, len(transport.music) + 1))
        assert len(transport.music) > 15
        assert [gap for gap in transport.gaps_ms if gap < 20] == []


async def test_another_transport_continues_where_the_first_one_was() -> None:
    async with pacer_rig() as rig:
        before, after = rig.transport(), rig.transport(is_open=False)
        sink, _ = await rig.play(NumberedPackets(100), before)
        await rig.advance(0.2)
        before.open = False
        await rig.advance(0.1)
        sink.attach(after)  # not encrypted yet
        await rig.advance(0.5)
        after.open = True
        await rig.advance(0.2)
        assert before.music + after.music == list(range(1, len(before.music + after.music) + 1))
        assert before.music
        assert after.music
        assert after.speaking == [True]


@pytest.mark.parametrize("gap_seconds", [0.0, 0.0037], ids=["at once", "one by one"])
async def test_encoding_makes_no_packet_late(gap_seconds: float) -> None:
    async with pacer_rig() as rig:
        pieces, transports = (
            [SlowPackets(rig.clock, 0.001) for _ in range(60)],
            [rig.transport() for _ in range(60)],
        )
        for piece, transport in zip(pieces, transports, strict=True):
            await rig.play(piece, transport)
            await rig.advance(gap_seconds)
        await rig.advance(5.0)
        assert {gap for transport in transports for gap in transport.gaps_ms[FRAME_RATE:]} == {20}
        assert {piece.encoded_late for piece in pieces} <= {0, 1}  # at the very beginning
        assert {len(transport.sent) // FRAME_RATE for transport in transports} == {5}


async def test_a_stream_about_to_run_dry_is_encoded_even_shortly_before_a_tick() -> None:
    async with pacer_rig() as rig:
        before = [SlowPackets(rig.clock, 0.001) for _ in range(30)]
        for piece in before:
            await rig.play(piece, rig.transport())
        await rig.advance(1.0)

        def until_tick() -> float:
            return rig.pacer.threads[0]._next - rig.clock.now

        while not (until_tick() < ENCODING_SECONDS / 2 and any(piece.low for piece in before)):
            await rig.advance(ENCODING_SECONDS / 10)
        assert not any(piece.short for piece in before)  # they can wait; the next one cannot
        late = SlowPackets(rig.clock, ENCODING_SECONDS / 10)
        await rig.play(late, rig.transport())
        await rig.advance(ENCODING_SECONDS)
        assert late.read_so_far == 1
        assert late.encoded_late == 0


async def test_with_too_much_to_encode_all_streams_are_equally_late_and_lose_nothing() -> None:
    async with pacer_rig() as rig:
        transports = [rig.transport() for _ in range(60)]
        for transport in transports:
            await rig.play(SlowPackets(rig.clock, 0.003), transport)  # 1.8 seconds a second
        await rig.advance(5.0)
        sent = [len(transport.sent) for transport in transports]
        assert max(sent) - min(sent) <= 10
        assert min(sent) > 0.9 * 5 * FRAME_RATE / 1.8
        for transport in transports:
            assert transport.music == list(range(1, len(transport.music) + 1))


async def test_many_channels_on_a_thread_are_encoded_at_lower_complexity() -> None:
    async with pacer_rig() as rig:
        pieces = [SlowPackets(rig.clock, 0.0001) for _ in range(MAX_CHANNELS_AT_FULL_EFFORT + 1)]
        for piece in pieces[:MAX_CHANNELS_AT_FULL_EFFORT]:
            await rig.play(piece, rig.transport())
        await rig.advance(1.0)
        assert {piece.thrifty for piece in pieces[:MAX_CHANNELS_AT_FULL_EFFORT]} == {False}
        last, playing = await rig.play(pieces[MAX_CHANNELS_AT_FULL_EFFORT], rig.transport())
        await rig.advance(1.0)
        assert {piece.thrifty for piece in pieces} == {True}
        last.stop()
        await rig.advance(1.0)
        await playing
        assert {piece.thrifty for piece in pieces[:MAX_CHANNELS_AT_FULL_EFFORT]} == {False}


async def test_a_second_thread_is_used_once_the_first_is_full_and_both_end() -> None:
    clock = Clock()
    pacer = Pacer(clock, encode=cast(Any, unencoded), threads=2)
    sinks = [pacer.new_sink() for _ in range(MAX_CHANNELS_PER_THREAD + 5)]
    playing = [asyncio.create_task(sink.play(cast(Any, NumberedPackets(9)), BITRATE)) for sink in sinks]
    await asyncio.sleep(0)
    assert list(map(len, pacer.threads)) == [MAX_CHANNELS_PER_THREAD, 5]
    for sink in sinks:
        sink.stop()
    for thread in pacer.threads:
        while (wait := thread.serve()) is not None:
            clock.now += wait
    await asyncio.wait_for(asyncio.gather(*playing), 1)
    assert [len(thread) for thread in pacer.threads] == [0, 0]


async def test_a_transport_that_raises_ends_only_its_own_stream(caplog: pytest.LogCaptureFixture) -> None:
    class Torn(FakeTransport):
        def send(self, packet: bytes) -> bool:
            raise ZeroDivisionError

    async with pacer_rig() as rig:
        good = [rig.transport() for _ in range(3)]
        for transport in good[:2]:
            await rig.play(NumberedPackets(50), transport)
        _, torn = await rig.play(NumberedPackets(50), Torn(rig.clock))
        await rig.play(NumberedPackets(50), good[2])
        with caplog.at_level(logging.ERROR):
            await rig.advance(2.0)
        await asyncio.wait_for(torn, 1)
        assert caplog.records
        for transport in good:
            assert transport.music == list(range(1, 51))
            assert set(transport.gaps_ms) == {20}


async def test_streams_that_come_and_go_do_not_shift_the_packets_of_others() -> None:
    async with pacer_rig() as rig:
        steady = rig.transport()
        await rig.play(NumberedPackets(500), steady)
        chance = random.Random(5)
        for _ in range(40):
            sink, _ = await rig.play(NumberedPackets(30), rig.transport())
            await rig.advance(chance.random() / 10)
            if chance.random() < 0.5:
                sink.stop()
        assert set(steady.gaps_ms) == {20}


@given(st.lists(st.sampled_from(["pass", "stall", "pause", "resume", "cut", "mend", "move"])))
async def test_whatever_happens_no_packet_is_skipped_or_repeated(events: list[str]) -> None:
    async with pacer_rig() as rig:
        transports, piece = [rig.transport()], NumberedPackets(10_000)
        sink, _ = await rig.play(piece, transports[0])
        for event in events:
            if event == "pause":
                sink.pause()
            elif event == "resume":
                sink.resume()
            elif event == "cut":
                transports[-1].open = False
            elif event == "mend":
                transports[-1].open = True
            elif event == "move":
                transports.append(rig.transport())
                sink.attach(transports[-1])
            elif event == "stall":
                rig.stall(0.07)
            await rig.advance(0.05)
        music = [number for transport in transports for number in transport.music]
        assert music == list(range(1, len(music) + 1))
        assert piece.read_so_far - len(music) in (0, 1)  # one may wait for the transport


async def test_the_thread_sends_and_closing_it_ends_what_still_plays() -> None:
    pacer = Pacer(encode=cast(Any, unencoded))
    pacer.start()
    clock = Clock()
    short, long = FakeTransport(clock), FakeTransport(clock)
    sinks = [pacer.new_sink(), pacer.new_sink()]
    for sink, transport in zip(sinks, (short, long), strict=True):
        sink.attach(transport)
    endless = asyncio.create_task(sinks[1].play(NumberedPackets(10**9), BITRATE))  # type: ignore[arg-type]
    await asyncio.wait_for(sinks[0].play(NumberedPackets(3), BITRATE), 10)  # type: ignore[arg-type]
    assert short.music == [1, 2, 3]
    await asyncio.to_thread(pacer.close)
    await asyncio.wait_for(endless, 10)
    assert long.music == list(range(1, len(long.music) + 1))
