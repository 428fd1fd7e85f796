"""What belongs to a server that Busker left is deleted after a while, and nothing else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.client import Busker
from bot.store.guilds_left import _tables_of_guilds
from bot.tracks.retention import DAY_SECONDS
from tests.bot.store.test_repository import TRACK
from tests.loopback_guild import LoopbackGuild, logged_in, loopback_guild, until

ELSEWHERE = 4711
"""A server that this Busker was in once."""


def after(bot: Busker, days: float) -> None:
    """Let the retention think that `days` have passed since now."""
    before = bot.retention._clock
    bot.retention._clock = lambda: before() + days * DAY_SECONDS


async def rows(bot: Busker) -> dict[str, int]:
    """Return how many rows each table has, of any guild."""
    return await bot.store._database.read(
        lambda c: {
            table: c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in (*_tables_of_guilds(c), "guilds_left")
        }
    )


async def made_music(loopback: LoopbackGuild) -> None:
    """Leave a row in every table."""
    piece = loopback.ask(seconds=0.5, seed=7)
    await loopback.play(piece)
    assert loopback.tracks
    guild_id = loopback.guild.id
    await loopback.bot.store.choose(guild_id, lambda chosen: dataclasses.replace(chosen, seconds=12.0))

    def fill(c):  # type: ignore[no-untyped-def]
        c.execute("INSERT INTO usage VALUES (?, 2, '2026-01-31', 1.0)", [guild_id])
        for table in _tables_of_guilds(c):
            if not c.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
                columns = c.execute(f"PRAGMA table_info({table})").fetchall()
                values = {
                    column["name"]: {"TEXT": "[]", "REAL": 1.0}.get(column["type"], 1)
                    for column in columns
                    if column["notnull"] or column["pk"]
                }
                values["guild_id"] = guild_id
                c.execute(
                    f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
                    [*values.values()],
                )

    await loopback.bot.store._database.change(fill)
    assert all(count for table, count in (await rows(loopback.bot)).items() if table != "guilds_left")


async def left(bot: Busker) -> None:
    """Wait until a server is noted as left."""
    while not (await rows(bot))["guilds_left"]:
        pass


async def test_everything_of_a_server_that_was_left_is_deleted_when_it_is_due(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await made_music(loopback)
        await loopback.here.expel(loopback.guild)
        await left(loopback.bot)
        after(loopback.bot, 29.9)
        await loopback.bot.retention.look()
        assert (await rows(loopback.bot))["tracks"] == 1
        assert (tmp_path / "bells-7.flac").exists()
        after(loopback.bot, 0.2)
        await loopback.bot.retention.look()
        assert not any((await rows(loopback.bot)).values())
        assert not list(tmp_path.glob("bells-7.*"))
        assert loopback.bot.store.choices_of(loopback.guild.id).seconds is None


async def test_a_server_that_invites_busker_again_in_time_finds_everything(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await made_music(loopback)
        before = await rows(loopback.bot)
        await loopback.here.expel(loopback.guild)
        await left(loopback.bot)
        loopback.here.invite(loopback.guild)
        await until(lambda: loopback.bot.get_guild(loopback.guild.id) is not None)
        after(loopback.bot, 31)
        await loopback.bot.retention.look()
        assert await rows(loopback.bot) == before


async def test_an_outage_is_no_leaving(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await made_music(loopback)
        before = await rows(loopback.bot)
        loopback.here.begin_outage(loopback.guild)
        await until(lambda: loopback.discord_guild.unavailable)
        await loopback.bot.retention.look()
        after(loopback.bot, 31)
        await loopback.bot.retention.look()
        assert await rows(loopback.bot) == before


async def test_a_server_that_was_left_while_busker_was_not_running_is_found_missing_at_the_start(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await made_music(loopback)
        await loopback.bot.store.add_track(dataclasses.replace(TRACK, guild_id=ELSEWHERE))
        await loopback.bot.close()
        here, settings = loopback.here, loopback.bot.settings
        async with logged_in(here, loopback.bot.engine, settings, loopback.guild) as bot:
            await left(bot)
            after(bot, 31)
            await bot.retention.look()
            assert await bot.store.track(ELSEWHERE, 2) is None
            assert (await rows(bot))["tracks"] == 1, "that of the server where Busker still is"


async def test_a_store_that_fails_is_tried_again_later(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.bot.store._database.read(lambda c: c.execute("PRAGMA query_only = 1").fetchone())
        await loopback.bot.retention.look()
        await loopback.bot.retention.note_left(ELSEWHERE)
        assert "is not deleted yet" in caplog.text
        assert "the next start does" in caplog.text
