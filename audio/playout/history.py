"""A History: the latest sound that an engine made of a piece."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from audio.units import Pcm


class History:
    """The sound of one piece, at least its latest `max_samples`; all of it if infinite.

    Whole chunks are dropped, so up to a chunk more is held. One thread at a time.
    """

    def __init__(self, max_samples: float = math.inf) -> None:
        self._max = max_samples
        self._chunks: deque[Pcm] = deque()
        self._held = 0
        self._dropped = 0
        """Number of samples before those that are held."""

    @property
    def samples(self) -> int:
        """Number of samples appended, dropped ones included."""
        return self._dropped + self._held

    def append(self, pcm: Pcm) -> None:
        """Add sound shaped (channels, samples), with as many channels as before."""
        self._chunks.append(pcm)
        self._held += pcm.shape[1]
        while self._held - self._chunks[0].shape[1] >= self._max:
            dropped = self._chunks.popleft().shape[1]
            self._held -= dropped
            self._dropped += dropped

    def clear(self) -> None:
        """Forget everything; counting begins at 0 again."""
        self._chunks.clear()
        self._held = self._dropped = 0

    def slice(self, begin: int, end: int) -> Pcm:
        """Return a copy of samples `begin` to `end`, counted from the first that was appended.

        Dropped samples are left out. Something must have been appended.
        """
        sound = np.concatenate(self._chunks, axis=1)
        return sound[:, max(0, begin - self._dropped) : max(0, end - self._dropped)]
