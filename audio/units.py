"""The units of sound that every room shares. Each number is stated once; the others are derived."""

from __future__ import annotations

import math
import sys
from typing import Final

import numpy as np
import numpy.typing as npt

STEP_RATE: Final = 50
"""Decoder steps in a second of sound; a step is a frame of the codec, 20 ms (MusicGen, EnCodec 32 kHz)."""

SAMPLE_RATE: Final = 48_000
"""Samples a second that Discord plays (Opus at full band)."""

CHANNELS: Final = 2
"""Discord plays interleaved stereo."""

SAMPLE_BYTES: Final = 2
"""Signed 16-bit little-endian."""

FRAME_RATE: Final = 50
"""Frames a second: a voice packet every 20 ms."""

FRAME_SECONDS: Final = 1 / FRAME_RATE
FRAME_SAMPLES: Final = SAMPLE_RATE // FRAME_RATE
FRAME_BYTES: Final = FRAME_SAMPLES * CHANNELS * SAMPLE_BYTES

Pcm = npt.NDArray[np.float32]
"""Sound as float32 in −1…1, shaped (channels, samples)."""

Pcm16 = npt.NDArray[np.int16]
"""Sound as Discord takes it, shaped (samples, channels): interleaved when laid out in memory."""

Floats = npt.NDArray[np.float32]
"""Sound as libopus takes it, float32 in −1…1, shaped (samples, channels): interleaved in memory."""

MAX_VOLUME: Final = 1.0
"""The highest volume, and the default: music at −16 LUFS, every peak under −1 dBTP."""

_FULL_SCALE: Final = 2 ** (8 * SAMPLE_BYTES - 1) - 1


def steps_of(seconds: float) -> int:
    """How many steps a piece of `seconds` has; of infinitely many seconds more than are ever reached."""
    return sys.maxsize if math.isinf(seconds) else round(seconds * STEP_RATE)


def samples_of(seconds: float) -> int:
    """How many 48 kHz samples a piece of `seconds` has; see `steps_of`."""
    return steps_of(seconds) * SAMPLE_RATE // STEP_RATE


def floats(pcm: Pcm16) -> Pcm:
    """What `sixteen_bits` has made 16-bit values of, as near as they are."""
    return np.ascontiguousarray(pcm.T, np.float32) / np.float32(_FULL_SCALE)


def sixteen_bits(pcm: Pcm) -> Pcm16:
    """The nearest 16-bit values of sound within −1…1; one channel plays on both sides."""
    whole = np.rint(pcm * np.float32(_FULL_SCALE)).astype(np.int16)
    return np.ascontiguousarray(np.broadcast_to(whole, (CHANNELS, whole.shape[1])).T)
