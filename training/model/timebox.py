"""Time-boxed training that can be stopped at any moment and taken up again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import torch

_SAVE_SECONDS: Final = 90.0
_WARM_UP_STEPS: Final = 60
_DECAY: Final = 0.25
"""The last share of the time, over which the learning rate falls to nothing."""


def load_saved_state(file: Path) -> dict[str, Any]:
    """What training so far has saved. Raises FileNotFoundError where nothing has been trained."""
    state: dict[str, Any] = torch.load(file, weights_only=True)["state"]
    return state


class Timebox:
    """`minutes` of training in all, those of earlier runs counted in; its state lies in `file`."""

    def __init__(self, minutes: float, file: Path) -> None:
        self.seconds = 60 * minutes
        self.file = file
        self.step = 0
        self._earlier_seconds = 0.0
        self._started = time.monotonic()
        self._last_save = self._started
        self.state: dict[str, Any] | None = None
        """What an earlier run saved; None at the start."""
        if file.exists():
            saved = torch.load(file, weights_only=True)
            self.step, self._earlier_seconds, self.state = saved["step"], saved["spent"], saved["state"]

    @property
    def spent(self) -> float:
        """Seconds trained so far."""
        return self._earlier_seconds + time.monotonic() - self._started

    @property
    def progress(self) -> float:
        """How much of the time is spent, 0…1."""
        return min(1.0, self.spent / self.seconds)

    @property
    def rate_scale(self) -> float:
        """The learning rate as a share of the highest: a warm-up, a plain, a fall."""
        return min(1.0, (self.step + 1) / _WARM_UP_STEPS, max(0.01, (1 - self.progress) / _DECAY))

    def steps(self) -> Iterator[int]:
        """Numbers of the steps, until the time is over."""
        while self.progress < 1:
            yield self.step
            self.step += 1

    @property
    def save_due(self) -> bool:
        """Whether it is time to save."""
        return time.monotonic() - self._last_save > _SAVE_SECONDS

    def save(self, state: dict[str, Any]) -> None:
        """Keep `state`; a run that ends halfway leaves the one before whole."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        torch.save({"step": self.step, "spent": self.spent, "state": state}, fresh)
        os.replace(fresh, self.file)
        self._last_save = time.monotonic()
