"""Engines by the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.config.settings import Settings

SHIPPED: Final = "etude"
"""Name of the checkpoint that ships with Busker."""

SHIPPED_FOLDER: Final = Path(__file__).resolve().parents[2] / "models" / SHIPPED
"""Folder of that checkpoint."""


def create_engine(settings: Settings) -> Engine:
    """Return the engine of the settings, not started. Does not load torch: the engine's own process does."""
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
        cache_folder=settings.store.path.parent,
        adapter=engine.adapter or None,
        adapter_revision=engine.adapter_revision or None,
    )


@asynccontextmanager
async def running_engine(settings: Settings) -> AsyncIterator[Engine]:
    """Provide the engine of the settings, loaded and warm; close it after the block. Raises EngineError."""
    engine = create_engine(settings)
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()
