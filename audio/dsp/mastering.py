"""Mastering: one gain from the first sample of a piece to the last, for its track."""

from __future__ import annotations

from typing import Final

import numpy as np

from audio.dsp.fades import Fades
from audio.dsp.ingest import Ingest
from audio.dsp.limiter import Limiter
from audio.dsp.loudness import integrated
from audio.units import Pcm, Pcm16, sixteen_bits

TRACK_LUFS: Final = -14.0
"""The loudness of streaming services, so that a track is as loud as other music."""

TOLERANCE_LU: Final = 0.1
"""Distance from TRACK_LUFS at which the gain is accepted."""

MAX_GAIN_DB: Final = 30.0
"""Sound that is still too quiet after this gain is near silence and would be mostly noise."""

MAX_PUSH_DB: Final = 6.0
"""The limiter lowers the loudness, so the gain before it is raised, but by no more than this: music with such
peaks is better soft than flattened."""


def master(pcm: Pcm, sample_rate: int, seconds: float) -> Pcm16:
    """Return engine output, shaped (channels, samples), as a track: 48 kHz, `seconds` long, faded in and out.

    It is at TRACK_LUFS with true peaks under −1 dBTP; silence stays silence. Raises EngineError.
    """
    ingest, fades = Ingest(sample_rate, len(pcm), seconds), Fades(seconds)
    pcm = fades.push(np.concatenate([ingest.push(pcm), ingest.finish()], axis=1))
    loudness = integrated(pcm)
    if not np.isfinite(loudness):
        return sixteen_bits(_limited(pcm, 0.0))
    decibels = min(TRACK_LUFS - loudness, MAX_GAIN_DB)
    highest = min(decibels + MAX_PUSH_DB, MAX_GAIN_DB)
    while True:
        limited = _limited(pcm, decibels)
        missing = TRACK_LUFS - integrated(limited)
        louder = min(decibels + missing, highest)
        if louder - decibels <= TOLERANCE_LU:
            return sixteen_bits(limited)
        decibels = louder


def _limited(pcm: Pcm, decibels: float) -> Pcm:
    limiter = Limiter(len(pcm))
    louder = pcm * np.float32(10 ** (decibels / 20))
    return np.concatenate([limiter.push(louder), limiter.finish()], axis=1)
