"""The queue's order: people take turns, and moves override turns."""

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
    member: Any = SimpleNamespace(id=person)
    anywhere: Any = None
    return Performance(Request(Piece("bells", 1.0, seed), member, anywhere, anywhere), ENGINE)


def requester(performance: Performance) -> str:
    return str(performance.request.requester.id)


def add(queue: Queue, people: str) -> list[Performance]:
    """Add a piece per letter, each letter being its requester."""
    pieces = [piece_of(person, seed) for seed, person in enumerate(people, 1)]
    for piece in pieces:
        queue.add(piece)
    return pieces


def order(queue: Queue) -> str:
    return "".join(map(requester, queue))


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
def test_people_take_turns_however_many_pieces_each_requests(people: str, played: str) -> None:
    queue = Queue(100)
    add(queue, people)
    assert order(queue) == played


def test_a_new_person_comes_before_the_next_piece_of_the_one_who_plays() -> None:
    queue = Queue(100)
    first, *_ = add(queue, "aaaa")
    queue.remove(first)
    add(queue, "b")
    assert order(queue) == "abaa"


async def test_a_piece_keeps_its_place_while_it_is_composed_and_may_be_overtaken_afterwards() -> None:
    queue = Queue(100)
    _, second, _ = add(queue, "aaa")
    composing = asyncio.create_task(second.compose())
    await asyncio.sleep(0)
    assert second.composition_state is CompositionState.COMPOSING
    add(queue, "b")
    assert order(queue) == "aaba"
    await composing
    add(queue, "c")
    assert order(queue) == "acaba"


def test_when_a_piece_is_removed_its_requesters_next_piece_moves_up() -> None:
    queue = Queue(100)
    pieces = add(queue, "aaabb")
    assert [piece.piece.seed for piece in queue] == [1, 4, 2, 5, 3]
    queue.remove(pieces[3])
    assert [piece.piece.seed for piece in queue] == [1, 5, 2, 3]


def test_a_moved_piece_stays_in_place_and_later_pieces_are_inserted_around_it() -> None:
    queue = Queue(100)
    *_, last = add(queue, "aaab")
    queue.move(last, 99)
    assert order(queue) == "aaab"
    queue.move(last, 2)
    assert order(queue) == "aaba"
    add(queue, "c")
    assert order(queue) == "acaba"


@pytest.mark.parametrize("place", [0, -1, 2])
def test_a_place_without_a_waiting_piece_is_refused(place: int) -> None:
    queue = Queue(100)
    add(queue, "ab")
    with pytest.raises(NotWaiting):
        queue.at(place)


EVENTS = st.lists(st.one_of(st.sampled_from("abcd"), st.just("ended"), st.integers(1, 9)), max_size=40)
"""A person requests a piece, the piece that plays ends, or the one at a place is removed."""


@settings(deadline=None, derandomize=True, max_examples=300)
@given(EVENTS)
def test_people_take_turns_under_any_sequence_of_requests_and_removals(
    events: list[str | int],
) -> None:
    queue = Queue(100)
    seeds: dict[str, int] = {}
    for event in events:
        if event == "ended" or isinstance(event, int):
            place = 0 if event == "ended" else int(event)
            if place < len(queue):
                queue.remove(queue[place])
        else:
            seeds[event] = seeds.get(event, 0) + 1
            queue.add(piece_of(event, seeds[event]))
        before: Counter[str] = Counter()
        for performance in queue:
            person = requester(performance)
            # For somebody's first piece one of each other person, for their second two, and so on.
            turns = before[person] + 1
            assert all(count <= turns for other, count in before.items() if other != person), order(queue)
            before[person] += 1
        for person in "abcd":  # and each person's own pieces play in the order of their requests
            own = [performance.piece.seed for performance in queue if requester(performance) == person]
            assert own == sorted(own)
