"""Turns to leave, by the clock of the event loop."""

from __future__ import annotations

import asyncio

from bot.voice.leave_limiter import Departures
from tests.virtual import run_virtually

DISCORD_PY_A_MINUTE = 110


def test_who_leaves_alone_leaves_at_once() -> None:
    async def leave_twice() -> None:
        departures = Departures()
        assert departures.wait() == 0.0
        await asyncio.sleep(60)
        assert departures.wait() == 0.0

    run_virtually(leave_twice())


def test_when_a_hundred_leave_together_half_of_each_minute_is_left_to_those_who_come() -> None:
    async def leave() -> None:
        departures = Departures()
        turns = [departures.wait() for _ in range(100)]
        assert turns == sorted(turns)
        for begin in turns:
            within = sum(begin <= turn < begin + 60 for turn in turns)
            assert within <= DISCORD_PY_A_MINUTE / 2
        assert turns[-1] < 180, "none waits for ever"

    run_virtually(leave())


def test_a_minute_later_nobody_waits_for_those_who_left_before() -> None:
    async def leave() -> None:
        departures = Departures()
        for _ in range(10):
            departures.wait()
        assert departures.wait() > 0
        await asyncio.sleep(60)
        assert departures.wait() == 0.0

    run_virtually(leave())
