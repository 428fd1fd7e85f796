"""The pacer: one thread that sends the sound of all guilds, each packet when its time has come.

    encoder's threads ──packets──▶ Turn ──▶ Line.send
                                    ▲
                       pacer's thread: whose turn is next, and when

discord.py has a thread for each channel, and sixty of them get in each other's way.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from audio.encoder import Encoder, Packets
from audio.opus import OPUS_SILENCE
from audio.source import PieceSource
from audio.units import FRAME_SECONDS
from bot.voice.outlet import CATCH_UP_SECONDS, LATE_SECONDS, SILENCE_PACKETS, Line

RUSH_SECONDS: Final = FRAME_SECONDS / 2
"""The least time between two packets of a channel that is behind: twice the usual pace, no burst."""

AGAIN_SECONDS: Final = FRAME_SECONDS / 4
"""When to look again for a packet that is not encoded yet."""

SWITCH_SECONDS: Final = 0.0005
"""How long a thread that computes in Python may keep the others waiting. Python's own 5 ms can be spent three
times for each packet, since encrypting, sending and sleeping all let others run: beside one busy thread 40 %
of the packets of 40 channels left in time, with this 74 % (measured, two cores with other work)."""

_log = logging.getLogger(__name__)


class Pacer:
    """Owns the thread and the encoder. Made, started and closed on the event loop, by the bot.

    `clock` gives seconds, `sleep` waits for some.
    """

    def __init__(
        self,
        encoder: Encoder | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.encoder = encoder or Encoder()
        self.clock = clock
        self._sleep = sleep
        self._entering: deque[Turn] = deque()
        self._next: list[tuple[float, int, Turn]] = []
        """A heap: when, whose turn (a number, for those at the same time), and the turn."""
        self._count = 0
        self._work = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def outlet(self) -> PacedOutlet:
        """A new outlet, whose sound this pacer sends."""
        return PacedOutlet(self)

    def enter(self, turn: Turn) -> None:
        """Serve `turn` from now on, until it ends."""
        self._entering.append(turn)
        self._work.set()

    def start(self) -> None:
        """Start the thread: from now on sound goes out."""
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._thread = threading.Thread(target=self._run, name="pacer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the threads; what still plays ends."""
        self._closed = True
        self._work.set()
        if self._thread is not None:
            self._thread.join()
            sys.setswitchinterval(self._interval)
        self.encoder.close()

    def serve(self) -> float | None:
        """Give everybody their turn whose time has come. Seconds until the next; None when nobody plays."""
        while self._entering:
            self._put(self.clock(), self._entering.popleft())
        while self._next:
            at = self._next[0][0]
            wait = at - self.clock()
            if wait > 0:
                return wait
            turn = heapq.heappop(self._next)[2]
            again = turn.take()
            if again is not None:
                self._put(again, turn)
        return None

    def _put(self, at: float, turn: Turn) -> None:
        self._count += 1
        heapq.heappush(self._next, (at, self._count, turn))

    def _run(self) -> None:
        while not self._closed:
            wait = self.serve()
            if wait is not None:
                self._sleep(wait)
            else:
                self._work.wait()
                self._work.clear()
        for turn in (*self._entering, *(turn for _, _, turn in self._next)):
            turn.end()


class PacedOutlet:
    """The outlet of one guild (see `bot/voice/outlet.py`), served by the pacer's thread."""

    def __init__(self, pacer: Pacer) -> None:
        self.frames_sent = 0
        self.frames_late = 0
        self.sent_at: float | None = None
        """When the last packet left, on the pacer's clock; None if none has."""
        self.line: Line | None = None
        self.paused = False
        self._pacer = pacer
        self._turn: Turn | None = None

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
        packets = self._pacer.encoder.open(source, bitrate)
        turn = self._turn = Turn(self, packets, tell, self._pacer.clock)
        self._pacer.enter(turn)
        try:
            await ended.wait()
        finally:
            turn.ending = True
            self._pacer.encoder.release(packets)


class Turn:
    """One piece on its way out. Served by the pacer's thread; the event loop only sets `ending`."""

    def __init__(
        self, outlet: PacedOutlet, packets: Packets, ended: Callable[[], None], clock: Callable[[], float]
    ) -> None:
        self.ending = False
        """Whether nobody wants more of it."""
        self._outlet = outlet
        self._packets = packets
        self._ended = ended
        self._clock = clock
        self._line: Line | None = None
        """The line it sounds on."""
        self._packet: bytes | None = None
        """What was read and has not left yet."""
        self._due = 0.0

    def take(self) -> float | None:
        """Send the packet that is due; when to come again, None at the end. It never raises, so that what is
        wrong with one guild is not wrong with all."""
        try:
            again = None if self.ending else self._take(self._clock())
        except Exception:
            _log.exception("the sound of a guild ended with an error")
            again = None
        if again is None:
            self.end()
        return again

    def end(self) -> None:
        """End the sound, and tell who waits for it."""
        try:
            self._move_to(None)
        except Exception:
            _log.exception("a line did not take the end of the sound")
        self._ended()

    def _take(self, now: float) -> float | None:
        line = None if self._outlet.paused else self._outlet.line
        if line is not self._line:
            self._move_to(line)
        if self._line is None:
            return now + FRAME_SECONDS
        if self._packet is None:
            self._packet = self._packets.read()
        if self._packet is None:
            return now + AGAIN_SECONDS
        if not self._packet:
            return None
        if not self._line.send(self._packet):
            self._move_to(None)
            return now + FRAME_SECONDS
        self._packet = None
        self._outlet.sent_at = now
        self._outlet.frames_sent += 1
        late = now - self._due
        self._outlet.frames_late += late > LATE_SECONDS
        self._due = (self._due if late < CATCH_UP_SECONDS else now) + FRAME_SECONDS
        return max(self._due, now + RUSH_SECONDS)

    def _move_to(self, line: Line | None) -> None:
        """Fall silent, and sound on `line` from now on, if that is open."""
        before, self._line = self._line, None
        if before is not None:
            for _ in range(SILENCE_PACKETS):
                before.send(OPUS_SILENCE)
            before.speak(False)
        if line is not None and line.open:
            line.speak(True)
            self._line, self._due = line, self._clock()
