"""The chain: from sound as the engine makes it to sound as Discord plays it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from audio.dsp.fades import Fades
from audio.dsp.ingest import Ingest
from audio.dsp.level import Level
from audio.dsp.limiter import LATENCY as LIMITER_LATENCY
from audio.units import Pcm, Pcm16, sixteen_bits

if TYPE_CHECKING:
    from audio.engine import Engine, EngineInfo, Stream
    from audio.piece import Piece

LATENCY_SECONDS: Final = 0.01
"""Sound waits less than this in the chain, at any rate from 24 kHz on: 5 ms in Limiter, 4 in Resampler."""


class Chain:
    """One piece on its way: resampled to 48 kHz, levelled, limited, faded at its ends, in 16 bits.

    `expected` is the loudness that its checkpoint's pieces have, in LUFS. How the sound is cut into pushes
    does not change a bit of it. One thread at a time.
    """

    def __init__(self, sample_rate: int, channels: int, seconds: float, expected: float) -> None:
        self._intake = Ingest(sample_rate, channels, seconds)
        self._level = Level(channels, expected)
        self._edges = Fades(seconds)

    @property
    def latency(self) -> int:
        """The most 48 kHz samples that are held back until later input."""
        return self._intake.latency + LIMITER_LATENCY

    def push(self, pcm: Pcm) -> Pcm16:
        """What can be played after `pcm`, shaped (channels, samples), at the engine's rate.

        Raises EngineError when it is no sound."""
        return self._played(self._level.push(self._intake.push(pcm)))

    def finish(self) -> Pcm16:
        """The rest: in all, exactly samples_of(seconds) came out. What was missing of them is silence."""
        rest = [self._level.push(self._intake.finish()), self._level.finish()]
        return self._played(np.concatenate(rest, axis=1))

    def _played(self, pcm: Pcm) -> Pcm16:
        return sixteen_bits(self._edges.push(pcm))


class ProcessedChunk(NamedTuple):
    """A part of a piece. Parts follow each other; of either, there may be none in it."""

    made: Pcm
    """As the engine made it, for the track."""
    played: Pcm16
    """As Discord plays it, some milliseconds behind."""


async def stretches(engine: Engine, piece: Piece) -> AsyncGenerator[ProcessedChunk]:
    """`piece` while `engine` makes it, from its start to its end and as fast as it can.

    Close it to cancel what is not made yet. Raises EngineError.
    """
    async with engine.open(piece) as stream, contextlib.aclosing(stretched(stream, engine.info)) as sound:
        async for stretch in sound:
            yield stretch


async def stretched(stream: Stream, info: EngineInfo) -> AsyncGenerator[ProcessedChunk]:
    """What a stream brings: samples_of(piece.seconds) samples to play in all.

    Raises EngineError. The chain computes in a thread, since some milliseconds of it on the event loop would
    delay whatever else happens there.
    """
    chain = Chain(info.sample_rate, info.channels, stream.piece.seconds, info.loudness)
    async for chunk in stream:
        yield ProcessedChunk(chunk.pcm, await asyncio.to_thread(chain.push, chunk.pcm))
    nothing = np.zeros((info.channels, 0), np.float32)
    yield ProcessedChunk(nothing, await asyncio.to_thread(chain.finish))
