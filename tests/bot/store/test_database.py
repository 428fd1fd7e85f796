from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.store import database
from bot.store.database import APPLICATION_ID, Database, migrations


async def open_and_close(path: Path) -> None:
    """Open and close the database."""
    store = Database(path)
    try:
        await store.open()
    finally:
        await store.close()


async def error_of(path: Path) -> str:
    with pytest.raises(StoreError) as caught:
        await open_and_close(path)
    return str(caught.value)


def pragma(path: Path, name: str) -> object:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        connection.close()


def execute(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


async def test_a_new_file_is_created_with_its_folder_and_migrated(tmp_path: Path) -> None:
    path = tmp_path / "new" / "busker.sqlite"
    await open_and_close(path)
    assert pragma(path, "user_version") == len(migrations())
    assert pragma(path, "application_id") == APPLICATION_ID
    assert pragma(path, "journal_mode") == "wal"
    await open_and_close(path)  # and again, with nothing to do


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


async def test_a_new_file_and_those_that_sqlite_keeps_beside_it_are_the_owners_alone(tmp_path: Path) -> None:
    store = Database(tmp_path / "busker.sqlite")
    await store.open()
    await store.change(lambda connection: connection.execute("INSERT INTO usage VALUES (1, 2, 'x', 1.0)"))
    names = ("busker.sqlite", "busker.sqlite-wal", "busker.sqlite-shm")
    assert modes(tmp_path) == dict.fromkeys(names, 0o600)
    await store.close()


async def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    await open_and_close(path)
    killed = sqlite3.connect(path)  # leaves its files behind
    killed.execute("INSERT INTO usage VALUES (1, 2, 'x', 1.0)")
    killed.commit()
    for file in tmp_path.iterdir():
        file.chmod(0o664)
    store = Database(path)
    await store.open()
    assert set(modes(tmp_path).values()) == {0o600}
    assert len(modes(tmp_path)) == 3
    await store.close()
    killed.close()


async def test_a_change_that_a_full_disk_refused_leaves_no_transaction_open(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    store = Database(path)
    await store.open()

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO usage VALUES (1, 2, ?, 1.0)", ["x" * 100_000])

    (pages,) = await store.read(lambda connection: connection.execute("PRAGMA page_count").fetchone())
    await store.read(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchone())
    for _ in range(2):
        with pytest.raises(StoreError, match="full"):
            await store.change(write)
    await store.read(lambda connection: connection.execute("PRAGMA max_page_count = 10000").fetchone())
    await store.change(write)  # there is room again
    await store.close()


async def test_a_migration_by_another_process_is_not_applied_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, changed = tmp_path / "busker.sqlite", database._transact

    def overtaken(connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], None]) -> None:
        monkeypatch.undo()
        asyncio.run(open_and_close(path))  # between this one's look at the version and its lock
        changed(connection, work)

    monkeypatch.setattr(database, "_transact", overtaken)
    await open_and_close(path)
    assert pragma(path, "user_version") == len(migrations())


async def test_only_new_migrations_are_applied_and_data_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "busker.sqlite"
    await open_and_close(path)
    execute(path, "INSERT INTO usage VALUES (1, 2, '2026-01-31', 20.0)")
    longer = migrations() | {len(migrations()) + 1: "ALTER TABLE usage ADD COLUMN pieces INTEGER;"}
    monkeypatch.setattr(database, "migrations", lambda: longer)
    await open_and_close(path)
    assert pragma(path, "user_version") == len(longer)
    connection = sqlite3.connect(path)
    assert [*connection.execute("SELECT seconds, pieces FROM usage")] == [(20.0, None)]
    connection.close()


async def test_a_failed_migration_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "busker.sqlite"
    await open_and_close(path)
    before, known = pragma(path, "user_version"), migrations()
    broken = known | {len(known) + 1: "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);"}
    monkeypatch.setattr(database, "migrations", lambda: broken)
    assert "no such table: nowhere" in await error_of(path)
    assert pragma(path, "user_version") == before
    connection = sqlite3.connect(path)
    assert not [*connection.execute("SELECT name FROM sqlite_schema WHERE name = 'half'")]
    connection.close()
    monkeypatch.setattr(database, "migrations", lambda: known)
    await open_and_close(path)


async def test_a_newer_file_fails_the_start_with_one_sentence_and_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    await open_and_close(path)
    execute(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    assert await error_of(path) == (
        f"{path} was written by a newer Busker (version 99; this one knows {len(migrations())}): update "
        "Busker, or set another `store.path`."
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all, and long enough to tell so" * 20, b"\0" * 4096])
async def test_a_broken_file_fails_the_start_with_one_sentence_and_is_not_changed(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "busker.sqlite"
    path.write_bytes(content)
    assert await error_of(path) == (
        f"{path} cannot be used (file is not a database): move it away, or set another `store.path`."
    )
    assert path.read_bytes() == content


async def test_the_database_of_another_program_is_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    execute(path, "CREATE TABLE tracks (theirs)")
    assert await error_of(path) == f"{path} belongs to another program: set another `store.path`."


async def test_a_folder_that_cannot_be_created_fails_the_start_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = await error_of(tmp_path / "file" / "busker.sqlite")
    assert said.startswith(f"{tmp_path / 'file'} cannot hold Busker's memory (")


async def test_a_path_that_is_a_folder_fails_the_start_with_one_sentence(tmp_path: Path) -> None:
    assert await error_of(tmp_path) == (
        f"{tmp_path} cannot be used (unable to open database file): move it away, "
        "or set another `store.path`."
    )


async def test_a_failed_change_is_rolled_back(tmp_path: Path) -> None:
    store = Database(tmp_path / "busker.sqlite")
    await store.open()

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO usage VALUES (1, 2, '2026-01-31', 20.0)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await store.change(half)
    assert await store.read(lambda c: c.execute("SELECT count(*) FROM usage").fetchone()[0]) == 0
    await store.close()
