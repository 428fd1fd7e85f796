"""A Calibration: how fast an engine is on a device, and the file that remembers it from start to start."""

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

KEPT_SECONDS: Final = 7 * 86_400.0
"""A machine gets other work, other drivers, other cooling: what is older is measured again."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Measured figures of an engine that is loaded and idle."""

    speed: float
    """Seconds of sound made in a second for one listener alone, codec included, in the middle of a piece."""
    listeners: int
    """How many can be served in real time at once, at least 1 and at most the slots."""
    capacity: float
    """Seconds of sound made in a second for all of them together, with a reserve for other work."""


def kept_calibration(path: Path, name: str, clock: Callable[[], float] = time.time) -> Calibration | None:
    """What the file at `path` says about the engine of that name; None if it is nothing of use."""
    found: Any = _read(path).get(name)
    try:
        if clock() - float(found["at"]) > KEPT_SECONDS:
            return None
        return Calibration(float(found["speed"]), int(found["listeners"]), float(found["capacity"]))
    except (TypeError, KeyError, ValueError):
        return None


def keep_calibration(
    path: Path, name: str, calibration: Calibration, clock: Callable[[], float] = time.time
) -> None:
    """Write a calibration into the file at `path`, beside those of other names.

    A disk that refuses is said in the log: the engine works all the same.
    """
    calibrations = _read(path) | {name: {**asdict(calibration), "at": clock()}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            json.dump(calibrations, file, indent=1)
        os.replace(file.name, path)
    except OSError as error:
        _log.warning("The calibration could not be kept in %s: %s.", path, error.strerror or error)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
