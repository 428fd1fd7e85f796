"""The engine that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.settings import Settings

SEEDED_FOLDER: Final = Path("var/checkpoints/seeded")
"""Where the checkpoint "seeded" is built; the engine's process does it, for it takes torch."""


def engine_from(settings: Settings) -> Engine:
    """The engine as set, not started yet. Nothing here loads torch: the engine's own process does."""
    engine = settings.engine
    if engine.kind == "tone":
        from audio.tone import ToneEngine

        return ToneEngine()
    from audio.local import LocalEngine
    from audio.worker import SEEDED

    return LocalEngine(
        f"{SEEDED}{SEEDED_FOLDER}" if engine.checkpoint == "seeded" else engine.checkpoint,
        revision=engine.revision or None,
        device=engine.device,
        threads=engine.threads,
        slots=engine.slots,
        dtype=engine.dtype,
        longest=settings.music.longest_seconds,
    )


@asynccontextmanager
async def engine_of(settings: Settings) -> AsyncIterator[Engine]:
    """The engine as set, loaded and warm; it ends with the block. Raises EngineError with a sentence."""
    engine = engine_from(settings)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()
