"""Whose turn it is: listeners who have the least sound in hand come first.

All times are seconds. A listener's position is how much of a piece has been heard; before the piece begins it
is negative, the time until then. What is held is the sound delivered less the position.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from audio.engine import PRIOR_TRUST
from audio.piece import HORIZON_SECONDS, LEAD_SECONDS, Piece, PromptChange
from audio.units import STEP_RATE

URGENT_SECONDS: Final = 3.0
"""Whoever holds less is served before the others: the longest chunk, 2.5 s, must be made in the meantime."""


@dataclass(slots=True)
class StreamState:
    """A piece and how far its listeners are; owned by the composer."""

    key: int
    piece: Piece
    clock: Callable[[], float]
    cost: float = 1.0
    """Seconds of decoding for a second of sound: more than one where windows hear things again."""
    speed: float = math.inf
    """Seconds of its sound made in a second, were it alone; beside others nobody is let in for whom it would
    be less than real time."""
    pause: float = 0.0
    """Seconds in which nothing new is made where a window moves on, were it alone."""
    delivered: float = 0.0
    """Seconds of its sound that were given away."""
    _told: float | None = None
    """The position last told, if ever."""
    _told_at: float = 0.0
    _stood_at: float | None = None
    """Since when nobody plays on, and nothing is to be made."""

    def tell(self, position: float | None) -> None:
        """The listeners are at `position` now, or say no more where they are."""
        self._told, self._told_at = position, self.clock()
        self._stood_at = None

    def stand(self) -> None:
        """The listeners do not play on until they are heard of again."""
        if self._stood_at is None:
            self._stood_at = self.clock()

    @property
    def stands(self) -> bool:
        """Whether nothing is to be made until the listeners are heard of again."""
        return self._stood_at is not None

    @property
    def held(self) -> float:
        """Seconds of sound in the listeners' hands. Between two reports they are taken to play on."""
        if self._told is None:
            return self.delivered
        now = self.clock() if self._stood_at is None else self._stood_at
        return self.delivered - self._told - (now - self._told_at)

    @property
    def left(self) -> float:
        """Seconds of sound that are still to be delivered, as far as one looks ahead."""
        return HORIZON_SECONDS if self.piece.endless else self.piece.seconds - self.delivered

    @property
    def lead(self) -> float:
        """How many seconds to hold until nothing need be made now: as the piece asks, but enough for the next
        window to be begun, and where its sound is made slower than it plays at least what the buffer waits
        for before it begins."""
        begins = self.pause + URGENT_SECONDS if self.pause else 0.0
        return max(self.piece.lead, begins, self.left * (1 / (PRIOR_TRUST * self.speed) - 1))

    @property
    def far_ahead(self) -> bool:
        """Whether nothing need be made now. Never for listeners who do not say where they are and play on."""
        return self._holds(self.lead)

    def rests(self, *, contended: bool = False) -> bool:
        """The same, unless others wait for a slot: then a piece that is nearly made is made to its end."""
        hurries = contended and self.left <= LEAD_SECONDS
        return self._holds(max(LEAD_SECONDS, self.lead)) if hurries else self.far_ahead

    def _holds(self, enough: float) -> bool:
        return self.stands or (self._told is not None and self.held > enough)

    def turn(self, prompt: str, step: int, blend_seconds: float) -> PromptChange:
        """Let `prompt` take over the piece at `step`; the turn, which the piece has from now on."""
        turn = PromptChange(prompt, step, round(blend_seconds * STEP_RATE))
        self.piece = self.piece.steered(turn)
        return turn


def neediest(line: Iterable[StreamState]) -> StreamState:
    """Who holds the least; of equals the first. The line must not be empty."""
    return min(line, key=lambda listening: listening.held)


def fits(newcomer: StreamState, playing: Iterable[StreamState], capacity: float) -> bool:
    """Whether `newcomer` can be served beside `playing` with none of them running dry.

    `capacity` is how many seconds of sound are made in a second, for all together. In the next t seconds
    whoever holds h and lacks l needs min(l, t − h) more, and all must be made by then. What is needed grows
    evenly but where somebody's piece ends, so that is when to look. The first to come always fits.
    """
    together = [newcomer, *playing]
    needs = [(listening.cost, max(0.0, listening.held), listening.left) for listening in together]
    for end in [held + left for _, held, left in needs]:
        if sum(cost * min(left, max(0.0, end - held)) for cost, held, left in needs) > capacity * end:
            return len(together) == 1
    return True


def due(playing: Iterable[StreamState], *, contended: bool = False) -> list[StreamState]:
    """Those for whom to make the next step: the urgent ones alone if there are any. `contended` says whether
    others wait for a slot."""
    wanting = [listening for listening in playing if not listening.rests(contended=contended)]
    urgent = [listening for listening in wanting if listening.held < URGENT_SECONDS]
    return urgent or wanting
