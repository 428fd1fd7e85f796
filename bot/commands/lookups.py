"""Lookups: suggestions for members who type. Only what somebody has typed last is looked up."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import TypeVar

Found = TypeVar("Found")


class Lookups:
    """Looks up suggestions one after the other, so that those that are outdated by then cost nothing.

    Discord asks at almost each keystroke and shows the answer to the last one alone. Made once by the client;
    used on the event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._numbers = itertools.count()
        self._latest: dict[int, int] = {}

    async def latest(self, member_id: int, look_up: Callable[[], Awaitable[list[Found]]]) -> list[Found]:
        """Return what `look_up` finds, in turn; nothing if the member has typed on meanwhile."""
        number = self._latest[member_id] = next(self._numbers)
        try:
            async with self._turn:
                return await look_up() if self._latest[member_id] == number else []
        finally:
            if self._latest.get(member_id) == number:
                del self._latest[member_id]
