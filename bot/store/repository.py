"""The Store: typed queries over everything that Busker remembers."""

from __future__ import annotations

import dataclasses
import itertools
import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from audio.piece import Piece, PromptChange, Recording
from bot.store.database import Database
from bot.store.erasures import forget_tracks, note_card, pending
from bot.store.guilds_left import note_left, note_present, purge_left
from bot.store.records import (
    GuildChoices,
    JournalEntry,
    MadeTrack,
    PostedMessage,
    RoleQuota,
    Visibility,
)
from bot.store.search import channels_of, find, find_prompts, fold, has_index, prepare_index, words_of

NOTHING_CHOSEN: Final = GuildChoices()
"""The choices of a guild whose managers chose nothing."""

_SOUND: Final = ("prompt", "seconds", "seed", "guidance", "top_k", "temperature", "excerpt")
"""Fields of a Piece that decide its sound; the columns have the same names."""

_PIECE: Final = (*_SOUND, "translated_from")
"""Fields of a Piece with a column of the same name."""

_RECORDINGS: Final = ("continues", "melody")
"""Fields of a Piece that hold a recording."""

_LISTS: Final = ("blocked_words", "blocked_ids", "role_quotas")
"""Fields of GuildChoices that are lists, as JSON in their columns."""

_RENAMED: Final = {"request_id": "ticket", "saved_file": "kept"}
"""Columns of a JournalEntry whose names differ from those of its fields."""


class Store:
    """Typed access to the database. Methods are called on the event loop; one process uses the file.

    The choices of all guilds are also held in memory, because almost every command reads them.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._choices: dict[int, GuildChoices] = {}
        self._indexed = False

    async def open(self) -> None:
        """Open the database; only `choices_of` works before that. Raises StoreError with a sentence."""
        await self._database.open()
        await self._database.change(prepare_index)
        self._indexed = await self._database.read(has_index)
        self._choices = await self._database.read(_all_choices)

    async def close(self) -> None:
        """Finish pending writes and close the database. Safe to call twice."""
        await self._database.close()

    # Choices of guilds

    def choices_of(self, guild_id: int) -> GuildChoices:
        """Return the choices of a guild's managers."""
        return self._choices.get(guild_id, NOTHING_CHOSEN)

    async def choose(self, guild_id: int, change: Callable[[GuildChoices], GuildChoices]) -> GuildChoices:
        """Apply `change` to the choices of a guild and return the new ones; it runs on the store's thread."""

        def write(connection: sqlite3.Connection) -> GuildChoices:
            # Read from the database, not from memory: two managers may change choices at the same time.
            chosen = change(_all_choices(connection).get(guild_id, NOTHING_CHOSEN))
            _insert(connection, "guild_choices", {"guild_id": guild_id, **_choice_columns(chosen)})
            return chosen

        chosen = await self._database.change(write)
        self._choices[guild_id] = chosen
        return chosen

    # Tracks

    async def add_track(self, track: MadeTrack, request_id: int | None = None) -> MadeTrack:
        """Insert a track and return it with its new `id`. `request_id` is that of its journal entry."""
        columns = _columns(track, "id") | {"words": _searched(track.piece)}

        def write(connection: sqlite3.Connection) -> int:
            number = _insert(connection, "tracks", columns)
            connection.execute("UPDATE asked SET track_id = ? WHERE ticket = ?", [number, request_id])
            return number

        return dataclasses.replace(track, id=await self._database.change(write))

    async def set_message(self, track_id: int, message_id: int) -> bool:
        """Record the message with which a track was posted; return False if it was deleted meanwhile."""

        def write(connection: sqlite3.Connection) -> bool:
            query = "UPDATE tracks SET message_id = ? WHERE id = ?"
            return connection.execute(query, [message_id, track_id]).rowcount > 0

        return await self._database.change(write)

    async def clear_files(self, files: Iterable[str]) -> None:
        """Record that these files are deleted; another track may get the same name."""
        names = json.dumps([*files])

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE tracks SET file = NULL WHERE file IN (SELECT value FROM json_each(?))", [names]
            )

        await self._database.change(write)

    async def track(self, guild_id: int, track_id: int) -> MadeTrack | None:
        """Return one track of a guild, None if it was deleted."""
        query = "SELECT * FROM tracks WHERE guild_id = ? AND id = ?"
        tracks = await self._select(query, guild_id, track_id)
        return tracks[0] if tracks else None

    async def track_by_message(self, guild_id: int, message_id: int) -> MadeTrack | None:
        """Return the track that a message of a guild posted, None if it was deleted."""
        query = "SELECT * FROM tracks WHERE guild_id = ? AND message_id = ?"
        tracks = await self._select(query, guild_id, message_id)
        return tracks[0] if tracks else None

    async def search(
        self,
        guild_id: int,
        words: str,
        visibility: Visibility,
        *,
        member_id: int | None = None,
        before: int | None = None,
        limit: int = 25,
    ) -> list[MadeTrack]:
        """Return visible tracks of a guild with all `words` in their prompt, newest first.

        `member_id` selects one requester; `before` is the id of a track that all results are older than.
        """
        required = words_of(words)

        def read(connection: sqlite3.Connection) -> list[MadeTrack]:
            rows = find(
                connection,
                guild_id,
                required,
                visibility,
                indexed=self._indexed,
                member_id=member_id,
                before=before,
            )
            return [_track(row) for row in itertools.islice(rows, limit)]

        return await self._database.read(read)

    async def prompts(
        self, guild_id: int, words: str, visibility: Visibility, *, max_chars: int, limit: int
    ) -> list[str]:
        """Return different prompts of at most `max_chars` characters, as members typed them, latest first.

        They are matched as in `search`, but words of one or two characters among the newest tracks alone.
        """
        required = words_of(words)
        return await self._database.read(
            lambda connection: find_prompts(
                connection,
                guild_id,
                required,
                visibility,
                indexed=self._indexed,
                max_chars=max_chars,
                limit=limit,
            )
        )

    async def channels_of_tracks(self, guild_id: int) -> list[tuple[int, int | None]]:
        """Return the channels with tracks of a guild, each with its parent if it is a public thread."""

        return await self._database.read(lambda connection: channels_of(connection, guild_id))

    # The journal

    async def update_journal(self, entries: Iterable[JournalEntry], finished: Iterable[int]) -> None:
        """Insert or replace entries, and delete those whose request ids are `finished`."""
        rows = [
            _columns(entry, "track_id", *_RENAMED)
            | {column: getattr(entry, field) for field, column in _RENAMED.items()}
            | {field: _encode_recording(getattr(entry.piece, field)) for field in _RECORDINGS}
            | {"interval": entry.piece.interval, "prelude": entry.piece.prelude}
            for entry in entries
        ]

        def write(connection: sqlite3.Connection) -> None:
            for row in rows:
                changes = ", ".join(f"{column} = excluded.{column}" for column in row)
                names, places = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    f"INSERT INTO asked ({names}) VALUES ({places}) ON CONFLICT DO UPDATE SET {changes}",
                    [*row.values()],
                )
            for request_id in finished:
                _delete(connection, "asked", ticket=request_id)

        await self._database.change(write)

    async def journal(self) -> list[JournalEntry]:
        """Return all entries: pieces that left their queue first, then in the order of the queues."""

        def read(connection: sqlite3.Connection) -> list[JournalEntry]:
            rows = connection.execute("SELECT * FROM asked ORDER BY place NULLS FIRST, ticket")
            return [_journal_entry(row) for row in rows]

        return await self._database.read(read)

    # Daily usage

    async def charge(self, guild_id: int, member_id: int, day: date, seconds: float) -> float:
        """Add seconds to a member's usage of a day and return the usage before. Negative seconds refund.

        The usage of earlier days is deleted along with it.
        """

        def write(connection: sqlite3.Connection) -> float:
            connection.execute("DELETE FROM usage WHERE day < ?", [day.isoformat()])
            (after,) = connection.execute(
                "INSERT INTO usage (guild_id, member_id, day, seconds) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET seconds = seconds + excluded.seconds RETURNING seconds",
                [guild_id, member_id, day.isoformat(), seconds],
            ).fetchone()
            return float(after) - seconds

        return await self._database.change(write)

    # Guilds that Busker left

    async def note_present(self, guild_ids: Collection[int], now: float) -> None:
        """See `guilds_left.note_present`."""
        await self._database.change(lambda connection: note_present(connection, guild_ids, now))

    async def note_left(self, guild_id: int, now: float) -> None:
        """See `guilds_left.note_left`."""
        await self._database.change(lambda connection: note_left(connection, guild_id, now))

    async def purge_left(self, before: float) -> tuple[list[int], list[str]]:
        """See `guilds_left.purge_left`."""
        guilds, files = await self._database.change(lambda connection: purge_left(connection, before))
        for guild_id in guilds:
            self._choices.pop(guild_id, None)
        return guilds, files

    # Privacy

    async def count_tracks_of(self, member_id: int) -> int:
        """Return the number of a person's tracks in all guilds."""

        def read(connection: sqlite3.Connection) -> int:
            query = "SELECT count(*) FROM tracks WHERE member_id = ?"
            return int(connection.execute(query, [member_id]).fetchone()[0])

        return await self._database.read(read)

    async def count_cards_of(self, member_id: int) -> int:
        """Return the number of cards that show a piece of this person."""

        def read(connection: sqlite3.Connection) -> int:
            query = "SELECT count(*) FROM cards WHERE member_id = ?"
            return int(connection.execute(query, [member_id]).fetchone()[0])

        return await self._database.read(read)

    async def note_card(self, card: PostedMessage, shown: Mapping[int, int | None]) -> None:
        """See `erasures.note_card`."""
        await self._database.change(lambda connection: note_card(connection, card, shown))

    async def forget_track(
        self, track_id: int, spared: Collection[int] = ()
    ) -> tuple[list[str], list[PostedMessage]]:
        """Delete one track; see `erasures.forget_tracks`."""
        return await self._database.change(
            lambda connection: forget_tracks(connection, track_id=track_id, spared=spared)
        )

    async def forget_tracks_of(
        self, member_id: int, spared: Collection[int] = ()
    ) -> tuple[list[str], list[PostedMessage]]:
        """Delete a person's tracks in all guilds; see `erasures.forget_tracks`.

        The usage of today stays until tomorrow, or this would lift the daily limit.
        """
        return await self._database.change(
            lambda connection: forget_tracks(connection, member_id=member_id, spared=spared)
        )

    async def pending_erasures(self) -> list[PostedMessage]:
        """Return all messages that are to be deleted at Discord."""
        return await self._database.read(pending)

    async def note_erased(self, message_id: int) -> None:
        """Note that nothing more is to be done about a message."""
        await self._database.change(lambda connection: _delete(connection, "erasures", message_id=message_id))

    async def _select(self, query: str, *values: object) -> list[MadeTrack]:
        def read(connection: sqlite3.Connection) -> list[MadeTrack]:
            return [_track(row) for row in connection.execute(query, values)]

        return await self._database.read(read)


def _searched(piece: Piece) -> str:
    """Return the words that a track is found by: what was typed, then the prompt where that differs."""
    return " ".join(dict.fromkeys((fold(piece.typed_prompt), fold(piece.prompt))))


def _all_choices(connection: sqlite3.Connection) -> dict[int, GuildChoices]:
    choices = {}
    for row in connection.execute("SELECT * FROM guild_choices"):
        columns = dict(row)
        guild_id = columns.pop("guild_id")
        if columns["announce"] is not None:
            columns["announce"] = bool(columns["announce"])
        if columns["translate"] is not None:
            columns["translate"] = bool(columns["translate"])
        lists = {name: columns.pop(name) for name in _LISTS}
        decoded: dict[str, Any] = {
            name: tuple(json.loads(text)) for name, text in lists.items() if text is not None
        }
        if "role_quotas" in decoded:
            decoded["role_quotas"] = tuple(RoleQuota(*quota) for quota in decoded["role_quotas"])
        choices[guild_id] = GuildChoices(**columns, **decoded)
    return choices


def _choice_columns(choices: GuildChoices) -> dict[str, object]:
    columns = {field.name: getattr(choices, field.name) for field in dataclasses.fields(choices)}
    quotas = choices.role_quotas and [dataclasses.astuple(quota) for quota in choices.role_quotas]
    lists = {**{name: columns[name] for name in _LISTS}, "role_quotas": quotas}
    return columns | {name: json.dumps(items) if items else None for name, items in lists.items()}


def _columns(record: MadeTrack | JournalEntry, *without: str) -> dict[str, object]:
    """Return the columns of a record and its piece."""
    fields = (field.name for field in dataclasses.fields(record))
    plain = {name: getattr(record, name) for name in fields if name not in ("piece", *without)}
    piece = {name: getattr(record.piece, name) for name in _PIECE}
    changes = [change.row for change in record.piece.prompt_changes]
    return {**plain, **piece, "turns": json.dumps(changes)}


def _piece(columns: dict[str, Any], **more: Any) -> Piece:
    """Pop the columns of a piece from `columns` and build it."""
    changes = tuple(PromptChange(*change) for change in json.loads(columns.pop("turns")))
    return Piece(**{name: columns.pop(name) for name in _PIECE}, prompt_changes=changes, **more)


def _journal_entry(row: sqlite3.Row) -> JournalEntry:
    columns = dict(row)
    encoded = {field: columns.pop(field) for field in _RECORDINGS}
    recordings = {field: _decode_recording(text) for field, text in encoded.items() if text is not None}
    more = {name: columns.pop(name) for name in ("interval", "prelude")}
    piece = _piece(columns, **more, **recordings)
    renamed = {field: columns.pop(column) for field, column in _RENAMED.items()}
    return JournalEntry(piece=piece, begun=bool(columns.pop("begun")), **renamed, **columns)


def _encode_recording(recording: Recording | None) -> str | None:
    return None if recording is None else json.dumps([str(recording.path), recording.digest])


def _decode_recording(text: str) -> Recording:
    path, digest = json.loads(text)
    return Recording(Path(path), digest)


def _track(row: sqlite3.Row) -> MadeTrack:
    columns = dict(row)
    del columns["words"]
    piece = _piece(columns)
    from_recording = bool(columns.pop("from_recording"))
    return MadeTrack(piece=piece, from_recording=from_recording, **columns)


def _insert(connection: sqlite3.Connection, table: str, columns: Mapping[str, object]) -> int:
    """Insert a row or replace the one with the same key; return its rowid."""
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = connection.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})", [*columns.values()]
    )
    return cursor.lastrowid or 0


def _delete(connection: sqlite3.Connection, table: str, **key: int) -> None:
    ((column, value),) = key.items()
    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [value])
