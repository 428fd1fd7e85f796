from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.dsp.fades import FADE_IN_SAMPLES, FADE_OUT_SECONDS, Fades, fade_out_gain
from audio.units import SAMPLE_RATE, Pcm, samples_of


def faded(seconds: float, channels: int = 1) -> Pcm:
    return Fades(seconds).push(np.full((channels, samples_of(seconds)), 0.8, np.float32))


@settings(deadline=None, max_examples=40)
@given(
    seconds=st.sampled_from([0.02, 0.5, 1.0]),
    sizes=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 20_000)), max_size=12),
)
def test_chunked_equals_whole_bit_for_bit(seconds: float, sizes: list[int]) -> None:
    pcm = np.random.default_rng(2).normal(0, 0.2, (2, samples_of(seconds))).astype(np.float32)
    fades = Fades(seconds)
    parts = np.split(pcm, np.minimum(np.cumsum(sizes, dtype=int), pcm.shape[1]), axis=1)
    chunked = np.concatenate([fades.push(part) for part in parts], axis=1)
    assert np.array_equal(chunked, Fades(seconds).push(pcm))


def test_a_piece_fades_in_and_out_and_is_unchanged_between() -> None:
    out = faded(10.0)[0]
    assert out[0] < 1e-4
    assert out[-1] < 1e-8
    assert np.abs(np.diff(out)).max() < 0.01
    assert (out[FADE_IN_SAMPLES : -samples_of(FADE_OUT_SECONDS)] == np.float32(0.8)).all()


def test_the_fade_out_only_falls_and_ends_near_silence() -> None:
    gain = fade_out_gain(20.0)
    assert len(gain) == samples_of(FADE_OUT_SECONDS)
    assert (np.diff(gain) <= 0).all()
    assert gain[len(gain) // 2] == pytest.approx(0.5, abs=0.01)
    assert gain[-SAMPLE_RATE // 10 :].max() < 0.01


def test_the_input_is_not_modified() -> None:
    pcm = np.full((1, SAMPLE_RATE), 0.8, np.float32)
    Fades(1.0).push(pcm)
    assert (pcm == np.float32(0.8)).all()


def test_a_short_piece_has_a_short_fade_out() -> None:
    assert (faded(1.0)[0, FADE_IN_SAMPLES : -samples_of(0.2)] == np.float32(0.8)).all()
