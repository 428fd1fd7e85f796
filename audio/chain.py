"""The chain: from sound as the engine makes it to sound as Discord plays it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from audio.errors import EngineError
from audio.level import LATENCY as LEVEL_LATENCY
from audio.level import Level
from audio.resample import Resampler
from audio.units import CHANNELS, SAMPLE_RATE, Pcm, Pcm16, samples_of

if TYPE_CHECKING:
    from audio.engine import Engine
    from audio.piece import Piece

LATENCY_SECONDS: Final = 0.02
"""Sound waits less than this in the chain, at any rate from 24 kHz on: 15 ms in Level, 4 in Resampler."""

LOUDEST: Final = 1e4
"""Samples beyond this (80 dB over full scale) are not sound but a broken model, like those that are NaN."""

_FULL_SCALE: Final = 32_767


class Chain:
    """One piece on its way: resampled to 48 kHz, levelled, on both sides, in 16 bits.

    How the sound is cut into pushes does not change a bit of it. One thread at a time.
    """

    def __init__(self, sample_rate: int, channels: int, seconds: float) -> None:
        if channels not in (1, CHANNELS):
            raise EngineError(f"The model makes sound of {channels} channels; Busker plays one or two.")
        self._left = samples_of(seconds)
        self._resampler = Resampler(sample_rate, SAMPLE_RATE, channels)
        self._level = Level(channels)

    @property
    def latency(self) -> int:
        """The most 48 kHz samples that are held back until later input."""
        return self._resampler.latency + LEVEL_LATENCY

    def push(self, pcm: Pcm) -> Pcm16:
        """What can be played after `pcm`, shaped (channels, samples), at the engine's rate.

        Raises EngineError when it is no sound: such a model would make the same again, and silence in its
        place would be posted as a finished track.
        """
        if not np.abs(pcm).max(initial=0) <= LOUDEST:  # also false for NaN
            raise EngineError("The model made something that is not sound; another seed may do better.")
        return self._levelled(self._resampler.push(pcm))

    def finish(self) -> Pcm16:
        """The rest: in all, exactly samples_of(seconds) came out. What was missing of them is silence."""
        rest = self._levelled(self._resampler.finish())
        end = _pcm16(self._level.finish())
        silence = np.zeros((self._left, CHANNELS), np.int16)
        return np.concatenate([rest, end, silence])

    def _levelled(self, pcm: Pcm) -> Pcm16:
        wanted = pcm[:, : self._left]
        self._left -= wanted.shape[1]
        return _pcm16(self._level.push(wanted))


async def stretches(
    engine: Engine, piece: Piece, position: Callable[[], float] | None = None
) -> AsyncGenerator[Pcm16]:
    """`piece` as Discord plays it, while `engine` makes it: samples_of(piece.seconds) samples in all.

    Close it to cancel what is not made yet. `position` says how many seconds have been heard (see
    `Stream.heard`); it is asked at the start and with every chunk. Raises EngineError. The chain computes in
    a thread, since some milliseconds of it on the event loop would delay whatever else happens there.
    """
    chain = Chain(engine.info.sample_rate, engine.info.channels, piece.seconds)
    async with engine.open(piece) as stream:
        if position is not None:
            stream.heard(position())
        async for chunk in stream:
            yield await asyncio.to_thread(chain.push, chunk.pcm)
            if position is not None:
                stream.heard(position())
    yield await asyncio.to_thread(chain.finish)


def _pcm16(pcm: Pcm) -> Pcm16:
    """The nearest 16-bit values, shaped (samples, 2); one channel plays on both sides."""
    whole = np.rint(pcm * np.float32(_FULL_SCALE)).astype(np.int16)
    return np.ascontiguousarray(np.broadcast_to(whole, (CHANNELS, whole.shape[1])).T)
