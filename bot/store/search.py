"""Search: tracks by the words of their prompts, newest first, with SQLite's FTS5 where there is one.

The newest tracks of a guild are compared one by one: that is fast, and what is frequent is found among them.
What is rarer is found through an index of all sequences of three characters (FTS5, "trigram"), so that a word
matches anywhere in a prompt, also in Japanese, which has no spaces. Whatever the index proposes is compared,
too: with or without it the results are the same.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from bot.store.records import Visibility

NEWEST: Final = 1000
"""Tracks of a guild that are compared one by one; this takes about 1 ms."""

MAX_OLDER: Final = 500
"""Older tracks that suggestions of prompts consider."""

MAX_TYPED_CHARS: Final = 300
MAX_WORDS: Final = 10
"""Different words of a search that are looked for; the others are ignored."""

GRAM: Final = 3
"""Characters of an entry of the index; shorter words are not in it."""

_CHANNELS: Final = """
    WITH RECURSIVE channels (id) AS (
        SELECT min(channel_id) FROM tracks WHERE guild_id = :guild
        UNION ALL
        SELECT (SELECT min(channel_id) FROM tracks WHERE guild_id = :guild AND channel_id > channels.id)
        FROM channels WHERE channels.id IS NOT NULL
    )
    SELECT
        id,
        (SELECT max(parent_id) FROM tracks WHERE guild_id = :guild AND channel_id = channels.id) AS parent
    FROM channels WHERE id IS NOT NULL
"""
"""One look into the index for each channel; SELECT DISTINCT would read the entry of every track."""

_TRIGGERS: Final = {
    "tracks_words_added": "AFTER INSERT ON tracks BEGIN "
    "INSERT INTO tracks_words (rowid, words) VALUES (new.id, new.words); END",
    "tracks_words_deleted": "AFTER DELETE ON tracks BEGIN "
    "INSERT INTO tracks_words (tracks_words, rowid, words) VALUES ('delete', old.id, old.words); END",
    "tracks_words_changed": "AFTER UPDATE OF words ON tracks BEGIN "
    "INSERT INTO tracks_words (tracks_words, rowid, words) VALUES ('delete', old.id, old.words); "
    "INSERT INTO tracks_words (rowid, words) VALUES (new.id, new.words); END",
}
"""They keep the index in step with the tracks."""


def fold(text: str) -> str:
    """Return text in the form that is searched: without case, accents and variants of width."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    # Only these marks: those of kana (U+3099) and of Indic scripts make other letters.
    bare = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", bare).casefold()


def words_of(typed: str) -> list[str]:
    """Return the different words of a search, folded."""
    text = typed[:MAX_TYPED_CHARS].replace("\0", " ")  # which would end the text of a query
    return list(dict.fromkeys(fold(text).split()))[:MAX_WORDS]


def prepare_index(connection: sqlite3.Connection) -> None:
    """Create the index, or fill it again if tracks changed without it. Runs in a transaction.

    A build of SQLite without FTS5 could not even change tracks while the triggers are there: they go.
    """
    if not has_index(connection):
        for name in _TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    query = "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name IN (?, ?, ?)"
    if connection.execute(query, [*_TRIGGERS]).fetchone()[0] == len(_TRIGGERS):
        return
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS tracks_words USING fts5 "
        "(words, content = 'tracks', content_rowid = 'id', tokenize = 'trigram case_sensitive 1')"
    )
    connection.execute("INSERT INTO tracks_words (tracks_words) VALUES ('rebuild')")
    for name, body in _TRIGGERS.items():
        connection.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")


def has_index(connection: sqlite3.Connection) -> bool:
    """True if this build of SQLite has FTS5 with trigrams (3.34 or newer)."""
    try:
        connection.execute("CREATE VIRTUAL TABLE temp.probe USING fts5 (words, tokenize = 'trigram')")
    except sqlite3.OperationalError:
        return False
    connection.execute("DROP TABLE temp.probe")
    return True


def find(
    connection: sqlite3.Connection,
    guild_id: int,
    words: Sequence[str],
    visibility: Visibility,
    *,
    indexed: bool,
    member_id: int | None = None,
    before: int | None = None,
    exhaustive: bool = True,
) -> Iterator[sqlite3.Row]:
    """Yield visible tracks of a guild with all `words` in their prompt, newest first.

    `member_id` selects one requester; `before` is the id of a track that all results are older than. Unless
    `exhaustive`, words that the index does not have are looked for among the NEWEST tracks alone.
    """
    # One parameter for all channels: SQLite limits the number of parameters.
    conditions = ["(member_id = ? OR channel_id IN (SELECT value FROM json_each(?)))"]
    values: list[object] = [visibility.member_id, json.dumps([*visibility.channels])]
    conditions += ["instr(tracks.words, ?) > 0"] * len(words)
    values += words
    if member_id is not None:
        conditions, values = [*conditions, "member_id = ?"], [*values, member_id]
    matching = " AND ".join(conditions)
    newest = "SELECT id FROM tracks WHERE guild_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
    end = before if before is not None else 2**62
    count, oldest = connection.execute(
        f"SELECT count(*), min(id) FROM ({newest})", [guild_id, end, NEWEST]
    ).fetchone()
    if count:
        yield from connection.execute(
            f"SELECT * FROM tracks WHERE guild_id = ? AND id < ? AND id >= ? AND {matching} ORDER BY id DESC",
            [guild_id, end, oldest, *values],
        )
    if count < NEWEST:
        return
    in_index = [word for word in words if len(word) >= GRAM] if indexed else []
    if in_index:
        yield from connection.execute(
            "SELECT tracks.* FROM tracks_words CROSS JOIN tracks ON tracks.id = tracks_words.rowid "
            f"WHERE tracks_words MATCH ? AND tracks_words.rowid < ? AND guild_id = ? AND {matching} "
            "ORDER BY tracks_words.rowid DESC",
            [_expression(in_index), oldest, guild_id, *values],
        )
    elif exhaustive or not words:
        yield from connection.execute(
            f"SELECT * FROM tracks WHERE guild_id = ? AND id < ? AND {matching} ORDER BY id DESC",
            [guild_id, oldest, *values],
        )


def find_prompts(
    connection: sqlite3.Connection,
    guild_id: int,
    words: Sequence[str],
    visibility: Visibility,
    *,
    indexed: bool,
    max_chars: int,
    limit: int,
) -> list[str]:
    """Return different prompts of at most `max_chars` characters, as they were typed, latest first."""
    rows = find(connection, guild_id, words, visibility, indexed=indexed, exhaustive=False)
    prompts: dict[str, str] = {}
    for row in itertools.islice(rows, NEWEST + MAX_OLDER):
        typed = row["translated_from"] or row["prompt"]
        if len(typed) <= max_chars:
            prompts.setdefault(row["words"], typed)
        if len(prompts) == limit:
            break
    return [*prompts.values()]


def channels_of(connection: sqlite3.Connection, guild_id: int) -> list[tuple[int, int | None]]:
    """Return the channels with tracks of a guild, each with its parent if it is a public thread."""
    return [(row["id"], row["parent"]) for row in connection.execute(_CHANNELS, {"guild": guild_id})]


def _expression(words: Sequence[str]) -> str:
    """Return the FTS5 query for all of `words`, each a string within which nothing has a meaning."""
    return " AND ".join('"' + word.replace('"', '""') + '"' for word in words)
