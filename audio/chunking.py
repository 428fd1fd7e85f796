"""When the sound of a piece is handed over: how many frames lie between two chunks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audio.units import STEP_RATE

FIRST_FRAMES: Final = STEP_RATE // 2
"""The first chunk of an automatic interval, 0.5 s: little enough to be heard early."""

MAX_FRAMES: Final = 2 * STEP_RATE
"""Where an automatic interval ends, 2 s: longer chunks save nothing and are late to be cancelled."""

GROWTH: Final = 1.25
"""How much an automatic interval grows from chunk to chunk: little, so that an engine of 1.6 times real time
has the next chunk ready before the sound of the last one ends."""


def chunk_frames(interval: float | None) -> Iterator[int]:
    """How many frames of 20 ms to make for each chunk in turn, without end; `interval` in seconds or None."""
    if interval is not None:
        while True:
            yield max(1, round(interval * STEP_RATE))
    frames = float(FIRST_FRAMES)
    while True:
        yield round(frames)
        frames = min(frames * GROWTH, MAX_FRAMES)
