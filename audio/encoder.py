"""Opus, encoded a little ahead of playing and on threads of its own.

Whoever sends a packet every 20 ms must not wait for 0.17 ms of libopus for each of a hundred channels.
libopus runs without Python's lock, so what is encoded here holds up nobody.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final, Literal, TypedDict

from discord.opus import Encoder as OpusEncoder

from audio.opus import OPUS_SILENCE
from audio.source import PieceSource
from audio.units import FRAME_SAMPLES

ENCODER_KBITS: Final = (16, 128)
"""discord.py's encoder takes no less; music gains nothing audible from more (FEC off, 48 kHz stereo)."""

LEAD_FRAMES: Final = 10
"""How many frames are encoded ahead: 200 ms. A thread on a busy machine may stand still for most of that. A
new volume is heard after it, no later than anybody notices who has just sent a command."""

ROUND_SECONDS: Final = 0.04
"""How often the lead is made up: seldom enough that waking costs nothing, often enough to keep most of it."""

THREADS: Final = 2
"""A core encodes for about 100 channels (0.17 ms a frame at 96 kbit/s, measured)."""

_log = logging.getLogger(__name__)


class EncoderOptions(TypedDict):
    """Keyword arguments of discord.VoiceClient.play that concern its Opus encoder."""

    application: Literal["audio"]
    bitrate: int
    fec: Literal[False]
    bandwidth: Literal["full"]
    signal_type: Literal["music"]


def encoder_options(channel_bitrate: int) -> EncoderOptions:
    """How to encode music for a channel of `channel_bitrate` bits a second.

    Forward error correction exists in Opus's speech coder alone: to have it, libopus codes music as speech
    below 8 kHz, 4 dB worse and at twice the cost. Without it every packet is CELT. discord.py passes an
    expected loss on to libopus only together with it, so none is given.
    """
    lowest, highest = ENCODER_KBITS
    return {
        "application": "audio",
        "bitrate": min(highest, max(lowest, channel_bitrate // 1000)),
        "fec": False,
        "bandwidth": "full",
        "signal_type": "music",
    }


class Packets:
    """A piece as Opus packets of 20 ms, encoded ahead.

    `encode` belongs to one thread, `read` to another. How both take turns changes no packet, and what the
    buffer counts as played is what was read, not what was encoded.
    """

    def __init__(self, source: PieceSource, bitrate: int) -> None:
        self.failed = False
        """Whether encoding has failed, so that it ends here."""
        self._source = source
        self._opus = OpusEncoder(**encoder_options(bitrate))
        self._ready: deque[bytes] = deque()
        self._encoded = 0

    @property
    def ahead(self) -> int:
        """How many packets wait to be read."""
        return len(self._ready)

    def encode(self) -> None:
        """Encode one more frame, if it is there."""
        frame = self._source.frame(self._encoded)
        if frame is not None:
            self._ready.append(self._opus.encode(frame, FRAME_SAMPLES))
            self._encoded += 1  # last: from here on it may be read

    def read(self) -> bytes | None:
        """The next packet: silence if its sound is not made yet, None if it is made but not encoded yet, b""
        after the last. Never waits."""
        if self.failed and not self._ready:
            return b""
        played = self._source.buffer.frames_played
        frame = self._source.read(self._encoded)
        if not frame:
            return frame
        return self._ready.popleft() if self._source.buffer.frames_played > played else OPUS_SILENCE


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
    """Make up the lead of each piece, a frame of each in turn. One that fails keeps no other from it."""
    for lead in range(1, LEAD_FRAMES + 1):
        for packets in pieces:
            if packets.ahead < lead and not packets.failed:
                try:
                    packets.encode()
                except Exception:
                    packets.failed = True
                    _log.exception("a piece could not be encoded")
