"""A fault: something that goes wrong around the bot, and the effect that it may have on the music."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rehearsal.faults.scene import Scene

SceneAction = Callable[[Scene], Coroutine[Any, Any, None]]


class Kind(Enum):
    """The effect on the music."""

    SURVIVABLE = "survivable"
    """It goes on."""
    ENDING = "ending"
    """It ends, and the guild is idle."""


class Moment(Enum):
    """The time of the fault."""

    BEFORE = "before"
    """Before the piece is requested."""
    START = "start"
    """From the request of the piece on."""
    MUSIC = "music"
    """In the middle of the music."""


class Track(Enum):
    """The fate of the piece being composed."""

    POSTED = "posted"
    SAVED = "saved"
    """It cannot be posted and stays in the folder of tracks."""
    CANCELLED = "cancelled"
    """A member stopped it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong. `cause` returns when it is over; the bot then has to recover by itself."""

    name: str
    sentence: str
    kind: Kind
    cause: SceneAction
    moment: Moment = Moment.MUSIC
    track: Track = Track.POSTED
    repair: SceneAction | None = None
    """Undoes the fault after the music has ended, so that the next piece can be requested."""
    needs_engine_process: bool = False
