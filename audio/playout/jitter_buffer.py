"""The jitter buffer: sound arrives in chunks as the engine makes it and leaves in 20 ms frames."""

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
from audio.dsp.fades import faded_out_pcm16
from audio.engine import PRIOR_TRUST, Pace
from audio.piece import HORIZON_SECONDS
from audio.units import CHANNELS, FRAME_BYTES, FRAME_SECONDS, SAMPLE_RATE, STEP_RATE, Pcm16, samples_of

SILENCE: Final = bytes(FRAME_BYTES)

FLOOR_SECONDS: Final = 0.8
"""Minimum lead to start with, however fast the engine: on a busy machine it can stall for half a second. An
engine of four times real time delivers this much in 0.2 s."""

MARGIN_SECONDS: Final = 0.1
"""Added to the computed lead: codec and chain hold back up to 80 ms until the end of the piece."""

SEEN_SPEED_TRUST: Final = 0.95
"""Fraction of the speed measured so far to plan with: the rest may be slower."""

MIN_WATCH_SECONDS: Final = 1.0
"""Shorter spans say little about speed: chunks that waited together arrive together."""

PRIOR_SECONDS: Final = 2.0
"""Weight of the engine's stated speed against a faster measured one, in seconds of measuring."""

_MARK_SECONDS: Final = 0.1
"""Arrivals closer together than this are recorded as one."""

_MAX_MARKS: Final = 600
"""At least a minute of arrivals: more than the longest piece with an end has. Of endless music only the
latest arrivals count."""


class State(enum.Enum):
    """The state of a jitter buffer."""

    FILLING = "filling"
    PLAYING = "playing"
    STARVED = "starved"
    """It ran empty midway and fills again, by the same rule as at the start."""
    ENDED = "ended"


class JitterBuffer:
    """Holds the sound of one piece between composing and playing.

    It starts to play once the sound held bridges every wait that is expected until the end. One thread (or
    task) calls `push` and `finish`, one calls `read`; any may call `frames` and the properties. `read` never
    waits for sound, and for the lock no longer than a few frames take to change hands. What is read, without
    the silence of starving, is what was pushed, in order.

    `seconds` is the length of the piece, infinite if it has no end; `speed` is the engine's stated speed
    [seconds of sound per second]; `interval` is the length of a chunk [s], None if chunks grow as in
    `audio.chunking`; `clock` returns seconds from any origin; the first `frames_played` frames were played
    before and are not pushed again; with `lead` seconds at hand the engine pauses.
    """

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
        """Number of frames of the piece that were read."""
        self.frames_starved = 0
        """Number of silent frames read midway for want of sound."""
        self.starvations = 0
        """Number of times it ran empty midway."""
        self._seconds = seconds if math.isinf(seconds) else samples_of(seconds) / SAMPLE_RATE
        self._interval = interval
        self._lead = lead
        self._clock = clock
        self._rate = _DeliveryRate(speed, received=frames_played * FRAME_SECONDS)
        self._lock = threading.Lock()
        self._frames: deque[bytes] = deque()
        self._partial = b""
        self._finished = False
        self._state = State.FILLING
        self._needed, wait = self._estimate(held=0)
        # What was played before is composed again all the same.
        self._wait = wait + self._rate.received / self._rate.speed

    @property
    def state(self) -> State:
        """Its state; PLAYING from the first `read` that finds it ready."""
        return self._state

    @property
    def ready(self) -> bool:
        """True if the piece can probably be played from here to its end without a gap.

        Changes with each push; always true after `finish`.
        """
        with self._lock:
            return self._state in (State.PLAYING, State.ENDED) or self._full_enough

    @property
    def seconds_until_ready(self) -> float:
        """Estimated seconds until `ready`, 0.0 if ready or overdue; counts down from the first arrival."""
        if self.ready:
            return 0.0
        latest = self._rate.latest
        return self._wait if latest is None else max(0.0, self._wait - (self._clock() - latest))

    @property
    def seconds_received(self) -> float:
        """Seconds of sound received, including what was played before."""
        return self._rate.received

    @property
    def seconds_played(self) -> float:
        """Seconds of sound read, without the silence of starving."""
        return self.frames_played * FRAME_SECONDS

    def expect(self, pace: Pace) -> None:
        """Plan with this pace from the next push on; called by the pushing thread."""
        self._rate.expect(pace)

    def push(self, pcm: Pcm16) -> None:
        """Add sound shaped (samples, 2). Raises RuntimeError after `finish`."""
        if self._finished:
            raise RuntimeError("sound was pushed into a finished buffer")
        if not len(pcm):
            return
        sound = self._partial + pcm.tobytes()
        whole = len(sound) - len(sound) % FRAME_BYTES
        frames = _split(sound[:whole])
        self._partial = sound[whole:]
        held = len(self._frames) + len(frames)
        self._rate.add(len(pcm) / SAMPLE_RATE, self._clock())
        if held * FRAME_SECONDS >= self._lead:
            self._rate.lead_reached()
        needed, wait = self._estimate(held)
        with self._lock:
            self._frames.extend(frames)
            self._needed, self._wait = needed, wait

    def finish(self) -> None:
        """End the piece; its last frame is padded with silence. Safe to call twice."""
        with self._lock:
            if self._partial:
                self._frames.append(self._partial.ljust(FRAME_BYTES, b"\0"))
                self._partial = b""
            self._finished = True

    def fade_out(self, ahead: int, frames: int) -> None:
        """End the piece early: keep the next `ahead` frames, then fade out over `frames` more.

        The frames kept may be encoded already. Sound that has not arrived yet is left out. Takes some ms for
        three seconds.
        """
        first = self.frames_played + ahead
        fading = np.frombuffer(self.frames(first, frames), np.int16).reshape(-1, CHANNELS)
        faded = _split(faded_out_pcm16(fading).tobytes())
        with self._lock:
            remaining = list(islice(self._frames, max(0, first - self.frames_played)))
            self._frames = deque([*remaining, *faded[max(0, self.frames_played - first) :]])
            self._partial = b""
            self._finished = True

    def frames(self, first: int, count: int) -> bytes:
        """Return up to `count` unread frames from frame `first` of the piece, as many as are there."""
        with self._lock:
            index = first - self.frames_played
            return b"".join(islice(self._frames, index, index + count)) if index >= 0 else b""

    def read(self) -> bytes:
        """Take the next frame (3,840 bytes): silence if it is not there yet, b"" after the last.

        Silence before the first frame is not counted as starving.
        """
        return self.read_encoded(sys.maxsize) or b""

    def read_encoded(self, encoded: int) -> bytes | None:
        """Like `read`, but return None, and change nothing, if the next frame is not encoded.

        `encoded` is the number of frames of the piece that are encoded, counted from its start.
        """
        with self._lock:
            if self._state in (State.FILLING, State.STARVED):
                if not self._full_enough:
                    self.frames_starved += self._state is State.STARVED
                    return SILENCE
                self._state = State.PLAYING
            if self._frames:
                if self.frames_played >= encoded:
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
        """Drop all unread sound, to free its memory."""
        with self._lock:
            self._frames.clear()

    def skip_frame(self) -> None:
        """Count the next frame as played: it was part of a transition. It must be there unless cleared."""
        with self._lock:
            self._state = State.PLAYING
            if self._frames:
                self._frames.popleft()
            self.frames_played += 1

    @property
    def _full_enough(self) -> bool:
        return self._finished or len(self._frames) * FRAME_SECONDS >= self._needed

    def _estimate(self, held: int) -> tuple[float, float]:
        """Return the lead needed to start [s] and the estimated wait for it [s] with `held` frames."""
        speed, left = self._rate.speed, self._seconds - self._rate.received
        if math.isinf(left):
            left = HORIZON_SECONDS
        if self._interval is not None:
            chunk = longest = max(self._interval, self._rate.longest)
        else:
            chunk = GROWTH * self._rate.longest or FIRST_FRAMES / STEP_RATE
            longest = MAX_FRAMES / STEP_RATE
        needed = max(FLOOR_SECONDS, min_lead_seconds(left, speed, chunk, longest)) + MARGIN_SECONDS
        # A second of waiting brings `speed` seconds; below real time it also saves the gap they would leave.
        missing = needed - held * FRAME_SECONDS
        return needed, min(missing / max(1.0, speed), left / speed)


def min_lead_seconds(left: float, speed: float, chunk: float, longest: float) -> float:
    """Return the seconds of sound that must be held to bridge every wait until the piece ends.

    `left` seconds are still to be composed, at `speed` seconds of sound per second. The next chunk is `chunk`
    seconds long; later ones grow by GROWTH up to `longest`. For each chunk to come, the lead must cover what
    is played until it arrives minus what arrives before it. For small chunks that is left · (1/speed − 1).
    """
    chunk = max(chunk, FRAME_SECONDS)
    longest = max(chunk, longest)
    lead = composed = 0.0
    while composed < left:
        before, composed = composed, min(left, composed + chunk)
        lead = max(lead, composed / speed - before)
        if chunk == longest:  # from here on it changes linearly: only the first and last chunk count
            composed += max(0, int((left - composed) / longest) - 1) * longest
        chunk = min(longest, chunk * GROWTH)
    return lead


def _split(sound: bytes) -> list[bytes]:
    """Split sound into whole frames."""
    return [sound[begin : begin + FRAME_BYTES] for begin in range(0, len(sound), FRAME_BYTES)]


class _Mark(NamedTuple):
    """The amount of sound received by a moment.

    Arrivals within _MARK_SECONDS of `begun` share a mark, so that tiny pushes do not make long lists.
    """

    begun: float
    at: float
    received: float


@dataclass(slots=True)
class _DeliveryRate:
    """A cautious estimate of the delivery rate. Written by the pushing thread alone."""

    stated: float
    received: float = 0.0
    """Seconds of sound."""
    longest: float = 0.0
    """Longest push [s]."""
    latest: float | None = None
    """Time of the latest push."""
    marks: deque[_Mark] = field(default_factory=partial(deque, maxlen=_MAX_MARKS))
    epoch: int = 1

    def expect(self, pace: Pace) -> None:
        """Take over the engine's stated speed; a new epoch drops the rate history."""
        self.stated = pace.speed
        if pace.epoch != self.epoch:
            self.epoch = pace.epoch
            self.marks.clear()

    def lead_reached(self) -> None:
        """Drop the rate history if the engine is faster than real time.

        At the lead target the delivery rate reflects demand, not engine speed.
        """
        if self.stated > 1:
            latest = self.marks[-1]
            self.marks.clear()
            self.marks.append(latest)

    def add(self, seconds: float, now: float) -> None:
        """Record that `seconds` of sound arrived at time `now`."""
        self.received += seconds
        self.longest = max(self.longest, seconds)
        self.latest = now
        if self.marks and now - self.marks[-1].begun < _MARK_SECONDS:
            self.marks[-1] = _Mark(self.marks[-1].begun, now, self.received)
        else:
            self.marks.append(_Mark(now, now, self.received))

    @property
    def speed(self) -> float:
        """Seconds of sound per second, rather too low than too high.

        Measured from the first arrival on, so that the wait for it does not count, and as the slowest average
        from any earlier arrival up to the latest, so that chunks arriving in a burst after a delay do not
        count as speed. A speed below the stated one is trusted at once, one above it gradually.
        """
        stated = PRIOR_TRUST * self.stated
        if self.latest is None:
            return stated
        spans = [(self.latest - mark.at, self.received - mark.received) for mark in self.marks]
        speeds = [sound / span for span, sound in spans if span >= MIN_WATCH_SECONDS]
        if not speeds:
            return stated
        seen = SEEN_SPEED_TRUST * min(speeds)
        if seen <= stated:
            return seen
        watched = self.latest - self.marks[0].at
        return stated + (seen - stated) * watched / (watched + PRIOR_SECONDS)
