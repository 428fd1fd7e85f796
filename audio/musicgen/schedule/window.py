"""Sliding windows: a piece longer than the model's training context is composed in overlapping windows.

When a window is full, the next one begins `stride` frames later. It is conditioned on the codes of the
overlap as if they were the start of a piece, and continues from there. The method and the defaults are those
of the paper's own code for long pieces (Copet et al. 2023; `extend_stride` of 18 s in audiocraft).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from audio.units import STEP_RATE


@dataclass(frozen=True, slots=True)
class Window:
    """The length of a window and the distance between the beginnings of two windows, both in frames."""

    frames: int = 30 * STEP_RATE
    stride: int = 18 * STEP_RATE

    @property
    def overlap(self) -> int:
        """Frames that a window shares with the one before it."""
        return self.frames - self.stride

    def end(self, begin: int, frames: int) -> int:
        """Return the end of the window that begins at frame `begin` of a piece of `frames` frames."""
        return min(begin + self.frames, frames)

    def cost(self, frames: int) -> float:
        """Return the average number of decoder steps per new frame in a piece of `frames` frames."""
        return 1.0 if frames <= self.frames else self.frames / self.stride


class WindowPosition(NamedTuple):
    """The position of a piece in its windows; frames count from the start of the past that it continues."""

    begin: int
    """The first frame of the window."""
    position: int
    """Decoder steps made in this window."""
    known: int
    """All frames before this one have their codes."""
    end: int
    """The frame after the last one of the window."""
