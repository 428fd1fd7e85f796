"""The shelf: the folder of finished tracks, kept below a size. What was used last stays longest."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

from audio.files.track import FORMATS, PICTURE_SUFFIX

SUFFIXES = frozenset({PICTURE_SUFFIX, *(form.suffix for form in FORMATS.values())})

_log = logging.getLogger(__name__)


def use(path: Path) -> None:
    """A track is used now; where that cannot be noted, it counts as old as it is."""
    with contextlib.suppress(OSError):
        os.utime(path)


def make_room(folder: Path, most_bytes: int, needed: Collection[Path]) -> list[str]:
    """Delete tracks, with their pictures, until what is left takes at most `most_bytes`; the names of files
    that are gone. Those that are `needed` stay. Some ms of work for a thousand tracks."""
    staying = {path.stem for path in needed}
    tracks: defaultdict[str, list[tuple[Path, os.stat_result]]] = defaultdict(list)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            if path.suffix in SUFFIXES and entry.is_file():
                tracks[path.stem].append((path, entry.stat()))
    oldest_first = sorted(tracks.values(), key=lambda files: max(stat.st_mtime for _, stat in files))
    taken = sum(stat.st_size for files in oldest_first for _, stat in files)
    gone: list[str] = []
    for files in oldest_first:
        if taken <= most_bytes:
            break
        if files[0][0].stem in staying:
            continue
        for path, stat in files:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("%s stays, against `tracks.keep_mib`: %s", path, error)
            else:
                gone.append(path.name)
            taken -= stat.st_size
    return gone
