"""The measured speed of an engine on a device, and the file that caches it between starts."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

_log = logging.getLogger(__name__)

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
    entry: Any = _read(path).get(name)
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
    entries = _read(path) | {name: {**asdict(calibration), "at": clock()}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            json.dump(entries, file, indent=1)
        os.replace(file.name, path)
    except OSError as error:
        _log.warning("The calibration could not be saved to %s: %s.", path, error.strerror or error)


def _read(path: Path) -> dict[str, Any]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}
