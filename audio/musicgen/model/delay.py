"""The delay pattern of MusicGen: codebook k is delayed by k steps, so its codes can depend on coarser ones.

Step t samples the code of frame t − k for codebook k (Copet et al. 2023, "Simple and Controllable Music
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
    """The delay pattern of `codebooks` codebooks, which the channels share equally."""

    codebooks: int
    channels: int = 1

    @cached_property
    def delays(self) -> Codes:
        """Delay of each codebook [steps], shaped (codebooks,)."""
        return np.arange(self.codebooks, dtype=np.int64) // self.channels

    @cached_property
    def max_delay(self) -> int:
        """Delay of the last codebook [steps]."""
        return int(self.delays[-1])

    def steps(self, frames: int) -> int:
        """Return the number of steps of a piece of `frames` frames."""
        return frames + self.max_delay

    def frames_at(self, step: int | Codes) -> Codes:
        """Return the frame that each codebook samples at `step`, (codebooks,); negative ones do not exist.

        `step` may also be an array (…, 1); the result is (…, codebooks).
        """
        return step - self.delays

    def complete_frames(self, steps: int) -> int:
        """Return how many frames have all their codes after `steps` steps."""
        return max(0, steps - self.max_delay)

    def write_codes(self, tokens: Codes, codes: Codes) -> None:
        """Write codes of the first frames (codebooks, frames) into `tokens` (codebooks, steps), delayed."""
        for row, frames, delay in zip(tokens, codes, self.delays, strict=True):
            row[delay : delay + len(frames)] = frames

    def read_codes(self, tokens: Codes, start: int, stop: int) -> Codes:
        """Return the codes of frames `start` to `stop` (codebooks, frames) from tokens (codebooks, steps)."""
        return np.stack(
            [row[start + delay : stop + delay] for row, delay in zip(tokens, self.delays, strict=True)]
        )
