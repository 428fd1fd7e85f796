"""The SQLite file: one connection on one thread, and numbered migrations."""

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
from bot.store.private import create_private, make_private
from bot.store.search import fold

MIGRATIONS: Final = Path(__file__).with_name("migrations")
"""The folder of the migrations, `0001_name.sql` and so on."""

APPLICATION_ID: Final = int.from_bytes(b"Busk", "big")
"""Identifies our file (PRAGMA application_id), so that another program's file is recognised."""

SIBLINGS: Final = ("", "-wal", "-shm", "-journal")
"""Suffixes of the file and of those that SQLite keeps beside it."""

LOCKED_SECONDS: Final = 5.0
"""Timeout [s] of a change while another process, such as a backup, locks the file."""

Answer = TypeVar("Answer")


class Database:
    """Runs all work on one thread, first come, first served.

    So there is one writer, no statement comes between those of another change, and the event loop never
    waits for a disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or create the file and migrate it. Raises StoreError with a sentence."""
        await self._on_thread(self._open)

    async def close(self) -> None:
        """Finish pending work and close the file. Safe to call twice."""
        if self._connection is not None:
            await self._on_thread(self._close)
        self._thread.shutdown()

    async def change(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run `work` in a transaction. Raises StoreError if SQLite fails."""
        connection = self._opened
        return await self._on_thread(lambda: _transact(connection, work))

    async def read(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """Run `work`, which only reads. Raises StoreError if SQLite fails."""
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
        create_private(self._path)
        make_private(*(Path(f"{self._path}{suffix}") for suffix in SIBLINGS))
        try:
            # Without an isolation level Python begins and ends no transaction by itself.
            with contextlib.ExitStack() as unless_ready:
                connection = sqlite3.connect(self._path, timeout=LOCKED_SECONDS, isolation_level=None)
                unless_ready.callback(connection.close)
                connection.row_factory = sqlite3.Row
                connection.create_function("fold", 1, fold, deterministic=True)  # for migrations
                _migrate(connection, self._path)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute(
                    "PRAGMA secure_delete = ON"
                )  # what members delete is not left in free pages
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
    """Return the SQL of each migration by its number; the numbers are 1, 2, 3 and so on."""
    scripts = {}
    for file in sorted(MIGRATIONS.glob("*.sql")):
        number = re.match(r"(\d{4})_", file.name)
        assert number is not None, f"{file.name} has no number"
        scripts[int(number[1])] = file.read_text(encoding="utf-8")
    assert list(scripts) == list(range(1, len(scripts) + 1)), "the numbers of the migrations have a gap"
    return scripts


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Apply new migrations, each in a transaction. Raises StoreError if the file is not ours."""
    known = migrations()
    while (version := _version(connection, path, len(known))) < len(known):
        _transact(connection, partial(_advance, version=version, script=known[version + 1]))


def _version(connection: sqlite3.Connection, path: Path, newest: int) -> int:
    """Return the number of migrations applied to the file, at most `newest`. Raises StoreError."""
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
    """Apply the migration after `version`, unless another process has done so meanwhile."""
    if _pragma(connection, "user_version") != version:
        return
    for statement in _statements(script):  # `executescript` would end the transaction first
        connection.execute(statement)
    # PRAGMAs take no parameters; both numbers are ours. A rollback undoes them too.
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version + 1}")


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _transact(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
    connection.execute("BEGIN IMMEDIATE")
    try:
        answer = work(connection)
        connection.execute("COMMIT")  # fails on a full disk, and leaves the transaction open
    except BaseException:
        connection.rollback()
        raise
    return answer
