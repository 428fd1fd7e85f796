"""Ingest: engine output resampled to 48 kHz and trimmed or padded to the length of the piece."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from audio.dsp.fades import faded_out
from audio.dsp.resample import Resampler
from audio.errors import EngineError
from audio.units import CHANNELS, SAMPLE_RATE, Pcm, samples_of
from words.text import Text

MAX_SAMPLE: Final = 1e4
"""Samples beyond this (80 dB over full scale), like NaN, come from a broken model."""


class Ingest:
    """Takes in one piece from the engine; the result does not depend on how it is split into pushes.

    Raises EngineError for more than two channels. One thread at a time.
    """

    def __init__(self, sample_rate: int, channels: int, seconds: float) -> None:
        if channels not in (1, CHANNELS):
            raise EngineError(Text("engine-channels", channels=channels))
        self._remaining = samples_of(seconds)
        self._endless = math.isinf(seconds)
        self._resampler = Resampler(sample_rate, SAMPLE_RATE, channels)
        self.latency = self._resampler.latency
        """Maximum number of 48 kHz samples held back until later input."""

    def push(self, pcm: Pcm) -> Pcm:
        """Return the 48 kHz sound that `pcm` completes.

        `pcm` is shaped (channels, samples), at the engine's rate. Raises EngineError if it is not sound: the
        model would make the same again, and silence in its place would be posted as a finished track.
        """
        if not np.abs(pcm).max(initial=0) <= MAX_SAMPLE:  # also false for NaN
            raise EngineError(Text("engine-no-sound"))
        return self._trim(self._resampler.push(pcm))

    def finish(self) -> Pcm:
        """Return the rest, so that exactly samples_of(seconds) came out in all.

        What is missing is silence, after a short fade; an endless piece ends where it is.
        """
        rest = self._trim(self._resampler.finish())
        if not self._remaining or self._endless:
            return rest
        silence = np.zeros((len(rest), self._remaining), np.float32)
        return np.concatenate([faded_out(rest), silence], axis=1)

    def _trim(self, pcm: Pcm) -> Pcm:
        trimmed = pcm[:, : self._remaining]
        self._remaining -= trimmed.shape[1]
        return trimmed
