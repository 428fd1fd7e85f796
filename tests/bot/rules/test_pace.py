"""The pace of people, on a clock of the test's."""

from __future__ import annotations

import pytest

from bot.errors import TooFast
from bot.rules import pace
from bot.rules.pace import Pace


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def sent(limits: Pace, person: int, times: int) -> int:
    """Return how many of a person's commands are allowed."""
    allowed = 0
    for _ in range(times):
        try:
            limits.require(person)
        except TooFast:
            continue
        allowed += 1
    return allowed


def test_a_burst_is_allowed_and_then_the_even_rate() -> None:
    limits = Pace(60, clock := Clock())
    assert sent(limits, 1, 200) == 20
    clock.now += 5
    assert sent(limits, 1, 200) == 5
    clock.now += 3600
    assert sent(limits, 1, 200) == 20


def test_two_hundred_a_minute_become_the_burst_and_sixty() -> None:
    limits, allowed = Pace(60, clock := Clock()), 0
    for _ in range(200):
        allowed += sent(limits, 1, 1)
        clock.now += 60 / 200
    assert allowed == 79
    assert sent(limits, 2, 5) == 5, "another person was slowed down"


def test_the_sentence_says_when_to_go_on() -> None:
    limits = Pace(6, Clock())
    assert sent(limits, 1, 2) == 2
    with pytest.raises(TooFast, match=r"You're sending commands too fast. Try again in 10 s."):
        limits.require(1)


def test_no_limit_counts_nobody() -> None:
    assert sent(Pace(0), 1, 10_000) == 10_000


def test_people_who_have_rested_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "MAX_PEOPLE", 100)
    limits = Pace(60, clock := Clock())
    for person in range(100):
        sent(limits, person, 20)
    clock.now += 20
    sent(limits, 100, 20)
    assert len(limits._allowances) == 1
    assert sent(limits, 100, 1) == 0
