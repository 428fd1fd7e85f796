"""One small checkpoint for all tests of the engine, made from its seed once per process.

The imports are inside the fixtures so that tests which need no torch can be collected without it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from audio.musicgen.checkpoint.load import Checkpoint
    from audio.musicgen.kernels.library import Library


@pytest.fixture(scope="session")
def seeded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from audio.musicgen.checkpoint.seeded import ensure_seeded

    return ensure_seeded(tmp_path_factory.mktemp("models") / "seeded")


@pytest.fixture(scope="session")
def kinds() -> list[Library]:
    """The compiled functions for each kind of processor that this one is, the fastest first."""
    from audio.musicgen.kernels.library import libraries

    found = libraries()
    if not found:
        pytest.skip("there is no C compiler")
    return found


@pytest.fixture(scope="session")
def checkpoint(seeded_folder: Path) -> Checkpoint:
    from audio.musicgen.checkpoint.load import load_checkpoint

    return load_checkpoint(str(seeded_folder))
