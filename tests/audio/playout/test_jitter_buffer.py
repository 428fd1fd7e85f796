from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from itertools import count

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audio.chunking import GROWTH, chunk_frames
from audio.engine import Pace
from audio.playout.jitter_buffer import (
    FLOOR_SECONDS,
    MARGIN_SECONDS,
    SILENCE,
    JitterBuffer,
    State,
    min_lead_seconds,
)
from audio.units import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS, SAMPLE_RATE, Pcm16

FIRST_SOUND = 0.7
"""Seconds before the first chunk begins to be made: the text encoder, a queue."""


class Clock:
    """A clock that stands still until it is set."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def sound(samples: int, seed: int = 0) -> Pcm16:
    """Return sound without silent frames, unlike the silence of starving."""
    return np.random.default_rng(seed).integers(1, 32_767, (samples, 2)).astype(np.int16)


def arrivals(seconds: float, speed: float, chunks: list[float]) -> list[tuple[float, int]]:
    """Return the arrivals from an engine of constant `speed` as (seconds after the start, samples).

    `chunks` are the lengths of the chunks [s]; the last one repeats.
    """
    left, now, made = round(seconds * SAMPLE_RATE), FIRST_SOUND, []
    for index in count():
        samples = min(left, round(chunks[min(index, len(chunks) - 1)] * SAMPLE_RATE))
        left, now = left - samples, now + samples / SAMPLE_RATE / speed
        made.append((now, samples))
        if not left:
            return made
    raise AssertionError


@dataclass
class Playback:
    started: float
    frames: list[bytes]
    buffer: JitterBuffer
    estimates: list[tuple[float, float]]
    """Times of looking, and the estimated times of being ready."""


def play(buffer: JitterBuffer, clock: Clock, deliveries: list[tuple[float, Pcm16]]) -> Playback:
    """Push sound as it arrives, start once the buffer is ready, and read a frame every 20 ms to the end."""
    begin, started, frames, estimates = clock.now, 0.0, list[bytes](), list[tuple[float, float]]()
    for index, (at, pcm) in enumerate(deliveries):
        while started and clock.now + FRAME_SECONDS < begin + at:
            clock.now += FRAME_SECONDS
            frames.append(buffer.read())
        pause, clock.now = clock.now, begin + at
        buffer.push(pcm)
        if index == len(deliveries) - 1:
            buffer.finish()
        if started:
            clock.now = pause  # the player keeps its own clock
        elif buffer.ready:
            started = at
            frames.append(buffer.read())
        else:
            estimates.append((at, at + buffer.seconds_until_ready))
    while frame := buffer.read():
        frames.append(frame)
    return Playback(started, frames, buffer, estimates)


def simulate(
    seconds: float,
    speed: float,
    chunks: list[float],
    stated: float | None = None,
    interval: float | None = None,
) -> Playback:
    clock = Clock()
    buffer = JitterBuffer(seconds, stated or speed, interval, clock)
    made = arrivals(seconds, speed, chunks)
    return play(buffer, clock, [(at, sound(samples, index)) for index, (at, samples) in enumerate(made)])


speeds = pytest.mark.parametrize("speed", [0.3, 0.5, 0.8, 1.0, 1.25, 3.0, 20.0])


@speeds
@settings(deadline=None, max_examples=15)
@given(chunk=st.floats(0.02, 2.5))
@example(chunk=0.02)
@example(chunk=2.5)
def test_a_constant_speed_is_played_without_a_gap_and_without_an_absurd_wait(
    speed: float, chunk: float
) -> None:
    playback = simulate(20.0, speed, [chunk], interval=chunk)
    assert playback.buffer.starvations == playback.buffer.frames_starved == 0
    # Not even with the future known is an earlier start possible: the first chunk, and what is missing later.
    earliest = FIRST_SOUND + chunk / max(1.0, speed) + 20.0 * max(0.0, 1 / speed - 1)
    assert playback.started >= earliest - 0.05 - chunk / speed
    late = playback.started - earliest
    assert late < 0.3 + 2 * chunk / speed + (3.0 if speed < 1.5 else 0.0)


@speeds
def test_growing_chunks_are_bridged(speed: float) -> None:
    growing = [frames * FRAME_SECONDS for frames, _ in zip(chunk_frames(None), range(20), strict=False)]
    assert simulate(30.0, speed, growing).buffer.starvations == 0


@pytest.mark.parametrize(("chunk", "awaited"), [(0.5, 2), (1.0, 1), (2.5, 1)])
def test_a_fast_engine_starts_within_a_second_of_sound(chunk: float, awaited: int) -> None:
    playback = simulate(20.0, 3.0, [chunk], interval=chunk)
    assert playback.started == pytest.approx(FIRST_SOUND + awaited * chunk / 3.0)


def test_a_measured_speed_below_the_stated_one_is_trusted_at_once() -> None:
    """It may starve early, since nothing is measured then; after the refill it plays to the end."""
    for speed in (0.5, 0.8, 1.0):
        buffer = simulate(20.0, speed, [0.5], stated=3.0, interval=0.5).buffer
        assert buffer.starvations <= 2
        assert buffer.frames_starved * FRAME_SECONDS < 20 / speed - 20 + 2
    assert simulate(20.0, 0.5, [0.5], stated=0.6, interval=0.5).buffer.starvations == 0


def test_a_measured_speed_above_the_stated_one_is_trusted_gradually() -> None:
    modest = simulate(20.0, 3.0, [0.5], stated=0.5, interval=0.5)
    assert modest.started < 5.0
    assert modest.buffer.starvations == 0


def test_a_late_first_chunk_does_not_count_as_slowness() -> None:
    clock = Clock()
    buffer = JitterBuffer(20.0, 3.0, 1.0, clock)
    clock.now += 30.0
    buffer.push(sound(SAMPLE_RATE))
    assert buffer.ready


@pytest.mark.parametrize("apart", [0.002, 0.11])
def test_a_burst_does_not_count_as_speed(apart: float) -> None:
    """Three seconds of sound at once, then a slow engine: the buffer must not start after the burst."""
    clock = Clock()
    buffer = JitterBuffer(20.0, 0.5, 0.5, clock)
    for _ in range(6):
        buffer.push(sound(SAMPLE_RATE // 2))
        clock.now += apart
    assert not buffer.ready
    for _ in range(4):
        clock.now += 1.0
        buffer.push(sound(SAMPLE_RATE // 2))
        assert not buffer.ready


def test_a_piece_that_shares_the_engine_plans_with_its_share_of_the_speed() -> None:
    """Two seconds at full speed, as a new piece gets them; then a third of the speed, shared by three."""
    starts = []
    for share in (3.8, 1.05):
        clock = Clock()
        buffer = JitterBuffer(20.0, 3.8, 0.5, clock)
        for index in range(40):
            buffer.expect(Pace(share))
            buffer.push(sound(SAMPLE_RATE // 2))
            if buffer.ready:
                starts.append(index)
                break
            clock.now += 0.5 / 3.8 if index < 4 else 0.5 / 1.05
    alone, together = starts
    assert alone < together < 20


def test_a_pause_between_two_epochs_does_not_count_as_slowness() -> None:
    clock = Clock()
    buffer = JitterBuffer(20.0, 3.0, 0.5, clock)

    def ready_after_a_pause(epoch: int) -> bool:
        for at in range(4):
            clock.now += 9.0 if at == 2 else 0.2
            buffer.expect(Pace(3.0, epoch if at >= 2 else 1))
            buffer.push(sound(SAMPLE_RATE // 2))
        return buffer.ready

    assert ready_after_a_pause(epoch=2)
    buffer = JitterBuffer(20.0, 3.0, 0.5, clock)
    assert not ready_after_a_pause(epoch=1), "a pause without a new epoch may happen again"


def test_the_estimated_start_is_about_right_and_improves() -> None:
    playback = simulate(20.0, 0.5, [0.5], interval=0.5)
    first, last = playback.estimates[0][1], playback.estimates[-1][1]
    assert abs(last - playback.started) < 1.5
    assert playback.started - 1.5 < first < 1.5 * playback.started


def test_the_estimate_counts_down_between_arrivals_and_ends_at_zero() -> None:
    clock = Clock()
    buffer = JitterBuffer(20.0, 0.5, 0.5, clock)
    clock.now += 100.0
    assert buffer.seconds_until_ready > 20  # nothing has arrived: it does not count down yet
    buffer.push(sound(SAMPLE_RATE // 2))
    estimate = buffer.seconds_until_ready
    clock.now += 3.0
    assert buffer.seconds_until_ready == pytest.approx(estimate - 3.0)
    clock.now += 100.0
    assert buffer.seconds_until_ready == 0.0


@settings(deadline=None, max_examples=150)
@given(
    pushes=st.lists(st.tuples(st.integers(0, 3 * FRAME_SAMPLES), st.integers(0, 5)), max_size=25),
    reads_at_first=st.integers(0, 4),
    seconds=st.floats(0.02, 3.0),
    speed=st.floats(0.1, 50.0),
)
def test_nothing_is_lost_doubled_or_reordered(
    pushes: list[tuple[int, int]], reads_at_first: int, seconds: float, speed: float
) -> None:
    """With any order of pushes and reads, the frames read without silence are those pushed."""
    clock = Clock()
    buffer = JitterBuffer(seconds, speed, clock=clock)
    pushed = [sound(samples, index) for index, (samples, _) in enumerate(pushes)]
    frames = [buffer.read() for _ in range(reads_at_first)]
    for pcm, (_, reads) in zip(pushed, pushes, strict=True):
        clock.now += 0.02 * reads
        buffer.push(pcm)
        frames += [buffer.read() for _ in range(reads)]
    buffer.finish()
    frames += list(iter(buffer.read, b""))
    into = b"".join(pcm.tobytes() for pcm in pushed)
    played = [frame for frame in frames if frame != SILENCE]
    assert b"".join(played) == into.ljust(-(-len(into) // FRAME_BYTES) * FRAME_BYTES, b"\0")
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert buffer.frames_played == len(played)
    assert buffer.seconds_received * SAMPLE_RATE == pytest.approx(len(into) / 4)
    assert buffer.state is State.ENDED
    assert buffer.read() == b""


def test_starving_is_counted_and_the_rule_of_the_start_applies_again() -> None:
    clock = Clock()
    buffer = JitterBuffer(10.0, 3.0, 1.0, clock)
    assert (buffer.read(), buffer.frames_starved) == (SILENCE, 0)  # the piece has not begun
    buffer.push(sound(SAMPLE_RATE))
    assert all(buffer.read() != SILENCE for _ in range(50))
    assert [buffer.read() for _ in range(3)] == [SILENCE] * 3
    assert (buffer.state, buffer.frames_starved, buffer.starvations) == (State.STARVED, 3, 1)
    buffer.push(sound(FRAME_SAMPLES))
    assert not buffer.ready
    assert buffer.read() == SILENCE  # one frame does not end the starving
    buffer.push(sound(SAMPLE_RATE))
    assert buffer.ready
    assert buffer.read() != SILENCE
    assert (buffer.state, buffer.frames_starved, buffer.starvations) == (State.PLAYING, 4, 1)
    assert buffer.seconds_played == pytest.approx(51 * FRAME_SECONDS)


def test_the_last_frame_is_padded_with_silence() -> None:
    buffer = JitterBuffer(1.0, 3.0)
    pcm = sound(FRAME_SAMPLES + 1)
    buffer.push(pcm)
    buffer.finish()
    buffer.finish()
    assert buffer.ready
    assert b"".join(iter(buffer.read, b"")) == pcm.tobytes() + bytes(FRAME_BYTES - 4)


def test_a_piece_without_sound_ends_at_once() -> None:
    buffer = JitterBuffer(10.0, 3.0)
    buffer.finish()
    assert buffer.read() == b""


def test_pushing_after_finish_raises() -> None:
    buffer = JitterBuffer(10.0, 3.0)
    buffer.finish()
    with pytest.raises(RuntimeError, match="finished"):
        buffer.push(sound(1))


@pytest.mark.parametrize("speed", [0.4, 0.9, 1.0, 2.0])
def test_the_minimum_lead_of_small_chunks_is_the_sound_missing_later(speed: float) -> None:
    """left · (1/speed − 1) for small chunks, and never less than bridges the next one."""
    assert min_lead_seconds(20.0, speed, 0.02, 0.02) == pytest.approx(
        max(0.02 / speed, 20.0 * (1 / speed - 1) + 0.02), rel=1e-6
    )
    assert min_lead_seconds(20.0, speed, 2.5, 2.5) >= 2.5 / max(1.0, speed) - 1e-9


@given(st.floats(0.0, 300.0), st.floats(0.3, 8.0), st.floats(0.02, 2.0), st.floats(0.02, 2.0))
def test_the_minimum_lead_bridges_the_wait_for_every_chunk(
    left: float, speed: float, chunk: float, longest: float
) -> None:
    held = made = 0.0
    longest = max(chunk, longest)
    coming = chunk
    while made < left:
        before, made = made, min(left, made + coming)
        held = max(held, made / speed - before)
        coming = min(longest, coming * GROWTH)
    assert min_lead_seconds(left, speed, chunk, longest) == pytest.approx(held, abs=1e-6)


def test_the_floor_applies_to_the_fastest_engine() -> None:
    buffer = JitterBuffer(10.0, float("inf"), 0.02)
    needed = math.ceil((FLOOR_SECONDS + MARGIN_SECONDS) / FRAME_SECONDS)
    for _ in range(needed - 1):
        buffer.push(sound(FRAME_SAMPLES))
    assert not buffer.ready
    buffer.push(sound(FRAME_SAMPLES))
    assert buffer.ready


def test_two_threads_do_not_disturb_each_other() -> None:
    buffer = JitterBuffer(5.0, 3.0)
    pushed = [sound(samples, samples) for samples in (7, 960, 961, 5000, 48_000, 1) * 30]

    def push_all() -> None:
        for pcm in pushed:
            buffer.push(pcm)
        buffer.finish()

    maker = threading.Thread(target=push_all, name="maker")
    maker.start()
    frames = list(iter(buffer.read, b""))
    maker.join()
    into = b"".join(pcm.tobytes() for pcm in pushed)
    assert b"".join(frame for frame in frames if frame != SILENCE)[: len(into)] == into


def test_fade_out_keeps_the_frames_ahead_then_fades_and_ends() -> None:
    buffer = JitterBuffer(math.inf, 5.0)
    pcm = np.full((10 * SAMPLE_RATE, 2), 10_000, np.int16)
    buffer.push(pcm)
    for _ in range(100):
        buffer.read()
    buffer.fade_out(25, 150)
    frames = list(iter(buffer.read, b""))
    assert len(frames) == 175
    assert b"".join(frames[:25]) == pcm[: 25 * FRAME_SAMPLES].tobytes()
    levels = [np.frombuffer(frame, np.int16).max() for frame in frames[25:]]
    assert levels == sorted(levels, reverse=True)
    assert levels[75] == pytest.approx(5_000, rel=0.05)
    assert levels[-1] < 10
    assert buffer.state is State.ENDED


@pytest.mark.parametrize("held", [0, 10, 60])
def test_fade_out_with_little_sound_ends_with_that_sound(held: int) -> None:
    buffer = JitterBuffer(math.inf, 5.0)
    buffer.push(np.full((FRAME_SAMPLES * 100, 2), 10_000, np.int16))
    for _ in range(100 - held):
        buffer.read()
    buffer.fade_out(25, 150)
    frames = list(iter(buffer.read, b""))
    assert len(frames) == held
    if held > 25:
        assert np.frombuffer(frames[-1], np.int16).max() < 100


def test_endless_music_starts_as_soon_as_a_long_piece() -> None:
    endless, slow = JitterBuffer(math.inf, 5.0), JitterBuffer(math.inf, 1.1)
    for buffer in (endless, slow):
        buffer.push(sound(SAMPLE_RATE))
    assert endless.ready
    assert not slow.ready, "some of what a minute lacks is held"
    for _ in range(14):
        slow.push(sound(SAMPLE_RATE))
    assert slow.ready


def test_the_number_of_remembered_arrivals_is_bounded() -> None:
    clock = Clock()
    buffer = JitterBuffer(math.inf, 5.0, clock=clock)
    for _ in range(4000):
        clock.now += 0.5
        buffer.push(sound(FRAME_SAMPLES))
        buffer.read()
    assert len(buffer._rate.marks) <= 600


def test_a_stall_at_the_lead_target_does_not_make_the_engine_seem_slow() -> None:
    clock, lead, speed, chunk = Clock(), 5.0, 3.0, 0.5
    buffer = JitterBuffer(math.inf, speed, chunk, clock, lead=lead)
    made = played = 0.0
    making = 0.0
    for _ in range(round(60 / FRAME_SECONDS)):
        clock.now += FRAME_SECONDS
        stands = 30.0 <= clock.now - Clock.now < 36.0
        making += 0.0 if stands or made - played >= lead else speed * FRAME_SECONDS
        if making >= chunk:
            making -= chunk
            made += chunk
            buffer.push(np.ones((round(chunk * SAMPLE_RATE), 2), np.int16))
        if buffer.ready:
            buffer.read()
        played = buffer.seconds_played
    assert buffer.starvations == 1
    assert played > 60.0 - 6.0, "one second is lost for lack of sound, a few until enough is held again"
