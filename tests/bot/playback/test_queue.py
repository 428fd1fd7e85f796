"""The queue's order: people take turns, and what they decide goes before turns."""

from __future__ import annotations

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.piece import Piece
from audio.worker.tone_engine import ToneEngine
from bot.errors import NotWaiting
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance, Request
from bot.playback.queue import Queue

ENGINE = ToneEngine()
asyncio.run(ENGINE.start())


def piece_of(person: str, seed: int = 1) -> Performance:
    asker: Any = SimpleNamespace(id=person)
    anywhere: Any = None
    return Performance(Request(Piece("bells", 1.0, seed), asker, anywhere, anywhere), ENGINE)


def asker(performance: Performance) -> str:
    return str(performance.request.requester.id)


def asked(queue: Queue, people: str) -> list[Performance]:
    """One piece after the other, each asked for by the person of one letter."""
    pieces = [piece_of(person, seed) for seed, person in enumerate(people, 1)]
    for piece in pieces:
        queue.add(piece)
    return pieces


def order(queue: Queue) -> str:
    return "".join(map(asker, queue))


@pytest.mark.parametrize(
    ("people", "played"),
    [
        ("aaa", "aaa"),
        ("aaabbb", "ababab"),
        ("aaabc", "abcaa"),
        ("abab", "abab"),
        ("aabcbcd", "abcdabc"),
    ],
)
def test_people_take_turns_whoever_asked_for_how_many(people: str, played: str) -> None:
    queue = Queue(100)
    asked(queue, people)
    assert order(queue) == played


def test_who_comes_while_somebody_plays_comes_before_that_persons_next_piece() -> None:
    queue = Queue(100)
    first, *_ = asked(queue, "aaaa")
    queue.remove(first)
    asked(queue, "b")
    assert order(queue) == "abaa"


async def test_a_piece_keeps_its_place_while_it_is_composed_and_may_be_overtaken_afterwards() -> None:
    queue = Queue(100)
    _, second, _ = asked(queue, "aaa")
    composing = asyncio.create_task(second.compose())
    await asyncio.sleep(0)
    assert second.composition_state is CompositionState.COMPOSING
    asked(queue, "b")
    assert order(queue) == "aaba"
    await composing
    asked(queue, "c")
    assert order(queue) == "acaba"


def test_a_place_belongs_to_a_person_so_their_next_piece_moves_up() -> None:
    queue = Queue(100)
    pieces = asked(queue, "aaabb")
    assert [piece.piece.seed for piece in queue] == [1, 4, 2, 5, 3]
    queue.remove(pieces[3])
    assert [piece.piece.seed for piece in queue] == [1, 5, 2, 3]


def test_what_was_moved_stays_there_and_later_pieces_come_in_around_it() -> None:
    queue = Queue(100)
    *_, last = asked(queue, "aaab")
    queue.move(last, 99)
    assert order(queue) == "aaab"
    queue.move(last, 2)
    assert order(queue) == "aaba"
    asked(queue, "c")
    assert order(queue) == "acaba"


@pytest.mark.parametrize("place", [0, -1, 2])
def test_a_place_that_nobody_waits_at_is_refused(place: int) -> None:
    queue = Queue(100)
    asked(queue, "ab")
    with pytest.raises(NotWaiting):
        queue.at(place)


HAPPENINGS = st.lists(st.one_of(st.sampled_from("abcd"), st.just("ended"), st.integers(1, 9)), max_size=40)
"""A person asks, the piece that plays ends, or the one at a place is taken off."""


@settings(deadline=None, derandomize=True, max_examples=300)
@given(HAPPENINGS)
def test_nobody_waits_for_two_pieces_of_another_person_while_theirs_waits(
    happenings: list[str | int],
) -> None:
    queue = Queue(100)
    seeds: dict[str, int] = {}
    for happening in happenings:
        if happening == "ended" or isinstance(happening, int):
            place = 0 if happening == "ended" else int(happening)
            if place < len(queue):
                queue.remove(queue[place])
        else:
            seeds[happening] = seeds.get(happening, 0) + 1
            queue.add(piece_of(happening, seeds[happening]))
        before: Counter[str] = Counter()
        for performance in queue:
            person = asker(performance)
            # For somebody's first piece one of each other person, for their second two, and so on.
            turns = before[person] + 1
            assert all(count <= turns for other, count in before.items() if other != person), order(queue)
            before[person] += 1
        for person in "abcd":  # and each person's own pieces play in the order in which they asked
            own = [performance.piece.seed for performance in queue if asker(performance) == person]
            assert own == sorted(own)
