from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from audio.engine import Chunk
from audio.errors import CheckpointError
from audio.piece import Piece
from audio.worker.main import NICENESS, SEEDED, main
from audio.worker.messages import Begun, Cancel, Compose, Delivery, Failed, Heartbeat, Order, Ready

pytestmark = pytest.mark.slow  # starts worker processes, which import torch

PATIENCE = 120.0
"""Seconds until a test gives a worker up; it loads for several."""


def hired(checkpoint: str, device: str = "cpu", dtype: str = "float32") -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    order = Order(checkpoint, None, device, threads=1, slots=1, longest=5.0, dtype=dtype)
    process = context.Process(target=main, args=(theirs, order), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def heard(pipe: Connection) -> object:
    """What the worker says next beside that it lives."""
    said: object = Heartbeat()
    while said == Heartbeat():
        assert pipe.poll(PATIENCE), "the worker says nothing"
        said = pipe.recv()
    return said


def ended(process: BaseProcess) -> int | None:
    process.join(PATIENCE)
    return process.exitcode


def test_a_worker_composes_forgets_lives_through_ctrl_c_and_ends_with_its_pipe(tmp_path: Path) -> None:
    pipe, process = hired(f"{SEEDED}{tmp_path / 'seeded'}")
    ready = heard(pipe)
    assert isinstance(ready, Ready)
    assert ready.info.checkpoint == "seeded"
    assert process.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS

    pipe.send(Compose(1, Piece("forgotten", 5.0, 1)))
    pipe.send(Cancel(1))
    pipe.send(Compose(2, Piece("made", 2.0, 2)))
    samples, last = 0, False
    while not last:
        match heard(pipe):
            case Begun(key):
                assert key in (1, 2)
            case Delivery(key, Chunk(pcm, last)):
                assert key == 2
                samples += pcm.shape[1]
                os.kill(process.pid, signal.SIGINT)
    assert samples == 2 * 32_000

    pipe.send(Compose(3, Piece("cut short", 5.0, 3)))
    assert heard(pipe) == Begun(3)
    assert isinstance(heard(pipe), Delivery)
    pipe.close()
    assert ended(process) == 0


def test_a_worker_whose_pipe_closes_while_it_loads_ends_too(tmp_path: Path) -> None:
    pipe, process = hired(f"{SEEDED}{tmp_path / 'seeded'}")
    pipe.close()
    assert ended(process) == 0


def test_a_worker_that_cannot_begin_says_why_and_ends() -> None:
    pipe, process = hired(f"{SEEDED}never-made", device="abacus")
    failed = heard(pipe)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, CheckpointError)
    assert "no device “abacus”" in str(failed.error)
    assert ended(process) == 0


def test_whole_numbers_are_refused_where_they_cannot_be_multiplied() -> None:
    pipe, process = hired(f"{SEEDED}never-made", device="meta", dtype="int8")
    failed = heard(pipe)
    assert isinstance(failed, Failed)
    assert "int8 is only for the CPU" in str(failed.error)
    assert ended(process) == 0
