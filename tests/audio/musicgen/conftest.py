"""One small checkpoint for all tests of the engine, made from its seed once."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from audio.musicgen.checkpoint import Checkpoint, load_checkpoint
from audio.musicgen.seeded import ensure_seeded


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As in the worker; more threads wait for each other where cores are few."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_seeded(tmp_path_factory.mktemp("models") / "seeded")


@pytest.fixture(scope="session")
def checkpoint(seeded_folder: Path) -> Checkpoint:
    return load_checkpoint(str(seeded_folder))
