"""The limiter: true peaks stay under −1 dBTP, and the gain changes smoothly."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from audio.dsp.loudness import REACH, TruePeaks
from audio.units import SAMPLE_RATE, Pcm

CEILING: Final = 10 ** (-1.3 / 20)
"""Highest true peak as measured here, −1.3 dB. Fourfold oversampling misses up to 0.2 dB of what sixteenfold
finds in sound below 16 kHz (measured), so peaks stay under −1 dBTP, the headroom that lossy coders need."""

LOOK_AHEAD: Final = SAMPLE_RATE // 200
"""5 ms, in which the gain falls before a peak."""

RELEASE: Final = 1 / 16_384
"""Gain regained per sample: after a peak 1 dB too high it takes 37 ms. Slower than the period of a bass note,
whose waveform a faster release would distort."""

LATENCY: Final = LOOK_AHEAD + REACH
"""Number of samples held back until what follows them is known."""

_ONE: Final = 1 << 30
"""A gain reduction to zero. Reductions are integers in this unit, so that running sums are exact and the gain
cannot depend on how the sound was split into pushes."""

_BOX: Final = LOOK_AHEAD // 2 + 1
"""Length of a running mean; two of them in a row smooth over LOOK_AHEAD + 1 samples."""

_Reductions = npt.NDArray[np.int64]


class Limiter:
    """Limits one stream of 48 kHz sound; all channels share one gain, so that the stereo image stays.

    Each sample needs the reduction that brings it, and the waveform up to the next sample, to the ceiling.
    The largest need within the look-ahead is held, then released slowly, then smoothed over the same
    look-ahead. A mean of values that all cover a peak covers it too, so the ceiling holds. Sound below the
    ceiling passes bit by bit. The result does not depend on how the sound is split into pushes. One thread at
    a time.
    """

    def __init__(self, channels: int) -> None:
        self._samples = 0
        self._peaks = TruePeaks(channels)
        self._needed: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._held: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._highest = 0
        self._delayed: Pcm = np.zeros((channels, 0), np.float32)

    def push(self, pcm: Pcm) -> Pcm:
        """Return the sound that `pcm`, finite and shaped (channels, samples), completes."""
        count = pcm.shape[1]
        peaks = self._peaks.push(pcm).astype(np.float64)
        over = 1 - CEILING / np.maximum(peaks, CEILING)
        needed = np.concatenate([self._needed, np.ceil(over * _ONE).astype(np.int64)])
        largest = maximum_filter1d(needed, LOOK_AHEAD + 1)[LOOK_AHEAD // 2 :][:count]
        # The maximum, over all reductions so far, of a line that falls from it by RELEASE per sample.
        fallen = np.arange(self._samples, self._samples + count) * int(RELEASE * _ONE)
        highest = np.maximum.accumulate(np.concatenate([[self._highest], largest + fallen]))
        held = np.concatenate([self._held, highest[1:] - fallen])
        gain = 1 - _sums(_sums(held)) / (_BOX * _BOX * _ONE)
        delayed = np.concatenate([self._delayed, pcm], axis=1)
        self._samples += count
        self._needed, self._held, self._highest = needed[count:], held[count:], int(highest[-1])
        self._delayed = delayed[:, -LATENCY:]
        due = delayed[:, :-LATENCY]
        limited: Pcm = (due * gain[count - due.shape[1] :]).astype(np.float32)
        return limited

    def finish(self) -> Pcm:
        """Return the rest, so that as many samples came out as went in."""
        return self.push(np.zeros((len(self._delayed), LATENCY), np.float32))


def _sums(values: _Reductions) -> _Reductions:
    """Return the running sums of _BOX neighbours."""
    total = np.concatenate([[0], np.cumsum(values)])
    sums: _Reductions = total[_BOX:] - total[:-_BOX]
    return sums
