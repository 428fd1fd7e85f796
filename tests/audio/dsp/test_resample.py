from __future__ import annotations

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.dsp.resample import PASS_BAND, Resampler
from audio.units import Pcm

RATE = 32_000
EDGE = PASS_BAND * RATE / 2


def resampled(pcm: Pcm, rate_in: int = RATE, rate_out: int = 48_000) -> Pcm:
    resampler = Resampler(rate_in, rate_out, len(pcm))
    return np.concatenate([resampler.push(pcm), resampler.finish()], axis=1)


def noise(samples: int, channels: int = 1, seed: int = 0) -> Pcm:
    return np.random.default_rng(seed).normal(0, 0.2, (channels, samples)).astype(np.float32)


def tone(hertz: float, rate: int, seconds: float = 1.0) -> Pcm:
    return np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)[None].astype(np.float32)


def decibels(ratio: float) -> float:
    return 20 * float(np.log10(max(ratio, 1e-15)))


@settings(deadline=None, max_examples=60)
@given(
    rates=st.sampled_from([(32_000, 48_000), (24_000, 48_000), (44_100, 48_000), (48_000, 48_000)]),
    sizes=st.lists(st.one_of(st.integers(0, 7), st.integers(0, 1500)), max_size=12),
    channels=st.integers(1, 2),
)
def test_chunked_equals_whole_bit_for_bit(rates: tuple[int, int], sizes: list[int], channels: int) -> None:
    pcm = noise(sum(sizes), channels)
    resampler = Resampler(*rates, channels)
    parts = [resampler.push(part) for part in np.split(pcm, np.cumsum(sizes), axis=1)]
    chunked = np.concatenate([*parts, resampler.finish()], axis=1)
    assert np.array_equal(chunked, resampled(pcm, *rates))
    assert chunked.shape == (channels, round(sum(sizes) * rates[1] / rates[0]))
    assert chunked.dtype == np.float32


@pytest.mark.parametrize("rate", [16_000, 24_000, 32_000, 44_100, 96_000])
def test_a_tone_stays_the_same_tone_without_a_shift_in_time(rate: int) -> None:
    result, expected = resampled(tone(1_000, rate), rate), tone(1_000, 48_000)
    assert result.shape == expected.shape
    inner = slice(2_000, -2_000)
    assert np.abs(result[:, inner] - expected[:, inner]).max() < 1e-5


def test_the_pass_band_is_flat() -> None:
    # Whole periods of each tone: one second, without the ends.
    gains = [
        decibels(float(np.std(resampled(tone(hertz, RATE, 1.2))[0, 4_800:52_800])) * np.sqrt(2))
        for hertz in (20, 440, 5_000, 10_000, 14_000, EDGE)
    ]
    assert max(map(abs, gains)) < 0.0005


def test_images_are_rejected_by_at_least_90_db() -> None:
    # A tone of f at 32 kHz mirrors to 32 kHz − f, which 48 kHz can hold where f is over 8 kHz.
    for hertz in (8_500.0, 11_000.0, EDGE):
        result = resampled(tone(hertz, RATE, 2.0))[0, 24_000:72_000]
        spectrum = np.abs(np.fft.rfft(result * np.blackman(len(result)) ** 2))
        image = spectrum[round(RATE - hertz) - 40 : round(RATE - hertz) + 40]
        assert decibels(image.max() / spectrum.max()) < -90


@pytest.mark.parametrize("quality", ["HQ", "VHQ"])
def test_it_agrees_with_soxr(quality: str) -> None:
    """For a sweep and noise in the pass band, within the accuracy of soxr's 32-bit output."""
    time = np.arange(RATE * 4) / RATE
    sweep = 0.5 * np.sin(2 * np.pi * (20 * time + (EDGE - 20) / 8 * time**2))
    spectrum = np.fft.rfft(noise(RATE * 4)[0])
    spectrum[round(EDGE * 4) :] = 0
    for sound in (sweep, np.fft.irfft(spectrum)):
        theirs = soxr.resample(sound.astype(np.float32), RATE, 48_000, quality=quality)
        ours = resampled(sound[None].astype(np.float32))[0]
        assert ours.shape == theirs.shape
        inner = slice(4_800, -4_800)
        assert decibels(float(np.std(ours[inner] - theirs[inner]) / np.std(theirs[inner]))) < -90


def test_no_more_is_held_back_than_stated() -> None:
    resampler = Resampler(RATE, 48_000, 1)
    made = resampler.push(noise(16_000)).shape[1]
    assert 24_000 - resampler.latency <= made < 24_000
