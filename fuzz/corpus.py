"""The files that are damaged: the catalogue's, and real ones of a folder, made smaller."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from fuzz.catalogue.every import CASES, THREATS

MAX_BYTES: Final = 48 * 1024
"""Files are cut to this, so that many are tried in little time."""

MAX_THREAT_BYTES: Final = 256 * 1024
"""Larger threats take long to make, and are hostile by their size alone."""

_SMALL_THREATS: Final = ["claimed", "claims", "rate", "hz", "channels", "2^", "packed", "cue", "sheet"]
"""Words in the names of threats that lie rather than flood."""


def own() -> dict[str, bytes]:
    """Return the files of the catalogue by their names, without those that are only large."""
    files = {name: reduced(case.make()) for name, case in CASES.items()}
    for name, threat in THREATS.items():
        if any(word in name for word in _SMALL_THREATS) and "each" not in name and "tiny" not in name:
            data = threat.make()
            if len(data) <= MAX_THREAT_BYTES:
                files[name] = reduced(data)
    return files


def of_folder(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder and what is in it, by their paths, made smaller. Raises OSError."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    return {
        str(path.relative_to(folder)): reduced(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def reduced(data: bytes) -> bytes:
    """Return a file of at most MAX_BYTES, without its middle if it is larger: headers may be at both ends."""
    if len(data) <= MAX_BYTES:
        return data
    head = MAX_BYTES * 2 // 3
    return data[:head] + data[len(data) - (MAX_BYTES - head) :]


def distinct(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents, without empty files and those that are there under another name."""
    seen: set[bytes] = set()
    for name, data in files.items():
        if data and data not in seen:
            seen.add(data)
            yield name, data
