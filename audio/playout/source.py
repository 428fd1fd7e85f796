"""A piece as it is played: the jitter buffer with a volume, and how it goes over into the next one."""

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
    Floats,
    Pcm16,
)

JOIN_FRAMES: Final = 25
"""Half a second before it begins, a joint must be known: what is before it may be encoded ahead already, and
the two threads need not agree about it."""

FULL_SCALE: Final = 2 ** (8 * SAMPLE_BYTES - 1)
"""What is 1 to libopus, in 16 bits."""

_RAMP: Final = (np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / FRAME_SAMPLES)[:, np.newaxis]


class _Stage(NamedTuple):
    """What is played now."""

    buffer: JitterBuffer
    begins: int
    """The frame of the source with which the piece begins."""
    joint: Transition | None = None


class PieceSource:
    """Plays a JitterBuffer, and goes over into the next one where it is told how.

    Its frames are counted from the start of the first piece on, through all pieces. One thread asks for
    frames, to encode them, and one reads, as they leave; any thread may set `volume`. `on_next` is called by
    the reading one when another piece is played from now on.
    """

    def __init__(
        self, buffer: JitterBuffer, volume: float = 1.0, on_next: Callable[[], None] = lambda: None
    ) -> None:
        self.began_at: float | None = None
        """When the first frame was read, on `time.monotonic()`."""
        self.frames_played = buffer.frames_played
        """Frames of music that were read, with those of the first piece that were before."""
        self.volume = volume
        self._on_next = on_next
        self._stage = _Stage(buffer, 0)
        self._lock = threading.Lock()
        """Held by whoever changes the stage."""
        # In mid-piece it comes in over a frame, so that it does not click.
        self._heard = 0.0 if buffer.frames_played else self._volume

    @property
    def buffer(self) -> JitterBuffer:
        """The piece that is played now."""
        return self._stage.buffer

    def join(self, joint: Transition) -> bool:
        """Go over into the next piece so; False, and nothing has happened, if it is too late for that."""
        with self._lock:
            late = joint.begins - self.buffer.frames_played < JOIN_FRAMES
            if not late:
                self._stage = self._stage._replace(joint=joint)
            return not late

    def part(self) -> None:
        """Go over into nothing; of what is heard together already, only the piece goes on."""
        with self._lock:
            self._stage = self._stage._replace(joint=None)

    @property
    def volume(self) -> float:
        """The factor on every sample, 0 to MAX_VOLUME; values outside are taken as the nearest. A change
        is ramped over the next frame so that it does not click."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(MAX_VOLUME, max(0.0, volume))

    def frames(self, number: int, most: int) -> Floats:
        """Up to `most` frames to come, from this one on, at the volume of now; none if they are not there.
        To be asked for in their order, or changes of volume would click. 6 µs for five (measured)."""
        frames = np.frombuffer(self._frames(number, most), np.int16).reshape(-1, CHANNELS)
        return self._at_volume(frames) if len(frames) else np.empty((0, CHANNELS), np.float32)

    def read(self, encoded: int) -> bytes | None:
        """Take the next frame out of the buffer, and out of the next one where both are heard; see
        `JitterBuffer.read_encoded`. Never waits for sound."""
        with self._lock:
            stage = self._stage
            played = stage.buffer.frames_played
            frame = stage.buffer.read_encoded(encoded - stage.begins)
            if stage.joint is not None:
                if stage.joint.begins <= played < stage.buffer.frames_played:
                    stage.joint.following.take()
                elif frame == b"":
                    self._stage = _Stage(stage.joint.following, stage.begins + stage.joint.begins)
            self.frames_played += stage.buffer.frames_played - played
        if self._stage.buffer is not stage.buffer:
            self._on_next()
            return self.read(encoded)
        if self.began_at is None and frame:
            self.began_at = time.monotonic()
        return frame

    def _frames(self, number: int, most: int) -> bytes:
        stage = self._stage
        number -= stage.begins
        if stage.joint is None:
            return stage.buffer.frames(number, most)
        begins, sound, following = stage.joint
        if number < begins:
            return stage.buffer.frames(number, min(most, begins - number))
        heard = sound[(number - begins) * FRAME_BYTES :][: most * FRAME_BYTES]
        return heard or following.frames(number - begins, most)

    def _at_volume(self, frames: Pcm16) -> Floats:
        begin, end = self._heard, self._volume
        self._heard = end
        sound = frames * np.float32(end / FULL_SCALE)
        if begin != end:
            slope = np.float32(begin) + np.float32(end - begin) * _RAMP
            np.multiply(frames[:FRAME_SAMPLES], slope / FULL_SCALE, out=sound[:FRAME_SAMPLES])
        return sound
