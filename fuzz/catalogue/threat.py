"""A hostile file, and what most of them are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fuzz.files import mpeg

BOMB_SIDE: Final = 15_000
"""Pixels on a side of a cover that would take 1.8 GB."""

MANY: Final = 1_000_000
"""Entries of tables that are really there."""

NEVER: Final = 0xFFFFFFFF
"""Entries of tables that are not."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file that must not hurt."""

    name: str
    make: Callable[[], bytes]
    may_be_heard: bool = False
    """True if its sound is good and what is bad beside it may be passed over."""


def cover() -> bytes:
    """Return a picture of 1.7 MB that would take 1.8 GB."""
    return mpeg.png(BOMB_SIDE, 16, 6)
