from __future__ import annotations

import multiprocessing
import os
import signal
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from audio.calibration import Calibration
from audio.engine import Chunk
from audio.errors import CheckpointError
from audio.piece import Piece
from audio.worker.loading import SEEDED, first_live
from audio.worker.main import NICENESS, main
from audio.worker.messages import Begun, Cancel, Compose, Delivery, Failed, Heartbeat, Order, Ready
from audio.worker.pipe import MessagePipe
from audio.worker.wire import FROM_WORKER

pytestmark = pytest.mark.slow  # starts worker processes, which import torch

TIMEOUT_SECONDS = 120.0
"""Timeout for a worker, which takes several seconds to load [s]."""


def start_worker(
    checkpoint: str, device: str = "cpu", dtype: str = "float32", adapter: str | None = None
) -> tuple[MessagePipe, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    order = Order(checkpoint, None, device, threads=1, slots=1, longest=5.0, dtype=dtype, adapter=adapter)
    process = context.Process(target=main, args=(theirs, order), daemon=True)
    process.start()
    theirs.close()
    return MessagePipe(ours, FROM_WORKER), process


def receive(pipe: MessagePipe) -> object:
    """Return the next message of the worker that is not a heartbeat."""
    message: object = Heartbeat()
    while message == Heartbeat():
        assert pipe.poll(TIMEOUT_SECONDS), "the worker sends nothing"
        message = pipe.recv()
    return message


def exit_code(process: BaseProcess) -> int | None:
    process.join(TIMEOUT_SECONDS)
    return process.exitcode


def test_a_worker_composes_cancels_survives_ctrl_c_and_ends_with_its_pipe(tmp_path: Path) -> None:
    pipe, process = start_worker(f"{SEEDED}{tmp_path / 'seeded'}")
    ready = receive(pipe)
    assert isinstance(ready, Ready)
    assert ready.info.checkpoint == "seeded"
    assert process.pid is not None
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == os.getpriority(os.PRIO_PROCESS, 0) + NICENESS

    pipe.send(Compose(1, Piece("forgotten", 5.0, 1)))
    pipe.send(Cancel(1))
    pipe.send(Compose(2, Piece("made", 2.0, 2)))
    samples, last = 0, False
    while not last:
        match receive(pipe):
            case Begun(key):
                assert key in (1, 2)
            case Delivery(key, Chunk(pcm, last)):
                assert key == 2
                samples += pcm.shape[1]
                os.kill(process.pid, signal.SIGINT)
    assert samples == 2 * 32_000

    pipe.send(Compose(3, Piece("cut short", 5.0, 3)))
    assert receive(pipe) == Begun(3)
    assert isinstance(receive(pipe), Delivery)
    pipe.close()
    assert exit_code(process) == 0


def test_a_worker_whose_pipe_closes_while_it_loads_ends_too(tmp_path: Path) -> None:
    pipe, process = start_worker(f"{SEEDED}{tmp_path / 'seeded'}")
    pipe.close()
    assert exit_code(process) == 0


def test_a_worker_that_cannot_start_reports_the_reason_and_ends() -> None:
    pipe, process = start_worker(f"{SEEDED}never-made", device="abacus")
    failed = receive(pipe)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, CheckpointError)
    assert "no device “abacus”" in str(failed.error)
    assert exit_code(process) == 0


def test_an_adapter_that_is_none_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    pipe, process = start_worker(f"{SEEDED}{tmp_path / 'never-made'}", adapter=str(tmp_path))
    failed = receive(pipe)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, CheckpointError)
    assert "has no adapter_config.json; set engine.adapter to a folder that peft saved" in str(failed.error)
    assert not (tmp_path / "never-made").exists()
    assert exit_code(process) == 0


@pytest.mark.parametrize(
    ("speeds", "chosen"),
    [({"int8": 1.3}, "int8"), ({"int8": 1.1, "int4": 1.9}, "int4"), ({"int8": 0.2, "int4": 0.4}, "int4")],
)
def test_the_most_exact_data_type_that_is_live_is_taken(speeds: dict[str, float], chosen: str) -> None:
    made = []

    def make(dtype: str) -> tuple[str, Calibration]:
        made.append(dtype)
        return f"core in {dtype}", Calibration(speeds[dtype], 1, speeds[dtype])

    dtype, core, calibration = first_live(["int8", "int4"], lambda dtype: None, make)
    assert (dtype, core, calibration.speed) == (chosen, f"core in {chosen}", speeds[chosen])
    assert made == [*speeds]
    made.clear()
    assert first_live(["int8", "int4"], speeds.get, make)[0] == chosen
    assert made == [chosen], "one that is known to be too slow is made all the same"


def test_int8_is_refused_where_it_is_not_supported() -> None:
    pipe, process = start_worker(f"{SEEDED}never-made", device="meta", dtype="int8")
    failed = receive(pipe)
    assert isinstance(failed, Failed)
    assert "int8 is only for the CPU" in str(failed.error)
    assert exit_code(process) == 0
