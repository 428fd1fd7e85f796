"""Loudness and true peak of 48 kHz sound, as defined by ITU-R BS.1770-4 and EBU R 128.

A single channel counts twice, since Discord and tracks play it on both sides.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import firwin, sosfilt

from audio.units import CHANNELS, SAMPLE_RATE, Pcm

HOP: Final = SAMPLE_RATE // 10
"""Samples between the starts of two gating blocks: 100 ms."""

BLOCK_HOPS: Final = 4
"""A gating block is 400 ms; neighbours overlap by three quarters."""

HOP_SECONDS: Final = HOP / SAMPLE_RATE

ABSOLUTE_GATE_LUFS: Final = -70.0
"""Blocks quieter than this are silence and are ignored."""

RELATIVE_GATE_LU: Final = -10.0
"""Blocks this much quieter than the mean of the others are ignored, too."""

OVERSAMPLING: Final = 4
REACH: Final = 6
"""Samples on each side from which a value between two samples is interpolated (12 in all, as in Annex 2)."""

Powers = npt.NDArray[np.float64]
"""Mean squares of K-weighted sound, summed over the channels; one for each hop."""

_OFFSET_DB: Final = -0.691
"""Makes a full-scale sine of 997 Hz in one channel −3.01 LUFS."""

_K_WEIGHTING: Final = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
"""BS.1770-4, tables 1 and 2: a shelf for the acoustic effect of the head, then a high-pass."""

_low_pass: Final = OVERSAMPLING * firwin(2 * REACH * OVERSAMPLING + 1, 1 / OVERSAMPLING)
_BETWEEN: Final = [
    _low_pass[phase::OVERSAMPLING][::-1].astype(np.float32) for phase in range(1, OVERSAMPLING)
]
"""Interpolation weights a quarter, a half and three quarters of the way to the next sample, for the samples
from REACH − 1 before to REACH after."""


class Meter:
    """Measures the power of one stream in hops of 100 ms.

    The result does not depend on how the sound is split into pushes, bit for bit. One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._sides = CHANNELS / channels
        self._state = np.zeros((len(_K_WEIGHTING), channels, 2))
        self._partial: npt.NDArray[np.float64] = np.zeros((channels, 0))

    def push(self, pcm: Pcm) -> Powers:
        """Return the powers of the hops that `pcm`, shaped (channels, samples), completes, oldest first."""
        if not pcm.size:  # sosfilt needs at least one sample
            return np.zeros(0)
        weighted, self._state = sosfilt(_K_WEIGHTING, pcm, axis=1, zi=self._state)
        weighted = np.concatenate([self._partial, weighted], axis=1)
        hops = weighted.shape[1] // HOP
        whole, self._partial = weighted[:, : hops * HOP], weighted[:, hops * HOP :]
        squares = whole.reshape(len(whole), hops, HOP) ** 2
        powers: Powers = squares.mean(axis=2).sum(axis=0) * self._sides
        return powers


class TruePeaks:
    """Measures the highest level of one stream at and between samples, over all channels.

    It lags by REACH samples. The result does not depend on how the sound is split into pushes, bit for bit.
    One thread at a time.
    """

    def __init__(self, channels: int) -> None:
        self._tail: Pcm = np.zeros((channels, 2 * REACH), np.float32)

    def push(self, pcm: Pcm) -> npt.NDArray[np.float32]:
        """Return a level for each sample of `pcm`, shaped (channels, samples).

        It is the highest from the sample REACH before it up to the next one.
        """
        count = pcm.shape[1]
        sound = np.concatenate([self._tail, pcm], axis=1)
        self._tail = sound[:, count:]
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
    """Return the loudness [LUFS] of a power; −inf for none."""
    return _OFFSET_DB + 10 * float(np.log10(power)) if power > 0 else -np.inf


def power_of(lufs: float) -> float:
    """Return the power of a loudness [LUFS]."""
    return float(10 ** ((lufs - _OFFSET_DB) / 10))


def gated(hops: Powers) -> Powers:
    """Return the powers of the gating blocks in `hops` that pass both gates."""
    total = np.concatenate([[0.0], np.cumsum(hops)])
    blocks = (total[BLOCK_HOPS:] - total[:-BLOCK_HOPS]) / BLOCK_HOPS
    blocks = blocks[blocks > power_of(ABSOLUTE_GATE_LUFS)]
    gate = blocks.mean() * 10 ** (RELATIVE_GATE_LU / 10) if len(blocks) else 0.0
    loud: Powers = blocks[blocks > gate]
    return loud


def integrated(pcm: Pcm) -> float:
    """Return the integrated loudness [LUFS] of `pcm`, shaped (channels, samples).

    −inf for silence and for less than 400 ms.
    """
    loud = gated(Meter(len(pcm)).push(pcm))
    return loudness_of(float(loud.mean())) if len(loud) else -np.inf


def true_peak(pcm: Pcm) -> float:
    """Return the highest level of `pcm`, shaped (channels, samples), as a fraction of full scale (0 dBTP)."""
    silence = np.zeros((len(pcm), REACH), np.float32)
    return float(TruePeaks(len(pcm)).push(np.concatenate([pcm, silence], axis=1)).max(initial=0.0))
