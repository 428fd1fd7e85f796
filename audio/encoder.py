"""Opus, encoded a little ahead of playing and on threads of its own.

Whoever sends a packet every 20 ms must not wait for 0.09 ms of libopus for each of a hundred channels.
libopus runs without Python's lock, so what is encoded here holds up nobody.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from audio.opus import OPUS_SILENCE, MusicEncoder
from audio.source import PieceSource

LEAD_FRAMES: Final = 10
"""How many frames are encoded ahead: 200 ms. A thread on a busy machine may stand still for most of that. A
new volume is heard after it, no later than anybody notices who has just sent a command."""

LEADS: Final = (LEAD_FRAMES // 5, LEAD_FRAMES)
"""Every piece has the first before one has more: none waits for long when all of them have nothing."""

ROUND_SECONDS: Final = 0.04
"""How often the lead is made up: seldom enough that waking costs nothing, often enough to keep most of it."""

THREADS: Final = 2
"""A core encodes for about 100 channels (0.17 ms a frame at 96 kbit/s, measured)."""

_log = logging.getLogger(__name__)


class Packets:
    """A piece as Opus packets of 20 ms, encoded ahead.

    `encode` belongs to one thread, `read` to another. How both take turns changes no packet, and what the
    buffer counts as played is what was read, not what was encoded.
    """

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.failed = False
        """Whether encoding has failed, so that it ends here."""
        self._source = source
        self._opus = MusicEncoder(bitrate)
        self._ready: deque[bytes] = deque()
        self._encoded = source.frames_played

    @property
    def ahead(self) -> int:
        """How many packets wait to be read."""
        return len(self._ready)

    def encode(self, most: int = 1) -> None:
        """Encode up to `most` more frames, as far as they are there."""
        packets = self._opus.encode(self._source.frames(self._encoded, most))
        self._ready.extend(packets)
        self._encoded += len(packets)  # last: from here on they may be read

    def read(self) -> bytes | None:
        """The next packet: silence if its sound is not made yet, None if it is made but not encoded yet, b""
        after the last. Never waits."""
        if self.failed and not self._ready:
            return b""
        played = self._source.frames_played
        frame = self._source.read(self._encoded)
        if not frame:
            return frame
        return self._ready.popleft() if self._source.frames_played > played else OPUS_SILENCE


class Encoder:
    """Encodes for all that play, on a few threads. Called on the event loop; whoever made it closes it."""

    def __init__(self, threads: int = THREADS) -> None:
        self._desks = [Desk(f"opus encoder {number}") for number in range(1, threads + 1)]

    def open(self, source: PieceSource, bitrate: int) -> Packets:
        """Begin to encode `source` for a channel of `bitrate` bits a second."""
        packets = Packets(source, bitrate)
        min(self._desks, key=len).add(packets)
        return packets

    def release(self, packets: Packets) -> None:
        """Encode no more of it; safe to call twice."""
        for desk in self._desks:
            desk.remove(packets)

    def close(self) -> None:
        """End the threads; what they were encoding goes no further."""
        for desk in self._desks:
            desk.close()


class Desk:
    """One thread, which starts with the first piece, and the pieces that it encodes."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: tuple[Packets, ...] = ()
        self._work = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._pieces)

    def add(self, packets: Packets) -> None:
        """Encode this too, from now on."""
        self._pieces = (*self._pieces, packets)
        self._work.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def remove(self, packets: Packets) -> None:
        """Encode no more of this."""
        self._pieces = tuple(piece for piece in self._pieces if piece is not packets)

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._work.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closed:
            encode_ahead(self._pieces)
            self._work.wait(ROUND_SECONDS if self._pieces else None)
            self._work.clear()


def encode_ahead(pieces: Sequence[Packets]) -> None:
    """Make up the lead of each piece, who needs it most first. One that fails keeps no other from it."""
    for lead in LEADS:
        for packets in pieces:
            missing = lead - packets.ahead
            if missing > 0 and not packets.failed:
                try:
                    packets.encode(missing)
                except Exception:
                    packets.failed = True
                    _log.exception("a piece could not be encoded")
