"""The interface between pacing and connecting: the output of one guild's sound.

The pacer implements PacketSink: it reads the source, encodes, and sends a packet every 20 ms. The supervisor
attaches a PacketTransport, an open voice connection, and detaches it when it must not be used any more. The
rules:

- A packet leaves through `PacketTransport.send` only. It returns False, and nothing is sent, while the
  transport is not open: not connected, or not encrypted yet, which receivers would drop. The same packet is
  sent again later. So no music is skipped or repeated, whatever happens to connections, and the supervisor
  need not be quick.
- While the sink is paused, or has no open transport, no frame is taken from the source (packets encoded ahead
  are kept). Then it continues at once, on a new clock: no burst.
- The first packet after a hold, and after the start, follows `speak(True)`. The last one before it is
  followed by SILENCE_PACKETS of OPUS_SILENCE, if the transport still takes them, and `speak(False)`.
- `sent_at` changes only when a packet has left: the supervisor watches it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from audio.playout.source import PieceSource

SILENCE_PACKETS: Final = 5
"""Silent packets that end sound, so that decoders do not extrapolate (Discord's developer documentation,
"Voice Data Interpolation")."""

LATE_SECONDS: Final = 0.01
"""A packet that leaves this long after its time counts as late; clients buffer more than that."""

CATCH_UP_SECONDS: Final = 0.2
"""Beyond this delay missed packets are not sent faster: the clock restarts."""


class PacketTransport(Protocol):
    """A connection to a voice channel, as a sink uses it. Any thread may call it; nothing blocks."""

    @property
    def open(self) -> bool:
        """True if packets reach the listeners: connected, and encrypted end to end."""

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus. Return False, having sent nothing, if the transport is not open."""

    def speak(self, speaking: bool) -> None:
        """Announce that sound begins or has ended."""


class PacketSink(Protocol):
    """The output of one guild's sound. Called on the event loop; it lives as long as its guild's voice.

    `play` returns when `source` has ended or `stop` was called; neither a pause nor a missing transport ends
    it. A piece begins unpaused. `bitrate` is the channel's [bits/s].
    """

    frames_sent: int
    """Packets of music that left."""
    frames_late: int
    """Packets that left more than LATE_SECONDS after their time."""
    frames_hurried: int
    """Packets encoded with less effort because time was short."""

    @property
    def sent_at(self) -> float | None:
        """The time of the last packet on `time.monotonic()`; None before the first."""

    def attach(self, transport: PacketTransport | None) -> None:
        """Send on `transport` from now on; None holds the sound until there is one."""

    async def play(self, source: PieceSource, bitrate: int) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def stop(self) -> None: ...
