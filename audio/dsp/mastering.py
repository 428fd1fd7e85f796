"""Mastering: a whole piece as its file has it, by one gain from its first sample to its last."""

from __future__ import annotations

from typing import Final

import numpy as np

from audio.dsp.fades import Fades
from audio.dsp.ingest import Ingest
from audio.dsp.limiter import Limiter
from audio.dsp.loudness import integrated
from audio.units import Pcm, Pcm16, sixteen_bits

TRACK_LUFS: Final = -14.0
"""What streaming services play at, so that a track sits beside anything else that people listen to."""

NEAR_ENOUGH_LU: Final = 0.1

MAX_GAIN_DB: Final = 30.0
"""What is still too quiet after this is next to silence, and would be mostly noise."""

MAX_PUSH_DB: Final = 6.0
"""The limiter takes loudness away, which is put back before it; but no more than this, for what has such
peaks is better softer than flat."""


def master(made: Pcm, sample_rate: int, seconds: float) -> Pcm16:
    """`made`, shaped (channels, samples) as the engine made it, as a track: 48 kHz, `seconds` long, with its
    edges, at TRACK_LUFS, true peaks under −1 dBTP. Silence stays silence. Raises EngineError."""
    intake, edges = Ingest(sample_rate, len(made), seconds), Fades(seconds)
    pcm = edges.push(np.concatenate([intake.push(made), intake.finish()], axis=1))
    loudness = integrated(pcm)
    if not np.isfinite(loudness):
        return sixteen_bits(_limited(pcm, 0.0))
    decibels = min(TRACK_LUFS - loudness, MAX_GAIN_DB)
    most = decibels + MAX_PUSH_DB
    while True:
        limited = _limited(pcm, decibels)
        lacking = TRACK_LUFS - integrated(limited)
        louder = min(decibels + lacking, most, MAX_GAIN_DB)
        if louder - decibels <= NEAR_ENOUGH_LU:
            return sixteen_bits(limited)
        decibels = louder


def _limited(pcm: Pcm, decibels: float) -> Pcm:
    limiter = Limiter(len(pcm))
    louder = pcm * np.float32(10 ** (decibels / 20))
    return np.concatenate([limiter.push(louder), limiter.finish()], axis=1)
