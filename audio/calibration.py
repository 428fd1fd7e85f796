"""The measured speed of an engine on a device, and the file that caches it between starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from audio.json_file import read_entries, write_entries

MAX_AGE_SECONDS: Final = 7 * 86_400.0
"""Older calibrations are measured again: a machine gets other work, other drivers, other cooling."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The measured speed of a loaded, idle engine."""

    speed: float
    """Seconds of sound composed per second for one piece alone, codec included, in the middle of the
    piece."""
    listeners: int
    """Pieces that can be composed in real time at once: at least 1, at most the number of slots."""
    capacity: float
    """Seconds of sound composed per second for all pieces together, with headroom for other work."""


def load_calibration(path: Path, name: str, clock: Callable[[], float] = time.time) -> Calibration | None:
    """Return the calibration cached under `name` in the file at `path`; None if missing, damaged or old."""
    entry: Any = read_entries(path).get(name)
    try:
        if clock() - float(entry["at"]) > MAX_AGE_SECONDS:
            return None
        return Calibration(float(entry["speed"]), int(entry["listeners"]), float(entry["capacity"]))
    except (TypeError, KeyError, ValueError):
        return None


def save_calibration(
    path: Path, name: str, calibration: Calibration, clock: Callable[[], float] = time.time
) -> None:
    """Cache a calibration under `name` in the file at `path`; entries of other names stay.

    Failure to write is only logged: the engine works without the cache.
    """
    write_entries(path, read_entries(path) | {name: {**asdict(calibration), "at": clock()}})
