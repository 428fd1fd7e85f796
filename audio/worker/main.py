"""The process that composes. It talks with the bot's process through one pipe and nothing else.

It lives in a process of its own because Python dispatch beside the voice threads delays their packets, and
because a fault in native code must not end the bot. What it needs torch for is imported when it runs, so that
the other side of the pipe can import the messages and stay light.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import signal
import threading
import time
from dataclasses import replace
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audio.calibration import Calibration, keep_calibration, kept_calibration
from audio.engine import EngineInfo
from audio.errors import CheckpointError, EngineError
from audio.musicgen.checkpoint.folder import checked_config, local_folder
from audio.worker.messages import (
    Begun,
    Cancel,
    Compose,
    Delivery,
    End,
    Failed,
    Heartbeat,
    Hold,
    Order,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
)

if TYPE_CHECKING:
    from audio.musicgen.engine_core import EngineCore

_log = logging.getLogger(__name__)

SEEDED: Final = "seeded:"
"""What a checkpoint's name begins with if the folder behind it is to be made from a seed when absent."""

HEARTBEAT_SECONDS: Final = 1.0
"""A worker that has nothing else to say says that it lives this often."""

REST_SECONDS: Final = 0.25
"""How long a worker with nothing to make listens, until it looks again who holds too little by now."""

NICENESS: Final = 5
"""Below the bot in the scheduler's eyes: a chunk may come 10 ms late, a voice packet may not."""


def main(pipe: Connection, order: Order) -> None:
    """Serve until told to end, or until the other end of `pipe` is closed because the bot has died."""
    # Ctrl-C reaches every process of the terminal; the bot's process decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    logging.getLogger().addHandler(_PipeHandler(pipe))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the bot's process has gone
        try:
            composer, ready = _prepared(order)
            composer.on_begin = lambda key: pipe.send(Begun(key))
        except EngineError as error:
            pipe.send(Failed(error))
        except Exception as error:
            _log.exception("The engine's process cannot begin.")
            sentence = f"The engine cannot start: {type(error).__name__}: {error}; the log says where."
            pipe.send(Failed(EngineError(sentence)))
        else:
            pipe.send(ready)
            _serve(pipe, composer)


def _prepared(order: Order) -> tuple[EngineCore, Ready]:
    """A composer that is loaded, warm and measured."""
    folder = local_folder(order.checkpoint)
    if folder is not None and not order.checkpoint.startswith(SEEDED):
        checked_config(folder, folder.name)  # here already, because what comes next takes seconds
    import torch
    from tqdm import tqdm
    from transformers.utils.logging import disable_progress_bar

    from audio.musicgen.checkpoint.load import load_checkpoint
    from audio.musicgen.checkpoint.seeded import ensure_seeded
    from audio.musicgen.engine_core import EngineCore
    from audio.musicgen.model.linear import quickest

    # Its own lock is a semaphore between processes, which a worker that is killed would leave behind.
    tqdm.set_lock(threading.RLock())
    # Its warnings are about how MusicGen's own configuration is written.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    if folder is not None:  # what is fetched from the hub keeps its bar; files that are here take a blink
        disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(order.threads)
    torch.set_num_interop_threads(1)
    device = _device(order.device)
    if order.dtype == "auto":
        order = replace(order, dtype=quickest(device))
    if order.dtype == "int8" and device != "cpu":
        raise EngineError(f"The dtype int8 is only for the CPU; set float16 for {device}.")
    name = order.checkpoint
    if name.startswith(SEEDED):
        name = str(ensure_seeded(Path(name.removeprefix(SEEDED))))
    checkpoint = load_checkpoint(name, order.revision, device)
    composer = EngineCore(checkpoint, order.slots, order.longest, order.dtype)
    described = f"{device} ({torch.cuda.get_device_name()})" if device.startswith("cuda") else device
    calibration = _calibrated(composer, order, described)
    composer.speed, composer.capacity = calibration.speed, calibration.capacity
    info = EngineInfo(
        checkpoint=checkpoint.name,
        revision=checkpoint.revision,
        licence=checkpoint.licence,
        device=described,
        sample_rate=checkpoint.codec.sample_rate,
        channels=checkpoint.channels,
        speed=calibration.speed,
        listeners=calibration.listeners,
        melodies=checkpoint.melody is not None,
        endless=composer.endless,
    )
    return composer, Ready(info, calibration)


def _calibrated(composer: EngineCore, order: Order, device: str) -> Calibration:
    """How fast the composer is, warm: by the worker before this one, by the file, or measured and kept."""
    import torch

    from audio.musicgen.calibration import calibrate, warm_up
    from audio.musicgen.model.linear import held

    checkpoint = composer.checkpoint
    cpu = f"{platform.processor() or platform.machine()} × {os.cpu_count()}, {order.threads} threads"
    name = " | ".join(
        [
            f"{checkpoint.name} {checkpoint.revision}",
            device if device.startswith("cuda") else f"{device}: {cpu}",
            f"{held(order.dtype)}, guidance {checkpoint.guidance:g}",
            f"{order.slots} slots of {order.longest:g} s",
            f"torch {torch.__version__}",
        ]
    )
    known = order.calibration
    if known is None and order.calibrations is not None:
        known = kept_calibration(order.calibrations, name)
    if known is not None:
        warm_up(composer)
        return known
    measured = calibrate(composer)
    if order.calibrations is not None:
        keep_calibration(order.calibrations, name, measured)
    return measured


def _device(wanted: str) -> str:
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise CheckpointError(
            f"There is no device “{wanted}” here; set the device to auto, cpu, cuda or mps."
        ) from error
    return wanted


def _serve(pipe: Connection, composer: EngineCore) -> None:
    """Step while there is something to make, listen between the steps, and say at times that one lives."""
    spoken = time.monotonic()
    while True:
        while pipe.poll(REST_SECONDS if composer.resting else 0):
            match pipe.recv():
                case Compose(key, piece):
                    composer.admit(key, piece)
                case Cancel(key):
                    composer.cancel(key)
                case ReportPlayhead(key, position):
                    composer.listen(key, position)
                case Hold(key):
                    composer.hold(key)
                case Steer(key, prompt, blend_seconds, earliest):
                    pipe.send(PromptChanged(key, composer.steer(key, prompt, blend_seconds, earliest)))
                case End():
                    return
        for made in composer.step():
            pipe.send(Delivery(made.key, made.result, composer.share(made.key)))
            spoken = time.monotonic()
        if time.monotonic() - spoken >= HEARTBEAT_SECONDS:
            pipe.send(Heartbeat())
            spoken = time.monotonic()


class _PipeHandler(QueueHandler):
    """Sends log records to the bot's process, which writes them where it writes its own."""

    def __init__(self, pipe: Connection) -> None:
        super().__init__(None)  # type: ignore[arg-type]
        self._pipe = pipe

    def enqueue(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):  # without a reader there is nobody to tell
            self._pipe.send(record)
