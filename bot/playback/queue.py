"""A Queue: what a guild has asked for, in the order in which it is played and composed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Final

from bot.errors import NothingPlaying, NotWaiting, QueueFull
from bot.playback.composition import UNCOMPOSED, CompositionState
from bot.playback.performance import Performance
from words.text import Text

COMPOSED_AT_ONCE: Final = 2
"""What plays and what follows it: at most one piece is composed ahead, so that no guild hoards the engine."""


class Queue:
    """The pieces of a guild, the one that plays, or is about to, at the head.

    It is fair between people, who take turns: whoever asks first waits for no more than one piece of each
    other person, and for their next one for no more than two. A place belongs to a person, so with one of
    their pieces gone the next one of theirs moves up. What is being composed keeps its place, or the work
    would be wasted or the channel silent; what is composed to its end may be overtaken, since it just waits.

    A radio is always last: it plays while nothing else is wanted.

    A piece that has left the queue unheard, since the voice was lost, is still composed: a lost voice loses
    no piece. Owned by the guild's Session.
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
            raise NothingPlaying(Text("playback-nothing"))
        return self.wanted[0]

    @property
    def waiting(self) -> list[Performance]:
        """All but the head."""
        return self._order[1:]

    def at(self, place: int) -> Performance:
        """What waits at a place, from 1 on. Raises NotWaiting."""
        if not 1 <= place < len(self._order):
            raise NotWaiting(Text("queue-not-waiting"))
        return self._order[place]

    def require_room(self) -> None:
        """Raise QueueFull unless one more piece may wait."""
        waiting = len(self.wanted)
        if waiting >= self._longest:
            raise QueueFull(Text("queue-full", waiting=waiting))

    def add(self, performance: Performance) -> None:
        """Put a piece where the turn of who asked comes next, behind all that they asked for before."""
        self._order.insert(self._turn_of(_person(performance)), performance)
        self._unmade.append(performance)
        self._put_radio_last()

    def restore(self, performance: Performance) -> None:
        """Put a piece of before a restart at the end, or where nobody will hear it if it is over."""
        if not performance.ended:
            self._order.append(performance)
        self._unmade.append(performance)

    def move(self, performance: Performance, place: int) -> None:
        """Put a waiting piece at `place`, from 1 on, or at the end.

        What people decide goes before turns; what is asked for later comes in around it.
        """
        self._order.remove(performance)
        self._order.insert(min(max(self._begun, place), len(self._order)), performance)
        self._put_radio_last()

    def take_off(self, performance: Performance) -> None:
        """It will not be played any more. The person's later pieces move up, each to the place before."""
        if performance in self._order:
            gone = self._order.index(performance)
            places = [
                place
                for place, other in enumerate(self._order)
                if place == gone or (0 < gone < place and _person(other) == _person(performance))
                if place == gone or not other.piece.endless
            ]
            for place, later in itertools.pairwise(places):
                self._order[place] = self._order[later]
            del self._order[places[-1]]
        performance.leave_queue()

    @property
    def _begun(self) -> int:
        """How many of the first are heard, or about to be, and keep their places."""
        return 1 + any(other.is_next for other in self._order[1:2])

    def _put_radio_last(self) -> None:
        begun = self._begun
        self._order[begun:] = sorted(self._order[begun:], key=lambda each: each.piece.endless)

    def _turn_of(self, person: int) -> int:
        """The first place behind what `person` asked for already where nobody's turn is skipped: behind one
        piece of everybody else. What plays, and what is being composed, keeps its place."""
        busy = (
            place
            for place, each in enumerate(self._order)
            if each.composition_state is CompositionState.COMPOSING or each.is_next
        )
        own = (place for place, each in enumerate(self._order) if _person(each) == person)
        first_free, begin = 1 + max([0, *busy]), 1 + max([-1, *own])
        had_theirs: set[int] = set()
        for place in range(begin, len(self._order)):
            if place >= first_free and _person(self._order[place]) in had_theirs:
                return place
            had_theirs.add(_person(self._order[place]))
        return len(self._order)

    def to_compose(self) -> Performance | None:
        """What is to be composed now: what nobody will hear need not wait for its turn."""
        self._unmade = [each for each in self._unmade if each.composition_state in UNCOMPOSED]
        unheard = (performance for performance in self._unmade if performance.ended)
        due = itertools.chain(unheard, self._order[:COMPOSED_AT_ONCE])
        return next(
            (performance for performance in due if performance.composition_state is CompositionState.WAITING),
            None,
        )

    def seconds_until(self, performance: Performance) -> float:
        """How long the others play before it is the turn of `performance`, if none of them is paused."""
        before = itertools.takewhile(lambda other: other is not performance, self.wanted)
        return sum(max(0.0, other.piece.seconds - other.buffer.seconds_played) for other in before)


def _person(performance: Performance) -> int:
    return performance.request.requester.id
