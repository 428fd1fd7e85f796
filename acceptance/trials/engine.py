"""The engine of a trial: it counts its slots in use, and computes the expected sound of a piece."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Final

import numpy as np

from audio.dsp.mastering import master
from audio.playout.chain import processed_chunks
from audio.prompts.hearing import Vocabulary
from audio.worker.client import LocalEngine
from audio.worker.tone_engine import ToneEngine
from bot.config.engine_factory import create_engine

if TYPE_CHECKING:
    from audio.engine import Engine, EngineInfo, Stream
    from audio.piece import Piece
    from audio.units import Pcm16
    from bot.config.settings import Settings
    from rehearsal.voice.recording import Pcm

TONE_SPEED: Final = 1.5
"""Times real time: the piece is still being composed when the fault happens."""


def engine_for(settings: Settings, *, with_process: bool = False) -> Engine:
    """Return the configured engine; tones in this process unless a fault must kill the engine's process."""
    if settings.engine.kind == "tone" and not with_process:
        return ToneEngine(speed=TONE_SPEED)
    local = settings.engine.model_copy(update={"kind": "local"})
    return create_engine(settings.model_copy(update={"engine": local}))


class CountedEngine:
    """An engine that counts its slots in use."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.slots = 0

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

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        try:
            await self.start()
            yield
        finally:
            await self.close()

    def open(self, piece: Piece) -> AbstractAsyncContextManager[Stream]:
        return self._counted(piece)

    @asynccontextmanager
    async def _counted(self, piece: Piece) -> AsyncIterator[Stream]:
        async with self._engine.open(piece) as stream:
            self.slots += 1
            try:
                yield stream
            finally:
                self.slots -= 1

    def kill(self) -> None:
        """Kill the engine's process, where it has one."""
        if isinstance(self._engine, LocalEngine) and self._engine.worker_pid is not None:
            os.kill(self._engine.worker_pid, signal.SIGKILL)

    async def expected_pcm(self, piece: Piece) -> tuple[Pcm, Pcm]:
        """Return the expected sound of a piece: as played in voice and as in its track, each (samples, 2)."""
        engine: Engine = self._engine
        if isinstance(engine, ToneEngine):
            engine = ToneEngine(speed=float("inf"))
            await engine.start()
        parts = [part async for part in processed_chunks(engine, piece)]
        expected_pcm = np.concatenate([part.engine_pcm for part in parts], axis=1)
        track = await asyncio.to_thread(master, expected_pcm, engine.info.sample_rate, piece.seconds)
        played = np.concatenate([part.voice_pcm for part in parts])
        return _floats(played), _floats(track)


def _floats(pcm: Pcm16) -> Pcm:
    return pcm.astype(np.float32) / np.float32(32768)
