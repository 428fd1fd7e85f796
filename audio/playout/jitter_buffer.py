"""The jitter buffer: sound arrives in chunks when the engine has made them and leaves in 20 ms frames."""

from __future__ import annotations

import enum
import math
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from audio.chunking import FIRST_FRAMES, GROWTH, MAX_FRAMES
from audio.dsp.fades import faded_out
from audio.engine import PRIOR_TRUST, Pace
from audio.piece import HORIZON_SECONDS
from audio.units import CHANNELS, FRAME_BYTES, FRAME_SECONDS, SAMPLE_RATE, STEP_RATE, Pcm16, samples_of

SILENCE: Final = bytes(FRAME_BYTES)

FLOOR_SECONDS: Final = 0.8
"""Never start with less, however fast the engine: on a busy machine it can stand still for half a second. An
engine of four times real time has this much after a quarter of a second."""

MARGIN_SECONDS: Final = 0.1
"""On top of what the arithmetic asks for: the codec and the chain hold back up to 80 ms until the end."""

WATCHED_TRUST: Final = 0.95
"""The part of the speed seen so far to reckon with: what follows may be slower."""

MIN_WATCH_SECONDS: Final = 1.0
"""Arrivals closer together than this say little about speed: sound that waited together arrives together."""

PRIOR_SECONDS: Final = 2.0
"""The stated speed counts as much as this many seconds of watching when the engine seems to be faster."""

_MARK_SECONDS: Final = 0.1

_MAX_MARKS: Final = 600
"""A minute of arrivals at least, and more than the longest piece with an end has: of music without end the
latest count."""


class State(enum.Enum):
    """What the buffer is doing."""

    FILLING = "filling"
    PLAYING = "playing"
    STARVED = "starved"
    """It ran empty in mid-piece and fills again, by the same rule as at the start."""
    ENDED = "ended"


class JitterBuffer:
    """The sound of one piece between its making and its playing.

    One thread (or task) pushes and finishes, one reads; anyone may look, also at frames to come. `read` never
    waits for sound, and for the lock no longer than a few frames take to change hands. Nothing is lost,
    doubled or reordered: what is read, without the silence put in while it was starved, is what was pushed.

    `seconds` is the length of the piece, infinite where it has no end, `speed` the engine's stated one
    (seconds of sound made in a second), `interval` how many seconds of sound make a chunk, None if chunks
    grow as in `audio.chunking`. `clock` gives seconds, from anywhere on. `frames_played` frames of it were
    played before and are not pushed again. With `lead` seconds at hand no more is made for a while."""

    def __init__(
        self,
        seconds: float,
        speed: float,
        interval: float | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        frames_played: int = 0,
        lead: float = math.inf,
    ) -> None:
        self.frames_played = frames_played
        """Frames of the piece that were read."""
        self.frames_starved = 0
        """Silent frames that were read in mid-piece for want of sound."""
        self.starvations = 0
        """How many times it ran empty."""
        self._seconds = seconds if math.isinf(seconds) else samples_of(seconds) / SAMPLE_RATE
        self._interval = interval
        self._lead = lead
        self._clock = clock
        self._pace = _Pace(speed, made=frames_played * FRAME_SECONDS)
        self._lock = threading.Lock()
        self._frames: deque[bytes] = deque()
        self._part = b""
        self._finished = False
        self._state = State.FILLING
        self._needed, wait = self._reckoned(held=0)
        self._wait = wait + self._pace.made / self._pace.speed  # it is made from its start all the same

    @property
    def state(self) -> State:
        """What it is doing; it plays from the first `read` on that finds it ready."""
        return self._state

    @property
    def ready(self) -> bool:
        """Whether it can be played from here to the end without a gap, as far as one can tell. Ask after
        each push and after `finish`, which always makes it ready."""
        with self._lock:
            return self._state in (State.PLAYING, State.ENDED) or self._full_enough

    @property
    def seconds_until_ready(self) -> float:
        """An estimate, 0.0 once ready or overdue. It counts down from the first arrival on."""
        if self.ready:
            return 0.0
        latest = self._pace.latest
        return self._wait if latest is None else max(0.0, self._wait - (self._clock() - latest))

    @property
    def seconds_made(self) -> float:
        """Seconds of sound that arrived."""
        return self._pace.made

    @property
    def seconds_played(self) -> float:
        """Seconds of sound that were read, the silence of starving left out."""
        return self.frames_played * FRAME_SECONDS

    def expect(self, pace: Pace) -> None:
        """Reckon with this pace from the next push on; called by the pushing thread."""
        self._pace.expect(pace)

    def push(self, pcm: Pcm16) -> None:
        """Add sound shaped (samples, 2), any number of samples."""
        if self._finished:
            raise RuntimeError("sound was pushed into a finished buffer")
        if not len(pcm):
            return
        sound = self._part + pcm.tobytes()
        whole = len(sound) - len(sound) % FRAME_BYTES
        frames = _cut(sound[:whole])
        self._part = sound[whole:]
        held = len(self._frames) + len(frames)
        self._pace.arrived(len(pcm) / SAMPLE_RATE, self._clock())
        if held * FRAME_SECONDS >= self._lead:
            self._pace.rested()
        needed, wait = self._reckoned(held)
        with self._lock:
            self._frames.extend(frames)
            self._needed, self._wait = needed, wait

    def finish(self) -> None:
        """No more will come: a frame that is not whole is filled up with silence. Safe to call twice."""
        with self._lock:
            if self._part:
                self._frames.append(self._part.ljust(FRAME_BYTES, b"\0"))
                self._part = b""
            self._finished = True

    def fade_out(self, ahead: int, frames: int) -> None:
        """End before the end: the next `ahead` frames stay as they are, since they may be on their way, the
        `frames` after them fade out, and no more is played. What is not there yet is left out.

        Some ms of work for three seconds.
        """
        begins = self.frames_played + ahead
        falling = np.frombuffer(self.frames(begins, frames), np.int16).reshape(-1, CHANNELS)
        faded = _cut(faded_out(falling).tobytes())
        with self._lock:
            staying = list(islice(self._frames, max(0, begins - self.frames_played)))
            self._frames = deque([*staying, *faded[max(0, self.frames_played - begins) :]])
            self._part = b""
            self._finished = True

    def frames(self, number: int, most: int) -> bytes:
        """Up to `most` frames that are still to be read, counted from the start of the piece; as many as are
        there."""
        with self._lock:
            place = number - self.frames_played
            return b"".join(islice(self._frames, place, place + most)) if place >= 0 else b""

    def read(self) -> bytes:
        """The next frame: 20 ms of 16-bit 48 kHz stereo, 3,840 bytes; silence if it is not there yet; b""
        after the last. Silence before the first frame is not counted, since the piece has not begun."""
        return self.read_encoded(sys.maxsize) or b""

    def read_encoded(self, frames: int) -> bytes | None:
        """The same where only the first `frames` frames of the piece are encoded: None, and nothing has
        happened, if the next one is not."""
        with self._lock:
            if self._state in (State.FILLING, State.STARVED):
                if not self._full_enough:
                    self.frames_starved += self._state is State.STARVED
                    return SILENCE
                self._state = State.PLAYING
            if self._frames:
                if self.frames_played >= frames:
                    return None
                self.frames_played += 1
                return self._frames.popleft()
            if self._finished:
                self._state = State.ENDED
                return b""
            self._state = State.STARVED
            self.starvations += 1
            self.frames_starved += 1
            return SILENCE

    def clear(self) -> None:
        """Let go of all sound that was not read: nobody will."""
        with self._lock:
            self._frames.clear()

    def take(self) -> None:
        """Count the next frame, which must be there unless all was let go of, as played: it was heard
        together with another piece."""
        with self._lock:
            self._state = State.PLAYING
            if self._frames:
                self._frames.popleft()
            self.frames_played += 1

    @property
    def _full_enough(self) -> bool:
        return self._finished or len(self._frames) * FRAME_SECONDS >= self._needed

    def _reckoned(self, held: int) -> tuple[float, float]:
        """How many seconds must be held to start, and about how long that takes with `held` frames."""
        speed, left = self._pace.speed, self._seconds - self._pace.made
        if math.isinf(left):
            left = HORIZON_SECONDS
        if self._interval is not None:
            chunk = longest = max(self._interval, self._pace.longest)
        else:
            chunk = GROWTH * self._pace.longest or FIRST_FRAMES / STEP_RATE
            longest = MAX_FRAMES / STEP_RATE
        needed = max(FLOOR_SECONDS, seconds_to_hold(left, speed, chunk, longest)) + MARGIN_SECONDS
        # A second of waiting brings `speed` seconds; below real time it also saves the gap they would leave.
        missing = needed - held * FRAME_SECONDS
        return needed, min(missing / max(1.0, speed), left / speed)


def seconds_to_hold(left: float, speed: float, chunk: float, longest: float) -> float:
    """How many seconds of sound bridge every wait that is still to come.

    `left` seconds are to be made, `speed` of them in a second; the next chunk has `chunk` seconds, the later
    ones grow by GROWTH up to `longest`. The buffer must hold, for each chunk to come, what is played until it
    arrives, less what arrived before it. For small chunks that is left · (1/speed − 1).
    """
    chunk = max(chunk, FRAME_SECONDS)
    longest = max(chunk, longest)
    held = made = 0.0
    while made < left:
        before, made = made, min(left, made + chunk)
        held = max(held, made / speed - before)
        if chunk == longest:  # from here on it rises or falls evenly: only the first and last count
            made += max(0, int((left - made) / longest) - 1) * longest
        chunk = min(longest, chunk * GROWTH)
    return held


def _cut(sound: bytes) -> list[bytes]:
    """Whole frames, one by one."""
    return [sound[begin : begin + FRAME_BYTES] for begin in range(0, len(sound), FRAME_BYTES)]


class _Mark(NamedTuple):
    """How much sound had been made when; arrivals within _MARK_SECONDS of `begun` share a mark,
    so that tiny pushes do not make long lists."""

    begun: float
    at: float
    made: float


@dataclass(slots=True)
class _Pace:
    """How fast sound arrives, reckoned with care. Written by the pushing thread alone."""

    stated: float
    made: float = 0.0
    longest: float = 0.0
    latest: float | None = None
    marks: deque[_Mark] = field(default_factory=partial(deque, maxlen=_MAX_MARKS))
    life: int = 1

    def expect(self, pace: Pace) -> None:
        """The engine states another speed. What was seen before it began again does not count."""
        self.stated = pace.speed
        if pace.life != self.life:
            self.life = pace.life
            self.marks.clear()

    def rested(self) -> None:
        """As much is held as is wanted: what an engine that can make it faster than it plays makes from here
        on says how much is wanted, and not how fast it is."""
        if self.stated > 1:
            latest = self.marks[-1]
            self.marks.clear()
            self.marks.append(latest)

    def arrived(self, seconds: float, now: float) -> None:
        """`seconds` of sound arrived `now`."""
        self.made += seconds
        self.longest = max(self.longest, seconds)
        self.latest = now
        if self.marks and now - self.marks[-1].begun < _MARK_SECONDS:
            self.marks[-1] = _Mark(self.marks[-1].begun, now, self.made)
        else:
            self.marks.append(_Mark(now, now, self.made))

    @property
    def speed(self) -> float:
        """Seconds of sound in a second, rather too low than too high.

        Reckoned from the first arrival on, so that the wait for it does not count, and over the slowest
        stretch up to now, so that chunks which come all at once after a delay do not count as speed.
        A slower engine than stated is believed at once, a faster one little by little.
        """
        stated = PRIOR_TRUST * self.stated
        if self.latest is None:
            return stated
        stretches = [(self.latest - mark.at, self.made - mark.made) for mark in self.marks]
        speeds = [sound / span for span, sound in stretches if span >= MIN_WATCH_SECONDS]
        if not speeds:
            return stated
        seen = WATCHED_TRUST * min(speeds)
        if seen <= stated:
            return seen
        watched = self.latest - self.marks[0].at
        return stated + (seen - stated) * watched / (watched + PRIOR_SECONDS)
