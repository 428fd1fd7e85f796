"""The seam between pacing and connecting: where the sound of one guild goes out.

Who paces (a PacketSink) reads the source, encodes, and sends a packet every 20 ms. Who connects (the
Supervisor) attaches a Line when there is one and takes it away when it
is not to be used any more; `bot/voice/pacer.py` is the PacketSink. The rules:

- A packet leaves by `Line.send` and by nothing else. It returns False, and nothing has left, while the line
  is not open: not connected, or not encrypted yet, which receivers would drop. The same packet is sent again
  later. So nothing of the music is skipped or repeated, whatever happens to the line, and the supervisor need
  not be quick.
- While it is paused, or the line is closed, or there is none, no frame is taken out of the source. (What
  is encoded ahead is kept.) Then it goes on at once, on a new clock: no burst.
- The first packet after such a hold, and after the start, follows `speak(True)`; the last one before it is
  followed by SILENCE_PACKETS of OPUS_SILENCE, if the line still takes them, and `speak(False)`.
- `sent_at` moves only when a packet has left: the supervisor watches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from audio.playout.source import PieceSource

SILENCE_PACKETS: Final = 5
"""How many of them end sound, so that decoders do not fill the gap with what they guess (Discord's developer
documentation, "Voice Data Interpolation")."""

LATE_SECONDS: Final = 0.01
"""A packet that leaves this long after its time counts as late; players hold back more than that."""

CATCH_UP_SECONDS: Final = 0.2
"""Later than this, what was missed is not sent in a burst: the clock starts anew."""


class Line(Protocol):
    """A connection to a voice channel, as an outlet sees it. Any thread may use it; nothing waits."""

    @property
    def open(self) -> bool:
        """Whether what is sent now is heard: connected, and encrypted end to end."""

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus; False, and nothing has left, when the line is not open."""

    def speak(self, speaking: bool) -> None:
        """Say that sound begins or has ended."""


class PacketSink(Protocol):
    """Where the sound of one guild goes out. Called on the event loop; it lives as long as its guild's voice.

    `play` returns when `source` has ended or `stop` was called. Neither pausing nor taking the line away ends
    it. A piece begins unpaused. `bitrate` is the channel's, in bits a second.
    """

    frames_sent: int
    """Packets of music that left."""
    frames_late: int
    """Those that left more than LATE_SECONDS after their time."""
    frames_hurried: int
    """Those on whose encoding less was spent, because time was short."""

    @property
    def sent_at(self) -> float | None:
        """When the last packet left, on `time.monotonic()`; None if none has."""

    def attach(self, line: Line | None) -> None:
        """Send on this line from now on; None: hold the sound until there is one."""

    async def play(self, source: PieceSource, bitrate: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def stop(self) -> None: ...
