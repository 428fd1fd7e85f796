"""What belongs to a guild that Busker left: noted when it leaves, deleted after a while."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection


def note_present(connection: sqlite3.Connection, present: Collection[int], now: float) -> None:
    """Note which guilds Busker is in. Others that the store knows were left, by now at the latest."""
    guilds = json.dumps([*present])
    connection.execute("DELETE FROM guilds_left WHERE guild_id IN (SELECT value FROM json_each(?))", [guilds])
    for table in _tables_of_guilds(connection):
        connection.execute(
            f"INSERT OR IGNORE INTO guilds_left SELECT DISTINCT guild_id, ? FROM {table} "
            "WHERE guild_id NOT IN (SELECT value FROM json_each(?))",
            [now, guilds],
        )


def note_left(connection: sqlite3.Connection, guild_id: int, now: float) -> None:
    """Note that Busker has just left a guild."""
    connection.execute("INSERT OR IGNORE INTO guilds_left VALUES (?, ?)", [guild_id, now])


def purge_left(connection: sqlite3.Connection, before: float) -> tuple[list[int], list[str]]:
    """Delete everything of the guilds that were left before this time [s since the epoch].

    Return their ids, and the names of the files of their tracks.
    """
    query = "SELECT guild_id FROM guilds_left WHERE left_at <= ?"
    guilds = [row["guild_id"] for row in connection.execute(query, [before])]
    chosen = "WHERE guild_id IN (SELECT value FROM json_each(?))"
    files = connection.execute(
        f"SELECT file FROM tracks {chosen} AND file IS NOT NULL", [json.dumps(guilds)]
    ).fetchall()
    for table in (*_tables_of_guilds(connection), "guilds_left"):
        connection.execute(f"DELETE FROM {table} {chosen}", [json.dumps(guilds)])
    return guilds, [row["file"] for row in files]


def _tables_of_guilds(connection: sqlite3.Connection) -> list[str]:
    """Return the tables with what belongs to guilds, whatever later migrations add."""
    query = (
        "SELECT name FROM sqlite_schema AS tables WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
        "AND EXISTS (SELECT 1 FROM pragma_table_info(tables.name) AS columns WHERE columns.name = 'guild_id')"
    )
    return [row["name"] for row in connection.execute(query) if row["name"] != "guilds_left"]
