"""Pace: how many commands and presses of buttons a person may send, so that nobody slows down the others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.errors import TooFast
from words.text import Text

BURST_SHARE: Final = 1 / 3
"""Part of a minute's commands that may come at once."""

MAX_PEOPLE: Final = 10_000
"""People who are remembered; beyond that, those who have rested are forgotten."""


@dataclass(slots=True)
class _Allowance:
    left: float
    at: float
    """When `left` was counted, on the clock [s]."""


class Pace:
    """A token bucket per person: it fills evenly with `a_minute` commands, up to a third of them.

    0 is no limit.

    Made once by the client; used on the event loop. `clock` returns seconds.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = a_minute / 60
        self._burst = max(1.0, a_minute * BURST_SHARE)
        self._clock = clock
        self._allowances: dict[int, _Allowance] = {}

    def require(self, person_id: int) -> None:
        """Count a command of a person. Raises TooFast, and does not count it, if it is one too many."""
        if not self._per_second:
            return
        now = self._clock()
        allowance = self._allowances.get(person_id)
        if allowance is None:
            self._forget_rested(now)
            allowance = self._allowances[person_id] = _Allowance(self._burst, now)
        left = self._left(allowance, now)
        if left < 1:
            raise TooFast(Text("error-too-fast", seconds=math.ceil((1 - left) / self._per_second)))
        allowance.left, allowance.at = left - 1, now

    def _left(self, allowance: _Allowance, now: float) -> float:
        return min(self._burst, allowance.left + (now - allowance.at) * self._per_second)

    def _forget_rested(self, now: float) -> None:
        if len(self._allowances) >= MAX_PEOPLE:
            self._allowances = {
                person_id: allowance
                for person_id, allowance in self._allowances.items()
                if self._left(allowance, now) < self._burst
            }
