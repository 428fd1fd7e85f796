"""Meter: bars of whole frames, swung or straight, and the conductor codes that count them.

The second codebook ("book" for short), the conductor, makes no sound. Each of its codes holds three numbers
of a frame: the sixteenth of the bar, the length of that sixteenth and the frame's age in it. The model keeps
time by counting: it chooses a length at the start of a sixteenth and nothing more until the next. Book k is
delayed by k steps, so every later book has seen the conductor's code. These codes cannot be recovered from
sound; `UNKNOWN` stands where the beat is not known.
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

BEAT_SIXTEENTHS: Final = 4
"""Sixteenths in a beat."""
BAR_SIXTEENTHS: Final = 16
"""Sixteenths in the longest bar, four beats."""
PHRASE_BARS: Final = 4
"""Bars in a phrase."""
MAX_SIXTEENTH_FRAMES: Final = 13
"""Longest sixteenth [frames]: 12.5 on average at 60 beats a minute."""
MIN_BPM: Final = 60
"""Slowest tempo [beats/min]: straight sixteenths fit into `MAX_SIXTEENTH_FRAMES`."""
MAX_BPM: Final = 180
"""Fastest tempo [beats/min]: straight sixteenths have at least four frames."""
MIN_SIXTEENTH_FRAMES: Final = 3
"""Shortest sixteenth [frames], which occurs only in swing."""
UNKNOWN: Final = 0
"""Conductor code of a frame whose place in the bar is not known."""
_LENGTHS_AND_AGES: Final = np.array(
    [
        (length, age)
        for length in range(MIN_SIXTEENTH_FRAMES, MAX_SIXTEENTH_FRAMES + 1)
        for age in range(length)
    ],
    dtype=np.int64,
)
"""Length of a sixteenth and age of the frame in it, by code modulo the codes of one sixteenth."""
CONDUCTOR_CODES: Final = 1 + BAR_SIXTEENTHS * len(_LENGTHS_AND_AGES)
"""Number of conductor codes, `UNKNOWN` included."""

SWINGS: Final = {
    "straight": (0.25, 0.25, 0.25, 0.25),
    # long and short eighths, as on a jazz drummer's ride cymbal
    "triplet": (1 / 3, 1 / 3, 1 / 6, 1 / 6),
    # long and short sixteenths, the "58 %" of a sampler
    "lazy": (0.29, 0.21, 0.29, 0.21),
}
"""Shares of a beat that its four sixteenths take, by swing."""


@dataclass(frozen=True)
class Meter:
    """A tempo, the beats of a bar and the swing."""

    bpm: float
    """Tempo [beats/min]."""
    beats: int = 4
    swing: str = "straight"

    @property
    def sixteenths(self) -> int:
        """Number of sixteenths in a bar."""
        return self.beats * BEAT_SIXTEENTHS

    @property
    def bar_frames(self) -> int:
        """Length of a bar [frames], rounded, which shifts the tempo by at most 0.75 %."""
        return round(self.beats * 60 * STEP_RATE / self.bpm)

    @cached_property
    def edges(self) -> Codes:
        """Return the first frame of each sixteenth and the end of the bar, shaped (sixteenths + 1,)."""
        parts = np.array(SWINGS[self.swing])
        beat = self.bar_frames / self.beats
        # reduce swing at slow and fast tempos, so that every sixteenth has a code after rounding
        swing_for_longest = ((MAX_SIXTEENTH_FRAMES - 0.5) / beat - 0.25) / max(
            float(parts.max()) - 0.25, 1e-9
        )
        swing_for_shortest = (0.25 - (MIN_SIXTEENTH_FRAMES + 0.1) / beat) / max(
            0.25 - float(parts.min()), 1e-9
        )
        parts = 0.25 + (parts - 0.25) * min(1.0, max(0.0, swing_for_longest), max(0.0, swing_for_shortest))
        parts = np.tile(parts, self.beats) / self.beats
        edges: Codes = np.rint(np.concatenate([[0], np.cumsum(parts)]) * self.bar_frames).astype(np.int64)
        return edges

    def conductor_codes(self, bars: int) -> Codes:
        """Return the conductor codes of the first `bars` bars, shaped (bars · bar_frames,)."""
        lengths = np.diff(self.edges)
        sixteenth = np.repeat(np.arange(self.sixteenths), lengths)
        age = np.arange(self.bar_frames) - np.repeat(self.edges[:-1], lengths)
        length = np.repeat(lengths, lengths)
        shortest = MIN_SIXTEENTH_FRAMES
        pair_index = (length * (length - 1) - shortest * (shortest - 1)) // 2 + age
        return np.tile(1 + sixteenth * len(_LENGTHS_AND_AGES) + pair_index, bars)


def decode_conductor(codes: Codes) -> tuple[Codes, Codes, Codes]:
    """Return sixteenth of the bar, its length and the age in it [frames]; no code may be `UNKNOWN`."""
    sixteenth, pair_index = np.divmod(codes - 1, len(_LENGTHS_AND_AGES))
    length, age = _LENGTHS_AND_AGES[pair_index].T
    return sixteenth, length.T, age.T


def sixteenth_starts(codes: Codes, every: int = 1) -> Codes:
    """Return the frames at which every `every`-th sixteenth of the bar starts; codes are shaped (frames,)."""
    known = (codes != UNKNOWN) & (codes < CONDUCTOR_CODES)
    sixteenth, _, age = decode_conductor(np.where(known, codes, 1))
    return np.flatnonzero(known & (age == 0) & (sixteenth % every == 0))


def counted_bpm(codes: Codes) -> float:
    """Return the tempo [beats/min] of conductor codes shaped (frames,), 0 without a whole beat."""
    beats = sixteenth_starts(codes, BEAT_SIXTEENTHS)
    return float(60 * STEP_RATE * (len(beats) - 1) / (beats[-1] - beats[0])) if len(beats) > 1 else 0.0
