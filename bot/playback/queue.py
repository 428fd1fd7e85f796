"""A Queue: the pieces that a guild has requested, in the order in which they are played and composed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from bot.errors import NothingPlaying, NotWaiting, QueueFull
from bot.playback.composition import UNCOMPOSED, CompositionState
from bot.playback.performance import Performance
from words.text import Text

MAX_COMPOSED: Final = 2
"""Pieces at the head that may be composed: what plays and what follows it. A guild that composed farther
ahead would keep the engine from others."""


class Queue:
    """The pieces of a guild; at the head the one that plays or is about to.

    People take turns (round-robin): a member's first piece waits for at most one piece of each other member,
    their second for at most two. A place belongs to a member: when one of their pieces is removed, their
    later ones move up. A piece that is being composed keeps its place, or the work would be wasted; one that
    is composed already may be overtaken.

    A radio is always last: it plays while nothing else is wanted.

    A piece that has left the queue unplayed because the voice connection was lost is still composed. Owned by
    the guild's Session.
    """

    def __init__(self, max_pieces: int) -> None:
        self._max_pieces = max_pieces
        self._order: list[Performance] = []
        self._uncomposed: list[Performance] = []
        """Pieces with sound still to be composed, including those that have left the queue."""

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Performance]:
        return iter(self._order)

    def __getitem__(self, place: int) -> Performance:
        return self._order[place]

    @property
    def wanted(self) -> list[Performance]:
        """All pieces but those that were dismissed just now."""
        return [performance for performance in self._order if not performance.dismissed]

    @property
    def now(self) -> Performance:
        """The piece that plays or is about to. Raises NothingPlaying."""
        if not self.wanted:
            raise NothingPlaying(Text("playback-nothing"))
        return self.wanted[0]

    @property
    def waiting(self) -> list[Performance]:
        """All but the head."""
        return self._order[1:]

    def at(self, place: int) -> Performance:
        """Return the waiting piece at a place, from 1 on. Raises NotWaiting."""
        if not 1 <= place < len(self._order):
            raise NotWaiting(Text("queue-not-waiting"))
        return self._order[place]

    def require_room(self) -> None:
        """Raise QueueFull if no more piece may wait."""
        waiting = len(self.wanted)
        if waiting >= self._max_pieces:
            raise QueueFull(Text("queue-full", waiting=waiting))

    def add(self, performance: Performance) -> None:
        """Insert a piece at its requester's next turn."""
        self._order.insert(self._insertion_index(_requester_id(performance)), performance)
        self._uncomposed.append(performance)
        self._put_radio_last()

    def restore(self, performance: Performance) -> None:
        """Append a piece from before a restart. One that has ended is only composed."""
        if not performance.ended:
            self._order.append(performance)
        self._uncomposed.append(performance)

    def move(self, performance: Performance, place: int) -> None:
        """Put a waiting piece at `place`, from 1 on, or at the end.

        This overrides turns; pieces that are added later take their turns around it.
        """
        self._order.remove(performance)
        self._order.insert(min(max(self._fixed, place), len(self._order)), performance)
        self._put_radio_last()

    def remove(self, performance: Performance) -> None:
        """End a piece and take it off the queue; later pieces of its requester each move up by one."""
        if performance in self._order:
            removed = self._order.index(performance)
            requester_id = _requester_id(performance)
            places = [
                place
                for place, other in enumerate(self._order)
                if place == removed or (0 < removed < place and _requester_id(other) == requester_id)
                if place == removed or not other.piece.endless
            ]
            for place, later in itertools.pairwise(places):
                self._order[place] = self._order[later]
            del self._order[places[-1]]
        performance.leave_queue()

    @property
    def _fixed(self) -> int:
        """Number of pieces at the head that keep their places, because they play or are next."""
        return 1 + any(other.is_next for other in self._order[1:2])

    def _put_radio_last(self) -> None:
        fixed = self._fixed
        self._order[fixed:] = sorted(self._order[fixed:], key=lambda each: each.piece.endless)

    def _insertion_index(self, requester_id: int) -> int:
        """Return the place after the member's own pieces and one piece of each other member (round-robin).

        It is also after what plays or is being composed.
        """
        busy = (
            place
            for place, each in enumerate(self._order)
            if each.composition_state is CompositionState.COMPOSING or each.is_next
        )
        own = (place for place, each in enumerate(self._order) if _requester_id(each) == requester_id)
        first_free, begin = 1 + max([0, *busy]), 1 + max([-1, *own])
        had_turn: set[int] = set()
        for place in range(begin, len(self._order)):
            if place >= first_free and _requester_id(self._order[place]) in had_turn:
                return place
            had_turn.add(_requester_id(self._order[place]))
        return len(self._order)

    def next_to_compose(self) -> Performance | None:
        """Return the piece to compose now. One that has left the queue unplayed comes first."""
        self._uncomposed = [each for each in self._uncomposed if each.composition_state in UNCOMPOSED]
        unplayed = (performance for performance in self._uncomposed if performance.ended)
        due = itertools.chain(unplayed, self._order[:MAX_COMPOSED])
        return next((each for each in due if each.composition_state is CompositionState.WAITING), None)

    def seconds_until(self, performance: Performance) -> float:
        """Return the playing time left before `performance` [s], if nothing is paused."""
        before = itertools.takewhile(lambda other: other is not performance, self.wanted)
        return sum(max(0.0, other.piece.seconds - other.buffer.seconds_played) for other in before)


def _requester_id(performance: Performance) -> int:
    return performance.request.requester.id
