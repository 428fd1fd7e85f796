"""The clock of a Discord on loopback; tests replace it, so that no deadline needs waiting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """The time of a rehearsal. All figures are seconds; `now` counts from the Unix epoch."""

    def now(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The time of this machine."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that only `advance` moves. Owned by one event loop.

    `has_sleeper` is set at the first sleep: from then on `advance` has an effect.
    """

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.has_sleeper = asyncio.Event()

    def now(self) -> float:
        return self._now

    async def sleep(self, seconds: float) -> None:
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, waker))
        self.has_sleeper.set()
        await waker

    def advance(self, seconds: float) -> None:
        """Advance the clock and wake all sleepers that are due."""
        self._now += seconds
        due = [waker for at, waker in self._sleepers if at <= self._now]
        self._sleepers = [(at, waker) for at, waker in self._sleepers if at > self._now]
        for waker in due:
            if not waker.done():
                waker.set_result(None)


class Bell:
    """Rings at every change of the world and wakes all waiters. Owned by one event loop."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def next(self) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiter)
        try:
            await waiter
        finally:
            self._waiting.discard(waiter)

    async def until(self, condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait until `condition` holds. Raises TimeoutError after `seconds` of real time."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self.next()
