"""What an engine makes of workers that die, hang or come back, played by stand-ins for its `main`."""

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
    beat,
    come_back_late,
    die_measured,
    die_over_a_curse,
    die_over_a_curse_beside_others,
    die_twice,
    die_while_another_waits,
    hang_once,
    hold_and_die,
    load_for_ever,
    obey,
    repeat_positions,
    turn_and_die,
)

pytestmark = pytest.mark.slow  # starts worker processes, which import torch


@pytest.fixture
def notes(tmp_path: Path) -> str:
    return str(tmp_path)


@contextlib.asynccontextmanager
async def playing(
    monkeypatch: pytest.MonkeyPatch,
    worker: Callable[[Connection, Order], None],
    notes: str,
    hang_seconds: float = 30.0,
) -> AsyncIterator[LocalEngine]:
    monkeypatch.setattr(process, "main", worker)
    engine = LocalEngine(notes, hang_seconds=hang_seconds)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def test_sound_that_was_delivered_by_a_worker_that_died_is_not_delivered_again(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_twice, notes) as engine:
        pcm = await sound(engine, PIECE)
    assert np.array_equal(pcm[0], np.arange(96_000, dtype=np.float32) / np.float32(96_000))


async def test_a_piece_over_which_workers_keep_dying_is_given_up_and_the_others_are_made(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_over_a_curse, notes) as engine:
        cursed = asyncio.create_task(sound(engine, replace(PIECE, prompt="curse")))
        await asyncio.sleep(0)  # so that it stands in line first
        patient = asyncio.create_task(sound(engine, PIECE))
        with pytest.raises(EngineLost, match="died 3 times while making this piece"):
            await cursed
        assert (await patient).shape == (1, 96_000)
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_piece_over_which_workers_keep_dying_takes_none_with_it_that_is_made_beside_it(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_over_a_curse_beside_others, notes) as engine:
        patient = asyncio.create_task(sound(engine, PIECE))
        await asyncio.sleep(0)
        cursed = asyncio.create_task(sound(engine, replace(PIECE, prompt="curse")))
        assert (await patient).shape == (1, 96_000)
        with pytest.raises(EngineLost, match="died 3 times"):
            await cursed


async def test_a_process_that_cannot_be_started_is_told_and_another_is_tried_for_who_comes_next(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_over_a_curse, notes) as engine:
        start = process.WorkerProcess

        def refused(*_: object) -> None:
            raise OSError("no memory")

        monkeypatch.setattr("audio.worker.client.WorkerProcess", refused)
        with pytest.raises(EngineLost, match="could not be started: no memory"):
            await sound(engine, replace(PIECE, prompt="curse"))
        assert not engine.healthy
        with pytest.raises(EngineError, match="not running"):
            await sound(engine, PIECE)  # which tried, in vain
        monkeypatch.setattr("audio.worker.client.WorkerProcess", start)
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_piece_that_only_waited_has_no_part_in_the_death_of_a_worker(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_while_another_waits, notes) as engine:
        cursed = asyncio.create_task(sound(engine, replace(PIECE, prompt="curse")))
        await asyncio.sleep(0)
        patient = asyncio.create_task(sound(engine, replace(PIECE, seed=4)))
        with pytest.raises(EngineLost, match="died 3 times"):
            await cursed
        assert (await patient).shape == (1, 96_000)


async def test_the_worker_is_told_how_far_the_listeners_are(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    told = []
    async with playing(monkeypatch, repeat_positions, notes) as engine, engine.open(PIECE) as stream:
        stream.report_playhead(-1.5)
        async for chunk in stream:
            told.append(float(chunk.pcm[0, 0]))
            stream.report_playhead(told[-1] + 1.75 if len(told) == 1 else 2.0)
    assert told == [-1.5, 0.25, 2.0]


async def test_a_worker_in_place_of_a_dead_one_makes_the_turns_that_were_taken_and_takes_the_others(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    samples = 0
    async with playing(monkeypatch, turn_and_die, notes) as engine, engine.open(PIECE) as stream:
        async for chunk in stream:
            if not samples:
                stream.steer("techno", 1.0)
                while not stream.piece.prompt_changes:
                    await asyncio.sleep(0.001)
                stream.steer("a harp")
            samples += chunk.pcm.shape[1]
        with pytest.raises(EngineError, match="composed to its end"):
            stream.steer("too late")
    assert samples == 96_000
    assert stream.piece.prompt_changes == (PromptChange("techno", 25, 50), PromptChange("a harp", 75))


async def test_what_is_held_stays_held_in_the_hands_of_another_worker(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, hold_and_die, notes) as engine, engine.open(PIECE) as stream:
        stream.report_playhead(0.5)
        stream.hold()
        chunks = asyncio.ensure_future(anext(aiter(stream)))
        while not (Path(notes) / "life-2").exists():
            assert not chunks.done()
            await asyncio.sleep(0.001)
        stream.report_playhead(0.75)
        assert (await chunks).pcm.size


async def test_a_worker_in_place_of_a_dead_one_need_not_measure_again(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_measured, notes) as engine, engine.open(PIECE) as stream:
        lives = [stream.pace.epoch async for _ in stream]
    assert stream.pace.speed == INFO.speed
    assert lives == [1, 2, 2, 2, 2, 2]


async def test_a_worker_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    async with playing(monkeypatch, hang_once, notes, hang_seconds=0.3) as engine:
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_worker_that_only_takes_its_time_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    assert HEARTBEAT_SECONDS < 30.0 / 10, "the usual patience is many beats long"
    async with playing(monkeypatch, beat, notes, hang_seconds=0.8) as engine:
        before = engine.worker_pid
        assert (await sound(engine, PIECE)).shape == (1, 96_000)
        assert engine.worker_pid == before


async def test_a_worker_that_cannot_come_back_fails_what_was_begun_and_is_tried_again_when_asked(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, come_back_late, notes) as engine:
        with pytest.raises(EngineLost, match="ended with code 9 while it was loading"):
            await sound(engine, PIECE)
        assert not engine.healthy
        assert (await sound(engine, PIECE)).shape == (1, 96_000)
        assert engine.healthy


async def test_closing_leaves_no_process_thread_or_pipe(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    # the first process of all leaves Python's own resource tracker and its pipe behind
    async with playing(monkeypatch, obey, notes):
        pass
    descriptors, threads = set(os.listdir("/proc/self/fd")), threading.enumerate()
    children = multiprocessing.active_children()
    async with playing(monkeypatch, obey, notes) as engine:
        assert any(thread.name == f"engine {engine.worker_pid}" for thread in threading.enumerate())
        await engine.close()
        assert multiprocessing.active_children() == children
        assert threading.enumerate() == threads
        assert set(os.listdir("/proc/self/fd")) == descriptors
        assert engine.worker_pid is None


async def test_closing_ends_the_streams_with_a_sentence(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    async with playing(monkeypatch, hang_once, notes) as engine, engine.open(PIECE) as stream:
        chunks = aiter(stream)
        await anext(chunks)
        await engine.close()
        with pytest.raises(EngineError, match="closed"):
            await anext(chunks)
        with pytest.raises(EngineError, match="not running"):
            await sound(engine, PIECE)


async def test_closing_while_it_loads_ends_the_start(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    monkeypatch.setattr(process, "main", load_for_ever)
    children = multiprocessing.active_children()
    engine = LocalEngine(notes)
    start = asyncio.create_task(engine.start())
    await asyncio.sleep(0)
    assert engine.worker_pid is not None
    await engine.close()
    with pytest.raises(EngineError, match="closed"):
        await start
    assert multiprocessing.active_children() == children


async def test_a_start_that_is_cancelled_leaves_nothing(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    monkeypatch.setattr(process, "main", load_for_ever)
    children = multiprocessing.active_children()
    engine = LocalEngine(notes)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await engine.start()
    assert multiprocessing.active_children() == children


def test_a_worker_starts_where_everything_it_needs_is_imported_already() -> None:
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
