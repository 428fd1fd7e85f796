"""Training for a fixed time, which can be stopped at any moment and resumed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch

_SAVE_SECONDS: Final = 90.0
"""Time between saves [s]."""
_WARM_UP_STEPS: Final = 60
"""Steps over which the learning rate rises."""
_DECAY: Final = 0.25
"""Share of the time, at the end, over which the learning rate falls to 1 %."""


def load_saved_state(file: Path) -> dict[str, Any]:
    """Load the state that training has saved so far. Raises FileNotFoundError if there is none."""
    state: dict[str, Any] = torch.load(file, weights_only=True)["state"]
    return state


class Timebox:
    """Clock of a training of `minutes` in total, earlier runs included; `file` stores its state."""

    def __init__(self, minutes: float, file: Path) -> None:
        self.seconds = 60 * minutes
        self.file = file
        self.step = 0
        self._earlier_seconds = 0.0
        self._started = time.monotonic()
        self._last_save = self._started
        self.state: dict[str, Any] | None = None
        """State saved by an earlier run; None at the start."""
        if file.exists():
            saved = torch.load(file, weights_only=True)
            self.step, self._earlier_seconds, self.state = saved["step"], saved["spent"], saved["state"]

    @property
    def spent(self) -> float:
        """Time trained so far [s]."""
        return self._earlier_seconds + time.monotonic() - self._started

    @property
    def progress(self) -> float:
        """Share of the time spent, 0…1."""
        return min(1.0, self.spent / self.seconds)

    @property
    def rate_scale(self) -> float:
        """Learning rate relative to its maximum: warm-up, constant, decay."""
        return min(1.0, (self.step + 1) / _WARM_UP_STEPS, max(0.01, (1 - self.progress) / _DECAY))

    def steps(self) -> Iterator[int]:
        """Yield step numbers until the time is over."""
        while self.progress < 1:
            yield self.step
            self.step += 1

    @property
    def save_due(self) -> bool:
        """True if the last save is too long ago."""
        return time.monotonic() - self._last_save > _SAVE_SECONDS

    def save(self, state: dict[str, Any]) -> None:
        """Save `state` atomically."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        torch.save({"step": self.step, "spent": self.spent, "state": state}, fresh)
        os.replace(fresh, self.file)
        self._last_save = time.monotonic()
