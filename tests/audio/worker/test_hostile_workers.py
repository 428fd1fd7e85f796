"""Workers that break the rules of the pipe: each is replaced with a line in the log, and pieces are made."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import pickle
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from audio.calibration import Calibration
from audio.engine import Chunk
from audio.errors import EngineError
from audio.piece import PromptChange
from audio.worker import process
from audio.worker.client import MAX_UNPLAYED_SECONDS, LocalEngine
from audio.worker.messages import (
    Begun,
    Compose,
    Delivery,
    Failed,
    Heartbeat,
    LogLine,
    Order,
    PromptChanged,
    Ready,
)
from audio.worker.pipe import MessagePipe
from audio.worker.process import MAX_MESSAGES_A_SECOND, MAX_UNSENT
from audio.worker.wire import TO_WORKER, encode
from tests.audio.composed import PIECE, sound
from tests.audio.worker.workers import CHUNK_SAMPLES, INFO, compose_all, deliver, lives

pytestmark = pytest.mark.slow  # starts worker processes, which import torch

Misdeed = Callable[[Connection, MessagePipe, Compose, str], None]


class Bomb:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)


def wait_for_the_end() -> None:
    threading.Event().wait()


def send_a_pickle(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    connection.send(Bomb(Path(folder) / "unpickled"))
    wait_for_the_end()


def send_noise(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    os.write(connection.fileno(), np.random.default_rng(1).bytes(100_000))
    wait_for_the_end()


def send_a_frame_without_end(
    connection: Connection, pipe: MessagePipe, compose: Compose, folder: str
) -> None:
    os.write(connection.fileno(), b"\x7f\xff\xff\xff")
    wait_for_the_end()


def send_half_a_frame(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    os.write(connection.fileno(), b"\0\0\1\0half")
    wait_for_the_end()


def leave_a_child_with_the_pipe(
    connection: Connection, pipe: MessagePipe, compose: Compose, folder: str
) -> None:
    """Die while a child of its own keeps the pipe open, until the other end is shut."""
    if os.fork():
        os._exit(7)
    while True:
        pipe.recv()


def send_too_much_sound(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    while True:
        pipe.send(Delivery(compose.key, Chunk(np.zeros((1, 320_000), np.float32), last=False)))


def send_stereo(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    pipe.send(Delivery(compose.key, Chunk(np.zeros((2, 100), np.float32), last=False)))
    wait_for_the_end()


def answer_no_question(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    pipe.send(PromptChanged(compose.key, PromptChange("techno", 1)))
    wait_for_the_end()


def start_again(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    pipe.send(Ready(INFO, Calibration(9.0, 9, 9.0)))
    wait_for_the_end()


def fail_after_the_start(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    pipe.send(Failed(EngineError("It fails.")))
    wait_for_the_end()


def flood(connection: Connection, pipe: MessagePipe, compose: Compose, folder: str) -> None:
    frame = encode(Heartbeat())
    for _ in range(100 * MAX_MESSAGES_A_SECOND):
        connection.send_bytes(frame)
    wait_for_the_end()


def misbehave(connection: Connection, order: Order) -> None:
    """Deliver a chunk and do what the file `misdeed` says; in the second life compose all."""
    life = lives(order)
    if life > 1:
        compose_all(connection, order)
        return
    pipe = MessagePipe(connection, TO_WORKER)
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    deliver(pipe, compose, chunks=1)
    misdeed: Misdeed = pickle.loads((Path(order.checkpoint) / "misdeed").read_bytes())
    misdeed(connection, pipe, compose, order.checkpoint)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalEngine:
    monkeypatch.setattr(process, "main", misbehave)
    return LocalEngine(str(tmp_path), hang_seconds=1.0)


@pytest.mark.parametrize(
    ("misdeed", "fault"),
    [
        (send_a_pickle, "sent garbage"),
        (send_noise, "sent garbage"),
        (send_a_frame_without_end, "sent garbage (a frame is too long)"),
        (send_half_a_frame, "stopped answering"),
        (leave_a_child_with_the_pipe, "stopped answering"),
        (send_too_much_sound, "sent garbage (more sound than the piece has)"),
        (send_stereo, "sent garbage (a chunk with other channels)"),
        (answer_no_question, "sent garbage (an answer to no question)"),
        (start_again, "sent garbage (a second start)"),
        (fail_after_the_start, "sent garbage (a second start)"),
        (flood, "sent garbage (more messages than anybody needs)"),
    ],
)
async def test_a_worker_that_breaks_the_rules_is_replaced(
    engine: LocalEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture, misdeed: Misdeed, fault: str
) -> None:
    (tmp_path / "misdeed").write_bytes(pickle.dumps(misdeed))
    await engine.start()
    try:
        with caplog.at_level(logging.WARNING):
            pcm = await sound(engine, PIECE)
    finally:
        await engine.close()
    assert np.array_equal(pcm[0], np.arange(96_000, dtype=np.float32) / np.float32(96_000))
    assert len(list(tmp_path.glob("life-*"))) == 2
    assert not (tmp_path / "unpickled").exists()
    (line,) = [record.getMessage() for record in caplog.records]
    assert fault in line


def deliver_without_end(connection: Connection, order: Order) -> None:
    """Deliver sound as fast as the pipe takes it, whatever is played; in the second life wait."""
    pipe = MessagePipe(connection, TO_WORKER)
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    pipe.send(Begun(compose.key))
    life = lives(order)
    while life == 1:
        pipe.send(Delivery(compose.key, Chunk(np.zeros((1, 320_000), np.float32), last=False)))
    wait_for_the_end()


async def test_music_without_end_comes_no_further_ahead_than_anybody_asked_for(
    monkeypatch: pytest.MonkeyPatch, engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "main", deliver_without_end)
    await engine.start()
    samples = 0
    try:
        async with engine.open(replace(PIECE, seconds=math.inf)) as stream:
            stream.report_playhead(0.0)
            with contextlib.suppress(EngineError):  # it is too long to be made again
                async for chunk in stream:
                    samples += chunk.pcm.shape[1]
    finally:
        await engine.close()
    assert samples <= (MAX_UNPLAYED_SECONDS + 60) * INFO.sample_rate
    assert "more sound than the piece has" in caplog.text


def read_nothing(connection: Connection, order: Order) -> None:
    """Send heartbeats and read none of what comes; in the second life compose all."""
    if lives(order) > 1:
        compose_all(connection, order)
        return
    pipe = MessagePipe(connection, TO_WORKER)
    pipe.send(Ready(INFO))
    while not threading.Event().wait(0.2):
        pipe.send(Heartbeat())


async def test_a_worker_that_reads_nothing_never_blocks_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "main", read_nothing)
    await engine.start()
    first = engine.worker_pid
    try:
        async with engine.open(PIECE) as stream:
            for second in range(3 * MAX_UNSENT):
                stream.report_playhead(float(second))
                if engine.worker_pid != first:
                    break
            samples = [chunk.pcm.shape[1] async for chunk in stream]
    finally:
        await engine.close()
    assert sum(samples) == 96_000
    assert "stopped reading" in caplog.text


def log_a_lot(connection: Connection, order: Order) -> None:
    """Log under many names and with what could be taken for a format."""
    pipe = MessagePipe(connection, TO_WORKER)
    pipe.send(Ready(INFO))
    for number in range(20):
        pipe.send(LogLine(f"audio.worker.made-up-{number}", logging.WARNING, f"{number} is 100 %s"))
    deliver(pipe, pipe.recv(), 1000)
    pipe.recv()


async def test_what_a_worker_logs_makes_no_loggers_and_is_no_format(
    monkeypatch: pytest.MonkeyPatch, engine: LocalEngine, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(process, "main", log_a_lot)
    await engine.start()
    try:
        pcm = await sound(engine, PIECE)
    finally:
        await engine.close()
    assert pcm.shape[1] > CHUNK_SAMPLES
    assert ("audio.worker.made-up-19", logging.WARNING, "19 is 100 %s") in caplog.record_tuples
    assert not any("made-up" in name for name in logging.root.manager.loggerDict)


async def test_a_worker_that_fails_to_start_and_does_not_end_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(process, "main", fail_and_stay)
    monkeypatch.setattr(process, "END_SECONDS", 0.1)
    engine = LocalEngine(str(tmp_path))
    with pytest.raises(EngineError, match="It fails"):
        await engine.start()
    pid = int((tmp_path / "pid").read_text())
    async with asyncio.timeout(30):
        while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
            await asyncio.sleep(0.01)


def fail_and_stay(connection: Connection, order: Order) -> None:
    (Path(order.checkpoint) / "pid").write_text(str(os.getpid()))
    MessagePipe(connection, TO_WORKER).send(Failed(EngineError("It fails.")))
    wait_for_the_end()
