"""Loudness and true peak, as ITU-R BS.1770-4 and EBU R 128 define them, for sound of 48 kHz.

One channel counts twice, since Discord and the tracks play it on both sides.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import firwin, sosfilt

from audio.units import CHANNELS, SAMPLE_RATE, Pcm

HOP: Final = SAMPLE_RATE // 10
"""Samples from one gating block to the next: 100 ms."""

BLOCK_HOPS: Final = 4
"""A gating block is 400 ms; three quarters of it are the next one's too."""

HOP_SECONDS: Final = HOP / SAMPLE_RATE

ABSOLUTE_GATE_LUFS: Final = -70.0
"""Blocks quieter than this are silence and do not count."""

RELATIVE_GATE_LU: Final = -10.0
"""Nor do those that are so much quieter than the mean of the others."""

OVERSAMPLING: Final = 4
REACH: Final = 6
"""Samples on either side that a value between two samples is reckoned from (12 of them, as in Annex 2)."""

Powers = npt.NDArray[np.float64]
"""Mean squares of K-weighted sound, the channels added up."""

_OFFSET_DB: Final = -0.691
"""What makes a sine of 997 Hz at full scale, in one channel, −3.01 LUFS."""

_K_WEIGHTING: Final = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""BS.1770-4, tables 1 and 2: a shelf for what the head does to treble, then a high-pass."""

_low_pass: Final = OVERSAMPLING * firwin(2 * REACH * OVERSAMPLING + 1, 1 / OVERSAMPLING)
_BETWEEN: Final = [
    _low_pass[phase::OVERSAMPLING][::-1].astype(np.float32) for phase in range(1, OVERSAMPLING)
]
"""For a quarter, a half and three quarters of the way to the next sample: the weights of the samples from
REACH − 1 before to REACH after."""


class Meter:
    """The power of one stream, 100 ms after 100 ms. How the sound is cut into pushes does not change a bit.

    One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._sides = CHANNELS / channels
        self._state = np.zeros((len(_K_WEIGHTING), channels, 2))
        self._part: npt.NDArray[np.float64] = np.zeros((channels, 0))

    def push(self, pcm: Pcm) -> Powers:
        """The powers of all hops that `pcm`, shaped (channels, samples), completes; the oldest first."""
        if not pcm.size:  # sosfilt takes no less than a sample
            return np.zeros(0)
        weighted, self._state = sosfilt(_K_WEIGHTING, pcm, axis=1, zi=self._state)
        weighted = np.concatenate([self._part, weighted], axis=1)
        hops = weighted.shape[1] // HOP
        whole, self._part = weighted[:, : hops * HOP], weighted[:, hops * HOP :]
        squares = whole.reshape(len(whole), hops, HOP) ** 2
        powers: Powers = squares.mean(axis=2).sum(axis=0) * self._sides
        return powers


class TruePeaks:
    """The highest level of one stream around each sample, between the samples too, in any channel.

    REACH samples late; how the sound is cut into pushes does not change a bit. One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._kept: Pcm = np.zeros((channels, 2 * REACH), np.float32)

    def push(self, pcm: Pcm) -> npt.NDArray[np.float32]:
        """For each sample of `pcm`, shaped (channels, samples): the highest level from the sample REACH
        before it up to the next."""
        count = pcm.shape[1]
        sound = np.concatenate([self._kept, pcm], axis=1)
        self._kept = sound[:, count:]
        highest = np.abs(sound[:, REACH : REACH + count])
        product = np.empty_like(highest)
        for weights in _BETWEEN:  # tap by tap over all samples: seven times as fast as upfirdn
            value = np.zeros_like(highest)
            for tap, weight in enumerate(weights, start=1):
                value += np.multiply(sound[:, tap : tap + count], weight, out=product)
            np.maximum(highest, np.abs(value, out=value), out=highest)
        peaks: npt.NDArray[np.float32] = highest.max(axis=0)
        return peaks


def loudness_of(power: float) -> float:
    """LUFS of a power; −inf of none."""
    return _OFFSET_DB + 10 * float(np.log10(power)) if power > 0 else -np.inf


def power_of(lufs: float) -> float:
    """The power that is heard as loud as `lufs`."""
    return float(10 ** ((lufs - _OFFSET_DB) / 10))


def sounding(hops: Powers) -> Powers:
    """The powers of those gating blocks in `hops` that both gates let through."""
    total = np.concatenate([[0.0], np.cumsum(hops)])
    blocks = (total[BLOCK_HOPS:] - total[:-BLOCK_HOPS]) / BLOCK_HOPS
    blocks = blocks[blocks > power_of(ABSOLUTE_GATE_LUFS)]
    gate = blocks.mean() * 10 ** (RELATIVE_GATE_LU / 10) if len(blocks) else 0.0
    loud: Powers = blocks[blocks > gate]
    return loud


def integrated(pcm: Pcm) -> float:
    """Loudness of the whole of `pcm`, shaped (channels, samples), in LUFS; −inf of silence, and of less
    than 400 ms."""
    loud = sounding(Meter(len(pcm)).push(pcm))
    return loudness_of(float(loud.mean())) if len(loud) else -np.inf


def true_peak(pcm: Pcm) -> float:
    """The highest level of `pcm`, shaped (channels, samples), as a part of full scale: 1 is 0 dBTP."""
    silence = np.zeros((len(pcm), REACH), np.float32)
    return float(TruePeaks(len(pcm)).push(np.concatenate([pcm, silence], axis=1)).max(initial=0.0))
