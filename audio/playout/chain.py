"""The processing chain: from sound as the engine makes it to sound as Discord plays it."""

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
"""Upper bound of the chain's delay at engine rates from 24 kHz up: 5 ms in Limiter, 4 ms in Resampler."""


class Chain:
    """Processes one piece: resampled to 48 kHz, levelled, limited, faded in and out, 16 bits.

    `expected` is the typical loudness [LUFS] of its checkpoint's pieces. The result does not depend on how
    the sound is split into pushes, bit for bit. One thread at a time.
    """

    def __init__(self, sample_rate: int, channels: int, seconds: float, expected: float) -> None:
        self._ingest = Ingest(sample_rate, channels, seconds)
        self._level = Level(channels, expected)
        self._fades = Fades(seconds)

    @property
    def latency(self) -> int:
        """Maximum number of 48 kHz samples held back until later input."""
        return self._ingest.latency + LIMITER_LATENCY

    def push(self, pcm: Pcm) -> Pcm16:
        """Return the sound that `pcm` completes, shaped (samples, 2).

        `pcm` is shaped (channels, samples), at the engine's rate. Raises EngineError if it is not sound.
        """
        return self._finished(self._level.push(self._ingest.push(pcm)))

    def finish(self) -> Pcm16:
        """Return the rest, padded with silence, so that samples_of(seconds) came out in all."""
        rest = [self._level.push(self._ingest.finish()), self._level.finish()]
        return self._finished(np.concatenate(rest, axis=1))

    def _finished(self, pcm: Pcm) -> Pcm16:
        return sixteen_bits(self._fades.push(pcm))


class ProcessedChunk(NamedTuple):
    """Consecutive sound of a piece, before and after the chain; either may be empty."""

    engine_pcm: Pcm
    """As the engine made it, for the track."""
    voice_pcm: Pcm16
    """As Discord plays it; the chain's latency behind `engine_pcm`."""


async def processed_chunks(engine: Engine, piece: Piece) -> AsyncGenerator[ProcessedChunk]:
    """Compose `piece` as fast as the engine can and yield its sound from start to end.

    Close the generator to cancel the rest. Raises EngineError.
    """
    async with (
        engine.open(piece) as stream,
        contextlib.aclosing(process_stream(stream, engine.info)) as chunks,
    ):
        async for chunk in chunks:
            yield chunk


async def process_stream(stream: Stream, info: EngineInfo) -> AsyncGenerator[ProcessedChunk]:
    """Run a stream through a Chain; the `voice_pcm` of all chunks add up to samples_of(piece.seconds).

    Raises EngineError. The chain computes in a thread: its some milliseconds would delay everything else on
    the event loop.
    """
    chain = Chain(info.sample_rate, info.channels, stream.piece.seconds, info.loudness)
    async for chunk in stream:
        yield ProcessedChunk(chunk.pcm, await asyncio.to_thread(chain.push, chunk.pcm))
    nothing = np.zeros((info.channels, 0), np.float32)
    yield ProcessedChunk(nothing, await asyncio.to_thread(chain.finish))
