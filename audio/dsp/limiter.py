"""The limiter: true peaks stay under −1 dBTP, and the gain moves in slopes, never in jumps."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from audio.dsp.loudness import REACH, TruePeaks
from audio.units import SAMPLE_RATE, Pcm

CEILING: Final = 10 ** (-1.3 / 20)
"""The highest true peak as it is measured here. Four values a sample period miss up to 0.2 dB of what sixteen
find in sound below 16 kHz (measured), which leaves −1 dBTP: the room that lossy coders need."""

LOOK_AHEAD: Final = SAMPLE_RATE // 200
"""Samples (5 ms) in which the gain comes down to meet a peak."""

RELEASE: Final = 1 / 16_384
"""How much of the gain comes back in a sample: after a peak 1 dB too high, all of it in 37 ms. Slower than
the period of a bass note, whose shape a faster release would bend."""

LATENCY: Final = LOOK_AHEAD + REACH
"""Samples that are held back until what follows them is known."""

_ONE: Final = 1 << 30
"""A gain reduction of everything. Reductions are whole numbers of this, so that running sums are exact and
the gain cannot depend on how the sound was cut into pushes."""

_BOX: Final = LOOK_AHEAD // 2 + 1
"""Two running means of this length, one after the other, smooth over LOOK_AHEAD + 1 samples."""

_Reductions = npt.NDArray[np.int64]


class Limiter:
    """One stream of 48 kHz sound, its channels led by one gain so that the stereo picture stands still.

    Each sample asks for the reduction that brings it, and what lies between it and the next, to the ceiling;
    the largest of the look-ahead is held, then released slowly, then smoothed over the same look-ahead. A
    mean over values that all cover the peak covers it too, so the ceiling holds. Sound below the ceiling
    passes bit by bit. How the sound is cut into pushes does not change a bit either. One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._taken = 0
        self._peaks = TruePeaks(channels)
        self._asked: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._held: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._highest = 0
        self._waiting: Pcm = np.zeros((channels, 0), np.float32)

    def push(self, pcm: Pcm) -> Pcm:
        """What can be given out after `pcm`, finite and shaped (channels, samples), has come in."""
        count = pcm.shape[1]
        peaks = self._peaks.push(pcm).astype(np.float64)
        over = 1 - CEILING / np.maximum(peaks, CEILING)
        asked = np.concatenate([self._asked, np.ceil(over * _ONE).astype(np.int64)])
        largest = maximum_filter1d(asked, LOOK_AHEAD + 1)[LOOK_AHEAD // 2 :][:count]
        # The highest line that falls by RELEASE a sample from any reduction so far.
        fallen = np.arange(self._taken, self._taken + count) * int(RELEASE * _ONE)
        highest = np.maximum.accumulate(np.concatenate([[self._highest], largest + fallen]))
        held = np.concatenate([self._held, highest[1:] - fallen])
        gain = 1 - _sums(_sums(held)) / (_BOX * _BOX * _ONE)
        waiting = np.concatenate([self._waiting, pcm], axis=1)
        self._taken += count
        self._asked, self._held, self._highest = asked[count:], held[count:], int(highest[-1])
        self._waiting = waiting[:, -LATENCY:]
        late = waiting[:, :-LATENCY]
        limited: Pcm = (late * gain[count - late.shape[1] :]).astype(np.float32)
        return limited

    def finish(self) -> Pcm:
        """The rest: in all, as many samples come out as went in."""
        return self.push(np.zeros((len(self._waiting), LATENCY), np.float32))


def _sums(values: _Reductions) -> _Reductions:
    """Sums of each _BOX neighbours."""
    total = np.concatenate([[0], np.cumsum(values)])
    sums: _Reductions = total[_BOX:] - total[:-_BOX]
    return sums
