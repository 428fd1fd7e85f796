"""What was found out about files that are slow to read, kept between starts while they do not change."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from audio.json_file import read_entries, write_entries

MAX_ENTRIES: Final = 64
"""Sets of files that are remembered; the oldest are forgotten first."""

Fact = TypeVar("Fact", str, bool)


class FileFacts:
    """Facts about sets of files, in one JSON file; None remembers nothing.

    Files count as unchanged while their paths, sizes, times of change and inodes are the same.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def get(self, files: Iterable[Path], name: str, find: Callable[[], Fact]) -> Fact:
        """Return the fact `name` about `files`: the remembered one, else what `find` returns.

        Raises what `find` raises, and then remembers nothing; OSError if a file cannot be looked at.
        """
        if self._path is None:
            return find()
        key = _identity(files)
        entries: dict[str, Any] = read_entries(self._path)
        own = entries.pop(key, None)
        facts: dict[str, Fact] = own if isinstance(own, dict) else {}
        if name not in facts:
            facts[name] = find()
            latest = [*entries.items(), (key, facts)][-MAX_ENTRIES:]
            write_entries(self._path, dict(latest))
        return facts[name]


def _identity(files: Iterable[Path]) -> str:
    """Return a digest of where files are and of what changes when they are written."""
    states = []
    for path in sorted(files):
        state = path.stat()
        states.append(
            (str(path.absolute()), state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino)
        )
    return hashlib.sha256(repr(states).encode()).hexdigest()
