"""Helpers that compose whole pieces with an engine or an engine core."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from audio.engine import Chunk, Engine
from audio.piece import Piece
from audio.units import Pcm

if TYPE_CHECKING:
    from audio.musicgen.engine_core import EngineCore

PIECE = Piece("lo-fi hip hop with rain", seconds=3.0, seed=3)


async def sound(engine: Engine, piece: Piece, after_first: Callable[[], None] | None = None) -> Pcm:
    parts: list[Pcm] = []
    async with engine.open(piece) as stream:
        async for chunk in stream:
            if not parts and after_first is not None:
                after_first()
            parts.append(chunk.pcm)
    return np.concatenate(parts, axis=1)


def composed(core: EngineCore, *pieces: Piece) -> list[Pcm]:
    """Compose pieces at the same time; returns the sound of each, in their order."""
    for key, piece in enumerate(pieces):
        core.admit(key, piece)
    parts: list[list[Pcm]] = [[] for _ in pieces]
    while not core.idle:
        for output in core.step():
            assert isinstance(output.result, Chunk), output.result
            parts[output.key].append(output.result.pcm)
    return [np.concatenate(part, axis=1) for part in parts]


def played(core: EngineCore, piece: Piece) -> Pcm:
    (pcm,) = composed(core, piece)
    return pcm
