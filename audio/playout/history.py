"""A Tape: what an engine made of a piece, as far as it is remembered."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from audio.units import Pcm


class History:
    """The sound of one piece, of which at least the latest `most_samples` stay; infinite is all of it.

    Whole chunks are forgotten, so a little more than that is held. One thread at a time.
    """

    def __init__(self, most_samples: float = math.inf) -> None:
        self._most = most_samples
        self._chunks: deque[Pcm] = deque()
        self._held = 0
        self._forgotten = 0
        """Samples before those that are held."""

    @property
    def samples(self) -> int:
        """How many were recorded, those forgotten included."""
        return self._forgotten + self._held

    def record(self, pcm: Pcm) -> None:
        """Add sound shaped (channels, samples), as many channels as before."""
        self._chunks.append(pcm)
        self._held += pcm.shape[1]
        while self._held - self._chunks[0].shape[1] >= self._most:
            gone = self._chunks.popleft().shape[1]
            self._held -= gone
            self._forgotten += gone

    def erase(self) -> None:
        """Begin anew."""
        self._chunks.clear()
        self._held = self._forgotten = 0

    def between(self, begin: int, end: int) -> Pcm:
        """A copy of the samples from `begin` to `end`, counted from the first that was recorded, without
        those that are forgotten. Something must have been recorded."""
        sound = np.concatenate(self._chunks, axis=1)
        return sound[:, max(0, begin - self._forgotten) : max(0, end - self._forgotten)]
