"""A Queue: what a guild has asked for, in the order in which it is played and composed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from bot.errors import NothingPlaying, QueueFull
from bot.performance import Making, Performance

COMPOSED_AT_ONCE: Final = 2
"""What plays and what follows it: at most one piece is composed ahead, so that no guild hoards the engine."""


class Queue:
    """The pieces of a guild, the one that plays, or is about to, at the head.

    A piece that has left it unheard, since the voice was lost, is still composed: a lost voice loses no
    piece. Owned by the guild's Session.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._order: list[Performance] = []
        self._unmade: list[Performance] = []
        """What is still to be composed, heard or not."""

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Performance]:
        return iter(self._order)

    def __getitem__(self, place: int) -> Performance:
        return self._order[place]

    @property
    def wanted(self) -> list[Performance]:
        """Without what somebody has just ended."""
        return [performance for performance in self._order if not performance.dismissed]

    @property
    def now(self) -> Performance:
        """The piece that plays or is about to. Raises NothingPlaying."""
        if not self.wanted:
            raise NothingPlaying("Nothing is playing; /compose starts something.")
        return self.wanted[0]

    @property
    def waiting(self) -> list[Performance]:
        """All but the head."""
        return self._order[1:]

    def require_room(self) -> None:
        """Raise QueueFull unless one more piece may wait."""
        waiting = len(self.wanted)
        if waiting >= self._longest:
            raise QueueFull(f"{waiting} pieces wait already; ask again when one has played.")

    def add(self, performance: Performance) -> None:
        """Put a piece at the end."""
        self._order.append(performance)
        self._unmade.append(performance)

    def take_off(self, performance: Performance) -> None:
        """It will not be played any more."""
        if performance in self._order:
            self._order.remove(performance)
        performance.leave_queue()

    def to_compose(self) -> Performance | None:
        """What is to be composed now: what nobody will hear need not wait for its turn."""
        self._unmade = [each for each in self._unmade if each.making in (Making.WAITING, Making.COMPOSING)]
        unheard = (performance for performance in self._unmade if performance.over)
        due = itertools.chain(unheard, self._order[:COMPOSED_AT_ONCE])
        return next((performance for performance in due if performance.making is Making.WAITING), None)

    def seconds_until(self, performance: Performance) -> float:
        """How long the others play before it is the turn of `performance`, if none of them is paused."""
        before = itertools.takewhile(lambda other: other is not performance, self.wanted)
        return sum(max(0.0, other.piece.seconds - other.buffer.seconds_played) for other in before)
