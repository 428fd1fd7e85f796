"""A fault: something that goes wrong around the bot, with a name, and what it may cost."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rehearsal.faults.scene import Scene

SceneAction = Callable[[Scene], Coroutine[Any, Any, None]]


class Kind(Enum):
    """What is left of the music afterwards."""

    SURVIVABLE = "survivable"
    """It goes on."""
    ENDING = "ending"
    """It ends, and the guild is idle."""


class Moment(Enum):
    """When the fault happens."""

    BEFORE = "before"
    """Before the piece is asked for."""
    START = "start"
    """From the moment on in which the piece is asked for."""
    MUSIC = "music"
    """In the middle of the music."""


class Track(Enum):
    """What becomes of the piece that was being made."""

    POSTED = "posted"
    SAVED = "kept"
    """Nobody can be sent it; it lies in the folder of tracks."""
    CANCELLED = "cancelled"
    """A person wanted no more of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. `cause` returns when it is over; what follows is the bot's affair."""

    name: str
    sentence: str
    kind: Kind
    cause: SceneAction
    moment: Moment = Moment.MUSIC
    track: Track = Track.POSTED
    repair: SceneAction | None = None
    """Puts the world right again after music ended, so that the next piece can be asked for."""
    needs_engine_process: bool = False
