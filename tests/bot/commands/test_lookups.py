from __future__ import annotations

import asyncio

import pytest

from bot.commands.lookups import Lookups


class Library:
    """Counts what is looked up, one lookup at a time."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.seen: list[str] = []
        self.at_once = 0

    async def find(self, typed: str) -> list[str]:
        self.at_once += 1
        assert self.at_once == 1
        await self.opened.wait()
        self.seen.append(typed)
        self.at_once -= 1
        if typed == "broken":
            raise ValueError(typed)
        return [typed]


async def test_only_what_a_member_typed_last_is_looked_up() -> None:
    lookups, library = Lookups(), Library()

    def typed(member: int, text: str) -> asyncio.Task[list[str]]:
        return asyncio.create_task(lookups.latest(member, lambda: library.find(text)))

    asked = [typed(1, "d"), typed(1, "dr"), typed(2, "b"), typed(1, "dru"), typed(2, "be"), typed(1, "drum")]
    await asyncio.sleep(0)
    library.opened.set()
    assert await asyncio.gather(*asked) == [["d"], [], [], [], ["be"], ["drum"]]  # "d" had begun
    assert library.seen == ["d", "be", "drum"]
    assert not lookups._latest


async def test_a_lookup_that_has_begun_is_finished_and_failures_and_cancellations_leave_nothing() -> None:
    lookups, library = Lookups(), Library()
    begun = asyncio.create_task(lookups.latest(1, lambda: library.find("d")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert library.at_once == 1
    waiting = asyncio.create_task(lookups.latest(2, lambda: library.find("x")))
    await asyncio.sleep(0)
    waiting.cancel()
    later = asyncio.create_task(lookups.latest(1, lambda: library.find("broken")))
    await asyncio.sleep(0)
    library.opened.set()
    assert await begun == ["d"]
    with pytest.raises(ValueError, match="broken"):
        await later
    assert await lookups.latest(1, lambda: library.find("dr")) == ["dr"]
    assert library.seen == ["d", "broken", "dr"]
    assert not lookups._latest
