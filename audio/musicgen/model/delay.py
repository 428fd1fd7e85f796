"""The delay pattern of MusicGen: codebook k runs k steps late, so that a step may lean on coarser codes.

Step t makes the code of frame t − k for codebook k (Copet et al. 2023, "Simple and Controllable Music
Generation", section 2.2). In stereo the codebooks of left and right alternate and a pair shares its delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
"""Codes shaped (codebooks, frames), or tokens shaped (codebooks, steps)."""


@dataclass(frozen=True)
class DelayPattern:
    """The pattern for `codebooks` codebooks, of which each channel has its share."""

    codebooks: int
    channels: int = 1

    @cached_property
    def delays(self) -> Codes:
        """By how many steps each codebook is late, shaped (codebooks,)."""
        return np.arange(self.codebooks, dtype=np.int64) // self.channels

    @cached_property
    def longest(self) -> int:
        """By how many steps the last codebook is late."""
        return int(self.delays[-1])

    def steps(self, frames: int) -> int:
        """How many steps a piece of `frames` frames takes."""
        return frames + self.longest

    def made(self, step: int | Codes) -> Codes:
        """Of which frame each codebook makes a code at `step`, shaped (codebooks,); none below 0.

        Of several steps at once, shaped (…, 1), it is (…, codebooks).
        """
        return step - self.delays

    def complete(self, steps: int) -> int:
        """How many frames have all their codes after `steps` steps."""
        return max(0, steps - self.longest)

    def teach(self, tokens: Codes, codes: Codes) -> None:
        """Write `codes`, those of the first frames, into `tokens` as the steps that make them would."""
        for row, known, late in zip(tokens, codes, self.delays, strict=True):
            row[late : late + len(known)] = known

    def frames(self, tokens: Codes, start: int, stop: int) -> Codes:
        """The codes of the frames from `start` to `stop`, out of the tokens of all steps made so far."""
        return np.stack(
            [row[start + late : stop + late] for row, late in zip(tokens, self.delays, strict=True)]
        )
