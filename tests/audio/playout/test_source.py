from __future__ import annotations

import numpy as np
import pytest

from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.source import FULL_SCALE, PieceSource
from audio.units import FRAME_SAMPLES, MAX_VOLUME, Interleaved, Pcm16


def source_of(pcm: Pcm16, volume: float = 1.0) -> PieceSource:
    buffer = JitterBuffer(len(pcm) / 48_000, speed=3.0)
    buffer.push(pcm)
    buffer.finish()
    return PieceSource(buffer, volume)


def steady(value: int, frames: int = 4) -> Pcm16:
    return np.full((frames * FRAME_SAMPLES, 2), value, np.int16)


def sounds(source: PieceSource, number: int = 0, most: int = 1) -> Interleaved:
    """Return frames as they are passed to libopus, in 16-bit units."""
    return source.frames(number, most) * np.float32(FULL_SCALE)


def test_at_full_volume_samples_are_unchanged() -> None:
    pcm = np.random.default_rng(0).integers(-32_768, 32_767, (4 * FRAME_SAMPLES, 2)).astype(np.int16)
    source = source_of(pcm)
    assert (sounds(source, most=4) == pcm).all()


def test_volume_is_a_factor_on_every_sample() -> None:
    assert (sounds(source_of(steady(1000), 0.5)) == 500).all()
    assert (sounds(source_of(steady(-1000), 0.0)) == 0).all()


def test_a_change_of_volume_is_ramped_over_one_frame() -> None:
    source = source_of(steady(10_000))
    source.frames(0, 1)
    source.volume = 0.25
    sound = sounds(source, 1, most=2)
    slope, level = sound[:FRAME_SAMPLES, 0], sound[FRAME_SAMPLES:]
    assert slope[0] > 9_980
    assert slope[-1] == pytest.approx(2_500)
    assert -10 <= np.diff(slope).min() <= np.diff(slope).max() <= 0
    assert (level == 2_500).all()


@pytest.mark.parametrize(("volume", "set_to"), [(1.3, MAX_VOLUME), (-1.0, 0.0), (0.7, 0.7)])
def test_volume_is_clamped(volume: float, set_to: float) -> None:
    assert source_of(steady(1), volume).volume == set_to


def test_frames_returns_whole_frames_as_many_as_are_there() -> None:
    source = source_of(steady(5)[: 3 * FRAME_SAMPLES + 1], 0.7)
    assert [len(source.frames(number, 3)) // FRAME_SAMPLES for number in (0, 3, 4)] == [3, 1, 0]


def test_began_at_is_set_by_the_first_read_not_by_frames() -> None:
    source = source_of(steady(5))
    source.frames(0, 1)
    assert source.read(encoded=0) is None
    assert source.began_at is None
    assert source.read(encoded=1)
    began_at = source.began_at
    assert began_at is not None
    source.read(encoded=2)
    assert source.began_at == began_at
