"""The edges of a piece: it begins without a click and ends like music, not like a pulled plug."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from audio.units import SAMPLE_RATE, Pcm, Pcm16, samples_of

FADE_IN_SAMPLES: Final = SAMPLE_RATE // 200
"""Samples (5 ms): shorter is heard as a click, longer eats the first beat."""

FADE_OUT_SECONDS: Final = 2.0
"""A model writes on until its length is reached and breaks off there, in mid-bar. Two seconds are a bar at
120 beats a minute, and about as long as a struck chord rings: shorter sounds cut off, longer takes too much
of the shortest piece (10 s)."""

MAX_FADE_OUT_SHARE: Final = 0.2
"""Of a shorter one than people can ask for, no more than this part."""

_Gain = npt.NDArray[np.float32]


class Fades:
    """One stream of 48 kHz sound, `seconds` long: faded in at its start and out towards its end.

    Without delay, since the length is known; what lies between passes bit by bit, and how the sound is cut
    into pushes does not change a bit. One thread at a time.
    """

    def __init__(self, seconds: float) -> None:
        self._taken = 0
        self._rise = _half_cosine(FADE_IN_SAMPLES)
        self._fall = fade_out_gain(seconds)
        self._ending_at = samples_of(seconds) - len(self._fall)

    def push(self, pcm: Pcm) -> Pcm:
        """All of `pcm`, shaped (channels, samples), with its edges."""
        begun, self._taken = self._taken, self._taken + pcm.shape[1]
        edged = pcm.copy()
        rise = self._rise[begun : self._taken]
        edged[:, : len(rise)] *= rise
        fall = self._fall[max(0, begun - self._ending_at) : max(0, self._taken - self._ending_at)]
        edged[:, pcm.shape[1] - len(fall) :] *= fall
        return edged


def fade_out_gain(seconds: float) -> _Gain:
    """The gain of each of the last samples of a piece of `seconds`: half a cosine, from 1 to 0.

    Its foot is flat, so that the last that is heard dies away; half-way the sound is at −6 dB, three quarters
    on at −17 dB.
    """
    return half_cosine_fall(samples_of(min(FADE_OUT_SECONDS, MAX_FADE_OUT_SHARE * seconds)))


def half_cosine_fall(samples: int) -> _Gain:
    """Half a cosine, from near 1 to near 0."""
    return _half_cosine(samples)[::-1]


def faded_out_pcm16(pcm: Pcm16) -> Pcm16:
    """Sound in 16 bits, shaped (samples, 2), that fades out from its first sample to its last."""
    return np.rint(pcm * half_cosine_fall(len(pcm))[:, np.newaxis]).astype(np.int16) if len(pcm) else pcm


def faded_in(pcm: Pcm, samples: int) -> Pcm:
    """Sound shaped (channels, samples) that comes in over its first `samples`."""
    faded = pcm.copy()
    rise = _half_cosine(samples)[: pcm.shape[1]]
    faded[:, : len(rise)] *= rise
    return faded


def faded_out(pcm: Pcm) -> Pcm:
    """The last few milliseconds of sound that ends before its time, faded out."""
    return pcm * half_cosine_fall(pcm.shape[1])


def _half_cosine(samples: int) -> _Gain:
    """From near 0 to near 1."""
    phase = (np.arange(samples) + 0.5) / samples
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
