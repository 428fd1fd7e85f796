"""A piece as Opus packets, encoded slightly ahead of playing.

The thread that sends a packet every 20 ms finds it ready and encodes more while nothing is due. libopus runs
without Python's lock, so encoding does not block other threads.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import Final

from audio.playout.opus import (
    COMPLEXITY,
    HURRIED_COMPLEXITY,
    OPUS_SILENCE,
    THRIFTY_COMPLEXITY,
    MusicEncoder,
)
from audio.playout.source import PieceSource

LEAD_FRAMES: Final = 10
"""Frames encoded ahead: 200 ms. A thread on a busy machine may stall for most of that. A new volume takes
effect after it, soon enough not to be noticed after a command."""

BATCH_FRAMES: Final = 5
"""Frames encoded in a row; encoding starts once the lead is that much short. Alternating between streams
frame by frame takes 1.1 times as long, since encoders evict each other from the processor's cache
(measured)."""

SHORT_FRAMES: Final = 2
"""With so few packets ahead, time is short and frames are encoded at HURRIED_COMPLEXITY."""

_log = logging.getLogger(__name__)


class Packets:
    """The Opus packets of a piece, 20 ms each. Belongs to one thread.

    The order of `encode` and `read` calls changes no packet, unless time gets short. The buffer counts what
    was read as played, not what was encoded.
    """

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.frames_hurried = 0
        """Number of frames encoded at HURRIED_COMPLEXITY because time was short."""
        self.thrifty = False
        """True to encode at THRIFTY_COMPLEXITY, for many streams on one processor core."""
        self._source = source
        self._opus = MusicEncoder(bitrate)
        self._ready: deque[bytes] = deque()
        self._encoded = source.frames_played
        self._supplied = False
        """True if the latest batch was complete: a low lead is then due to lack of time, not of sound."""
        self._failed = False
        """True if encoding has failed; nothing more is encoded."""

    @property
    def ahead(self) -> int:
        """Number of packets that wait to be read."""
        return len(self._ready)

    @property
    def low(self) -> bool:
        """True if more should be encoded."""
        return len(self._ready) <= LEAD_FRAMES - BATCH_FRAMES and not self._failed

    @property
    def short(self) -> bool:
        """True if one more packet sent before the next `encode` would make it hurry."""
        return len(self._ready) <= SHORT_FRAMES + 1

    def encode(self) -> None:
        """Encode up to BATCH_FRAMES more frames if the lead is low.

        Takes 0.5 to 1 ms, 0.6 of that if thrifty. An error is logged and ends the piece after the last packet
        encoded.
        """
        if not self.low:
            return
        hurried = self._supplied and len(self._ready) <= SHORT_FRAMES
        complexity = HURRIED_COMPLEXITY if hurried else THRIFTY_COMPLEXITY if self.thrifty else COMPLEXITY
        try:
            packets = self._opus.encode(self._source.frames(self._encoded, BATCH_FRAMES), complexity)
        except Exception:
            self._failed = True
            _log.exception("A piece could not be encoded.")
            return
        self._ready.extend(packets)
        self._encoded += len(packets)
        self._supplied = len(packets) == BATCH_FRAMES
        self.frames_hurried += len(packets) if hurried else 0

    def read(self) -> bytes:
        """Take the next packet: silence if its sound is not there yet, b"" after the last.

        Never waits for sound, but encodes the frame if that has not been done.
        """
        played = self._source.frames_played
        frame = self._source.read(self._encoded)
        if frame is None:
            self.encode()
            frame = self._source.read(self._encoded)
        if not frame:
            return b""
        return self._ready.popleft() if self._source.frames_played > played else OPUS_SILENCE
