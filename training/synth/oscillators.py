"""Waves to build instruments from: partials, envelopes, noise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]
"""Sound, shaped (samples,)."""

SAMPLE_RATE: Final = 32_000
HOP: Final = 640
"""Samples of a frame, 20 ms."""
TAIL: Final = HOP // 2
"""Samples by which a frame's sound overlaps the next frame, over which a note that is cut fades out."""
SWAY: Final = 6.25
"""Hertz of vibrato and tremolo: one turn in the eight frames of a loop."""

_BRIGHTEST: Final = 5500.0
"""Hertz above which no instrument has partials; what lies above is the drums' noise."""
_NOISE_FRAMES: Final = 6
"""Noise repeats after so many frames: as samples of a drum machine do, and the codec has fewer frames to
know.
"""


def seconds(frames: int) -> Wave:
    """The time of each sample of `frames` frames and a tail."""
    return np.arange(frames * HOP + TAIL) / SAMPLE_RATE


def hertz(midi: float) -> float:
    return float(440 * 2 ** ((midi - 69) / 12))


def tuned(frequency: float) -> float:
    """The nearest frequency that a loop holds in whole periods."""
    return max(1, round(frequency / SWAY)) * SWAY


def partials(
    time: Wave,
    frequency: float,
    heights: Sequence[float],
    decay: float = 0.0,
    damping: float = 0.0,
    vibrato: float = 0.0,
    ratios: Sequence[float] | None = None,
) -> Wave:
    """A sum of sines that begin at phase zero.

    `heights` are those of the partials from the fundamental on; each decays by `decay` plus `damping` for
    every partial below it, in nepers a second. `vibrato` is a share of the frequency.
    """
    wave = np.zeros_like(time)
    swayed = time + vibrato * (1 - np.cos(2 * np.pi * SWAY * time)) / (2 * np.pi * SWAY)
    for place, height in enumerate(heights):
        ratio = ratios[place] if ratios else place + 1
        if frequency * ratio < _BRIGHTEST:
            # the last third of the band fades, so that no partial appears at once from one note to the next
            edge = min(1.0, 3 * (1 - frequency * ratio / _BRIGHTEST))
            fall = np.exp(-time * (decay + damping * place))
            wave += height * edge * fall * np.sin(2 * np.pi * frequency * ratio * swayed)
    return wave


def saw(count: int, slope: float = 1.0) -> list[float]:
    return [(place + 1) ** -slope for place in range(count)]


def square(count: int, slope: float = 1.0) -> list[float]:
    return [(place + 1) ** -slope if place % 2 == 0 else 0.0 for place in range(count)]


def rise(time: Wave, length: float) -> Wave:
    """From 0 to 1 over the first `length` seconds, without corners."""
    wave: Wave = 0.5 - 0.5 * np.cos(np.pi * np.minimum(1.0, time / length))
    return wave


def fall(time: Wave, length: float) -> Wave:
    """From 1 to 0 over the last `length` seconds before the tail, without corners."""
    left = time[-1] - (TAIL - 1) / SAMPLE_RATE - time
    wave: Wave = 0.5 - 0.5 * np.cos(np.pi * np.clip(left / length, 0.0, 1.0))
    return wave


@cache
def _noise(low: float, high: float) -> Wave:
    """A stretch of noise between two frequencies in hertz, which joins its own beginning; its rms is 1."""
    size = _NOISE_FRAMES * HOP
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(size))
    frequencies = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    spectrum *= 1 / (1 + (low / np.maximum(frequencies, 1)) ** 6) / (1 + (frequencies / high) ** 6)
    wave = np.fft.irfft(spectrum, size)
    return np.asarray(wave / np.sqrt(np.mean(wave**2)))


def noise(time: Wave, low: float, high: float) -> Wave:
    return np.resize(_noise(low, high), time.shape)
