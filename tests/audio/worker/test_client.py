"""The engine and its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from audio.errors import CheckpointError, EngineBusy, EngineError, RecordingError
from audio.piece import Piece
from audio.prompts.hearing import Hearing
from audio.worker.client import LocalEngine
from audio.worker.loading import SEEDED
from tests.audio.composed import PIECE, sound
from tests.audio.files.sound_files import hum, recorded

pytestmark = pytest.mark.slow  # starts worker processes, which import torch


def kill(engine: LocalEngine, with_signal: int = signal.SIGKILL) -> None:
    assert engine.worker_pid is not None
    os.kill(engine.worker_pid, with_signal)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalEngine]:
    folder = tmp_path_factory.mktemp("models") / "seeded"
    engine = LocalEngine(f"{SEEDED}{folder}", waiting=1, longest=10.0)
    await engine.start()
    yield engine
    await engine.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_started_engine_has_info(engine: LocalEngine) -> None:
    assert engine.healthy
    assert engine.info.checkpoint == "seeded"
    assert engine.info.licence == "MIT"
    assert (engine.info.sample_rate, engine.info.channels, engine.info.device) == (32_000, 1, "cpu")
    assert engine.info.speed > 0.1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_started_engine_tells_what_its_model_hears(engine: LocalEngine) -> None:
    assert engine.vocabulary.hear("soft piano") == Hearing("soft piano")
    assert engine.vocabulary.hear("x" * 1000).cut


@pytest.mark.asyncio(loop_scope="module")
async def test_a_piece_has_the_same_sound_at_any_interval_through_the_process(
    engine: LocalEngine,
) -> None:
    first = await sound(engine, PIECE)
    assert first.shape == (1, 96_000)
    assert first.std() > 0.05
    for interval in (0.5, 1.3):
        assert np.array_equal(await sound(engine, replace(PIECE, interval=interval)), first)


@pytest.mark.asyncio(loop_scope="module")
async def test_leaving_a_stream_frees_its_slot_and_the_next_piece_is_complete(engine: LocalEngine) -> None:
    async with engine.open(replace(PIECE, seconds=10.0)) as stream:
        chunk = await anext(aiter(stream))
        assert not chunk.last
        async with engine.open(PIECE):
            with pytest.raises(EngineBusy, match="2 pieces"):
                async with engine.open(PIECE):
                    pass
    assert (await sound(engine, PIECE)).shape == (1, 96_000)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_piece_that_does_not_fit_is_refused_with_a_sentence(engine: LocalEngine) -> None:
    with pytest.raises(EngineError, match="doesn't fit this engine"):
        await sound(engine, replace(PIECE, seconds=11.0))


@pytest.mark.asyncio(loop_scope="module")
async def test_a_recording_that_changed_is_refused_before_a_worker_knows_of_the_piece(
    engine: LocalEngine, tmp_path: Path
) -> None:
    past = recorded(tmp_path / "past.wav", hum(1.0, 32_000), 32_000)
    past.path.unlink()
    recorded(past.path, hum(1.0, 32_000, (440.0,)), 32_000)
    for piece in (replace(PIECE, continues=past), replace(PIECE, melody=past)):
        with pytest.raises(RecordingError, match="is gone"):
            async with engine.open(piece):
                pytest.fail("the piece was opened")
    assert (await sound(engine, PIECE)).shape == (1, 96_000), "its place is free"


@pytest.mark.asyncio(loop_scope="module")
async def test_log_records_of_the_worker_arrive_in_the_bots_log(
    engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await sound(engine, Piece("🎷" * 100, 0.5, 1))
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("audio.musicgen.engine_core", "WARNING")
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_killing_the_worker_in_mid_piece_changes_no_sample(
    engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    expected = await sound(engine, PIECE)
    before = engine.worker_pid
    assert np.array_equal(await sound(engine, PIECE, after_first=lambda: kill(engine)), expected)
    assert engine.worker_pid != before
    assert "ended with code -9; 1 pieces wait" in caplog.text
    assert engine.healthy


async def test_a_missing_checkpoint_fails_the_start_and_leaves_no_process(tmp_path: Path) -> None:
    engine = LocalEngine(str(tmp_path / "nothing"))
    with pytest.raises(CheckpointError, match="There is no checkpoint folder"):
        await engine.start()
    assert not engine.healthy
    assert engine.worker_pid is None


def test_the_bots_process_does_not_load_the_model_libraries() -> None:
    heavy = "{'torch', 'transformers', 'scipy', 'tokenizers'} & set(sys.modules)"
    code = f"import sys, audio.worker.client, audio.worker.tone_engine; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


async def test_an_engine_that_has_not_started_raises_errors() -> None:
    engine = LocalEngine("nothing")
    assert not engine.healthy
    with pytest.raises(EngineError, match="not started"):
        _ = engine.info
    with pytest.raises(EngineError, match="isn't running"):
        await sound(engine, PIECE)
    await engine.close()
