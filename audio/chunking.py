"""The lengths of the chunks in which an engine delivers a piece."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audio.units import STEP_RATE

FIRST_FRAMES: Final = STEP_RATE // 2
"""First chunk of an automatic interval, 0.5 s: short, so that music starts early."""

MAX_FRAMES: Final = 2 * STEP_RATE
"""Longest chunk of an automatic interval, 2 s: longer ones save nothing and delay cancelling."""

GROWTH: Final = 1.25
"""Growth of an automatic interval per chunk: small enough that an engine of 1.6 times real time has the next
chunk ready before the last one has been played."""


def chunk_frames(interval: float | None) -> Iterator[int]:
    """Yield the number of 20 ms frames of each chunk, endlessly; `interval` [s] is None for automatic."""
    if interval is not None:
        while True:
            yield max(1, round(interval * STEP_RATE))
    frames = float(FIRST_FRAMES)
    while True:
        yield round(frames)
        frames = min(frames * GROWTH, MAX_FRAMES)
