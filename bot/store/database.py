"""The SQLite file: one connection on one thread, and the numbered migrations that shape it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from bot.errors import StoreError

MIGRATIONS: Final = Path(__file__).with_name("migrations")
APPLICATION_ID: Final = int.from_bytes(b"Busk", "big")
"""Written into the head of the file (PRAGMA application_id), so that another program's file is recognised."""

LOCKED_SECONDS: Final = 5.0
"""How long a change waits for another process that holds the file, such as a backup."""

Answer = TypeVar("Answer")


class Database:
    """All work happens on one thread, in the order it was asked for: so there is one writer, nothing of one
    guild can come between the statements of another, and the event loop never waits for a disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, or make it, and bring it up to date. Raises StoreError with a sentence."""
        await self._on_thread(self._open)

    async def close(self) -> None:
        """Close the file once everything asked for is written. Safe to call twice."""
        if self._connection is not None:
            await self._on_thread(self._close)
        self._thread.shutdown()

    async def change(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run `work` whole or not at all. Raises StoreError when the disk refuses."""
        connection = self._opened
        return await self._on_thread(lambda: _changed(connection, work))

    async def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run `work`, which only looks. Raises StoreError when the disk refuses."""
        connection = self._opened
        return await self._on_thread(lambda: work(connection))

    async def _on_thread(self, work: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except sqlite3.Error as error:
            raise StoreError(f"Busker's memory, {self._path}, cannot be used: {error}.") from error

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(f"Busker's memory, {self._path}, is not open.")
        return self._connection

    def _open(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self._path.parent} cannot hold Busker's memory ({error.strerror}): change its owner or "
                "`store.path`."
            ) from error
        try:
            # Without an isolation level nothing is begun or ended behind our back.
            with contextlib.ExitStack() as unless_ready:
                connection = sqlite3.connect(self._path, timeout=LOCKED_SECONDS, isolation_level=None)
                unless_ready.callback(connection.close)
                connection.row_factory = sqlite3.Row
                _migrate(connection, self._path)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                unless_ready.pop_all()
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path} cannot be used ({error}): move it away, or set another `store.path`."
            ) from error
        self._connection = connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def migrations() -> dict[int, str]:
    """The SQL of each migration by its number, from 1 on without a hole."""
    found = {}
    for file in sorted(MIGRATIONS.glob("*.sql")):
        number = re.match(r"(\d{4})_", file.name)
        assert number is not None, f"{file.name} has no number"
        found[int(number[1])] = file.read_text(encoding="utf-8")
    assert list(found) == list(range(1, len(found) + 1)), "the numbers of the migrations have a hole"
    return found


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply what is new, each migration whole or not at all. Raises StoreError on a file that is not ours."""
    known = migrations()
    while (version := _version(connection, path, len(known))) < len(known):
        _changed(connection, partial(_advance, version=version, script=known[version + 1]))


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """How many migrations the file has had, of `newest` known ones. Raises StoreError."""
    version = _pragma(connection, "user_version")
    owner = _pragma(connection, "application_id")
    empty = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if owner != APPLICATION_ID and not (empty and owner == version == 0):
        raise StoreError(f"{path} belongs to another program: set another `store.path`.")
    if version > newest:
        raise StoreError(
            f"{path} was written by a newer Busker (version {version}; this one knows {newest}): update "
            "Busker, or set another `store.path`."
        )
    return version


def _advance(connection: sqlite3.Connection, version: int, script: str) -> None:
    """Apply the migration that follows `version`, unless another process did while this one waited."""
    if _pragma(connection, "user_version") != version:
        return
    for statement in _statements(script):  # `executescript` would end the transaction first
        connection.execute(statement)
    # PRAGMAs take no parameters; both numbers are ours. They are undone with the transaction.
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version + 1}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _changed(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = work(connection)
    except BaseException:
        connection.rollback()
        raise
    connection.execute("COMMIT")
    return answer
