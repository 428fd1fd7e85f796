"""The transition between two pieces: the end of one and the beginning of the next, mixed."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from audio.dsp.fades import fade_out_gain, half_cosine_fall
from audio.dsp.limiter import Limiter
from audio.playout.jitter_buffer import JitterBuffer
from audio.units import CHANNELS, FRAME_RATE, FRAME_SAMPLES, SAMPLE_BYTES, Pcm16, floats, sixteen_bits

MAX_OVERLAP_SHARE: Final = 0.2
"""Largest share of either piece that overlaps with the other."""


class Transition(NamedTuple):
    """A crossfade from one piece to the next, mixed beforehand."""

    first_frame: int
    """The frame of the piece at which the next one begins."""
    mix: bytes
    """The sound of both from there to the end of the piece, as frames."""
    following: JitterBuffer
    """The next piece."""


def overlap_frames(seconds: float, *pieces: float) -> int:
    """Return the frames by which pieces of these lengths [s] overlap where `seconds` are wished for."""
    return int(min(seconds, *(MAX_OVERLAP_SHARE * piece for piece in pieces)) * FRAME_RATE)


def make_transition(
    buffer: JitterBuffer, following: JitterBuffer, seconds: float, frames: int
) -> Transition | None:
    """Mix the last `frames` of a piece of `seconds` with the first of the next one; takes some 20 ms.

    Returns None while sound of either is missing, or if the next one has begun.
    """
    first_frame = round(seconds * FRAME_RATE) - frames
    end, beginning = buffer.frames(first_frame, frames), following.frames(0, frames)
    if not frames or not len(end) == len(beginning) == frames * FRAME_SAMPLES * CHANNELS * SAMPLE_BYTES:
        return None
    return Transition(first_frame, crossfade(_pcm(end), _pcm(beginning), seconds).tobytes(), following)


def crossfade(end: Pcm16, beginning: Pcm16, seconds: float) -> Pcm16:
    """Return the end of a piece of `seconds`, already faded out, mixed with the beginning of the next one.

    Both are shaped (samples, 2). Equal power: the squares of both gains add up to 1, so uncorrelated pieces
    are together as loud as each alone. If the overlap is longer than the piece's own fade-out, the piece is
    faded more slowly, over the whole overlap; if it is shorter, the fade-out is partly over when the next
    piece begins. A limiter keeps the peaks of the sum under the ceiling.
    """
    own_fade = fade_out_gain(seconds)[-len(end) :]
    applied = np.concatenate([np.ones(len(end) - len(own_fade), np.float32), own_fade])
    fade_out = np.minimum(half_cosine_fall(len(end)), applied)
    fade_in = np.sqrt(1 - fade_out**2)
    mix = floats(end) * (fade_out / applied) + floats(beginning) * fade_in
    limiter = Limiter(CHANNELS)
    return sixteen_bits(np.concatenate([limiter.push(mix), limiter.finish()], axis=1))


def _pcm(frames: bytes) -> Pcm16:
    return np.frombuffer(frames, np.int16).reshape(-1, CHANNELS)
