"""Transitions keep the loudness and the ceiling, and lose or repeat no frame."""

from __future__ import annotations

from collections.abc import Callable
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.dsp.fades import fade_out_gain
from audio.dsp.loudness import BLOCK_HOPS, Meter, integrated, loudness_of
from audio.playout.chain import Chain
from audio.playout.crossfade import Transition, crossfade, make_transition, overlap_frames
from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.opus import OPUS_SILENCE, load_opus
from audio.playout.packets import Packets
from audio.playout.source import TRANSITION_NOTICE_FRAMES, PieceSource
from audio.units import FRAME_SAMPLES, SAMPLE_RATE, Pcm, Pcm16, floats
from tests.audio.dsp.ebur128 import ebur128

SECONDS = 15.0


def noise(seed: int, seconds: float = SECONDS) -> Pcm:
    return np.random.default_rng(seed).normal(0, 0.2, (1, round(seconds * SAMPLE_RATE))).astype(np.float32)


def hum(seed: int, seconds: float = SECONDS) -> Pcm:
    """Return a loud sine; two of them peak at the same time."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return 0.9 * np.cos(2 * np.pi * 100 * times)[None].astype(np.float32)


def two_pieces(make: Callable[[int], Pcm], wanted: float) -> tuple[Pcm, int, int]:
    """Return two pieces played in a row and the begin and end of their transition."""
    pieces = []
    for seed in (1, 2):
        made = make(seed)
        chain = Chain(SAMPLE_RATE, 1, SECONDS, expected=integrated(made))
        pieces.append(np.concatenate([chain.push(made), chain.finish()]))
    samples = overlap_frames(wanted, SECONDS, SECONDS) * FRAME_SAMPLES
    first, second = pieces
    transition = crossfade(first[-samples:], second[:samples], SECONDS)
    whole = np.concatenate([first[:-samples], transition, second[samples:]])
    return floats(whole), len(first) - samples, len(first)


@pytest.mark.parametrize("wanted", [2.0, 3.0])
def test_the_loudness_is_constant_over_a_transition(wanted: float) -> None:
    sound, begin, end = two_pieces(noise, wanted)
    hops = Meter(2).push(sound[:, begin - 2 * SAMPLE_RATE : end + 2 * SAMPLE_RATE])
    blocks = np.convolve(hops, np.ones(BLOCK_HOPS) / BLOCK_HOPS, "valid")
    loudness = [loudness_of(block) for block in blocks]  # momentary: 400 ms each
    assert max(loudness) - min(loudness) < 0.5
    assert np.mean(loudness) == pytest.approx(-16.0, abs=0.5)


def test_a_fade_without_a_next_piece_is_a_dip() -> None:
    sound, begin, end = two_pieces(lambda seed: noise(seed) * (1.0 if seed == 1 else 1e-4), 2.0)
    hops = Meter(2).push(sound[:, begin:end])
    assert loudness_of(float(hops[-4:].mean())) < -30


def test_the_sum_of_two_peaks_stays_under_the_ceiling() -> None:
    sound, begin, end = two_pieces(hum, 2.0)
    assert ebur128(sound[:, begin - SAMPLE_RATE : end + SAMPLE_RATE]).true_peak_db <= -1.0
    steps = np.abs(np.diff(sound[:, begin - 100 : end + 100])).max()
    assert steps <= np.abs(np.diff(sound[:, : 5 * SAMPLE_RATE])).max() * 1.5  # and nowhere is a click


def test_a_transition_begins_as_one_piece_and_ends_as_the_other() -> None:
    rng = np.random.default_rng(0)
    one, other = (rng.integers(-9_000, 9_000, (96_000, 2)).astype(np.int16) for _ in range(2))
    one = np.rint(one * fade_out_gain(SECONDS)[:, None]).astype(np.int16)
    transition = crossfade(one, other, SECONDS)
    assert np.abs(transition[:10].astype(int) - one[:10]).max() <= 2
    assert np.abs(transition[-10:].astype(int) - other[-10:]).max() <= 2


@pytest.mark.parametrize(
    ("wanted", "pieces", "frames"),
    [(2.0, (10.0, 30.0), 100), (10.0, (30.0, 20.0), 200), (0.0, (30.0, 30.0), 0), (2.0, (1.0, 30.0), 10)],
)
def test_at_most_a_fifth_of_either_piece_overlaps(
    wanted: float, pieces: tuple[float, float], frames: int
) -> None:
    assert overlap_frames(wanted, *pieces) == frames


def buffer_of(pcm: Pcm16, *, finished: bool = True) -> JitterBuffer:
    buffer = JitterBuffer(len(pcm) / SAMPLE_RATE, speed=3.0)
    buffer.push(pcm)
    if finished:
        buffer.finish()
    return buffer


def numbered(frames: int, offset: int = 0) -> Pcm16:
    """Return frames whose samples are the number of the frame."""
    numbers = np.repeat(np.arange(offset, offset + frames), FRAME_SAMPLES)
    return np.stack([numbers, numbers], axis=1).astype(np.int16)


def test_there_is_no_transition_with_missing_sound_or_a_next_piece_that_has_begun() -> None:
    piece, following = buffer_of(numbered(100)), buffer_of(numbered(100))
    unfinished = buffer_of(numbered(90), finished=False)
    assert make_transition(unfinished, following, 2.0, 20) is None
    assert make_transition(piece, buffer_of(numbered(19)), 2.0, 20) is None
    assert make_transition(piece, following, 2.0, 0) is None
    assert make_transition(piece, following, 2.0, 20) is not None
    following.read()
    assert make_transition(piece, following, 2.0, 20) is None


def joined() -> tuple[PieceSource, JitterBuffer, JitterBuffer]:
    """Return a source of frames 0 to 59, then 200 to 259; ten of each overlap as frames 100 to 109."""
    piece, following = buffer_of(numbered(60)), buffer_of(numbered(60, 200))
    source = PieceSource(piece)
    assert source.set_transition(Transition(50, numbered(10, 100).tobytes(), following))
    return source, piece, following


def test_a_source_plays_the_piece_the_transition_and_the_rest_of_the_next_one() -> None:
    source, piece, following = joined()
    numbers: list[int] = []
    while len(sound := source.frames(len(numbers), 7)):
        numbers += np.rint(sound[::FRAME_SAMPLES, 0] * 2**15).astype(int).tolist()
    assert numbers == [*range(50), *range(100, 110), *range(210, 260)]
    for _ in range(55):
        assert source.read(1_000)
    assert (piece.frames_played, following.frames_played) == (55, 5)
    while source.read(1_000):
        pass
    assert (piece.frames_played, following.frames_played) == (60, 60)
    assert source.frames_played == 110
    assert source.buffer is following


def test_on_next_is_called_when_the_next_piece_plays_alone() -> None:
    called: list[int] = []
    source = PieceSource(buffer_of(numbered(60)), on_next=lambda: called.append(source.frames_played))
    source.set_transition(Transition(50, numbered(10, 100).tobytes(), buffer_of(numbered(60, 200))))
    while source.read(1_000):
        pass
    assert called == [60]


def test_a_transition_that_is_set_too_late_changes_nothing() -> None:
    source, following = PieceSource(buffer_of(numbered(60))), buffer_of(numbered(60, 200))
    for _ in range(51 - TRANSITION_NOTICE_FRAMES):
        source.read(1_000)
    assert not source.set_transition(Transition(50, numbered(10, 100).tobytes(), following))
    while source.read(1_000):
        pass
    assert (source.frames_played, following.frames_played) == (60, 0)


def test_a_transition_cancelled_midway_leaves_the_next_piece_to_go_on_later() -> None:
    source, piece, following = joined()
    for _ in range(54):
        source.read(1_000)
    source.cancel_transition()
    while source.read(1_000):
        pass
    assert (piece.frames_played, following.frames_played) == (60, 4)
    later = PieceSource(following)
    sound = later.frames(4, 2)[:, 0] * 2**15
    assert sound[0] < 1  # it fades in over a frame, since it begins midway
    assert np.rint(sound[[FRAME_SAMPLES - 1, FRAME_SAMPLES]]).tolist() == [204, 205]
    while later.read(1_000):
        pass
    assert following.frames_played == 60


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(["encode", "read"]), max_size=200))
def test_the_order_of_encoding_and_reading_changes_no_packet_of_a_transition(calls: list[str]) -> None:
    load_opus()

    def packets_of(calls: list[str]) -> list[bytes]:
        source, piece, following = joined()
        packets = Packets(source, 96_000)
        received: list[bytes] = []
        with patch("audio.playout.packets.SHORT_FRAMES", -1):
            for call in calls:
                if call == "encode":
                    packets.encode()
                elif packet := packets.read():
                    received.append(packet)
            while packet := packets.read():
                received.append(packet)
        assert (piece.frames_played, following.frames_played) == (60, 60)
        return received

    packets = packets_of(calls)
    assert len(packets) == 110
    assert OPUS_SILENCE not in packets
    assert packets == packets_of([])
