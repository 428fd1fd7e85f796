"""The track cache: the folder of finished tracks, kept below a size. The least recently used go first."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Final

from audio.files.track import FORMATS, PICTURE_SUFFIX

SUFFIXES: Final = frozenset({PICTURE_SUFFIX, *(form.suffix for form in FORMATS.values())})
"""Files with another suffix do not belong to a track and stay."""

_log = logging.getLogger(__name__)


def touch(path: Path) -> None:
    """Mark a track as used now. Where the file system refuses, it keeps its age."""
    with contextlib.suppress(OSError):
        os.utime(path)


def evict(folder: Path, max_bytes: int, pinned: Collection[Path]) -> list[str]:
    """Delete the oldest tracks, with their pictures, until the rest takes at most `max_bytes`.

    `pinned` tracks stay. Return the names of the deleted files. It blocks, for some milliseconds per thousand
    tracks.
    """
    pinned_stems = {path.stem for path in pinned}
    tracks: defaultdict[str, list[tuple[Path, os.stat_result]]] = defaultdict(list)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if path.suffix in SUFFIXES and entry.is_file():
                tracks[path.stem].append((path, entry.stat()))
    oldest_first = sorted(tracks.values(), key=lambda files: max(stat.st_mtime for _, stat in files))
    total_bytes = sum(stat.st_size for files in oldest_first for _, stat in files)
    deleted: list[str] = []
    for files in oldest_first:
        if total_bytes <= max_bytes:
            break
        if files[0][0].stem in pinned_stems:
            continue
        for path, stat in files:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("%s stays, above `tracks.keep_mib`: %s", path, error)
            else:
                deleted.append(path.name)
            total_bytes -= stat.st_size
    return deleted
