"""The worker process, which composes. It talks to the bot's process through one pipe and nothing else.

It is a process of its own because Python work beside the voice threads delays their packets, and because a
fault in native code must not end the bot. Heavy libraries are imported when it runs, so that the bot's
process can import this module and stay light.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import signal
import threading
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from audio.calibration import Calibration, load_calibration, save_calibration
from audio.children import forbid_core_dumps
from audio.engine import EngineInfo
from audio.errors import CheckpointError, EngineError
from audio.musicgen.checkpoint.adapter import checked_adapter
from audio.musicgen.checkpoint.folder import checked_config, local_folder, name_of
from audio.worker.messages import (
    Begun,
    Cancel,
    Compose,
    Delivery,
    End,
    Failed,
    Heartbeat,
    Hold,
    LogLine,
    Order,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
)
from audio.worker.pipe import MessagePipe
from audio.worker.wire import MAX_TEXT_CHARS, TO_WORKER, printable

if TYPE_CHECKING:
    from audio.musicgen.checkpoint.load import Checkpoint
    from audio.musicgen.engine_core import EngineCore

Core = TypeVar("Core")

_log = logging.getLogger(__name__)

SEEDED: Final = "seeded:"
"""Prefix of a checkpoint's name: the folder after it is made from a seed if it does not exist."""

HEARTBEAT_SECONDS: Final = 1.0
"""Longest silence of a worker that is ready."""

POLL_SECONDS: Final = 0.25
"""Longest wait for a message while nothing is due: playback goes on and streams may need sound by then."""

LIVE_SPEED: Final = 1.2
"""Seconds of sound per second from which a checkpoint plays live: with less the first sound waits."""

CALIBRATION_FILE: Final = "calibration.json"
FACTS_FILE: Final = "checkpoint_files.json"
PACKED_FOLDER: Final = "packed"
"""Names in the cache folder: measured speeds, what is known of checkpoints' files, weights in 8 or 4 bits."""

NICENESS: Final = 5
"""Lower priority than the bot's process: a chunk may be 10 ms late, a voice packet may not."""


def main(connection: Connection, order: Order) -> None:
    """Run a worker until it receives End, or until its pipe closes because the bot's process has died."""
    pipe = MessagePipe(connection, TO_WORKER)
    # Ctrl-C reaches every process of the terminal; the bot's process decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    forbid_core_dumps()
    logging.getLogger().addHandler(_PipeHandler(pipe))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the bot's process has gone
        try:
            core, ready = _load(order)
            core.on_begin = lambda key: pipe.send(Begun(key))
        except EngineError as error:
            pipe.send(Failed(error))
        except Exception as error:
            _log.exception("The engine's process cannot start.")
            sentence = f"The engine cannot start: {type(error).__name__}: {error}; the log says where."
            pipe.send(Failed(EngineError(sentence)))
        else:
            pipe.send(ready)
            _serve(pipe, core)


def _load(order: Order) -> tuple[EngineCore, Ready]:
    """Return an engine core that is loaded, warmed up and measured. Raises EngineError."""
    folder = local_folder(order.checkpoint)
    if folder is not None and not order.checkpoint.startswith(SEEDED):
        checked_config(folder, name_of(folder))  # before the imports, which take seconds
    if order.adapter is not None and (adapter := local_folder(order.adapter)) is not None:
        checked_adapter(adapter, name_of(adapter))
    import torch
    from tqdm import tqdm
    from transformers.utils.logging import disable_progress_bar

    from audio.musicgen.checkpoint.file_facts import FileFacts
    from audio.musicgen.checkpoint.load import load_checkpoint, vocabulary_of
    from audio.musicgen.checkpoint.seeded import ensure_seeded
    from audio.musicgen.cpu.host_decoder import WHOLE_NUMBERS, dtypes_for
    from audio.musicgen.engine_core import EngineCore

    # The default lock is a semaphore between processes, which leaks when a worker is killed.
    tqdm.set_lock(threading.RLock())
    # Its warnings are about how MusicGen's own configuration is written.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    if folder is not None:  # downloads keep their progress bar; loading local files takes no time
        disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(order.threads)
    torch.set_num_interop_threads(1)
    device = _checked_device(order.device)
    if order.dtype in WHOLE_NUMBERS and device != "cpu":
        raise EngineError(f"The dtype {order.dtype} is only for the CPU; set float16 for {device}.")
    name = order.checkpoint
    if name.startswith(SEEDED):
        name = str(ensure_seeded(Path(name.removeprefix(SEEDED))))
    device_name = f"{device} ({torch.cuda.get_device_name()})" if device.startswith("cuda") else device

    facts = FileFacts(None if order.cache_folder is None else order.cache_folder / FACTS_FILE)
    packed_folder = None if order.cache_folder is None else order.cache_folder / PACKED_FOLDER

    def load() -> Checkpoint:
        return load_checkpoint(name, order.revision, device, order.adapter, order.adapter_revision, facts)

    unused = [load()]

    def known_speed(dtype: str) -> float | None:
        calibration = known_calibration(order, calibration_name(checkpoint, order, dtype, device_name))
        return None if calibration is None else calibration.speed

    def make(dtype: str) -> tuple[EngineCore, Calibration]:
        checkpoint = unused.pop() if unused else load()  # an engine core takes its weights
        core = EngineCore(checkpoint, order.slots, order.longest, dtype, packed_folder=packed_folder)
        return core, _calibrate(core, order, calibration_name(checkpoint, order, dtype, device_name))

    checkpoint = unused[0]
    dtypes = dtypes_for(device) if order.dtype == "auto" else (order.dtype,)
    dtype, core, calibration = first_live(dtypes, known_speed, make)
    core.speed, core.capacity = calibration.speed, calibration.capacity
    info = EngineInfo(
        checkpoint=checkpoint.name,
        revision=checkpoint.revision,
        licence=checkpoint.licence,
        device=device_name,
        sample_rate=checkpoint.codec.sample_rate,
        channels=checkpoint.channels,
        speed=calibration.speed,
        realtime_streams=calibration.listeners,
        melodies=checkpoint.melody is not None,
        endless=core.endless,
        dtype=dtype,
        notes=checkpoint.notes,
    )
    return core, Ready(info, calibration, vocabulary_of(checkpoint))


def first_live(
    dtypes: Sequence[str],
    known_speed: Callable[[str], float | None],
    make: Callable[[str], tuple[Core, Calibration]],
) -> tuple[str, Core, Calibration]:
    """Return the first of `dtypes` with which the engine core that `make` makes is live, else the last.

    `known_speed` returns the speed that an earlier start measured, with which no core is made for nothing.
    """
    *exact, last = dtypes
    for dtype in exact:
        speed = known_speed(dtype)
        if speed is None or speed >= LIVE_SPEED:
            core, calibration = make(dtype)
            if calibration.speed >= LIVE_SPEED:
                return dtype, core, calibration
            speed = calibration.speed
            del core  # before another one takes memory
        _log.info("%s makes %.2f seconds of music a second; a shorter format is used.", dtype, speed)
    return last, *make(last)


def calibration_name(checkpoint: Checkpoint, order: Order, dtype: str, device: str) -> str:
    """Return a name for all that the speed depends on, as far as it can be known."""
    import torch

    from audio.musicgen.cpu.host_decoder import kernel_name

    cpu = f"{platform.processor() or platform.machine()} × {os.cpu_count()}, {order.threads} threads"
    return " | ".join(
        [
            f"{checkpoint.name} {checkpoint.revision}",
            device if device.startswith("cuda") else f"{device}: {cpu}",
            f"{kernel_name(dtype)}, guidance {checkpoint.guidance:g}",
            f"{order.slots} slots of {order.longest:g} s",
            f"torch {torch.__version__}",
        ]
    )


def known_calibration(order: Order, name: str) -> Calibration | None:
    """Return the calibration of an earlier worker, or the cached one."""
    if order.calibration is not None or order.cache_folder is None:
        return order.calibration
    return load_calibration(order.cache_folder / CALIBRATION_FILE, name)


def _calibrate(core: EngineCore, order: Order, name: str) -> Calibration:
    """Warm the core up and return its calibration, measured now if none is known."""
    from audio.musicgen.calibration import calibrate, warm_up

    if (known := known_calibration(order, name)) is not None:
        warm_up(core)
        return known
    measured = calibrate(core)
    if order.cache_folder is not None:
        save_calibration(order.cache_folder / CALIBRATION_FILE, name, measured)
    return measured


def _checked_device(name: str) -> str:
    """Resolve "auto". Raises CheckpointError if torch cannot use the device here."""
    import torch

    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=name)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise CheckpointError(
            f"There is no device “{name}” here; set the device to auto, cpu, cuda or mps."
        ) from error
    return name


def _serve(pipe: MessagePipe, core: EngineCore) -> None:
    """Alternate between reading all messages and one step of the core; returns after End."""
    sent_at = time.monotonic()
    while True:
        while pipe.poll(POLL_SECONDS if core.nothing_due else 0):
            match pipe.recv():
                case Compose(key, piece):
                    core.admit(key, piece)
                case Cancel(key):
                    core.cancel(key)
                case ReportPlayhead(key, position):
                    core.report_playhead(key, position)
                case Hold(key):
                    core.hold(key)
                case Steer(key, prompt, blend_seconds, earliest):
                    pipe.send(PromptChanged(key, core.steer(key, prompt, blend_seconds, earliest)))
                case End():
                    return
        for output in core.step():
            pipe.send(Delivery(output.key, output.result, core.current_speed(output.key)))
            sent_at = time.monotonic()
        if time.monotonic() - sent_at >= HEARTBEAT_SECONDS:
            pipe.send(Heartbeat())
            sent_at = time.monotonic()


class _PipeHandler(logging.Handler):
    """Sends what is logged to the bot's process, which logs it under the same name."""

    def __init__(self, pipe: MessagePipe) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._pipe.send(
                LogLine(record.name, record.levelno, printable(self.format(record), MAX_TEXT_CHARS))
            )
        except OSError:  # the bot's process has gone, and nobody reads the log
            pass
        except Exception:
            self.handleError(record)
