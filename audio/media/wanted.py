"""What is wanted of a foreign file, and why one is refused. Light to import: no FFmpeg."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from audio.errors import RecordingError
from audio.media.limits import BEGINNING_SECONDS, END_SECONDS, MAX_SECONDS, MIN_SECONDS
from words.text import Text


class Use(StrEnum):
    """What a file is wanted for, which says how much of it is kept."""

    END = "end"
    """To continue it: the last END_SECONDS, in float32."""
    BEGINNING = "beginning"
    """To follow its melody: the first BEGINNING_SECONDS, in float32. The rest is not decoded."""
    WHOLE = "whole"
    """To play or extend it: all of it, in 16 bits."""
    TAGS = "tags"
    """For its tags alone: no sound is decoded."""


_SECONDS: Final = {
    Use.END: END_SECONDS,
    Use.BEGINNING: BEGINNING_SECONDS,
    Use.WHOLE: MAX_SECONDS,
    Use.TAGS: 0.0,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a file; `rate` is in samples per second, `channels` are 1 or 2."""

    use: Use
    rate: int
    channels: int

    @property
    def max_samples(self) -> int:
        """Most samples of a channel in the answer."""
        return round(_SECONDS[self.use] * self.rate)

    @property
    def dtype(self) -> np.dtype[np.float32] | np.dtype[np.int16]:
        """Little-endian type of the samples in the answer."""
        return np.dtype("<i2") if self.use is Use.WHOLE else np.dtype("<f4")


class Reason(StrEnum):
    """Why a file is refused: all that the process says about it."""

    UNREADABLE = "unreadable"
    """No allowed container with a stream that can be decoded."""
    SILENT = "silent"
    """No stream of sound."""
    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    DAMAGED = "damaged"
    """Less can be decoded than not, or too little in all."""
    TOO_MUCH = "too much"
    """More work or memory than its sound is worth."""


class Refused(RecordingError):
    """A file that is not read, for a reason that is put into a sentence with the file's name."""

    def __init__(self, reason: Reason, name: str) -> None:
        super().__init__(_sentence(reason, name))
        self.reason = reason


def _sentence(reason: Reason, name: str) -> Text:
    match reason:
        case Reason.SILENT:
            return Text("recording-silent", file=name)
        case Reason.TOO_SHORT:
            return Text("recording-too-short", file=name, shortest=MIN_SECONDS)
        case Reason.TOO_LONG:
            return Text("recording-too-long", file=name, longest=MAX_SECONDS / 60)
        case Reason.DAMAGED:
            return Text("recording-damaged", file=name)
        case Reason.TOO_MUCH:
            return Text("recording-too-much", file=name)
        case _:
            return Text("recording-unreadable", file=name)
