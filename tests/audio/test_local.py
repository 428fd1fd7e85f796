"""The engine and its process. What the process may do wrong is played by stand-ins for its `main`."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from audio import local
from audio.calibration import Calibration
from audio.engine import Chunk, Engine, EngineInfo
from audio.errors import CheckpointError, EngineBusy, EngineError, EngineLost
from audio.local import LocalEngine
from audio.piece import Piece, Turn
from audio.units import Pcm
from audio.worker import (
    BEAT_SECONDS,
    SEEDED,
    Beat,
    Begun,
    Compose,
    Delivery,
    End,
    Heard,
    Hold,
    Order,
    Ready,
    Steer,
    Turned,
)

PIECE = Piece("lo-fi hip hop with rain", seconds=3.0, seed=3)
INFO = EngineInfo("stand-in", "1", "MIT", "cpu", 32_000, 1, 4.0)
CHUNK_SAMPLES = 16_000


async def sound(engine: Engine, piece: Piece, after_first: Callable[[], None] | None = None) -> Pcm:
    parts: list[Pcm] = []
    async with engine.open(piece) as stream:
        async for chunk in stream:
            if not parts and after_first is not None:
                after_first()
            parts.append(chunk.pcm)
    return np.concatenate(parts, axis=1)


def kill(engine: LocalEngine, with_signal: int = signal.SIGKILL) -> None:
    assert engine.worker_pid is not None
    os.kill(engine.worker_pid, with_signal)


# ---- The real worker


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalEngine]:
    folder = tmp_path_factory.mktemp("models") / "seeded"
    engine = LocalEngine(f"{SEEDED}{folder}", waiting=1, longest=10.0)
    await engine.start()
    yield engine
    await engine.close()


@pytest.mark.asyncio(loop_scope="module")
async def test_an_engine_that_has_started_says_what_it_composes_with(engine: LocalEngine) -> None:
    assert engine.healthy
    assert engine.info.checkpoint == "seeded"
    assert engine.info.licence == "MIT"
    assert (engine.info.sample_rate, engine.info.channels, engine.info.device) == (32_000, 1, "cpu")
    assert engine.info.speed > 0.1


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_piece_is_the_same_sound_at_any_interval_through_the_process(
    engine: LocalEngine,
) -> None:
    first = await sound(engine, PIECE)
    assert first.shape == (1, 96_000)
    assert first.std() > 0.05
    for interval in (0.5, 1.3):
        assert np.array_equal(await sound(engine, replace(PIECE, interval=interval)), first)


@pytest.mark.asyncio(loop_scope="module")
async def test_leaving_frees_the_place_and_the_next_piece_is_whole(engine: LocalEngine) -> None:
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
    with pytest.raises(EngineError, match="does not fit"):
        await sound(engine, replace(PIECE, seconds=11.0))


@pytest.mark.asyncio(loop_scope="module")
async def test_what_the_process_logs_arrives_in_the_log_of_the_bot(
    engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    await sound(engine, Piece("🎷" * 100, 0.5, 1))
    assert [(record.name, record.levelname) for record in caplog.records] == [
        ("audio.musicgen.composer", "WARNING")
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_process_killed_in_mid_piece_is_not_heard(
    engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    expected = await sound(engine, PIECE)
    before = engine.worker_pid
    assert np.array_equal(await sound(engine, PIECE, after_first=lambda: kill(engine)), expected)
    assert engine.worker_pid != before
    assert "ended with code -9; 1 pieces wait" in caplog.text
    assert engine.healthy


async def test_a_checkpoint_that_is_missing_fails_the_start_and_leaves_nothing(tmp_path: Path) -> None:
    engine = LocalEngine(str(tmp_path / "nothing"))
    with pytest.raises(CheckpointError, match="There is no checkpoint folder"):
        await engine.start()
    assert not engine.healthy
    assert engine.worker_pid is None


def test_the_bots_process_does_not_load_the_model_libraries() -> None:
    heavy = "{'torch', 'transformers', 'scipy', 'tokenizers'} & set(sys.modules)"
    code = f"import sys, audio.local, audio.tone; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# ---- Stand-ins: each plays a worker that does as it is named; `order.checkpoint` is a folder for its notes


def lives(order: Order) -> int:
    """Which life of a worker this is, counted from 1."""
    folder = Path(order.checkpoint)
    life = len(list(folder.glob("life-*"))) + 1
    (folder / f"life-{life}").touch()
    return life


def deliver(pipe: Connection, compose: Compose, chunks: int, size: int = CHUNK_SAMPLES) -> None:
    """The first `chunks` chunks of a piece that counts its samples."""
    samples = int(compose.piece.seconds * 32_000)
    pipe.send(Begun(compose.key))
    for start in range(0, samples, size)[:chunks]:
        stop = min(start + size, samples)
        pcm = np.arange(start, stop, dtype=np.float32)[None] / np.float32(samples)
        pipe.send(Delivery(compose.key, Chunk(pcm, last=stop == samples)))


def obey(pipe: Connection, order: Order) -> None:
    """Compose what is asked for, at once."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, 1000)


def die_twice(pipe: Connection, order: Order) -> None:
    """Die over the first piece twice, each time after another number of samples; then obey."""
    life = lives(order)
    if life > 2:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1, size=CHUNK_SAMPLES - 100 * life)
    os._exit(7)


def die_over_a_curse(pipe: Connection, order: Order) -> None:
    """Die after the first chunk of a piece that is called so."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, chunks=1 if message.piece.prompt == "curse" else 1000)
            if message.piece.prompt == "curse":
                os._exit(7)


def die_over_the_first(pipe: Connection, order: Order) -> None:
    """Die over whatever comes first while others wait, three times; then obey."""
    if lives(order) > 3:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1)
    pipe.recv()  # the other one, which does not get a slot
    os._exit(7)


def repeat_positions(pipe: Connection, order: Order) -> None:
    """Deliver a chunk for each thing heard of a piece: its only sample is the position."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    while isinstance(message := pipe.recv(), Heard):
        assert message.key == compose.key
        last = message.position == 2.0
        pipe.send(Delivery(compose.key, Chunk(np.full((1, 1), message.position, np.float32), last)))
        if last and lives(order) == 1:
            os._exit(7)


def hold_and_die(pipe: Connection, order: Order) -> None:
    """Die when told to hold; in a second life make nothing until told that the listeners are back."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    told = [pipe.recv(), pipe.recv()]
    assert told == [Heard(compose.key, 0.5), Hold(compose.key)]
    if lives(order) == 1:
        os._exit(7)
    assert pipe.recv() == Heard(compose.key, 0.75)
    deliver(pipe, compose, 1000)
    pipe.recv()


def die_measured(pipe: Connection, order: Order) -> None:
    """Measure, die in mid-piece, and obey in a second life if one need not measure again."""
    if order.calibration is None:
        pipe.send(Ready(INFO, Calibration(4.0, 1, 3.0)))
        deliver(pipe, pipe.recv(), chunks=1)
        os._exit(7)
    assert order.calibration == Calibration(4.0, 1, 3.0)
    obey(pipe, order)


def turn_and_die(pipe: Connection, order: Order) -> None:
    """Take the first turn and die before the second; then tell in samples what one was asked for."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    assert isinstance(compose, Compose)
    if lives(order) == 1:
        deliver(pipe, compose, chunks=1)
        first = pipe.recv()
        assert first == Steer(compose.key, "techno", 1.0)
        pipe.send(Turned(compose.key, Turn("techno", 25, 50)))
        pipe.recv()
        os._exit(7)
    again = pipe.recv()
    assert compose.piece.turns == (Turn("techno", 25, 50),)
    assert again == Steer(compose.key, "a harp", 0.0, earliest=CHUNK_SAMPLES / 32_000)
    pipe.send(Turned(compose.key, Turn("a harp", 75)))
    deliver(pipe, compose, 1000)
    pipe.recv()


def hang_once(pipe: Connection, order: Order) -> None:
    """Deliver a chunk and say no more; then, in a second life, obey."""
    if lives(order) > 1:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1)
    threading.Event().wait()


def beat(pipe: Connection, order: Order) -> None:
    """Say for a second that one lives, then deliver."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    for _ in range(10):
        time.sleep(0.1)  # a process of its own: no clock of the test reaches it
        pipe.send(Beat())
    deliver(pipe, compose, 1000)
    pipe.recv()


def come_back_late(pipe: Connection, order: Order) -> None:
    """Die in mid-piece, then three times while loading; then obey."""
    life = lives(order)
    if life == 1:
        pipe.send(Ready(INFO))
        deliver(pipe, pipe.recv(), chunks=1)
    if life <= 4:
        os._exit(9)
    obey(pipe, order)


def load_for_ever(pipe: Connection, order: Order) -> None:
    threading.Event().wait()


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
    monkeypatch.setattr(local, "main", worker)
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


async def test_a_piece_that_only_waited_has_no_part_in_the_death_of_a_worker(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_over_the_first, notes) as engine:
        cursed = asyncio.create_task(sound(engine, PIECE))
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
        stream.heard(-1.5)
        async for chunk in stream:
            told.append(float(chunk.pcm[0, 0]))
            stream.heard(told[-1] + 1.75 if len(told) == 1 else 2.0)
    assert told == [-1.5, 0.25, 2.0]


async def test_a_worker_in_place_of_a_dead_one_makes_the_turns_that_were_taken_and_takes_the_others(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    samples = 0
    async with playing(monkeypatch, turn_and_die, notes) as engine, engine.open(PIECE) as stream:
        async for chunk in stream:
            if not samples:
                stream.steer("techno", 1.0)
                while not stream.piece.turns:
                    await asyncio.sleep(0.001)
                stream.steer("a harp")
            samples += chunk.pcm.shape[1]
        with pytest.raises(EngineError, match="composed to its end"):
            stream.steer("too late")
    assert samples == 96_000
    assert stream.piece.turns == (Turn("techno", 25, 50), Turn("a harp", 75))


async def test_what_is_held_stays_held_in_the_hands_of_another_worker(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, hold_and_die, notes) as engine, engine.open(PIECE) as stream:
        stream.heard(0.5)
        stream.hold()
        chunks = asyncio.ensure_future(anext(aiter(stream)))
        while not (Path(notes) / "life-2").exists():
            assert not chunks.done()
            await asyncio.sleep(0.001)
        stream.heard(0.75)
        assert (await chunks).pcm.size


async def test_a_worker_in_place_of_a_dead_one_need_not_measure_again(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    async with playing(monkeypatch, die_measured, notes) as engine, engine.open(PIECE) as stream:
        lives = [stream.pace.life async for _ in stream]
    assert stream.pace.speed == INFO.speed
    assert lives == [1, 2, 2, 2, 2, 2]


async def test_a_worker_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch, notes: str) -> None:
    async with playing(monkeypatch, hang_once, notes, hang_seconds=0.3) as engine:
        assert (await sound(engine, PIECE)).shape == (1, 96_000)


async def test_a_worker_that_only_takes_its_time_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, notes: str
) -> None:
    assert BEAT_SECONDS < 30.0 / 10, "the usual patience is many beats long"
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
    monkeypatch.setattr(local, "main", load_for_ever)
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
    monkeypatch.setattr(local, "main", load_for_ever)
    children = multiprocessing.active_children()
    engine = LocalEngine(notes)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await engine.start()
    assert multiprocessing.active_children() == children


async def test_an_engine_that_has_not_started_says_so() -> None:
    engine = LocalEngine("nothing")
    assert not engine.healthy
    with pytest.raises(EngineError, match="not started"):
        _ = engine.info
    with pytest.raises(EngineError, match="not running"):
        await sound(engine, PIECE)
    await engine.close()
