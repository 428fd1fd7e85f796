"""The processes of the fuzzer: small ones, since they fork a media process for each file."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from audio.media.decode import warm_up
from fuzz.trial import watch_causes


def prepare() -> None:
    """Begin a process: what a confined process can no longer load is loaded before the forks."""
    warm_up()
    watch_causes()


def pool_of(processes: int, begin: Callable[..., None] = prepare, *arguments: object) -> ProcessPoolExecutor:
    """Return so many processes, each begun by `begin` with `arguments`."""
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), begin, arguments)
