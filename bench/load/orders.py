"""What the two processes say to each other.

All of it is picklable. Times are `time.monotonic()`'s, in seconds, which all processes of a machine share.
"""

from __future__ import annotations

from dataclasses import dataclass

from audio.units import Pcm16
from rehearsal.discord_here import Door


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where the bot finds Discord, and what it plays in which voice channels."""

    door: Door
    token: str
    channels: tuple[int, ...]
    music: Pcm16
    """What every channel plays in a loop, each from another place: shaped (samples, 2)."""
    composing: bool
    """Whether an engine composes all the while."""


@dataclass(frozen=True, slots=True)
class Seated:
    """The bot sits in all channels, encrypted end to end."""

    seconds: float
    """How long that took."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play in the first `channels` channels, and tell what the last `seconds` took."""

    way: str
    channels: int
    warm_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Played:
    """What the bot's process knows of the measured stretch."""

    began: float
    ended: float
    cpu_seconds: float
    """Processor time of this process alone."""
    stolen_share: float
    """Of all processors' time, what the host gave to others while something wanted to run here."""
    starved_frames: int
    """Silent frames that were played for want of music, since the start."""
    hurried_frames: int
    """Frames on whose encoding less was spent because time was short."""
    composed_seconds: float
    """Seconds of music that the engine made meanwhile."""
