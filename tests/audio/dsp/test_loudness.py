from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from audio.dsp.loudness import HOP, REACH, Meter, TruePeaks, integrated, true_peak
from audio.units import SAMPLE_RATE, Pcm
from tests.audio.dsp.ebur128 import ebur128


def tone(decibels: float, seconds: float, hertz: float = 1_000.0, degrees: float = 0.0) -> Pcm:
    """Return a sine in both channels with its peak at `decibels` of full scale."""
    phase = 2 * np.pi * hertz * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE + np.radians(degrees)
    return np.repeat((10 ** (decibels / 20) * np.sin(phase))[None], 2, axis=0).astype(np.float32)


def noise(samples: int, channels: int = 2) -> Pcm:
    return np.random.default_rng(samples).normal(0, 0.2, (channels, samples)).astype(np.float32)


def peak_db(pcm: Pcm) -> float:
    return 20 * float(np.log10(true_peak(pcm)))


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        ([(-23, 20)], -23.0),
        ([(-33, 20)], -33.0),
        ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
        ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
        ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
    ],
)
def test_the_test_signals_of_ebu_tech_3341_read_as_published(
    parts: list[tuple[float, float]], lufs: float
) -> None:
    """Cases 1 to 5 of its table 1, each to be met within 0.1 LU."""
    assert integrated(np.concatenate([tone(*part) for part in parts], axis=1)) == pytest.approx(lufs, abs=0.1)


@pytest.mark.parametrize("degrees", [0.0, 45.0, 60.0, 67.5])
@pytest.mark.parametrize("parts_of_rate", [4, 6, 8])
def test_peaks_between_samples_are_found(degrees: float, parts_of_rate: int) -> None:
    """As cases 15 to 19 of Tech 3341: sines whose samples miss their peak, within +0.2 and −0.4 dB."""
    sine = tone(-6.0, 0.5, SAMPLE_RATE / parts_of_rate, degrees)
    fade = np.clip(np.arange(sine.shape[1]) / 2_400, 0, 1)  # its start is not part of what is measured
    assert -6.4 <= peak_db((sine * fade * fade[::-1]).astype(np.float32)) <= -5.8


def test_loudness_agrees_with_ffmpeg_on_noise_of_several_colours_and_rhythms() -> None:
    white = noise(6 * SAMPLE_RATE)
    brown = np.cumsum(white - white.mean(axis=1, keepdims=True), axis=1)
    brown *= np.float32(0.9) / np.abs(brown).max()
    beaten = white * (np.arange(white.shape[1]) % 24_000 < 6_000)
    for sound in (white, brown, beaten.astype(np.float32), white[:1]):
        theirs = ebur128(sound)
        assert integrated(sound) == pytest.approx(theirs.lufs, abs=0.05)


def test_peaks_agree_with_ffmpeg_on_the_sound_of_a_32_khz_model() -> None:
    """Interpolation from twelve samples is inaccurate above 16 kHz, where such a model is silent."""
    sound = resample_poly(noise(4 * 32_000).astype(np.float64), 3, 2, axis=1).astype(np.float32)
    assert peak_db(sound) == pytest.approx(ebur128(sound).true_peak_db, abs=0.15)


def test_mono_is_as_loud_as_the_same_sound_in_both_channels() -> None:
    mono = noise(SAMPLE_RATE, 1)
    assert integrated(mono) == pytest.approx(integrated(np.repeat(mono, 2, axis=0)))


def test_silence_and_sound_shorter_than_a_block_have_no_loudness() -> None:
    assert integrated(np.zeros((2, SAMPLE_RATE), np.float32)) == -np.inf
    assert integrated(tone(-20, 0.39)) == -np.inf
    assert integrated(tone(-75, 2.0)) == -np.inf
    assert true_peak(np.zeros((1, 100), np.float32)) == 0


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.one_of(st.integers(0, 5), st.integers(0, 3 * HOP)), max_size=8),
    channels=st.integers(1, 2),
)
def test_chunked_equals_whole_bit_for_bit(sizes: list[int], channels: int) -> None:
    pcm = noise(sum(sizes), channels)
    parts = np.split(pcm, np.cumsum(sizes), axis=1)
    meter, peaks = Meter(channels), TruePeaks(channels)
    assert np.array_equal(np.concatenate([meter.push(part) for part in parts]), Meter(channels).push(pcm))
    assert np.array_equal(np.concatenate([peaks.push(part) for part in parts]), TruePeaks(channels).push(pcm))


def test_a_peak_is_reported_at_its_position() -> None:
    pcm = np.zeros((1, 1_000), np.float32)
    pcm[0, 500] = 1.0
    peaks = TruePeaks(1).push(pcm)
    assert peaks.argmax() == 500 + REACH
    assert peaks.max() == 1.0
