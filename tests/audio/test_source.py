from __future__ import annotations

from collections.abc import Iterator
from itertools import count, takewhile

import numpy as np
import pytest

from audio.buffer import JitterBuffer
from audio.source import PieceSource
from audio.units import FRAME_BYTES, FRAME_SAMPLES, Pcm16


def source_of(pcm: Pcm16, volume: float = 1.0) -> PieceSource:
    buffer = JitterBuffer(len(pcm) / 48_000, speed=3.0)
    buffer.push(pcm)
    buffer.finish()
    return PieceSource(buffer, volume)


def steady(value: int, frames: int = 4) -> Pcm16:
    return np.full((frames * FRAME_SAMPLES, 2), value, np.int16)


def frames(source: PieceSource) -> Iterator[bytes]:
    return iter(takewhile(bool, (source.frame(number) or b"" for number in count())))


def frame(source: PieceSource, number: int = 0) -> Pcm16:
    found = source.frame(number)
    assert found is not None
    return np.frombuffer(found, np.int16).reshape(-1, 2)


def test_at_full_volume_bytes_pass_as_they_are() -> None:
    pcm = np.random.default_rng(0).integers(-32_768, 32_767, (4 * FRAME_SAMPLES, 2)).astype(np.int16)
    source = source_of(pcm)
    assert b"".join(frames(source)) == pcm.tobytes()


def test_volume_is_a_factor_on_every_sample() -> None:
    assert (frame(source_of(steady(1000), 0.5)) == 500).all()
    assert (frame(source_of(steady(-1000), 0.0)) == 0).all()


def test_a_change_of_volume_is_a_slope_over_one_frame() -> None:
    source = source_of(steady(10_000))
    source.frame(0)
    source.volume = 0.25
    slope = frame(source, 1)[:, 0].astype(int)
    assert slope[0] > 9_980
    assert slope[-1] == 2_500
    assert -10 <= np.diff(slope).min() <= np.diff(slope).max() <= 0
    assert (frame(source, 2) == 2_500).all()


def test_what_gets_too_loud_is_cut_not_wrapped() -> None:
    assert (frame(source_of(steady(30_000), 2.0)) == 32_767).all()
    assert (frame(source_of(steady(-30_000), 2.0)) == -32_768).all()


@pytest.mark.parametrize(("asked", "set_to"), [(5.0, 2.0), (-1.0, 0.0), (1.3, 1.3)])
def test_volume_stays_between_nothing_and_twice(asked: float, set_to: float) -> None:
    assert source_of(steady(1), asked).volume == set_to


def test_every_frame_is_whole() -> None:
    source = source_of(steady(5)[: 3 * FRAME_SAMPLES + 1], 0.7)
    assert [len(found) for found in frames(source)] == [FRAME_BYTES] * 4


def test_it_begins_with_the_first_frame_that_is_read_not_with_one_that_is_looked_at() -> None:
    source = source_of(steady(5))
    source.frame(0)
    assert source.read(encoded=0) is None
    assert source.began_at is None
    assert source.read(encoded=1)
    began_at = source.began_at
    assert began_at is not None
    source.read(encoded=2)
    assert source.began_at == began_at
