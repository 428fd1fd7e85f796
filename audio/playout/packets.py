"""A piece as packets of Opus, encoded a little ahead of playing.

Whoever sends a packet every 20 ms finds it ready, and encodes more when nothing is due. libopus runs without
Python's lock, so what is encoded here holds up no other thread.
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
"""How many frames are encoded ahead: 200 ms. A thread on a busy machine may stand still for most of that. A
new volume is heard after it, no later than anybody notices who has just sent a command."""

AT_ONCE: Final = 5
"""How many frames are encoded in a row, and so the lead that is left when it is made up. In turn with others'
each would take 1.1 times as long, since encoders push each other out of the processor's cache (measured)."""

SHORT_FRAMES: Final = 2
"""With so few ahead there is not enough time for all, and less is spent on each."""

_log = logging.getLogger(__name__)


class Packets:
    """A piece as Opus packets of 20 ms. Belongs to one thread.

    How encoding and reading take turns changes no packet, unless time gets short; and what the buffer counts
    as played is what was read, not what was encoded.
    """

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.frames_hurried = 0
        """Frames on which less was spent because time was short."""
        self.thrifty = False
        """Whether little is to be spent on each frame, since many share the processor."""
        self._source = source
        self._opus = MusicEncoder(bitrate)
        self._ready: deque[bytes] = deque()
        self._encoded = source.frames_played
        self._supplied = False
        """Whether all the sound that was wanted was there when it was last encoded: a lead that is short all
        the same is short for want of time."""
        self._failed = False
        """Whether encoding has failed, so that it ends here."""

    @property
    def ahead(self) -> int:
        """How many packets wait to be read."""
        return len(self._ready)

    @property
    def low(self) -> bool:
        """Whether it is time to encode more."""
        return len(self._ready) <= LEAD_FRAMES - AT_ONCE and not self._failed

    @property
    def short(self) -> bool:
        """Whether less must be spent on what comes if another packet leaves before."""
        return len(self._ready) <= SHORT_FRAMES + 1

    def encode(self) -> None:
        """Encode AT_ONCE more frames, if the lead is low and as far as the sound is there; 0.5 to 1 ms, or
        0.6 of that if thrifty. What goes wrong is logged, and the piece ends after what is encoded."""
        if not self.low:
            return
        hurried = self._supplied and len(self._ready) <= SHORT_FRAMES
        complexity = HURRIED_COMPLEXITY if hurried else THRIFTY_COMPLEXITY if self.thrifty else COMPLEXITY
        try:
            packets = self._opus.encode(self._source.frames(self._encoded, AT_ONCE), complexity)
        except Exception:
            self._failed = True
            _log.exception("a piece could not be encoded")
            return
        self._ready.extend(packets)
        self._encoded += len(packets)
        self._supplied = len(packets) == AT_ONCE
        self.frames_hurried += len(packets) if hurried else 0

    def read(self) -> bytes:
        """The next packet; silence if its sound is not made yet, b"" after the last. Never waits, but encodes
        what is not encoded yet."""
        played = self._source.frames_played
        frame = self._source.read(self._encoded)
        if frame is None:
            self.encode()
            frame = self._source.read(self._encoded)
        if not frame:
            return b""
        return self._ready.popleft() if self._source.frames_played > played else OPUS_SILENCE
