"""The line of members with files: one each, a few a guild, guilds in rotation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from audio.errors import RecordingError
from bot.tracks.intake_line import MAX_FILES, MAX_FILES_PER_GUILD, MAX_WAITING_PER_GUILD, IntakeLine


class Visits:
    """Members who take a turn and stay until they are let go."""

    def __init__(self) -> None:
        self.line = IntakeLine()
        self.inside: list[int] = []
        """Members, in the order of their turns."""
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._leave: dict[int, asyncio.Event] = {}

    async def come(self, guild: int, *members: int) -> None:
        for member in members:
            self._leave[member] = asyncio.Event()
            self._tasks[member] = asyncio.create_task(self._visit(guild, member))
        await self._settle()

    async def go(self, *members: int) -> None:
        for member in members:
            self._leave[member].set()
        await self._settle()

    async def give_up(self, member: int) -> None:
        self._tasks[member].cancel()
        await self._settle()

    async def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _visit(self, guild: int, member: int) -> None:
        async with self.line.turn(guild, member):
            self.inside.append(member)
            await self._leave[member].wait()

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@asynccontextmanager
async def visits() -> AsyncIterator[Visits]:
    made = Visits()
    try:
        yield made
    finally:
        await made.end()


async def test_a_guild_has_a_few_turns_at_once_and_others_do_not_wait_for_it() -> None:
    async with visits() as visit:
        await visit.come(1, 11, 12, 13, 14)
        assert visit.inside == [11, 12]
        await visit.come(2, 21)
        assert visit.inside == [11, 12, 21]
        await visit.go(12)
        assert visit.inside == [11, 12, 21, 13]
    assert MAX_FILES_PER_GUILD == 2


async def test_guilds_take_turns() -> None:
    async with visits() as visit:
        await visit.come(1, 11, 12)
        await visit.come(2, 21, 22)
        assert len(visit.inside) == MAX_FILES == 4
        await visit.come(1, 13, 14, 15)
        await visit.come(3, 31)
        await visit.go(11)
        await visit.go(12)
        await visit.go(21, 22)
        assert visit.inside[4:] == [13, 31, 14]
        await visit.go(13)
        assert visit.inside[7:] == [15]


async def test_a_member_has_one_file_in_line_anywhere() -> None:
    async with visits() as visit:
        await visit.come(1, 11)
        for guild in (1, 2):
            with pytest.raises(RecordingError, match="another file of yours"):
                async with visit.line.turn(guild, 11):
                    pass
        await visit.go(11)
        async with visit.line.turn(2, 11):
            pass


async def test_the_line_of_a_guild_is_short_and_refuses_in_a_sentence() -> None:
    async with visits() as visit:
        await visit.come(1, *range(100, 102 + MAX_WAITING_PER_GUILD))
        with pytest.raises(RecordingError, match=r"^Too many files from this server"):
            async with visit.line.turn(1, 999):
                pass
        async with visit.line.turn(2, 999):
            pass


async def test_who_gives_up_leaves_no_hole() -> None:
    async with visits() as visit:
        await visit.come(1, 11, 12, 13, 14)
        await visit.give_up(13)
        await visit.give_up(11)
        assert visit.inside == [11, 12, 14]
        await visit.come(1, 13)
        await visit.go(12)
        assert visit.inside == [11, 12, 14, 13]


async def test_a_turn_that_comes_in_the_moment_of_giving_up_passes_on() -> None:
    async with visits() as visit:
        await visit.come(1, 11, 12, 13, 14)
        visit._leave[11].set()
        for _ in range(2):  # 13 has been given the turn and has not run yet
            await asyncio.sleep(0)
        await visit.give_up(13)
        assert 14 in visit.inside
