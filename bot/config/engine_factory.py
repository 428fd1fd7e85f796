"""The engine that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.config.settings import Settings

SHIPPED: Final = "etude"
CALIBRATIONS: Final = "calibration.json"
"""The file beside the store in which the engine's measured speed is kept."""

SHIPPED_FOLDER: Final = Path(__file__).resolve().parents[2] / "models" / SHIPPED
"""Where the checkpoint is that comes with Busker."""


def engine_from(settings: Settings) -> Engine:
    """The engine as set, not started yet. Nothing here loads torch: the engine's own process does."""
    engine = settings.engine
    if engine.kind == "tone":
        from audio.worker.tone_engine import ToneEngine

        return ToneEngine()
    from audio.worker.client import LocalEngine

    return LocalEngine(
        str(SHIPPED_FOLDER) if engine.checkpoint == SHIPPED else engine.checkpoint,
        revision=engine.revision or None,
        device=engine.device,
        threads=engine.threads,
        slots=engine.slots,
        dtype=engine.dtype,
        longest=settings.music.longest_seconds,
        calibration_file=settings.store.path.parent / CALIBRATIONS,
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
