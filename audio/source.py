"""A piece as it is played: the jitter buffer with a volume."""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from audio.buffer import JitterBuffer
from audio.opus import Floats
from audio.units import CHANNELS, FRAME_SAMPLES, SAMPLE_BYTES, Pcm16

LOUDEST_VOLUME: Final = 2.0

FULL_SCALE: Final = 2 ** (8 * SAMPLE_BYTES - 1)
"""What is 1 to libopus, in 16 bits."""

_RAMP: Final = (np.arange(1, FRAME_SAMPLES + 1, dtype=np.float32) / FRAME_SAMPLES)[:, np.newaxis]


class PieceSource:
    """Plays a JitterBuffer. One thread asks for frames, to encode them, and one reads, as they leave; any
    thread may set `volume`."""

    def __init__(self, buffer: JitterBuffer, volume: float = 1.0) -> None:
        self.buffer = buffer
        self.began_at: float | None = None
        """When the first frame was read, on `time.monotonic()`."""
        self.volume = volume
        # In mid-piece it comes in over a frame, so that it does not click.
        self._heard = 0.0 if buffer.frames_played else self._volume

    @property
    def volume(self) -> float:
        """The factor on every sample, 0 to 2; values outside are taken as the nearest. A change is ramped
        over the next frame so that it does not click; what gets too loud for 16 bits is cut."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = min(LOUDEST_VOLUME, max(0.0, volume))

    def frames(self, number: int, most: int) -> Floats:
        """Up to `most` frames to come, from this one on, at the volume of now; none if they are not there.
        To be asked for in their order, or changes of volume would click. 6 µs for five (measured)."""
        frames = np.frombuffer(self.buffer.frames(number, most), np.int16).reshape(-1, CHANNELS)
        return self._at_volume(frames) if len(frames) else np.empty((0, CHANNELS), np.float32)

    def read(self, encoded: int) -> bytes | None:
        """Take the next frame out of the buffer; see `JitterBuffer.read_encoded`. Never waits."""
        frame = self.buffer.read_encoded(encoded)
        if self.began_at is None and frame:
            self.began_at = time.monotonic()
        return frame

    def _at_volume(self, frames: Pcm16) -> Floats:
        begin, end = self._heard, self._volume
        self._heard = end
        sound = frames * np.float32(end / FULL_SCALE)
        if begin != end:
            slope = np.float32(begin) + np.float32(end - begin) * _RAMP
            np.multiply(frames[:FRAME_SAMPLES], slope / FULL_SCALE, out=sound[:FRAME_SAMPLES])
        if max(begin, end) > 1:
            np.clip(sound, -1.0, 1 - 1 / FULL_SCALE, out=sound)
        return sound
