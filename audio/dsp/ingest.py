"""The intake: what the engine made, at 48 kHz, and exactly as long as was asked for."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from audio.dsp.fades import faded_out
from audio.dsp.resample import Resampler
from audio.errors import EngineError
from audio.units import CHANNELS, SAMPLE_RATE, Pcm, samples_of
from words.text import Text

MAX: Final = 1e4
"""Samples beyond this (80 dB over full scale) are not sound but a broken model, like those that are NaN."""


class Ingest:
    """One piece as it comes from the engine. How it is cut into pushes does not change a bit of it.

    Raises EngineError for sound of more than two channels. One thread at a time.
    """

    def __init__(self, sample_rate: int, channels: int, seconds: float) -> None:
        if channels not in (1, CHANNELS):
            raise EngineError(Text("engine-channels", channels=channels))
        self._left = samples_of(seconds)
        self._endless = math.isinf(seconds)
        self._resampler = Resampler(sample_rate, SAMPLE_RATE, channels)
        self.latency = self._resampler.latency
        """The most 48 kHz samples that are held back until later input."""

    def push(self, pcm: Pcm) -> Pcm:
        """What is known after `pcm`, shaped (channels, samples), at the engine's rate.

        Raises EngineError when it is no sound: such a model would make the same again, and silence in its
        place would be posted as a finished track.
        """
        if not np.abs(pcm).max(initial=0) <= MAX:  # also false for NaN
            raise EngineError(Text("engine-no-sound"))
        return self._wanted(self._resampler.push(pcm))

    def finish(self) -> Pcm:
        """The rest: in all, exactly samples_of(seconds) came out. What was missing of them is silence, but
        after sound without end."""
        rest = self._wanted(self._resampler.finish())
        if not self._left or self._endless:
            return rest
        silence = np.zeros((len(rest), self._left), np.float32)
        return np.concatenate([faded_out(rest), silence], axis=1)

    def _wanted(self, pcm: Pcm) -> Pcm:
        wanted = pcm[:, : self._left]
        self._left -= wanted.shape[1]
        return wanted
