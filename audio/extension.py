"""Extension: continues a finished track.

The new piece begins with the track as it was before its fade-out (the prelude), and the engine continues from
there, so the new track contains both as one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from audio.dsp.fades import fade_out_gain, half_cosine_fall
from audio.dsp.loudness import Meter, gated, loudness_of
from audio.dsp.resample import Resampler
from audio.engine import Chunk, Engine, EngineInfo, Pace, Stream
from audio.errors import RecordingError
from audio.files.recording import RecordingFile, mixed, opened
from audio.files.saved import read_all
from audio.media.limits import MAX_SECONDS, MIN_SECONDS
from audio.piece import LENGTH_SECONDS, Piece, Recording
from audio.prompts.hearing import Vocabulary
from audio.units import (
    CHANNELS,
    FRAME_SAMPLES,
    SAMPLE_BYTES,
    SAMPLE_RATE,
    STEP_RATE,
    Pcm,
    Pcm16,
    floats,
    sixteen_bits,
)
from words.text import Text

RESTORED_GAIN: Final = 0.1
"""Gain down to which the fade-out is undone: −20 dB, where 16 bits are still fine enough. The rest, the last
0.4 s, is left to the continuation."""

BLOCK_SECONDS: Final = 1.0
"""Length of the chunks in which the prelude is delivered."""

SMOOTHING_SECONDS: Final = 0.005
"""Time in which the offset between old and new sound decays. The codec reconstructs the prelude only
approximately, so the new sound begins slightly off its last sample; a jump would click."""

_PRELUDE_EPOCH: Final = -1
"""The epoch (see `Pace`) of the prelude, whose speed says nothing about the rest."""


def prepare(track: Path, loudness: float, target: Path) -> Recording:
    """Write a track without its fade-out to `target`, a recording of whole frames, as the prelude of a piece.

    It is brought to `loudness` [LUFS], the level of the model's own sound, which it continues best. Takes
    some 5 ms per second of sound. Raises RecordingError, TrackError or OSError.
    """
    longest = MAX_SECONDS - LENGTH_SECONDS[1]
    pcm = read_all(track, longest + 1.0)
    if len(pcm) > longest * SAMPLE_RATE:
        raise RecordingError(Text("extend-long", most=longest))
    fade = fade_out_gain(len(pcm) / SAMPLE_RATE)
    restorable = int(np.count_nonzero(fade >= RESTORED_GAIN))
    fade_begin = len(pcm) - len(fade)
    end = (fade_begin + restorable) // FRAME_SAMPLES * FRAME_SAMPLES
    if not end:
        raise RecordingError(Text("recording-too-short", file=track.name, shortest=MIN_SECONDS))
    meter, hops, peak = Meter(CHANNELS), [np.zeros(0)], 0.0
    for part in _without_fade(pcm[:end], fade_begin, fade):
        hops.append(meter.push(part))
        peak = max(peak, float(np.abs(part).max()))
    loud = gated(np.concatenate(hops))
    gain = 10 ** ((loudness - loudness_of(float(loud.mean()))) / 20) if len(loud) else 1.0
    gain = min(gain, 1.0 / peak) if peak else 1.0
    size = end * CHANNELS * SAMPLE_BYTES
    with RecordingFile(target, SAMPLE_RATE, CHANNELS, pcm.dtype) as file:
        for part in _without_fade(pcm[:end], fade_begin, fade):
            file.write(size, sixteen_bits(part * np.float32(gain)).tobytes())
    return Recording(target, file.digest)


def _without_fade(pcm: Pcm16, begin: int, fade: npt.NDArray[np.float32]) -> Iterator[Pcm]:
    """Yield sound second by second, shaped (channels, samples), with the gains `fade` from `begin` undone."""
    for start in range(0, len(pcm), SAMPLE_RATE):
        part = floats(pcm[start : start + SAMPLE_RATE])
        faded = max(0, begin - start)
        if faded < part.shape[1]:
            gains = fade[max(0, start - begin) :]
            part[:, faded:] /= gains[: part.shape[1] - faded]
        yield part


class ExtendingEngine:
    """Adds pieces with a prelude to an engine that only continues recordings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    @property
    def vocabulary(self) -> Vocabulary:
        return self._engine.vocabulary

    @property
    def healthy(self) -> bool:
        return self._engine.healthy

    async def start(self) -> None:
        await self._engine.start()

    async def close(self) -> None:
        await self._engine.close()

    def open(self, piece: Piece) -> AbstractAsyncContextManager[Stream]:
        """See `Engine.open`. Entering raises RecordingError if the file of the prelude has changed."""
        return self._open_extended(piece) if piece.prelude else self._engine.open(piece)

    @asynccontextmanager
    async def _open_extended(self, piece: Piece) -> AsyncIterator[Stream]:
        async with self._engine.open(_shifted(piece, -piece.prelude)) as stream:  # it hashes the file
            prelude = await asyncio.to_thread(Prelude, piece, self.info)
            yield ExtendedStream(prelude, stream, self.info.sample_rate)


class ExtendedStream:
    """Delivers the prelude, then the sound of the engine's stream."""

    def __init__(self, prelude: Prelude, stream: Stream, sample_rate: int) -> None:
        self._seconds = prelude.seconds
        self._prelude = prelude
        self._stream = stream
        self._sample_rate = sample_rate
        self._in_prelude = True

    @property
    def piece(self) -> Piece:
        """See `Stream.piece`."""
        return _shifted(self._stream.piece, self._seconds)

    @property
    def pace(self) -> Pace:
        """See `Stream.pace`."""
        return self._stream.pace._replace(epoch=_PRELUDE_EPOCH) if self._in_prelude else self._stream.pace

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        last: Pcm | None = None
        blocks = self._prelude.blocks()
        while (block := await asyncio.to_thread(next, blocks, None)) is not None:
            yield Chunk(block, last=False)
            last = block[:, -1:]
        async for chunk in self._stream:
            first, self._in_prelude = self._in_prelude, False
            if first and last is not None:
                chunk = Chunk(smoothed(last, chunk.pcm, self._sample_rate), chunk.last)
            yield chunk

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`."""
        self._stream.report_playhead(None if position is None else position - self._seconds)

    def hold(self) -> None:
        """See `Stream.hold`; the prelude needs no composing."""
        self._stream.hold()

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`."""
        self._stream.steer(prompt, blend_seconds, max(0.0, earliest - self._seconds))


def smoothed(last: Pcm, new: Pcm, sample_rate: int) -> Pcm:
    """Return `new` with a decaying offset, so that it begins at the value of the sample `last`."""
    samples = min(round(SMOOTHING_SECONDS * sample_rate), new.shape[1])
    if not samples:
        return new
    smooth = new.copy()
    smooth[:, :samples] += (last - new[:, :1]) * half_cosine_fall(samples)
    return smooth


class Prelude:
    """The sound of a prelude at the engine's rate: exactly `seconds`. Raises RecordingError.

    It is read from the disk as it is delivered.
    """

    def __init__(self, piece: Piece, info: EngineInfo) -> None:
        assert piece.continues is not None  # a prelude is of something
        self.seconds = piece.prelude
        """Its length."""
        self._sound = opened(piece.continues.path)
        self._rate = info.sample_rate
        self._channels = info.channels

    def blocks(self) -> Iterator[Pcm]:
        """Yield the sound in blocks of BLOCK_SECONDS, shaped (channels, samples)."""
        left = round(self.seconds * STEP_RATE) * self._rate // STEP_RATE
        for block in self._resampled():
            if block.size:
                yield block[:, :left]
            left -= min(left, block.shape[1])
            if not left:
                return
        yield np.zeros((self._channels, left), np.float32)

    def _resampled(self) -> Iterator[Pcm]:
        samples, rate = self._sound
        resampler = Resampler(rate, self._rate, self._channels)
        block = round(BLOCK_SECONDS * rate)
        for begin in range(0, len(samples), block):
            yield resampler.push(mixed(samples[begin : begin + block], self._channels))
        yield resampler.finish()


def _shifted(piece: Piece, seconds: float) -> Piece:
    """Return the piece with `seconds` more at its beginning, or fewer if negative."""
    steps = round(seconds * STEP_RATE)
    return replace(
        piece,
        seconds=(piece.steps + steps) / STEP_RATE,
        prelude=max(0.0, seconds),
        prompt_changes=tuple(replace(change, step=change.step + steps) for change in piece.prompt_changes),
    )
