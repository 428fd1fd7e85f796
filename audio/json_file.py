"""A small JSON file that caches what can be found out again: damage and a full disk cost only time."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from audio.whole_file import replace_file

_log = logging.getLogger(__name__)


def read_entries(path: Path) -> dict[str, Any]:
    """Return the object in the file at `path`; empty if the file is missing or damaged."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entries if isinstance(entries, dict) else {}


def write_entries(path: Path, entries: dict[str, Any]) -> None:
    """Replace the file at `path`, which is never seen half-written. Failure is only logged."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(entries, indent=1).encode())
    except OSError as error:
        _log.warning("%s could not be saved: %s.", path, error.strerror or error)
