"""Recovery from workers that die or hang, with stand-ins for the worker's `main`."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from audio.errors import EngineError, EngineLost
from audio.piece import PromptChange
from audio.worker import process
from audio.worker.client import LocalEngine
from audio.worker.main import HEARTBEAT_SECONDS
from audio.worker.messages import Order
from tests.audio.composed import PIECE, sound
from tests.audio.worker.workers import (
    INFO,
    change_prompt_and_die,
    compose_all,
    die_after_measuring,
    die_on_poison,
    die_on_poison_beside_others,
    die_twice,
    die_while_another_waits,
    echo_playheads,
    fail_to_reload,
    hang_once,
    hold_and_die,
    load_forever,
    send_heartbeats,
)

pytestmark = pytest.mark.slow  # starts worker processes, which import torch


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path)


@contextlib.asynccontextmanager
async def playing(
    monkeypatch: pytest.MonkeyPatch,
    worker: Callable[[Connection, Order], None],
    folder: str,
    hang_seconds: float = 30.0,
) -> AsyncIterator[LocalEngine]:
    monkeypatch.setattr(process, "main", worker)
    engine = LocalEngine(folder, hang_seconds=hang_seconds)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def test_sound_that_a_dead_worker_delivered_is_not_delivered_again(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, die_twice, folder) as engine:
        pcm = await sound(engine, PIECE)
    assert np.array_equal(pcm[0], np.arange(96_000, dtype=np.float32) / np.float32(96_000))


async def test_a_piece_that_keeps_killing_workers_is_given_up_and_the_others_are_composed(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, die_on_poison, folder) as engine:
        poisonous = asyncio.create_task(sound(engine, replace(PIECE, prompt="poison")))
        await asyncio.sleep(0)  # so that it is submitted first
        patient = asyncio.create_task(sound(engine, PIECE))
        with pytest.raises(EngineLost, match="crashed 3 times while composing this piece"):
            await poisonous
        assert (await patient).shape == (1, 96_000)
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_piece_that_keeps_killing_workers_takes_no_other_slot_with_it(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, die_on_poison_beside_others, folder) as engine:
        patient = asyncio.create_task(sound(engine, PIECE))
        await asyncio.sleep(0)
        poisonous = asyncio.create_task(sound(engine, replace(PIECE, prompt="poison")))
        assert (await patient).shape == (1, 96_000)
        with pytest.raises(EngineLost, match="crashed 3 times"):
            await poisonous


async def test_a_failed_start_of_the_process_fails_its_pieces_and_is_retried_for_the_next(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, die_on_poison, folder) as engine:
        start = process.WorkerProcess

        def refused(*_: object) -> None:
            raise OSError("no memory")

        monkeypatch.setattr("audio.worker.client.WorkerProcess", refused)
        with pytest.raises(EngineLost, match="could not be started: no memory"):
            await sound(engine, replace(PIECE, prompt="poison"))
        assert not engine.healthy
        with pytest.raises(EngineError, match="isn't running"):
            await sound(engine, PIECE)  # it tried once more
        monkeypatch.setattr("audio.worker.client.WorkerProcess", start)
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_waiting_piece_is_not_blamed_for_the_death_of_a_worker(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, die_while_another_waits, folder) as engine:
        poisonous = asyncio.create_task(sound(engine, replace(PIECE, prompt="poison")))
        await asyncio.sleep(0)
        patient = asyncio.create_task(sound(engine, replace(PIECE, seed=4)))
        with pytest.raises(EngineLost, match="crashed 3 times"):
            await poisonous
        assert (await patient).shape == (1, 96_000)


async def test_the_worker_receives_the_playhead(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    positions = []
    async with playing(monkeypatch, echo_playheads, folder) as engine, engine.open(PIECE) as stream:
        stream.report_playhead(-1.5)
        async for chunk in stream:
            positions.append(float(chunk.pcm[0, 0]))
            stream.report_playhead(positions[-1] + 1.75 if len(positions) == 1 else 2.0)
    assert positions == [-1.5, 0.25, 2.0]


async def test_a_replacement_keeps_answered_prompt_changes_and_receives_the_others_again(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    samples = 0
    async with playing(monkeypatch, change_prompt_and_die, folder) as engine, engine.open(PIECE) as stream:
        async for chunk in stream:
            if not samples:
                stream.steer("techno", 1.0)
                while not stream.piece.prompt_changes:
                    await asyncio.sleep(0.001)
                stream.steer("a harp")
            samples += chunk.pcm.shape[1]
        with pytest.raises(EngineError, match="already fully composed"):
            stream.steer("too late")
    assert samples == 96_000
    assert stream.piece.prompt_changes == (PromptChange("techno", 25, 50), PromptChange("a harp", 75))


async def test_a_piece_on_hold_stays_on_hold_in_a_replacement(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, hold_and_die, folder) as engine, engine.open(PIECE) as stream:
        stream.report_playhead(0.5)
        stream.hold()
        chunks = asyncio.ensure_future(anext(aiter(stream)))
        while not (Path(folder) / "life-2").exists():
            assert not chunks.done()
            await asyncio.sleep(0.001)
        stream.report_playhead(0.75)
        assert (await chunks).pcm.size


async def test_a_replacement_does_not_measure_again(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    async with playing(monkeypatch, die_after_measuring, folder) as engine, engine.open(PIECE) as stream:
        epochs = [stream.pace.epoch async for _ in stream]
    assert stream.pace.speed == INFO.speed
    assert epochs == [1, 2, 2, 2, 2, 2]


async def test_a_worker_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    async with playing(monkeypatch, hang_once, folder, hang_seconds=0.3) as engine:
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_slow_worker_that_sends_heartbeats_is_not_replaced(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    assert HEARTBEAT_SECONDS < 30.0 / 10, "the default timeout is many heartbeats long"
    async with playing(monkeypatch, send_heartbeats, folder, hang_seconds=0.8) as engine:
        before = engine.worker_pid
        assert (await sound(engine, PIECE)).shape == (1, 96_000)
        assert engine.worker_pid == before


async def test_a_worker_that_cannot_be_replaced_fails_its_pieces_and_is_retried_for_the_next(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    async with playing(monkeypatch, fail_to_reload, folder) as engine:
        with pytest.raises(EngineLost, match="ended with code 9 while it was loading"):
            await sound(engine, PIECE)
        assert not engine.healthy
        assert (await sound(engine, PIECE)).shape == (1, 96_000)
        assert engine.healthy


async def test_closing_leaves_no_process_thread_or_pipe(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    # the first process leaves Python's own resource tracker and its pipe behind
    async with playing(monkeypatch, compose_all, folder):
        pass
    descriptors, threads = set(os.listdir("/proc/self/fd")), threading.enumerate()
    children = multiprocessing.active_children()
    async with playing(monkeypatch, compose_all, folder) as engine:
        assert any(thread.name == f"engine {engine.worker_pid} in" for thread in threading.enumerate())
        await engine.close()
        assert multiprocessing.active_children() == children
        assert threading.enumerate() == threads
        assert set(os.listdir("/proc/self/fd")) == descriptors
        assert engine.worker_pid is None


async def test_closing_ends_the_streams_with_an_error(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    async with playing(monkeypatch, hang_once, folder) as engine, engine.open(PIECE) as stream:
        chunks = aiter(stream)
        await anext(chunks)
        await engine.close()
        with pytest.raises(EngineError, match="was shut down"):
            await anext(chunks)
        with pytest.raises(EngineError, match="isn't running"):
            await sound(engine, PIECE)


async def test_closing_while_the_worker_loads_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    monkeypatch.setattr(process, "main", load_forever)
    children = multiprocessing.active_children()
    engine = LocalEngine(folder)
    start = asyncio.create_task(engine.start())
    await asyncio.sleep(0)
    assert engine.worker_pid is not None
    await engine.close()
    with pytest.raises(EngineError, match="was shut down"):
        await start
    assert multiprocessing.active_children() == children


async def test_a_cancelled_start_leaves_no_process(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setattr(process, "main", load_forever)
    children = multiprocessing.active_children()
    engine = LocalEngine(folder)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await engine.start()
    assert multiprocessing.active_children() == children


def test_a_worker_starts_from_a_server_that_has_imported_its_modules() -> None:
    if sys.platform != "linux":
        pytest.skip("only Linux forks what has imported torch")
    # In an interpreter of its own, since all that pytest starts here shares one server.
    script = (
        "from audio.worker.process import PRELOADED_MODULE, process_context\n"
        "context = process_context()\n"
        "pipe, theirs = context.Pipe()\n"
        "code = 'import sys; theirs.send(module in sys.modules)'\n"
        "names = {'theirs': theirs, 'module': PRELOADED_MODULE}\n"
        "worker = context.Process(target=exec, args=(code, names))\n"
        "worker.start()\n"
        "print(pipe.recv())\n"
        "worker.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr
