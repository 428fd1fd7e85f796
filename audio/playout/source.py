"""A piece as it is played: a jitter buffer with a volume and a transition to the next piece."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from audio.playout.crossfade import Transition
from audio.playout.jitter_buffer import JitterBuffer
from audio.units import (
    CHANNELS,
    FRAME_BYTES,
    FRAME_SAMPLES,
    MAX_VOLUME,
    SAMPLE_BYTES,
    Interleaved,
    Pcm16,
)

TRANSITION_NOTICE_FRAMES: Final = 25
"""A transition must be set half a second before it begins. What lies before it may be encoded already, and
the two threads need no agreement."""

FULL_SCALE: Final = 2 ** (8 * SAMPLE_BYTES - 1)
"""The 16-bit value that libopus takes as 1."""

_RAMP: Final = (np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / FRAME_SAMPLES)[:, np.newaxis]


class _Stage(NamedTuple):
    """The piece that is played now, and how it ends."""

    buffer: JitterBuffer
    first_frame: int
    """The frame of the source at which the piece begins."""
    transition: Transition | None = None


class PieceSource:
    """Plays a JitterBuffer, then those that transitions lead to.

    Its frames are counted from the start of the first piece, across all pieces. One thread calls `frames`, to
    encode; one calls `read`, as packets are sent; any thread may set `volume`. The reading thread calls
    `on_next` when the next piece plays alone.
    """

    def __init__(
        self, buffer: JitterBuffer, volume: float = 1.0, on_next: Callable[[], None] = lambda: None
    ) -> None:
        self.began_at: float | None = None
        """Time of the first `read` that gave music, on `time.monotonic()`."""
        self.frames_played = buffer.frames_played
        """Frames of music read so far, including those of the first piece that were played before."""
        self.volume = volume
        self._on_next = on_next
        self._stage = _Stage(buffer, 0)
        self._lock = threading.Lock()
        """Held while the stage changes."""
        # A piece that is resumed midway fades in over a frame, so that it does not click.
        self._last_volume = 0.0 if buffer.frames_played else self._volume

    @property
    def buffer(self) -> JitterBuffer:
        """The piece that is played now."""
        return self._stage.buffer

    def set_transition(self, transition: Transition) -> bool:
        """Lead over into the next piece. Returns False, and changes nothing, if it is too late for that."""
        with self._lock:
            late = transition.first_frame - self.buffer.frames_played < TRANSITION_NOTICE_FRAMES
            if not late:
                self._stage = self._stage._replace(transition=transition)
            return not late

    def cancel_transition(self) -> None:
        """Play the piece alone to its end, even if its transition has begun."""
        with self._lock:
            self._stage = self._stage._replace(transition=None)

    @property
    def volume(self) -> float:
        """Factor on every sample, clamped to 0…MAX_VOLUME.

        A change is ramped over the next frame so that it does not click.
        """
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(MAX_VOLUME, max(0.0, volume))

    def frames(self, first: int, count: int) -> Interleaved:
        """Return up to `count` frames to come, from frame `first`, at the present volume.

        Fewer, or none, if they are not there yet. Call it in the order of the frames, or changes of volume
        click. Takes 6 µs for five frames.
        """
        pcm = np.frombuffer(self._frames(first, count), np.int16).reshape(-1, CHANNELS)
        return self._at_volume(pcm) if len(pcm) else np.empty((0, CHANNELS), np.float32)

    def read(self, encoded: int) -> bytes | None:
        """Take the next frame out of the buffer, during a transition out of both buffers.

        `encoded` and the result are those of `JitterBuffer.read_encoded`. Never waits for sound.
        """
        with self._lock:
            stage = self._stage
            played = stage.buffer.frames_played
            frame = stage.buffer.read_encoded(encoded - stage.first_frame)
            if stage.transition is not None:
                if stage.transition.first_frame <= played < stage.buffer.frames_played:
                    stage.transition.following.skip_frame()
                elif frame == b"":
                    begin = stage.first_frame + stage.transition.first_frame
                    self._stage = _Stage(stage.transition.following, begin)
            self.frames_played += stage.buffer.frames_played - played
        if self._stage.buffer is not stage.buffer:
            self._on_next()
            return self.read(encoded)
        if self.began_at is None and frame:
            self.began_at = time.monotonic()
        return frame

    def _frames(self, first: int, count: int) -> bytes:
        stage = self._stage
        first -= stage.first_frame
        if stage.transition is None:
            return stage.buffer.frames(first, count)
        begin, mix, following = stage.transition
        if first < begin:
            return stage.buffer.frames(first, min(count, begin - first))
        mixed = mix[(first - begin) * FRAME_BYTES :][: count * FRAME_BYTES]
        return mixed or following.frames(first - begin, count)

    def _at_volume(self, pcm: Pcm16) -> Interleaved:
        begin, end = self._last_volume, self._volume
        self._last_volume = end
        sound = pcm * np.float32(end / FULL_SCALE)
        if begin != end:
            ramp = np.float32(begin) + np.float32(end - begin) * _RAMP
            np.multiply(pcm[:FRAME_SAMPLES], ramp / FULL_SCALE, out=sound[:FRAME_SAMPLES])
        return sound
