"""The Store: everything that the bot remembers, asked for in the bot's own words."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from audio.piece import Piece, PromptChange, Recording
from bot.store.database import Database
from bot.store.records import Asked, GuildChoices, MadeTrack, Visibility

NOTHING_CHOSEN: Final = GuildChoices()
_PIECE: Final = ("prompt", "seconds", "seed", "guidance", "top_k", "temperature", "excerpt")
"""What of a Piece decides its sound, by the names of the columns."""
_RECORDINGS: Final = ("continues", "melody")


class Store:
    """Typed access to the database. Methods are called on the event loop; only one process has the file.

    The choices of all guilds are also held in memory, since almost everything asks for them.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path)
        self._choices: dict[int, GuildChoices] = {}

    async def open(self) -> None:
        """Make ready; must come before all else but `choices_of`. Raises StoreError with a sentence."""
        await self._database.open()
        self._choices = await self._database.read(_all_choices)

    async def close(self) -> None:
        """Write what is asked for already, then end. Safe to call twice."""
        await self._database.close()

    # Choices of guilds

    def choices_of(self, guild_id: int) -> GuildChoices:
        """What the managers of a guild chose, as last written."""
        return self._choices.get(guild_id, NOTHING_CHOSEN)

    async def choose(self, guild_id: int, change: Callable[[GuildChoices], GuildChoices]) -> GuildChoices:
        """Change the choices of a guild; `change` gets those before and may run on another thread."""

        def write(connection: sqlite3.Connection) -> GuildChoices:
            # Read here, not from memory: two managers may choose different things at the same time.
            chosen = change(_all_choices(connection).get(guild_id, NOTHING_CHOSEN))
            _insert(connection, "guild_choices", {"guild_id": guild_id, **dataclasses.asdict(chosen)})
            return chosen

        chosen = await self._database.change(write)
        self._choices[guild_id] = chosen
        return chosen

    # Tracks

    async def add_track(self, track: MadeTrack, ticket: int | None = None) -> MadeTrack:
        """Remember a track; its `id` is given here. `ticket` is that of the piece which was asked for."""
        columns = _columns(track, "id") | {"words": track.piece.prompt.casefold()}

        def write(connection: sqlite3.Connection) -> int:
            number = _insert(connection, "tracks", columns)
            connection.execute("UPDATE asked SET track_id = ? WHERE ticket = ?", [number, ticket])
            return number

        return dataclasses.replace(track, id=await self._database.change(write))

    async def posted(self, track_id: int, message_id: int) -> None:
        """A track was posted with this message, in its channel."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute("UPDATE tracks SET message_id = ? WHERE id = ?", [message_id, track_id])

        await self._database.change(write)

    async def lost(self, files: Iterable[str]) -> None:
        """Files of these names are gone; another track may get such a name."""
        names = json.dumps([*files])

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE tracks SET file = NULL WHERE file IN (SELECT value FROM json_each(?))", [names]
            )

        await self._database.change(write)

    async def track(self, guild_id: int, track_id: int) -> MadeTrack | None:
        """One track of a guild, unless it was forgotten."""
        found = await self._select("SELECT * FROM tracks WHERE guild_id = ? AND id = ?", guild_id, track_id)
        return found[0] if found else None

    async def track_of(self, guild_id: int, message_id: int) -> MadeTrack | None:
        """The track that a message of a guild brought, unless it was forgotten."""
        query = "SELECT * FROM tracks WHERE guild_id = ? AND message_id = ?"
        found = await self._select(query, guild_id, message_id)
        return found[0] if found else None

    async def search(
        self,
        guild_id: int,
        words: str,
        sight: Visibility,
        *,
        member_id: int | None = None,
        before: int | None = None,
        limit: int = 25,
    ) -> list[MadeTrack]:
        """Tracks of a guild with all of `words` in their prompt, the newest first, of those in `sight`.

        Only those of a member, and only older than the track `before`, where these are given.
        """
        conditions, values = _having(guild_id, words, sight)
        if member_id is not None:
            conditions, values = f"{conditions} AND member_id = ?", [*values, member_id]
        if before is not None:
            conditions, values = f"{conditions} AND id < ?", [*values, before]
        return await self._select(
            f"SELECT * FROM tracks WHERE {conditions} ORDER BY id DESC LIMIT ?", *values, limit
        )

    async def prompts(
        self, guild_id: int, words: str, sight: Visibility, *, longest: int, limit: int
    ) -> list[str]:
        """Different prompts of a guild of at most `longest` characters, the last used first; as `search`."""
        conditions, values = _having(guild_id, words, sight)

        def read(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                f"SELECT prompt FROM tracks WHERE {conditions} AND length(prompt) <= ? "
                "GROUP BY words ORDER BY max(id) DESC LIMIT ?",
                [*values, longest, limit],
            )
            return [row["prompt"] for row in rows]

        return await self._database.read(read)

    async def channels_of_tracks(self, guild_id: int) -> list[tuple[int, int | None]]:
        """The channels in which tracks of a guild were posted, each with that whose public thread it is."""

        def read(connection: sqlite3.Connection) -> list[tuple[int, int | None]]:
            query = "SELECT DISTINCT channel_id, parent_id FROM tracks WHERE guild_id = ?"
            return [(row["channel_id"], row["parent_id"]) for row in connection.execute(query, [guild_id])]

        return await self._database.read(read)

    async def forget_track(self, track_id: int) -> None:
        """Remember one track no more."""
        await self._database.change(lambda connection: _delete(connection, "tracks", id=track_id))

    # What is not over

    async def note(self, asked: Iterable[Asked], over: Iterable[int]) -> None:
        """Remember these pieces as they are now, and no more those that are over, by their tickets."""
        rows = [
            _columns(each, "track_id")
            | {role: _recording(getattr(each.piece, role)) for role in _RECORDINGS}
            | {"interval": each.piece.interval, "prelude": each.piece.prelude}
            for each in asked
        ]

        def write(connection: sqlite3.Connection) -> None:
            for row in rows:
                changes = ", ".join(f"{column} = excluded.{column}" for column in row)
                names, places = ", ".join(row), ", ".join("?" * len(row))
                connection.execute(
                    f"INSERT INTO asked ({names}) VALUES ({places}) ON CONFLICT DO UPDATE SET {changes}",
                    [*row.values()],
                )
            for ticket in over:
                _delete(connection, "asked", ticket=ticket)

        await self._database.change(write)

    async def asked(self) -> list[Asked]:
        """Everything that is not over: what has left its queue first, then in the order of the queues."""

        def read(connection: sqlite3.Connection) -> list[Asked]:
            rows = connection.execute("SELECT * FROM asked ORDER BY place NULLS FIRST, ticket")
            return [_asked(row) for row in rows]

        return await self._database.read(read)

    # What people use

    async def charge(self, guild_id: int, member_id: int, day: date, seconds: float) -> float:
        """Add to the music that a person asked for on a day; the seconds before that. Negative gives back.

        What anybody asked for on days before is forgotten with it: nobody needs it any more.
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

    # Privacy

    async def tracks_of(self, member_id: int) -> int:
        """How many tracks of a person are remembered, in all guilds."""

        def read(connection: sqlite3.Connection) -> int:
            query = "SELECT count(*) FROM tracks WHERE member_id = ?"
            return int(connection.execute(query, [member_id]).fetchone()[0])

        return await self._database.read(read)

    async def forget_tracks_of(self, member_id: int) -> list[str]:
        """Remember no track of a person any more; the names of their files, for the caller to delete.

        What they asked for today stays until tomorrow, or this would lift the cap.
        """

        def write(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT file FROM tracks WHERE member_id = ? AND file IS NOT NULL", [member_id]
            )
            files = [row["file"] for row in rows]
            _delete(connection, "tracks", member_id=member_id)
            return files

        return await self._database.change(write)

    async def _select(self, query: str, *values: object) -> list[MadeTrack]:
        def read(connection: sqlite3.Connection) -> list[MadeTrack]:
            return [_track(row) for row in connection.execute(query, values)]

        return await self._database.read(read)


def _having(guild_id: int, words: str, sight: Visibility) -> tuple[str, list[object]]:
    """The condition that a track may be seen and its prompt holds each of `words`, and its values."""
    sought = words.casefold().split()
    # The channels are one parameter, however many they are.
    seen = "(member_id = ? OR channel_id IN (SELECT value FROM json_each(?)))"
    conditions = ["guild_id = ?", seen, *["instr(words, ?) > 0"] * len(sought)]
    return " AND ".join(conditions), [guild_id, sight.member_id, json.dumps([*sight.channels]), *sought]


def _all_choices(connection: sqlite3.Connection) -> dict[int, GuildChoices]:
    found = {}
    for row in connection.execute("SELECT * FROM guild_choices"):
        columns = dict(row)
        guild_id = columns.pop("guild_id")
        if columns["announce"] is not None:
            columns["announce"] = bool(columns["announce"])
        found[guild_id] = GuildChoices(**columns)
    return found


def _columns(record: MadeTrack | Asked, *without: str) -> dict[str, object]:
    """A record by the names of its columns, its piece among them."""
    fields = (field.name for field in dataclasses.fields(record))
    plain = {name: getattr(record, name) for name in fields if name not in ("piece", *without)}
    piece = {name: getattr(record.piece, name) for name in _PIECE}
    changes = [dataclasses.astuple(change) for change in record.piece.prompt_changes]
    return {**plain, **piece, "turns": json.dumps(changes)}


def _piece(columns: dict[str, Any], **more: Any) -> Piece:
    """Take a piece out of the columns of a row."""
    turns = tuple(PromptChange(*turn) for turn in json.loads(columns.pop("turns")))
    return Piece(**{name: columns.pop(name) for name in _PIECE}, prompt_changes=turns, **more)


def _asked(row: sqlite3.Row) -> Asked:
    columns = dict(row)
    heard = {role: columns.pop(role) for role in _RECORDINGS}
    recordings = {role: _recorded(text) for role, text in heard.items() if text is not None}
    more = {name: columns.pop(name) for name in ("interval", "prelude")}
    piece = _piece(columns, **more, **recordings)
    return Asked(piece=piece, begun=bool(columns.pop("begun")), **columns)


def _recording(recording: Recording | None) -> str | None:
    return None if recording is None else json.dumps([str(recording.path), recording.digest])


def _recorded(text: str) -> Recording:
    path, digest = json.loads(text)
    return Recording(Path(path), digest)


def _track(row: sqlite3.Row) -> MadeTrack:
    columns = dict(row)
    del columns["words"]
    piece = _piece(columns)
    from_recording = bool(columns.pop("from_recording"))
    return MadeTrack(piece=piece, from_recording=from_recording, **columns)


def _insert(connection: sqlite3.Connection, table: str, columns: Mapping[str, object]) -> int:
    """Put a row in, or in the place of the one with the same key; its number."""
    names, places = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = connection.execute(
        f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({places})", [*columns.values()]
    )
    return cursor.lastrowid or 0


def _delete(connection: sqlite3.Connection, table: str, **key: int) -> None:
    ((column, value),) = key.items()
    connection.execute(f"DELETE FROM {table} WHERE {column} = ?", [value])
