"""The window: a model hears no farther back than it was trained to, so a long piece moves through windows.

When a window is full the next one begins later by its stride. It hears the codes that both share again, as if
they were the start of a piece, and goes on from there. The way and the numbers are those of the paper's own
code for long pieces (Copet et al. 2023, audiocraft's `extend_stride` of 18 s).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from audio.units import STEP_RATE


@dataclass(frozen=True, slots=True)
class Window:
    """How many frames a window has, and by how many the next one begins later."""

    frames: int = 30 * STEP_RATE
    stride: int = 18 * STEP_RATE

    @property
    def kept(self) -> int:
        """How many frames of the past a window begins with."""
        return self.frames - self.stride

    def end(self, begin: int, frames: int) -> int:
        """Where the window that begins at frame `begin` ends, in a piece of `frames` frames."""
        return min(begin + self.frames, frames)

    def cost(self, frames: int) -> float:
        """How many steps a new frame takes in the long run, in a piece of `frames` frames."""
        return 1.0 if frames <= self.frames else self.frames / self.stride


class WindowPosition(NamedTuple):
    """Where a piece is in its windows; frames are counted from its beginning, with what it continues."""

    begin: int
    """The frame at which the window begins."""
    position: int
    """Steps made in this window."""
    known: int
    """The frames up to here have their codes already."""
    end: int
    """The frame at which the window ends."""
