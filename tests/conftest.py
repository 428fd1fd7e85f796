"""For all tests: marks by what a file imports, one thread of computing per process, a warm fork server.

pytest runs as several processes on few cores. Where each has two threads of computing, these wait for each
other at every product: with both cores busy a piece took 60 times as long (measured).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported, also by the processes that tests start

import pytest

from tests.imports import loaded_by

MARKS = {
    "torch": {"torch", "transformers"},
    "loopback": {"rehearsal.discord_here"},
}
"""The mark that a test file gets for importing one of these modules, also by way of others."""

FOLDERS = {"voice": ("bot/voice", "rehearsal/voice")}
"""The mark that a test file gets for its folder."""

SLOWEST_FILES = (
    "audio/musicgen/checkpoint/test_fields.py",
    "audio/musicgen/checkpoint/test_adapter.py",
    "bot/session/test_session.py",
    "bot/voice/test_supervisor.py",
    "audio/media",
    "acceptance/test_rehearse.py",
    "acceptance/trials/test_series.py",
    "cogs/test_buttons.py",
    "acceptance/trials/test_soak.py",
    "acceptance/test_flood.py",
    "fuzz/test_campaign.py",
    "bot/playback/test_player.py",
    "audio/worker",
    "cogs/test_radio.py",
    "bot/session/test_restore.py",
    "browser/test_people.py",
    "browser/test_buttons.py",
    "browser/test_commands.py",
    "audio/musicgen/schedule/test_window.py",
    "bench",
    "cogs/test_compose.py",
    "bot/session/test_evening.py",
    "bot/voice/test_an_hour.py",
    "bot/tracks/test_poster.py",
    "bot/ui/test_posted_card.py",
)
"""Files and folders that take more than ten seconds, slowest first: they begin first, so that at the end of
`make test` no process works alone for long."""


@cache
def rank_of(file: Path) -> int:
    """Return the place of a test file among the slowest; their number for all others."""
    within = str(file.relative_to(Path(__file__).parent))
    return next(
        (rank for rank, slow in enumerate(SLOWEST_FILES) if within.startswith(slow)), len(SLOWEST_FILES)
    )


@cache
def marks_of(file: Path) -> frozenset[str]:
    """The marks of a test file."""
    loaded = loaded_by(file)
    imported = {mark for mark, modules in MARKS.items() if loaded & modules}
    placed = {
        mark
        for mark, folders in FOLDERS.items()
        if any(f"tests/{folder}/" in str(file) for folder in folders)
    }
    return frozenset(imported | placed)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick",
        action="store_true",
        help="only what needs no torch, no loopback Discord and no waiting; others are not imported",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With --quick, pass over files that would load torch or open a loopback Discord."""
    quick = config.getoption("quick") and collection_path.name.startswith("test_")
    return True if quick and marks_of(collection_path) & MARKS.keys() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by its file and put the slowest files first; with --quick, leave out what waits."""
    items.sort(key=lambda item: rank_of(item.path))
    for item in items:
        for mark in marks_of(item.path):
            item.add_marker(mark)
    if config.getoption("quick"):
        waits = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=waits)
        items[:] = [item for item in items if item not in waits]


@pytest.fixture(scope="session", autouse=True)
def writing_processes() -> Iterator[None]:
    """Let bots start their writing process from a server that has imported what it needs."""
    if "tests.loopback_guild" not in sys.modules:  # no bot in this process
        yield
        return
    from tests.loopback_guild import forked_writers

    with forked_writers():
        yield
