"""An Extension: a track that goes on. Its piece begins with the track as it was before its ending, and the
engine continues from there; so the new track holds old and new as one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from audio.dsp.fades import fade_out_gain, half_cosine_fall
from audio.dsp.loudness import integrated
from audio.engine import Chunk, Engine, EngineInfo, Pace, Stream
from audio.errors import RecordingError
from audio.files.recording import MAX_SECONDS, check_unchanged, first_seconds
from audio.files.track import FORMATS, encode_file
from audio.piece import LENGTH_SECONDS, Piece
from audio.units import FRAME_SAMPLES, SAMPLE_RATE, STEP_RATE, Pcm, sixteen_bits
from words.text import Text

RESTORED_GAIN: Final = 0.1
"""How far into its ending a track is brought back by undoing the fade: to −20 dB, where 16 bits are fine
enough still. What is behind, the last 0.4 s, is left to the continuation."""

BLOCK_SECONDS: Final = 1.0
"""The old part goes to the listeners in blocks of this, like sound that is made."""

JOINT_SECONDS: Final = 0.005
"""The codec draws its own curve of what it heard, so the new sound begins a little beside where the old one
ends; the difference dies away this fast. A jump would click."""

_OLD_LIFE: Final = -1
"""The life (see `Pace`) in which the old part comes, whose speed says nothing about what follows."""


def prepare(track: Path, loudness: float, target: Path) -> None:
    """Write the track as it was before its ending into `target`, a FLAC file of whole frames.

    It is brought to `loudness` (LUFS), which the model knows from what it makes itself. Some 10 ms of work a
    second of sound. Raises RecordingError.
    """
    pcm = first_seconds(track, SAMPLE_RATE, 2, MAX_SECONDS)
    if pcm.shape[1] > (MAX_SECONDS - LENGTH_SECONDS[1]) * SAMPLE_RATE:
        raise RecordingError(Text("extend-long", most=MAX_SECONDS - LENGTH_SECONDS[1]))
    fall = fade_out_gain(pcm.shape[1] / SAMPLE_RATE)
    audible = int(np.count_nonzero(fall >= RESTORED_GAIN))
    begins = pcm.shape[1] - len(fall)
    whole = (begins + audible) // FRAME_SAMPLES * FRAME_SAMPLES
    pcm = pcm[:, :whole].copy()
    pcm[:, begins:] /= fall[: whole - begins]
    decibels = loudness - integrated(pcm)
    gain = 10 ** (decibels / 20) if np.isfinite(decibels) else 1.0
    peak = float(np.abs(pcm).max(initial=0.0))
    pcm *= np.float32(min(gain, 1.0 / peak) if peak else 1.0)
    target.write_bytes(encode_file(sixteen_bits(pcm), FORMATS["flac"], {}))


class ExtendingEngine:
    """An engine that also makes pieces with a prelude, out of one that only continues."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def info(self) -> EngineInfo:
        return self._engine.info

    @property
    def healthy(self) -> bool:
        return self._engine.healthy

    async def start(self) -> None:
        await self._engine.start()

    async def close(self) -> None:
        await self._engine.close()

    def open(self, piece: Piece) -> AbstractAsyncContextManager[Stream]:
        """See `Engine.open`; raises RecordingError where the old part is not what it was."""
        return self._extended(piece) if piece.prelude else self._engine.open(piece)

    @asynccontextmanager
    async def _extended(self, piece: Piece) -> AsyncIterator[Stream]:
        old = await asyncio.to_thread(_old, piece, self.info)
        async with self._engine.open(_later(piece, -piece.prelude)) as stream:
            yield ExtendedStream(piece.prelude, old, stream, self.info.sample_rate)


class ExtendedStream:
    """The old part, then what the engine makes."""

    def __init__(self, prelude: float, old: Pcm, stream: Stream, sample_rate: int) -> None:
        self._prelude = prelude
        self._old = old
        self._stream = stream
        self._sample_rate = sample_rate
        self._is_old = True

    @property
    def piece(self) -> Piece:
        """See `Stream.piece`."""
        return _later(self._stream.piece, self._prelude)

    @property
    def pace(self) -> Pace:
        """See `Stream.pace`."""
        return self._stream.pace._replace(epoch=_OLD_LIFE) if self._is_old else self._stream.pace

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        block = round(BLOCK_SECONDS * self._sample_rate)
        for begin in range(0, self._old.shape[1], block):
            yield Chunk(self._old[:, begin : begin + block], last=False)
        last = self._old[:, -1:]
        async for chunk in self._stream:
            first, self._is_old = self._is_old, False
            yield Chunk(smoothed(last, chunk.pcm, self._sample_rate), chunk.last) if first else chunk

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`."""
        self._stream.report_playhead(None if position is None else position - self._prelude)

    def hold(self) -> None:
        """See `Stream.hold`; the old part is there already."""
        self._stream.hold()

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`."""
        self._stream.steer(prompt, blend_seconds, max(0.0, earliest - self._prelude))


def smoothed(last: Pcm, new: Pcm, sample_rate: int) -> Pcm:
    """`new`, bent so that it begins where the sample `last` was."""
    samples = min(round(JOINT_SECONDS * sample_rate), new.shape[1])
    if not samples:
        return new
    bent = new.copy()
    bent[:, :samples] += (last - new[:, :1]) * half_cosine_fall(samples)
    return bent


def _old(piece: Piece, info: EngineInfo) -> Pcm:
    """What a piece begins with, at the engine's rate: exactly `piece.prelude` seconds."""
    assert piece.continues is not None  # a prelude is of something
    check_unchanged(piece.continues)
    wanted = round(piece.prelude * STEP_RATE) * info.sample_rate // STEP_RATE
    pcm = first_seconds(piece.continues.path, info.sample_rate, info.channels, piece.prelude)[:, :wanted]
    return np.pad(pcm, ((0, 0), (0, wanted - pcm.shape[1])))


def _later(piece: Piece, seconds: float) -> Piece:
    """The piece with so much more before it, or less where negative."""
    steps = round(seconds * STEP_RATE)
    return replace(
        piece,
        seconds=(piece.steps + steps) / STEP_RATE,
        prelude=max(0.0, seconds),
        prompt_changes=tuple(replace(turn, step=turn.step + steps) for turn in piece.prompt_changes),
    )
