"""The pacer: threads that send the sound of all guilds, each packet when its time has come.

    PieceSource ──frames──▶ Turn ──packets──▶ Line.send
                             ▲
           a thread of the pacer: every 20 ms a packet of each, and what is encoded between

discord.py has a thread for each channel, and sixty of them get in each other's way. Encoding has no threads
of its own either: one that encodes for some ms on end is in the way of one that must wake now, and the system
leaves it in peace for up to 4 ms (Linux, 250 Hz). So who sends encodes too, in what time is left until the
next packet, five frames in 0.5 to 1 ms, and stops shortly before. It waits at real-time priority where that
is granted, and encodes without, so it is woken on time and is in nobody's way.
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
from bot.voice.sink import CATCH_UP_SECONDS, LATE_SECONDS, SILENCE_PACKETS, Line

THREADS: Final = 2
"""A core encodes and sends for about 90 channels (60 take 58 % of one, measured)."""

ENOUGH: Final = 60
"""Only when a thread has so many channels does the next one get any. Two threads are in each other's way, in
Python's lock and in the processor's cache: with 30 each, 60 channels took 1.08 times as much time, with 50
and 10 of them 1.4 times (medians of three, in turn)."""

ROOMY: Final = 30
"""With so many channels or fewer a thread has the time to encode each as well as libopus can: they take less
than half of a core. With more it is thrifty."""

ENCODING_SECONDS: Final = 0.0015
"""How long it takes to encode a few frames, at most or nearly: 0.4 to 1.2 ms (measured). So shortly before a
tick only those are encoded who would soon have nothing to send: the others can wait until after it, and the
tick need not."""

RUSH_SECONDS: Final = FRAME_SECONDS / 2
"""The least time between two packets of a channel that is behind: twice the usual pace, no burst."""

SWITCH_SECONDS: Final = 0.0005
"""How long a thread that computes in Python may keep the others waiting. Python's own 5 ms can be spent three
times for each packet, since encrypting, sending and sleeping all let others run: beside one busy thread 40 %
of the packets of 40 channels left in time, with this 74 % (measured, two cores with other work)."""

_log = logging.getLogger(__name__)


class Pacer:
    """Owns the threads. Made, started and closed on the event loop, by the bot.

    `clock` gives seconds, `sleep` waits for some. `encode` makes the packets of a source for a channel of so
    many bits a second.
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
        """A new outlet, whose sound this pacer sends."""
        return PacedSink(self)

    def enter(self, turn: PacedStream) -> None:
        """Serve `turn` from now on, until it ends."""
        roomy = (thread for thread in self.threads if len(thread) < ENOUGH)
        next(roomy, min(self.threads, key=len)).enter(turn)

    def start(self) -> None:
        """Start the threads: from now on sound goes out."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._started = True
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """End the threads; what still plays ends."""
        for thread in self.threads:
            thread.end()
        if self._started:
            for thread in self.threads:
                thread.join()
            sys.setswitchinterval(self._interval)


class PacingThread(threading.Thread):
    """A thread, whose sound it sends, and its clock: every 20 ms it ticks, and a packet of each leaves.

    Sent together, packets cost less than each at a time of its own, since code and data are in the
    processor's cache: 0.88 of the processor time (60 channels, two threads, medians of four in turn). And
    there is as much time as can be to encode before the next ones are due. `phase` is when it ticks, in
    seconds after a whole number of frames.
    """

    def __init__(
        self, name: str, clock: Callable[[], float], sleep: Callable[[float], None], phase: float
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._clock = clock
        self._sleep = sleep
        self._phase = phase
        self._entering: deque[PacedStream] = deque()
        self._turns: list[PacedStream] = []
        self._due = 0.0
        """The next tick."""
        self._next = 0.0
        """When to send: then, or a little later while the thread catches up."""
        self._low: dict[PacedStream, None] = {}
        """Those of whom more should be encoded, who has waited longest first."""
        self._priority = RealtimePriority()
        self._work = threading.Event()
        self._ended = False

    def __len__(self) -> int:
        return len(self._turns) + len(self._entering)

    def enter(self, turn: PacedStream) -> None:
        """Serve `turn` from now on, until it ends. Any thread."""
        self._entering.append(turn)
        self._work.set()

    def end(self) -> None:
        """Come to an end; what still plays ends. Any thread."""
        self._ended = True
        self._work.set()

    def serve(self) -> float | None:
        """Send a packet of each if a tick is due, else encode some if that is needed. Seconds until there is
        more to do; None when nobody plays."""
        if self._entering and not self._turns:
            self._start_clock()
        while self._entering:
            turn = self._entering.popleft()
            self._turns.append(turn)
            self._low[turn] = None
        if not self._turns:
            return None
        wait = self._next - self._clock()
        if wait <= 0:
            self._tick()
            return 0.0
        near = wait < ENCODING_SECONDS
        first = next((turn for turn in self._low if not near or turn.packets.short), None)
        if first is None:
            return wait
        del self._low[first]
        self._priority.release()
        first.packets.encode()
        return 0.0

    def run(self) -> None:
        """The whole of the thread."""
        while not self._ended:
            wait = self.serve()
            if wait is None:
                self._work.wait()
                self._work.clear()
            elif wait:
                self._priority.acquire()
                self._sleep(wait)
        for turn in (*self._entering, *self._turns):
            turn.end()

    def _start_clock(self) -> None:
        """Let the next tick be the first."""
        ticks = (self._clock() - self._phase) / FRAME_SECONDS
        self._due = self._next = math.ceil(ticks) * FRAME_SECONDS + self._phase

    def _tick(self) -> None:
        """Send a packet of each; what was missed in a long standstill is not sent in a burst."""
        now = self._clock()
        if now - self._due >= CATCH_UP_SECONDS:
            self._start_clock()
            return
        staying = []
        crowded = len(self._turns) > ROOMY
        for turn in self._turns:
            turn.packets.thrifty = crowded
            if turn.take(self._due):
                staying.append(turn)
                if turn.packets.low:
                    self._low.setdefault(turn)
            else:
                self._low.pop(turn, None)
        self._turns = staying
        self._due += FRAME_SECONDS
        self._next = max(self._due, now + RUSH_SECONDS)


class PacedSink:
    """The outlet of one guild (see `bot/voice/sink.py`), served by the pacer's thread."""

    def __init__(self, pacer: Pacer) -> None:
        self.frames_sent = 0
        self.frames_late = 0
        self.frames_hurried = 0
        self.sent_at: float | None = None
        """When the last packet left, on the pacer's clock; None if none has."""
        self.line: Line | None = None
        self.paused = False
        self._pacer = pacer
        self._turn: PacedStream | None = None

    def attach(self, line: Line | None) -> None:
        """Send on this line from now on; None: hold the sound until there is one."""
        self.line = line

    def pause(self) -> None:
        """Hold the sound where it is: within a frame."""
        self.paused = True

    def resume(self) -> None:
        """Go on from where it was held."""
        self.paused = False

    def stop(self) -> None:
        """End the sound now: within a frame."""
        if self._turn is not None:
            self._turn.ending = True

    async def play(self, source: PieceSource, bitrate: int) -> None:
        """Play `source` until it ends or is stopped, one at a time."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def tell() -> None:  # called on the pacer's thread
            with contextlib.suppress(RuntimeError):  # the loop has gone
                loop.call_soon_threadsafe(ended.set)

        self.paused = False
        packets = self._pacer.encode(source, bitrate)
        turn = self._turn = PacedStream(self, packets, tell, self._pacer.clock)
        self._pacer.enter(turn)
        try:
            await ended.wait()
        finally:
            turn.ending = True


class PacedStream:
    """One piece on its way out. Served by the pacer's thread; the event loop only sets `ending`."""

    def __init__(
        self, sink: PacedSink, packets: Packets, ended: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self.packets = packets
        self.ending = False
        """Whether nobody wants more of it."""
        self._sink = sink
        self._ended = ended
        self._clock = clock
        self._line: Line | None = None
        """The line it sounds on."""
        self._packet: bytes | None = None
        """What was read and has not left yet."""
        self._hurried = 0

    def take(self, due: float) -> bool:
        """Send the packet that is `due`, if it may sound; whether there is more to come. It never raises, so
        that what is wrong with one guild is not wrong with all."""
        try:
            more = not self.ending and self._take(due)
        except Exception:
            _log.exception("the sound of a guild ended with an error")
            more = False
        if not more:
            self.end()
        return more

    def end(self) -> None:
        """End the sound, and tell who waits for it."""
        try:
            self._move_to(None)
        except Exception:
            _log.exception("a line did not take the end of the sound")
        self._ended()

    def _take(self, due: float) -> bool:
        sink = self._sink
        line = None if sink.paused else sink.line
        if line is not self._line:
            self._move_to(line)
        if self._line is None:
            return True
        if self._packet is None:
            self._packet = self.packets.read()
        if not self._packet:
            return False
        if not self._line.send(self._packet):
            self._move_to(None)
            return True
        self._packet = None
        sink.sent_at = now = self._clock()
        sink.frames_sent += 1
        sink.frames_late += now - due > LATE_SECONDS
        hurried = self.packets.frames_hurried
        sink.frames_hurried += hurried - self._hurried
        self._hurried = hurried
        return True

    def _move_to(self, line: Line | None) -> None:
        """Fall silent, and sound on `line` from now on, if that is open."""
        before, self._line = self._line, None
        if before is not None:
            for _ in range(SILENCE_PACKETS):
                before.send(OPUS_SILENCE)
            before.speak(False)
        if line is not None and line.open:
            line.speak(True)
            self._line = line
