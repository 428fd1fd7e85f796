"""From one sample rate to another: a polyphase filter that carries its state from push to push."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import firwin, kaiserord, upfirdn

from audio.units import Pcm

PASS_BAND: Final = 0.92
"""The part of the lower of the two Nyquist frequencies that passes flat: up to 14.7 kHz of 32 kHz sound."""

REJECTION_DB: Final = 110.0
"""What the filter is designed for. Measured, 32 to 48 kHz: 110 dB of rejection, ripple under 0.0001 dB."""


class Resampler:
    """One stream of sound on its way from `rate_in` to `rate_out` samples a second.

    Without delay in time: sample 0 out lies on sample 0 in. How the sound is cut into pushes does not change
    a bit of it, since every output sample is the same sum in the same order (`upfirdn` adds tap by tap).
    One thread at a time.
    """

    def __init__(self, rate_in: int, rate_out: int, channels: int) -> None:
        common = math.gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        self._taps = _low_pass(self._up, self._down)
        # Both whole by design of the filter, so that the state can be cut at whole samples.
        self._reach = (len(self._taps) - 1) // 2 // self._up
        self._lead = (len(self._taps) - 1) // 2 // self._down
        self._taken = 0
        self._made = 0
        self._first = 0  # which input sample the kept ones begin with; a multiple of `down`
        self._kept = np.zeros((channels, 0), np.float32)

    @property
    def latency(self) -> int:
        """The most output samples that are held back until later input: half the filter."""
        return self._lead + 1

    def push(self, pcm: Pcm) -> Pcm:
        """All output samples that `pcm`, shaped (channels, samples) with any number of samples, completes."""
        self._taken += pcm.shape[1]
        self._kept = np.concatenate([self._kept, pcm], axis=1)
        # Output m needs the inputs up to (m·down)/up + reach.
        return self._make(max(0, (self._taken - self._reach - 1) * self._up // self._down + 1))

    def finish(self) -> Pcm:
        """The tail, as if silence followed: with it, round(samples · rate_out / rate_in) came out in all."""
        silence = np.zeros((len(self._kept), self._reach + 1), np.float32)
        self._kept = np.concatenate([self._kept, silence], axis=1)
        return self._make(round(self._taken * self._up / self._down))

    def _make(self, end: int) -> Pcm:
        """The output samples up to `end`, which the kept input suffices for."""
        if end <= self._made:
            return np.zeros((len(self._kept), 0), np.float32)
        offset = self._lead - self._first * self._up // self._down
        filtered = upfirdn(self._taps, self._kept, self._up, self._down, axis=1)
        pcm: Pcm = filtered[:, offset + self._made : offset + end].astype(np.float32)
        self._made = end
        needed = end * self._down // self._up - self._reach
        first = max(self._first, needed // self._down * self._down)
        self._kept = self._kept[:, first - self._first :]
        self._first = first
        return pcm


@lru_cache(maxsize=4)
def _low_pass(up: int, down: int) -> npt.NDArray[np.float64]:
    """A linear-phase Kaiser low-pass for sound with `up` − 1 zeros put between its samples.

    Length and shape follow J. F. Kaiser's formulas (A. Oppenheim, R. Schafer, Discrete-Time Signal
    Processing, 7.5.3). Half its length is a multiple of `up` and of `down`.
    """
    if up == down:
        return np.ones(1)
    nyquist = 1 / max(up, down)  # the lower one, as a part of the Nyquist frequency of the filter
    length, beta = kaiserord(REJECTION_DB, (1 - PASS_BAND) * nyquist)
    half = -(-length // (2 * up * down)) * up * down
    cutoff = (1 + PASS_BAND) / 2 * nyquist
    taps: npt.NDArray[np.float64] = up * firwin(2 * half + 1, cutoff, window=("kaiser", beta))
    return taps
