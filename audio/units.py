"""Units of sound shared by all packages. Each number is stated once; the others are derived."""

from __future__ import annotations

import math
import sys
from typing import Final

import numpy as np
import numpy.typing as npt

STEP_RATE: Final = 50
"""Decoder steps per second of sound; a step is a codec frame, 20 ms (MusicGen, EnCodec 32 kHz)."""

SAMPLE_RATE: Final = 48_000
"""Samples per second in Discord voice (Opus, full band)."""

CHANNELS: Final = 2
"""Discord plays stereo."""

SAMPLE_BYTES: Final = 2
"""Signed 16-bit little-endian."""

FRAME_RATE: Final = 50
"""Frames per second: a voice packet every 20 ms."""

FRAME_SECONDS: Final = 1 / FRAME_RATE
FRAME_SAMPLES: Final = SAMPLE_RATE // FRAME_RATE
FRAME_BYTES: Final = FRAME_SAMPLES * CHANNELS * SAMPLE_BYTES

Pcm = npt.NDArray[np.float32]
"""Sound as float32 in −1…1, shaped (channels, samples)."""

Pcm16 = npt.NDArray[np.int16]
"""Sound as Discord takes it, shaped (samples, channels): interleaved when laid out in memory."""

Interleaved = npt.NDArray[np.float32]
"""Sound as libopus takes it, float32 in −1…1, shaped (samples, channels): interleaved in memory."""

MAX_VOLUME: Final = 1.0
"""The highest volume, and the default: music at −16 LUFS, every peak under −1 dBTP."""

_FULL_SCALE: Final = 2 ** (8 * SAMPLE_BYTES - 1) - 1


def steps_of(seconds: float) -> int:
    """Return the number of steps of a piece of `seconds`; sys.maxsize for an infinite one."""
    return sys.maxsize if math.isinf(seconds) else round(seconds * STEP_RATE)


def samples_of(seconds: float) -> int:
    """Return the number of 48 kHz samples of a piece of `seconds`; see `steps_of`."""
    return steps_of(seconds) * SAMPLE_RATE // STEP_RATE


def floats(pcm: Pcm16) -> Pcm:
    """Convert 16-bit sound, shaped (samples, channels), to float32, shaped (channels, samples)."""
    return np.ascontiguousarray(pcm.T, np.float32) / np.float32(_FULL_SCALE)


def sixteen_bits(pcm: Pcm) -> Pcm16:
    """Convert sound in −1…1 to the nearest 16-bit values, shaped (samples, 2); mono goes to both sides."""
    whole = np.rint(pcm * np.float32(_FULL_SCALE)).astype(np.int16)
    return np.ascontiguousarray(np.broadcast_to(whole, (CHANNELS, whole.shape[1])).T)
