"""A case: a file that a member may bring, and what Busker makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz.files.sound import HERTZ, SECONDS

UNREADABLE: Final = "recording-unreadable"
SILENT: Final = "recording-silent"
TOO_SHORT: Final = "recording-too-short"
TOO_LONG: Final = "recording-too-long"
"""Sentences by their names in `words/`."""

WITHIN_SECONDS: Final = 0.15
"""How much padding of a codec a length may include [s]."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file and its result: it is heard, or refused with one of some sentences."""

    name: str
    make: Callable[[], bytes]
    seconds: float = SECONDS
    """Length of what is heard [s]."""
    hertz: float | None = HERTZ
    """Pitch of what is heard at its beginning and at its end [Hz]; None if it has none."""
    within: float = WITHIN_SECONDS
    """Tolerance of the length [s]."""
    refused: frozenset[str] = frozenset()
    """Keys of the sentences; empty if the file is heard."""


def heard(
    name: str,
    make: Callable[[], bytes],
    seconds: float = SECONDS,
    hertz: float | None = HERTZ,
    within: float = WITHIN_SECONDS,
) -> Case:
    """Return a case that is heard."""
    return Case(name, make, seconds, hertz, within)


def refused(name: str, make: Callable[[], bytes], *keys: str) -> Case:
    """Return a case that is refused with one of these sentences, usually that it cannot be read."""
    return Case(name, make, refused=frozenset(keys or {UNREADABLE}))
