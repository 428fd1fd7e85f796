"""The outlet: where the sound of one guild goes out, and the line that it goes out on.

This is the seam between pacing and connecting. Who paces (an Outlet) reads the source, encodes, and sends a
packet every 20 ms. Who connects (the Supervisor) attaches a Line when there is one and takes it away when it
is not to be used any more. The rules:

- A packet leaves by `Line.send` and by nothing else. It returns False, and nothing has left, while the line
  is not open: not connected, or not encrypted yet, which receivers would drop. The same packet is sent again
  later. So nothing of the music is skipped or repeated, whatever happens to the line, and the supervisor need
  not be quick.
- While it is paused, or the line is closed, or there is none, no frame is taken out of the source. (One who
  encodes ahead keeps what is encoded.) Then it goes on at once, on a new clock: no burst.
- The first packet after such a hold, and after the start, follows `speak(True)`; the last one before it is
  followed by SILENCE_PACKETS of OPUS_SILENCE, if the line still takes them, and `speak(False)`.
- `sent_at` moves only when a packet has left: the supervisor watches it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from discord.opus import Encoder

from audio.opus import OPUS_SILENCE
from audio.source import PieceSource, encoder_options
from audio.units import FRAME_SAMPLES, FRAME_SECONDS

SILENCE_PACKETS: Final = 5
"""How many of them end sound, so that decoders do not fill the gap with what they guess (Discord's developer
documentation, "Voice Data Interpolation")."""

LATE_SECONDS: Final = 0.01
"""A packet that leaves this long after its time counts as late; players hold back more than that."""

CATCH_UP_SECONDS: Final = 0.2
"""Later than this, what was missed is not sent in a burst: the clock starts anew."""

_log = logging.getLogger(__name__)


class Line(Protocol):
    """A connection to a voice channel, as an outlet sees it. Any thread may use it; nothing waits."""

    @property
    def open(self) -> bool:
        """Whether what is sent now is heard: connected, and encrypted end to end."""

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus; False, and nothing has left, when the line is not open."""

    def speak(self, speaking: bool) -> None:
        """Say that sound begins or has ended."""


class Outlet(Protocol):
    """Where the sound of one guild goes out. Called on the event loop; it lives as long as its guild's voice.

    `play` returns when `source` has ended or `stop` was called. Neither pausing nor taking the line away ends
    it. A piece begins unpaused. `bitrate` is the channel's, in bits a second.
    """

    frames_sent: int
    """Packets of music that left."""
    frames_late: int
    """Those that left more than LATE_SECONDS after their time."""

    @property
    def sent_at(self) -> float | None:
        """When the last packet left, on `time.monotonic()`; None if none has."""

    def attach(self, line: Line | None) -> None:
        """Send on this line from now on; None: hold the sound until there is one."""

    async def play(self, source: PieceSource, bitrate: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def stop(self) -> None: ...


class ThreadOutlet:
    """One thread for each source that plays."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.frames_sent = 0
        self.frames_late = 0
        self._clock = clock
        self._sent_at: float | None = None
        self._line: Line | None = None
        self._paused = False
        self._ending = threading.Event()

    @property
    def sent_at(self) -> float | None:
        """When the last packet left, on the clock; None if none has."""
        return self._sent_at

    def attach(self, line: Line | None) -> None:
        """Send on this line from now on; None: hold the sound until there is one."""
        self._line = line

    def pause(self) -> None:
        """Hold the sound where it is."""
        self._paused = True

    def resume(self) -> None:
        """Go on from where it was held."""
        self._paused = False

    def stop(self) -> None:
        """End the sound now: within a frame."""
        self._ending.set()

    async def play(self, source: PieceSource, bitrate: int) -> None:
        """Play `source` until it ends or is stopped, one at a time."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        ending = self._ending = threading.Event()
        self._paused = False

        def run() -> None:
            try:
                self._run(source, Encoder(**encoder_options(bitrate)), ending)
            except Exception:
                _log.exception("the outlet ended with an error")
            finally:
                loop.call_soon_threadsafe(ended.set)

        threading.Thread(target=run, name="outlet", daemon=True).start()
        try:
            await ended.wait()
        finally:
            ending.set()

    def _run(self, source: PieceSource, encoder: Encoder, ending: threading.Event) -> None:
        packet, line, due = b"", None, self._clock()
        while not ending.is_set():
            if self._paused or self._line is not line or line is None or not line.open:
                _fall_silent(line)
                line = None if self._paused else self._line
                if line is None or not line.open:
                    line = None
                    ending.wait(FRAME_SECONDS)
                    continue
                line.speak(True)
                due = self._clock()
            if not packet:
                frame = source.read()
                if not frame:
                    break
                packet = encoder.encode(frame, FRAME_SAMPLES)
            if not line.send(packet):
                ending.wait(FRAME_SECONDS)
                continue
            packet, self._sent_at = b"", self._clock()
            self.frames_sent += 1
            late = self._sent_at - due
            self.frames_late += late > LATE_SECONDS
            due = (due if late < CATCH_UP_SECONDS else self._sent_at) + FRAME_SECONDS
            ending.wait(max(0.0, due - self._clock()))
        _fall_silent(line)


def _fall_silent(line: Line | None) -> None:
    """End the sound on a line that perhaps takes no more."""
    if line is not None:
        for _ in range(SILENCE_PACKETS):
            line.send(OPUS_SILENCE)
        line.speak(False)
