"""Building blocks of instruments: partials, envelopes, noise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]
"""Mono samples, shaped (samples,)."""

SAMPLE_RATE: Final = 32_000
"""Samples per second."""
HOP: Final = 640
"""Samples in a frame, 20 ms."""
TAIL: Final = HOP // 2
"""Samples by which a frame overlaps the next one; a note that is cut off fades out over them."""
VIBRATO_HZ: Final = 6.25
"""Rate of vibrato and tremolo [Hz]: one period per loop of eight frames."""

_MAX_PARTIAL_HZ: Final = 5500.0
"""Highest partial of an instrument [Hz]; only the noise of drums lies above."""
_NOISE_FRAMES: Final = 6
"""Period of the noise [frames]: repetition leaves the codec fewer distinct frames to represent."""


def sample_times(frames: int) -> Wave:
    """Return the time of each sample [s] of `frames` frames and a tail."""
    return np.arange(frames * HOP + TAIL) / SAMPLE_RATE


def midi_to_hz(midi: float) -> float:
    """Return the frequency of a MIDI note number [Hz]."""
    return float(440 * 2 ** ((midi - 69) / 12))


def loop_frequency(frequency: float) -> float:
    """Return the nearest frequency [Hz] with whole periods in a loop."""
    return max(1, round(frequency / VIBRATO_HZ)) * VIBRATO_HZ


def partials(
    time: Wave,
    frequency: float,
    amplitudes: Sequence[float],
    decay: float = 0.0,
    damping: float = 0.0,
    vibrato: float = 0.0,
    ratios: Sequence[float] | None = None,
) -> Wave:
    """Return a sum of sines that start at phase zero.

    `amplitudes` lists the partials from the fundamental up; partial n (from 0) decays by `decay` + n ·
    `damping` nepers per second. `vibrato` is its depth as a share of the frequency. `ratios` are the
    frequencies relative to the fundamental, by default harmonic.
    """
    wave = np.zeros_like(time)
    warped_time = time + vibrato * (1 - np.cos(2 * np.pi * VIBRATO_HZ * time)) / (2 * np.pi * VIBRATO_HZ)
    for index, amplitude in enumerate(amplitudes):
        ratio = ratios[index] if ratios else index + 1
        if frequency * ratio < _MAX_PARTIAL_HZ:
            # fade out over the upper third of the band, so that no partial appears abruptly between notes
            edge_gain = min(1.0, 3 * (1 - frequency * ratio / _MAX_PARTIAL_HZ))
            decay_curve = np.exp(-time * (decay + damping * index))
            wave += amplitude * edge_gain * decay_curve * np.sin(2 * np.pi * frequency * ratio * warped_time)
    return wave


def saw(count: int, slope: float = 1.0) -> list[float]:
    """Return `count` amplitudes of a sawtooth that fall with the power `slope` of the partial's number."""
    return [(index + 1) ** -slope for index in range(count)]


def square(count: int, slope: float = 1.0) -> list[float]:
    """Return `count` amplitudes of a square wave: as `saw`, odd partials only."""
    return [(index + 1) ** -slope if index % 2 == 0 else 0.0 for index in range(count)]


def fade_in(time: Wave, length: float) -> Wave:
    """Return an envelope from 0 to 1 over the first `length` seconds, half a cosine."""
    wave: Wave = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, time / length))
    return wave


def fade_out(time: Wave, length: float) -> Wave:
    """Return an envelope from 1 to 0 over the last `length` seconds before the tail, half a cosine."""
    left = time[-1] - (TAIL - 1) / SAMPLE_RATE - time
    wave: Wave = 0.5 - 0.5 * np.cos(np.pi * np.clip(left / length, 0.0, 1.0))
    return wave


@cache
def _noise(low: float, high: float) -> Wave:
    """Return a seamless loop of band-limited noise with an RMS of 1; `low` and `high` are in hertz."""
    size = _NOISE_FRAMES * HOP
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(size))
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    spectrum *= 1 / (1 + (low / np.maximum(frequencies, 1)) ** 6) / (1 + (frequencies / high) ** 6)
    wave = np.fft.irfft(spectrum, size)
    return np.asarray(wave / np.sqrt(np.mean(wave**2)))


def noise(time: Wave, low: float, high: float) -> Wave:
    """Return looped noise between `low` and `high` [Hz], as long as `time`, with an RMS of 1."""
    return np.resize(_noise(low, high), time.shape)
