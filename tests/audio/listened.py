"""What an engine makes of a piece, in one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audio.engine import Engine
from audio.piece import Piece
from audio.units import Pcm

PIECE = Piece("lo-fi hip hop with rain", seconds=3.0, seed=3)


async def sound(engine: Engine, piece: Piece, after_first: Callable[[], None] | None = None) -> Pcm:
    parts: list[Pcm] = []
    async with engine.open(piece) as stream:
        async for chunk in stream:
            if not parts and after_first is not None:
                after_first()
            parts.append(chunk.pcm)
    return np.concatenate(parts, axis=1)
