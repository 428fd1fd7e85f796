"""The joint between two pieces: the end of one and the beginning of the next, heard together."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from audio.dsp.fades import ending, falling
from audio.dsp.limiter import Limiter
from audio.playout.jitter_buffer import JitterBuffer
from audio.units import CHANNELS, FRAME_RATE, FRAME_SAMPLES, Pcm16, floats, sixteen_bits

MAX_PART: Final = 0.2
"""Of either piece no more than this is heard together with the other: the rest is its own."""


class Transition(NamedTuple):
    """How one piece goes over into the next."""

    begins: int
    """The frame of the piece with which the next one begins."""
    sound: bytes
    """What is heard from there to the end of the piece, as frames."""
    following: JitterBuffer


def overlap(seconds: float, *pieces: float) -> int:
    """For how many frames pieces of such lengths are heard together where `seconds` are wished for."""
    return int(min(seconds, *(MAX_PART * piece for piece in pieces)) * FRAME_RATE)


def joint_of(buffer: JitterBuffer, following: JitterBuffer, seconds: float, frames: int) -> Transition | None:
    """The joint of a piece of `seconds` with the next one, `frames` long; some 20 ms of work.

    None while not all of the piece is made, or too little of the next one is, or it has begun.
    """
    begins = round(seconds * FRAME_RATE) - frames
    end, beginning = buffer.frames(begins, frames), following.frames(0, frames)
    if not frames or not len(end) == len(beginning) == frames * FRAME_SAMPLES * CHANNELS * 2:
        return None
    return Transition(begins, crossfaded(_pcm(end), _pcm(beginning), seconds).tobytes(), following)


def crossfaded(end: Pcm16, beginning: Pcm16, seconds: float) -> Pcm16:
    """The end of a piece of `seconds`, which fades out already, over the beginning of the next one.

    Both are shaped (samples, 2). The next one comes in as the first goes: the squares of their gains add up
    to 1, so pieces that have nothing in common are together as loud as each alone (equal power). Where more
    than the ending is shared the first goes as slowly as the next one comes; where less is, the ending is
    half over before the next one begins. What two peaks make together is limited like any other.
    """
    faded = ending(seconds)[-len(end) :]
    gone = np.concatenate([np.ones(len(end) - len(faded), np.float32), faded])
    going = np.minimum(falling(len(end)), gone)
    coming = np.sqrt(1 - going**2)
    mixed = floats(end) * (going / gone) + floats(beginning) * coming
    limiter = Limiter(CHANNELS)
    return sixteen_bits(np.concatenate([limiter.push(mixed), limiter.finish()], axis=1))


def _pcm(frames: bytes) -> Pcm16:
    return np.frombuffer(frames, np.int16).reshape(-1, CHANNELS)
