"""Level: no clipping and no clicks. A look-ahead limiter for peaks, a short fade at each end."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from audio.units import SAMPLE_RATE, Pcm

CEILING: Final = 10 ** (-1 / 20)
"""The highest peak, −1 dBFS: what Opus adds to peaks when it encodes has room below full scale."""

LOOK_AHEAD: Final = SAMPLE_RATE // 200
"""Samples (5 ms) in which the gain comes down to meet a peak."""

RELEASE: Final = 1 / 16_384
"""How much of the gain comes back in a sample: after a peak 1 dB too high, all of it in 37 ms. Slower than
the period of a bass note, whose shape a faster release would bend."""

FADE_IN: Final = SAMPLE_RATE // 200
FADE_OUT: Final = SAMPLE_RATE // 100
"""Samples (5 and 10 ms): shorter is heard as a click, longer eats the first beat."""

LATENCY: Final = LOOK_AHEAD + FADE_OUT
"""Samples that are held back until what follows them is known."""

_ONE: Final = 1 << 30
"""A gain reduction of everything. Reductions are whole numbers of this, so that running sums are exact and
the gain cannot depend on how the sound was cut into pushes."""

_BOX: Final = LOOK_AHEAD // 2 + 1
"""Two running means of this length, one after the other, smooth over LOOK_AHEAD + 1 samples."""

_Reductions = npt.NDArray[np.int64]


class Level:
    """One stream of 48 kHz sound, its channels led by one gain so that the stereo picture stands still.

    Each sample asks for the reduction that brings it to the ceiling; the largest of the look-ahead is held,
    then released slowly, then smoothed over the same look-ahead. A mean over values that all cover the peak
    covers it too, so the ceiling holds, and the gain moves in a slope, never in a jump. Sound below the
    ceiling passes bit by bit, its first 5 and last 10 ms apart. One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._taken = 0
        self._made = 0
        self._asked: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._held: _Reductions = np.zeros(LOOK_AHEAD, np.int64)
        self._highest = 0
        self._waiting: Pcm = np.zeros((channels, 0), np.float32)
        self._ending: Pcm = np.zeros((channels, 0), np.float32)

    def push(self, pcm: Pcm) -> Pcm:
        """What can be given out after `pcm`, finite and shaped (channels, samples), has come in."""
        ending = np.concatenate([self._ending, self._limited(pcm)], axis=1)
        ready = max(0, ending.shape[1] - FADE_OUT)
        self._ending = ending[:, ready:]
        return self._faded_in(ending[:, :ready])

    def finish(self) -> Pcm:
        """The rest, faded out: in all, as many samples come out as went in."""
        silence = np.zeros((len(self._waiting), LOOK_AHEAD), np.float32)
        rest = np.concatenate([self._ending, self._limited(silence)], axis=1)
        gain = _fade(FADE_OUT)[::-1][max(0, FADE_OUT - rest.shape[1]) :]
        steady = rest.shape[1] - len(gain)
        return self._faded_in(np.concatenate([rest[:, :steady], rest[:, steady:] * gain], axis=1))

    def _limited(self, pcm: Pcm) -> Pcm:
        """`pcm` under the ceiling, LOOK_AHEAD samples late."""
        count = pcm.shape[1]
        peaks = np.abs(pcm).max(axis=0).astype(np.float64)
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
        self._waiting = waiting[:, -LOOK_AHEAD:]
        late = waiting[:, :-LOOK_AHEAD]
        limited: Pcm = (late * gain[count - late.shape[1] :]).astype(np.float32)
        return limited

    def _faded_in(self, pcm: Pcm) -> Pcm:
        begun, self._made = self._made, self._made + pcm.shape[1]
        gain = _fade(FADE_IN)[begun : self._made]
        return np.concatenate([pcm[:, : len(gain)] * gain, pcm[:, len(gain) :]], axis=1)


def _sums(values: _Reductions) -> _Reductions:
    """Sums of each _BOX neighbours."""
    total = np.concatenate([[0], np.cumsum(values)])
    sums: _Reductions = total[_BOX:] - total[:-_BOX]
    return sums


def _fade(samples: int) -> npt.NDArray[np.float32]:
    """From near silence to near full, half a cosine."""
    phase = (np.arange(samples) + 0.5) / samples
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
