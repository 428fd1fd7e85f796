"""The messages between the two processes.

All are picklable. Times are `time.monotonic()` [seconds], which all processes of a machine share.
"""

from __future__ import annotations

from dataclasses import dataclass

from audio.units import Pcm16
from rehearsal.discord_here import Door


@dataclass(frozen=True, slots=True)
class Setup:
    """Address and token for the bot, the voice channels to join and the music to play."""

    door: Door
    token: str
    channels: tuple[int, ...]
    music: Pcm16
    """Played in a loop in every channel, each from another offset: shaped (samples, 2)."""
    composing: bool
    """True if an engine composes meanwhile."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The bot has joined all channels, encrypted end to end."""

    seconds: float
    """Seconds that this took."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play in the first `channels` channels, and measure the last `seconds`."""

    way: str
    channels: int
    warm_seconds: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Played:
    """The bot process's figures of the measured run."""

    began: float
    ended: float
    cpu_seconds: float
    """Processor time of the bot's process alone."""
    stolen_share: float
    """The share of all processors' time that the host gave to other guests while work waited here."""
    starved_frames: int
    """Silent frames played because the buffer was empty, since the start."""
    hurried_frames: int
    """Frames encoded with less effort because time was short."""
    composed_seconds: float
    """Seconds of music that the engine made meanwhile."""
