"""Time: bars of whole frames, swung or straight, and the conductor's codes that count them.

The second codebook makes no sound. Each of its codes says in which sixteenth of the bar a frame lies, how
many frames this one has and how many have passed. So the model keeps time by counting: at the beginning of a
sixteenth it decides how long that one is, and then there is nothing to decide until the next. Every other
book sees what the conductor counts: book k is k steps late. Sound alone cannot tell these codes; `UNHEARD`
stands where the beat is not known.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from audio.units import STEP_RATE

Codes = npt.NDArray[np.int64]
"""Codes of one book, shaped (frames,), or of all books, shaped (books, frames)."""

SIXTEENTHS: Final = 4
"""Sixteenths of a beat."""
BAR_STEPS: Final = 16
"""Sixteenths of the longest bar, four beats."""
PHRASE_BARS: Final = 4
MAX_STEP: Final = 13
"""Frames of the longest sixteenth: 60 beats a minute have 12.5."""
SLOWEST, FASTEST = 60, 180
"""Beats a minute: straight sixteenths of at most `MAX_STEP` and at least four frames."""
MIN_STEP: Final = 3
"""Frames of the shortest sixteenth, which swings."""
UNHEARD: Final = 0
_COUNTED: Final = np.array(
    [(length, passed) for length in range(MIN_STEP, MAX_STEP + 1) for passed in range(length)],
    dtype=np.int64,
)
"""Frames of a sixteenth and how many have passed, of the codes of each sixteenth."""
CONDUCTOR_CODES: Final = 1 + BAR_STEPS * len(_COUNTED)

SWINGS: Final = {
    "straight": (0.25, 0.25, 0.25, 0.25),
    # eighths long and short, as a jazz drummer's ride cymbal plays them
    "triplet": (1 / 3, 1 / 3, 1 / 6, 1 / 6),
    # sixteenths long and short, as a sampler's "58 %" plays them
    "lazy": (0.29, 0.21, 0.29, 0.21),
}


@dataclass(frozen=True)
class Meter:
    """A tempo in beats a minute, `beats` in a bar, and how a beat is divided."""

    bpm: float
    beats: int = 4
    swing: str = "straight"

    @property
    def steps(self) -> int:
        """Sixteenths of a bar."""
        return self.beats * SIXTEENTHS

    @property
    def bar_frames(self) -> int:
        """Frames of a bar. Whole, so that every bar is alike; the tempo is off by 0.75 % at most."""
        return round(self.beats * 60 * STEP_RATE / self.bpm)

    @cached_property
    def edges(self) -> Codes:
        """Frames of the bar at which its sixteenths begin, and the bar's end, shaped (steps + 1,)."""
        parts = np.array(SWINGS[self.swing])
        beat = self.bar_frames / self.beats
        # slow and fast beats swing less, so that sixteenths have codes; rounding takes its part
        wider = ((MAX_STEP - 0.5) / beat - 0.25) / max(float(parts.max()) - 0.25, 1e-9)
        narrower = (0.25 - (MIN_STEP + 0.1) / beat) / max(0.25 - float(parts.min()), 1e-9)
        parts = 0.25 + (parts - 0.25) * min(1.0, max(0.0, wider), max(0.0, narrower))
        parts = np.tile(parts, self.beats) / self.beats
        edges: Codes = np.rint(np.concatenate([[0], np.cumsum(parts)]) * self.bar_frames).astype(np.int64)
        return edges

    def conducted(self, bars: int) -> Codes:
        """The conductor's codes of the first `bars` bars, shaped (bars · bar_frames,)."""
        lengths = np.diff(self.edges)
        step = np.repeat(np.arange(self.steps), lengths)
        passed = np.arange(self.bar_frames) - np.repeat(self.edges[:-1], lengths)
        length = np.repeat(lengths, lengths)
        shortest = MIN_STEP
        counted = (length * (length - 1) - shortest * (shortest - 1)) // 2 + passed
        return np.tile(1 + step * len(_COUNTED) + counted, bars)


def read(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Sixteenth of the bar, its frames, and frames passed of it, of codes that are not `UNHEARD`."""
    step, counted = np.divmod(codes - 1, len(_COUNTED))
    length, passed = _COUNTED[counted].T
    return step, length.T, passed.T


def beginnings(codes: Codes, every: int = 1) -> Codes:
    """Frames at which the conductor begins a sixteenth, or one of `every`, of codes shaped (frames,)."""
    known = (codes != UNHEARD) & (codes < CONDUCTOR_CODES)
    step, _, passed = read(np.where(known, codes, 1))
    return np.flatnonzero(known & (passed == 0) & (step % every == 0))


def tempo(codes: Codes) -> float:
    """Beats a minute that codes shaped (frames,) count; 0 where they count no whole beat."""
    beats = beginnings(codes, SIXTEENTHS)
    return float(60 * STEP_RATE * (len(beats) - 1) / (beats[-1] - beats[0])) if len(beats) > 1 else 0.0
