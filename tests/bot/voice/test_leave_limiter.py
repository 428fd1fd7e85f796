"""The spacing of leaves, on a virtual clock."""

from __future__ import annotations

import asyncio

from bot.voice.leave_limiter import LeaveLimiter
from tests.virtual import run_virtually

DISCORD_PY_A_MINUTE = 110


def test_a_single_leave_does_not_wait() -> None:
    async def leave_twice() -> None:
        limiter = LeaveLimiter()
        assert limiter.reserve() == 0.0
        await asyncio.sleep(60)
        assert limiter.reserve() == 0.0

    run_virtually(leave_twice())


def test_a_hundred_leaves_at_once_leave_half_of_each_minute_to_joins() -> None:
    async def leave() -> None:
        limiter = LeaveLimiter()
        times = [limiter.reserve() for _ in range(100)]
        assert times == sorted(times)
        for begin in times:
            within = sum(begin <= time < begin + 60 for time in times)
            assert within <= DISCORD_PY_A_MINUTE / 2
        assert times[-1] < 180, "the last one waits for less than three minutes"

    run_virtually(leave())


def test_after_a_minute_earlier_leaves_cost_no_wait() -> None:
    async def leave() -> None:
        limiter = LeaveLimiter()
        for _ in range(10):
            limiter.reserve()
        assert limiter.reserve() > 0
        await asyncio.sleep(60)
        assert limiter.reserve() == 0.0

    run_virtually(leave())
