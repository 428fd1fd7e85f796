"""Messages of Busker's that are to be deleted at Discord, because their track is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from bot.store.records import PostedMessage


def note_card(connection: sqlite3.Connection, card: PostedMessage, shown: Mapping[int, int | None]) -> None:
    """Note what a card shows now: members' ids, each with the id of a track of theirs, or None."""
    connection.execute("DELETE FROM cards WHERE message_id = ?", [card.message_id])
    connection.executemany(
        "INSERT INTO cards (message_id, member_id, guild_id, channel_id, track_id) VALUES (?, ?, ?, ?, ?)",
        [
            (card.message_id, member_id, card.guild_id, card.channel_id, track_id)
            for member_id, track_id in shown.items()
        ],
    )


def forget_tracks(
    connection: sqlite3.Connection,
    *,
    track_id: int | None = None,
    member_id: int | None = None,
    spared: Collection[int] = (),
) -> tuple[list[str], list[PostedMessage]]:
    """Delete one track, or all of a member, and note that their messages and cards are to be deleted.

    `spared` are cards that are not finished yet. Return the names of the files, and those messages.
    """
    tracks, cards, value = (
        ("id", "track_id", track_id) if member_id is None else (*["member_id"] * 2, member_id)
    )
    files = connection.execute(f"SELECT file FROM tracks WHERE {tracks} = ? AND file IS NOT NULL", [value])
    names = [row["file"] for row in files]
    found = connection.execute(
        "SELECT message_id, channel_id, guild_id FROM tracks "
        f"WHERE {tracks} = :value AND message_id IS NOT NULL UNION "
        f"SELECT message_id, channel_id, guild_id FROM cards WHERE {cards} = :value "
        "AND message_id NOT IN (SELECT value FROM json_each(:spared)) ORDER BY message_id DESC",
        {"value": value, "spared": json.dumps([*spared])},
    ).fetchall()
    messages = [PostedMessage(row["guild_id"], row["channel_id"], row["message_id"]) for row in found]
    for message in messages:
        connection.execute(
            "INSERT OR IGNORE INTO erasures (message_id, channel_id, guild_id) VALUES (?, ?, ?)",
            [message.message_id, message.channel_id, message.guild_id],
        )
        connection.execute("DELETE FROM cards WHERE message_id = ?", [message.message_id])
    connection.execute(f"DELETE FROM tracks WHERE {tracks} = ?", [value])
    return names, messages


def pending(connection: sqlite3.Connection) -> list[PostedMessage]:
    """Return all messages that are to be deleted, newest first."""
    rows = connection.execute("SELECT * FROM erasures ORDER BY message_id DESC")
    return [PostedMessage(row["guild_id"], row["channel_id"], row["message_id"]) for row in rows]
