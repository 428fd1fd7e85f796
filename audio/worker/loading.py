"""Loads what a worker composes with: the checkpoint, in the data type that is live, and its measured speed.

Heavy libraries are imported when it runs, so that the bot's process can import this module and stay light.
"""

from __future__ import annotations

import logging
import os
import platform
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from audio.calibration import Calibration, load_calibration, save_calibration
from audio.engine import EngineInfo
from audio.errors import CheckpointError, EngineError
from audio.musicgen.checkpoint.adapter import checked_adapter
from audio.musicgen.checkpoint.folder import checked_config, local_folder, name_of
from audio.worker.messages import Order, Ready

if TYPE_CHECKING:
    from audio.musicgen.checkpoint.load import Checkpoint
    from audio.musicgen.engine_core import EngineCore

Core = TypeVar("Core")

_log = logging.getLogger(__name__)

SEEDED: Final = "seeded:"
"""Prefix of a checkpoint's name: the folder after it is made from a seed if it does not exist."""

LIVE_SPEED: Final = 1.2
"""Seconds of sound per second from which a checkpoint plays live: with less the first sound waits."""

CALIBRATION_FILE: Final = "calibration.json"
FACTS_FILE: Final = "checkpoint_files.json"
PACKED_FOLDER: Final = "packed"
"""Names in the cache folder: measured speeds, what is known of checkpoints' files, weights in 8 or 4 bits."""


def load(order: Order) -> tuple[EngineCore, Ready]:
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
    from audio.musicgen.cpu.host_decoder import WHOLE_NUMBERS, dtypes_for, is_compiled, kernel_of
    from audio.musicgen.cpu.threads import automatic_threads, use_threads
    from audio.musicgen.engine_core import EngineCore

    # The default lock is a semaphore between processes, which leaks when a worker is killed.
    tqdm.set_lock(threading.RLock())
    # Its warnings are about how MusicGen's own configuration is written.
    logging.getLogger("transformers").setLevel(logging.ERROR)
    if folder is not None:  # downloads keep their progress bar; loading local files takes no time
        disable_progress_bar()  # type: ignore[no-untyped-call]
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

    def read() -> Checkpoint:
        return load_checkpoint(name, order.revision, device, order.adapter, order.adapter_revision, facts)

    unused = [read()]

    checkpoint = unused[0]

    def compiled(dtype: str) -> bool:
        return device == "cpu" and is_compiled(checkpoint.decoder, dtype)  # whatever became of its weights

    def threads(dtype: str) -> int:
        return order.threads or automatic_threads(checkpoint.decoder, compiled(dtype))

    def name_of_calibration(dtype: str) -> str:
        return calibration_name(checkpoint, order, dtype, threads(dtype), device_name)

    def known_speed(dtype: str) -> float | None:
        calibration = known_calibration(order, name_of_calibration(dtype))
        return None if calibration is None else calibration.speed

    def make(dtype: str) -> tuple[EngineCore, Calibration]:
        use_threads(threads(dtype), compiled(dtype))
        unused_one = unused.pop() if unused else read()  # an engine core takes its weights
        core = EngineCore(unused_one, order.slots, order.longest, dtype, packed_folder=packed_folder)
        return core, _calibrate(core, order, name_of_calibration(dtype))

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
        kernel=kernel_of(checkpoint.decoder, dtype) if device == "cpu" else device,
        threads=threads(dtype),
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


def calibration_name(checkpoint: Checkpoint, order: Order, dtype: str, threads: int, device: str) -> str:
    """Return a name for all that the speed depends on, as far as it can be known."""
    import torch

    from audio.musicgen.cpu.host_decoder import kernel_name

    cpu = f"{platform.processor() or platform.machine()} × {os.cpu_count()}, {threads} threads"
    return " | ".join(
        [
            f"{checkpoint.name} {checkpoint.revision}",
            device if device.startswith("cuda") else f"{device}: {cpu}",
            f"{kernel_name(checkpoint.decoder, dtype)}, guidance {checkpoint.guidance:g}",
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
