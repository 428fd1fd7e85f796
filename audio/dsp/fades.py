"""Fades: a piece begins without a click and ends softly instead of breaking off."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from audio.units import SAMPLE_RATE, Pcm, Pcm16, samples_of

FADE_IN_SAMPLES: Final = SAMPLE_RATE // 200
"""5 ms: a shorter fade is audible as a click, a longer one softens the first beat."""

FADE_OUT_SECONDS: Final = 2.0
"""The model composes until the piece has its length and stops there, mid-bar. Two seconds are a bar at 120
beats a minute and about as long as a struck chord rings: shorter sounds cut off, longer takes too much of the
shortest piece (10 s)."""

MAX_FADE_OUT_SHARE: Final = 0.2
"""Largest share of a piece that fades out; matters only for pieces shorter than members can request."""

_Gain = npt.NDArray[np.float32]


class Fades:
    """Fades one stream of 48 kHz sound, `seconds` long, in at its start and out at its end.

    Adds no delay, since the length is known; sound between the fades passes bit by bit. The result does not
    depend on how the sound is split into pushes, bit for bit. One thread at a time.
    """

    def __init__(self, seconds: float) -> None:
        self._samples = 0
        self._rise = _half_cosine(FADE_IN_SAMPLES)
        self._fall = fade_out_gain(seconds)
        self._fall_begin = samples_of(seconds) - len(self._fall)

    def push(self, pcm: Pcm) -> Pcm:
        """Return a faded copy of `pcm`, shaped (channels, samples)."""
        begin, end = self._samples, self._samples + pcm.shape[1]
        self._samples = end
        faded = pcm.copy()
        rise = self._rise[begin:end]
        faded[:, : len(rise)] *= rise
        fall = self._fall[max(0, begin - self._fall_begin) : max(0, end - self._fall_begin)]
        faded[:, pcm.shape[1] - len(fall) :] *= fall
        return faded


def fade_out_gain(seconds: float) -> _Gain:
    """Return the gains of the last samples of a piece of `seconds`: half a cosine, from 1 to 0.

    It ends flat, so that the sound dies away: −6 dB halfway, −17 dB after three quarters.
    """
    return half_cosine_fall(samples_of(min(FADE_OUT_SECONDS, MAX_FADE_OUT_SHARE * seconds)))


def half_cosine_fall(samples: int) -> _Gain:
    """Return gains along half a cosine, from near 1 to near 0."""
    return _half_cosine(samples)[::-1]


def faded_out_pcm16(pcm: Pcm16) -> Pcm16:
    """Return 16-bit sound, shaped (samples, 2), faded out from its first sample to its last."""
    return np.rint(pcm * half_cosine_fall(len(pcm))[:, np.newaxis]).astype(np.int16) if len(pcm) else pcm


def faded_in(pcm: Pcm, samples: int) -> Pcm:
    """Return sound, shaped (channels, samples), faded in over its first `samples`."""
    faded = pcm.copy()
    rise = _half_cosine(samples)[: pcm.shape[1]]
    faded[:, : len(rise)] *= rise
    return faded


def faded_out(pcm: Pcm) -> Pcm:
    """Return sound, shaped (channels, samples), faded out from its first sample to its last."""
    return pcm * half_cosine_fall(pcm.shape[1])


def _half_cosine(samples: int) -> _Gain:
    """Return gains from near 0 to near 1."""
    phase = (np.arange(samples) + 0.5) / samples
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
