from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from audio.dsp.limiter import CEILING, LATENCY, LOOK_AHEAD, Limiter
from audio.dsp.loudness import REACH
from audio.units import SAMPLE_RATE, Pcm
from tests.audio.dsp.ebur128 import ebur128


def limited(pcm: Pcm) -> Pcm:
    limiter = Limiter(len(pcm))
    return np.concatenate([limiter.push(pcm), limiter.finish()], axis=1)


def noise(samples: int, scale: float, channels: int = 2, seed: int = 0) -> Pcm:
    return np.random.default_rng(seed).normal(0, scale, (channels, samples)).astype(np.float32)


@settings(deadline=None, max_examples=60)
@given(
    sizes=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 1200)), max_size=12),
    scale=st.sampled_from([0.1, 0.6, 5.0, 1e4]),
    channels=st.integers(1, 2),
)
def test_chunked_equals_whole_bit_for_bit(sizes: list[int], scale: float, channels: int) -> None:
    pcm = noise(sum(sizes), scale, channels)
    limiter = Limiter(channels)
    parts = [limiter.push(part) for part in np.split(pcm, np.cumsum(sizes), axis=1)]
    chunked = np.concatenate([*parts, limiter.finish()], axis=1)
    assert np.array_equal(chunked, limited(pcm))
    assert chunked.shape == pcm.shape
    assert np.abs(chunked).max(initial=0) <= CEILING * (1 + 1e-6)


def test_quiet_sound_passes_bit_by_bit() -> None:
    pcm = noise(SAMPLE_RATE, 0.1)
    assert np.array_equal(limited(pcm), pcm)


def test_a_peak_is_lowered_to_the_ceiling_without_a_jump_in_gain() -> None:
    pcm = np.full((1, SAMPLE_RATE), 0.5, np.float32)
    pcm[:, 20_000:20_010] = 2.0
    gain = limited(pcm)[0] / pcm[0]
    assert 0.9 * CEILING < gain.min() * 2.0 <= CEILING
    assert np.abs(np.diff(gain)).max() < 3 / LOOK_AHEAD
    assert gain[20_000 - LOOK_AHEAD - REACH - 1] == 1.0
    assert gain[-1] == 1.0


def test_the_gain_recovers_more_slowly_than_it_falls() -> None:
    pcm = np.full((1, SAMPLE_RATE), 0.5, np.float32)
    pcm[:, 20_000] = 2.0
    gain = limited(pcm)[0] / pcm[0]
    assert gain[20_000 + 5 * LOOK_AHEAD] < 0.7
    assert (np.diff(gain[20_001:40_000]) >= -1e-6).all()


def test_both_channels_share_one_gain() -> None:
    pcm = np.stack([noise(9_600, 1.0)[0], np.full(9_600, 0.25, np.float32)])
    out = limited(pcm)
    loud = np.abs(pcm[0]) > 0.1
    left, right = (out[side, loud] / pcm[side, loud] for side in (0, 1))
    assert right.min() < 0.9
    assert np.allclose(left, right, rtol=1e-5)


def test_true_peaks_stay_under_minus_1_dbtp_at_any_input_level() -> None:
    """For sound of a 32 kHz model, judged by FFmpeg and by sixteenfold oversampling."""
    for scale in (0.3, 3.0, 100.0):
        sound = resample_poly(noise(2 * 32_000, scale).astype(np.float64), 3, 2, axis=1).astype(np.float32)
        out = limited(sound)
        assert ebur128(out).true_peak_db < -1.0
        finer = resample_poly(out.astype(np.float64), 16, 1, axis=1)
        assert 20 * np.log10(np.abs(finer).max()) < -1.0


def test_no_more_is_held_back_than_stated() -> None:
    assert Limiter(1).push(noise(4_800, 0.1, 1)).shape[1] == 4_800 - LATENCY
