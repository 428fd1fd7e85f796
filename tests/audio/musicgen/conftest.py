"""One small checkpoint for all tests of the engine, made from its seed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import ensure_seeded


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_seeded(tmp_path_factory.mktemp("models") / "seeded")


@pytest.fixture(scope="session")
def checkpoint(seeded_folder: Path) -> Checkpoint:
    return load_checkpoint(str(seeded_folder))
