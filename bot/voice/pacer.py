"""The pacer: threads that send the sound of all guilds, each packet at its time.

    PieceSource ──frames──▶ PacedStream ──packets──▶ PacketTransport.send
                                ▲
           a thread of the pacer: every 20 ms a packet of each stream; it encodes in between

discord.py has a thread for each channel, and sixty of them contend with each other. Separate encoder threads
would not help: one that encodes for some milliseconds delays one that must wake now, since the scheduler lets
it run for up to 4 ms (Linux, 250 Hz). So the thread that sends also encodes, in the time left until the next
packet, five frames in 0.5 to 1 ms, and stops shortly before the tick. It sleeps at real-time priority where
that is granted, and encodes without it: it wakes on time and delays no other thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from audio.playout.opus import OPUS_SILENCE
from audio.playout.packets import Packets
from audio.playout.source import PieceSource
from audio.units import FRAME_SECONDS
from bot.voice.realtime import RealtimePriority
from bot.voice.sink import CATCH_UP_SECONDS, LATE_SECONDS, SILENCE_PACKETS, PacketTransport

THREADS: Final = 2
"""One core encodes and sends for about 90 channels (60 take 58 % of one, measured)."""

MAX_CHANNELS_PER_THREAD: Final = 60
"""Fill one thread to 60 channels before using the second: they contend for the GIL and the cache. With 30
each, 60 channels took 1.08 times as much processor time, with 50 and 10 of them 1.4 times (medians of three,
interleaved)."""

MAX_CHANNELS_AT_FULL_EFFORT: Final = 30
"""Up to this many channels a thread has time for libopus at full complexity: less than half of a core. With
more it encodes at lower complexity."""

ENCODING_SECONDS: Final = 0.0015
"""Upper bound, nearly always, for encoding a few frames: 0.4 to 1.2 ms (measured). This close to a tick,
encode only streams about to run dry."""

MIN_GAP_SECONDS: Final = FRAME_SECONDS / 2
"""Minimum time between two packets of a stream that catches up: twice the usual rate, not a burst."""

SWITCH_SECONDS: Final = 0.0005
"""Python's thread switch interval while sound plays. The default of 5 ms can be spent three times for each
packet, since encrypting, sending and sleeping all release the GIL: beside one busy thread 40 % of the packets
of 40 channels left in time, with this value 74 % (measured, two cores with other work)."""

_log = logging.getLogger(__name__)


class Pacer:
    """Owns the threads. Made, started and closed on the event loop, by the bot.

    `clock` returns seconds and `sleep` takes them. `encode` makes the packets of a source at a bitrate
    [bits/s].
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        encode: Callable[[PieceSource, int], Packets] = Packets,
        threads: int = THREADS,
    ) -> None:
        self.clock = clock
        self.encode = encode
        self.threads = [
            PacingThread(f"pacer {number + 1}", clock, sleep, phase=number * FRAME_SECONDS / threads)
            for number in range(threads)
        ]
        self._interval = sys.getswitchinterval()
        self._started = False

    def new_sink(self) -> PacedSink:
        """Return a new sink, served by this pacer."""
        return PacedSink(self)

    def add(self, stream: PacedStream) -> None:
        """Serve `stream` until it ends."""
        with_room = (thread for thread in self.threads if len(thread) < MAX_CHANNELS_PER_THREAD)
        next(with_room, min(self.threads, key=len)).add(stream)

    def start(self) -> None:
        """Start the threads."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._started = True
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """End the threads, and whatever still plays."""
        for thread in self.threads:
            thread.end()
        if self._started:
            for thread in self.threads:
                thread.join()
            sys.setswitchinterval(self._interval)


class PacingThread(threading.Thread):
    """A thread with its streams and its clock: at each tick, every 20 ms, it sends a packet of each stream.

    Packets sent together cost less than packets spread over the frame, since code and data stay in the
    processor's cache: 0.88 of the processor time (60 channels, two threads, medians of four, interleaved). It
    also leaves the longest undivided time to encode. `phase` is the time of the ticks, in seconds after a
    whole number of frames.
    """

    def __init__(
        self, name: str, clock: Callable[[], float], sleep: Callable[[float], None], phase: float
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._clock = clock
        self._sleep = sleep
        self._phase = phase
        self._added: deque[PacedStream] = deque()
        self._streams: list[PacedStream] = []
        self._due = 0.0
        """The next tick."""
        self._next = 0.0
        """When to send: at `_due`, or later while the thread catches up."""
        self._to_encode: dict[PacedStream, None] = {}
        """Streams that need more packets, the longest waiting first."""
        self._priority = RealtimePriority()
        self._work = threading.Event()
        self._ended = False

    def __len__(self) -> int:
        return len(self._streams) + len(self._added)

    def add(self, stream: PacedStream) -> None:
        """Serve `stream` until it ends. Any thread."""
        self._added.append(stream)
        self._work.set()

    def end(self) -> None:
        """End the thread, and whatever still plays. Any thread."""
        self._ended = True
        self._work.set()

    def serve(self) -> float | None:
        """Send a packet of each stream if a tick is due, else encode for one stream that needs it.

        Return the seconds until there is more to do, or None if nothing plays.
        """
        if self._added and not self._streams:
            self._start_clock()
        while self._added:
            stream = self._added.popleft()
            self._streams.append(stream)
            self._to_encode[stream] = None
        if not self._streams:
            return None
        wait = self._next - self._clock()
        if wait <= 0:
            self._tick()
            return 0.0
        tick_is_near = wait < ENCODING_SECONDS
        first = next((stream for stream in self._to_encode if not tick_is_near or stream.packets.short), None)
        if first is None:
            return wait
        del self._to_encode[first]
        self._priority.release()
        first.packets.encode()
        return 0.0

    def run(self) -> None:
        """Serve until `end` is called."""
        while not self._ended:
            wait = self.serve()
            if wait is None:
                self._work.wait()
                self._work.clear()
            elif wait:
                self._priority.acquire()
                self._sleep(wait)
        for stream in (*self._added, *self._streams):
            stream.end()

    def _start_clock(self) -> None:
        """Start the clock: the next tick is the first."""
        ticks = (self._clock() - self._phase) / FRAME_SECONDS
        self._due = self._next = math.ceil(ticks) * FRAME_SECONDS + self._phase

    def _tick(self) -> None:
        """Send a packet of each stream. After a long stall the clock restarts instead of sending a burst."""
        now = self._clock()
        if now - self._due >= CATCH_UP_SECONDS:
            self._start_clock()
            return
        remaining = []
        thrifty = len(self._streams) > MAX_CHANNELS_AT_FULL_EFFORT
        for stream in self._streams:
            stream.packets.thrifty = thrifty
            if stream.send_due(self._due):
                remaining.append(stream)
                if stream.packets.low:
                    self._to_encode.setdefault(stream)
            else:
                self._to_encode.pop(stream, None)
        self._streams = remaining
        self._due += FRAME_SECONDS
        self._next = max(self._due, now + MIN_GAP_SECONDS)


class PacedSink:
    """The PacketSink of one guild, served by a thread of the pacer."""

    def __init__(self, pacer: Pacer) -> None:
        self.frames_sent = 0
        self.frames_late = 0
        self.frames_hurried = 0
        self.sent_at: float | None = None
        """The time of the last packet on the pacer's clock; None before the first."""
        self.transport: PacketTransport | None = None
        self.paused = False
        self._pacer = pacer
        self._stream: PacedStream | None = None

    def attach(self, transport: PacketTransport | None) -> None:
        """Send on `transport` from now on; None holds the sound until there is one."""
        self.transport = transport

    def pause(self) -> None:
        """Hold the sound where it is, within a frame."""
        self.paused = True

    def resume(self) -> None:
        """Continue from where it was held."""
        self.paused = False

    def stop(self) -> None:
        """End the sound, within a frame."""
        if self._stream is not None:
            self._stream.stopping = True

    async def play(self, source: PieceSource, bitrate: int) -> None:
        """Play `source` until it ends or is stopped, one at a time."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def notify() -> None:  # called on the pacer's thread
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(ended.set)

        self.paused = False
        packets = self._pacer.encode(source, bitrate)
        stream = self._stream = PacedStream(self, packets, notify, self._pacer.clock)
        self._pacer.add(stream)
        try:
            await ended.wait()
        finally:
            stream.stopping = True


class PacedStream:
    """One piece being sent. Served by the pacer's thread; the event loop only sets `stopping`."""

    def __init__(
        self, sink: PacedSink, packets: Packets, ended: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self.packets = packets
        self.stopping = False
        """True once playback should stop."""
        self._sink = sink
        self._ended = ended
        self._clock = clock
        self._transport: PacketTransport | None = None
        """The transport in use; None while the stream is silent."""
        self._packet: bytes | None = None
        """A packet that was read and has not been sent yet."""
        self._hurried = 0

    def send_due(self, due: float) -> bool:
        """Send the packet that is `due`, unless the stream is held. Return True if there is more to come.

        Never raises: an error in one guild must not stop the others.
        """
        try:
            more = not self.stopping and self._try_send(due)
        except Exception:
            _log.exception("the sound of a guild ended with an error")
            more = False
        if not more:
            self.end()
        return more

    def end(self) -> None:
        """End the sound, and wake `play`."""
        try:
            self._switch_to(None)
        except Exception:
            _log.exception("a connection did not take the end of the sound")
        self._ended()

    def _try_send(self, due: float) -> bool:
        sink = self._sink
        transport = None if sink.paused else sink.transport
        if transport is not self._transport:
            self._switch_to(transport)
        if self._transport is None:
            return True
        if self._packet is None:
            self._packet = self.packets.read()
        if not self._packet:
            return False
        if not self._transport.send(self._packet):
            self._switch_to(None)
            return True
        self._packet = None
        sink.sent_at = now = self._clock()
        sink.frames_sent += 1
        sink.frames_late += now - due > LATE_SECONDS
        hurried = self.packets.frames_hurried
        sink.frames_hurried += hurried - self._hurried
        self._hurried = hurried
        return True

    def _switch_to(self, transport: PacketTransport | None) -> None:
        """End the sound on the current transport, and begin on `transport` if it is open."""
        before, self._transport = self._transport, None
        if before is not None:
            for _ in range(SILENCE_PACKETS):
                before.send(OPUS_SILENCE)
            before.speak(False)
        if transport is not None and transport.open:
            transport.speak(True)
            self._transport = transport
