"""How many threads compute, by the processor and by what a decoder gains from them."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import torch

from audio.musicgen.kernels import library
from audio.musicgen.model.layers import Decoder

MIN_SHARED_WEIGHTS: Final = 100_000_000
"""Weights of a step from which several threads share it. A smaller decoder is live many times over with one
(étude, 6 M: 48 times), and a second one makes it only 1.1 times as fast."""

MAX_THREADS: Final = 8
"""Most threads that are chosen: a step waits for memory, of which a few cores read all there is."""

_ALL_BUSY: Final = 2
"""Cores up to which all of them compute. Sending voice takes a few percent of one and comes first, since the
engine has a lower priority; with more cores one is left to it."""

_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")
"""Processor time that a container may take (Linux, Documentation/admin-guide/cgroup-v2.rst, "cpu.max")."""

_SIBLINGS: Final = "/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list"
"""Logical processors of the same core (Linux, Documentation/admin-guide/cputopology.rst)."""


def automatic_threads(decoder: Decoder, compiled: bool) -> int:
    """Return the number of threads for a decoder on the CPU; `compiled` is False if torch computes it.

    torch shares a step among threads so poorly that one is faster beside other work.
    """
    if not compiled or step_weights(decoder) < MIN_SHARED_WEIGHTS:
        return 1
    cores = physical_cores()
    return min(MAX_THREADS, cores if cores <= _ALL_BUSY else cores - 1)


def step_weights(decoder: Decoder) -> int:
    """Return how many weights of matrices a step reads."""
    config = decoder.config
    # four matrices of self-attention, two of cross-attention (the prompt's are read once), two feed-forward
    layer = 6 * config.hidden_size**2 + 2 * config.hidden_size * config.ffn_dim
    return int(
        config.num_hidden_layers * layer + config.num_codebooks * config.vocab_size * config.hidden_size
    )


def use_threads(count: int, compiled: bool) -> None:
    """Let what this process makes from now on compute in `count` threads.

    Either the C code has them or torch: the idle threads of one wait busily and would take the cores from the
    other (étude with two threads of each: 16 times real time; with one of torch's 52).
    """
    library.set_threads(count if compiled else 1)
    torch.set_num_threads(1 if compiled else count)


def physical_cores() -> int:
    """Return the number of cores that this process may use, at least 1.

    Two threads on one core share its memory bandwidth. On a Mac only the fast cores count.
    """
    if sys.platform == "darwin":
        return _fast_cores() or os.cpu_count() or 1
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    cores = {_siblings(processor) for processor in os.sched_getaffinity(0)}
    return max(1, min(len(cores), _quota()))


def _siblings(processor: int) -> str:
    """Return a name for the core of a logical processor."""
    try:
        return Path(_SIBLINGS.format(processor)).read_text().strip()
    except OSError:
        return str(processor)


def _quota() -> int:
    """Return the cores whose time the container may take, rounded down, at least 1."""
    try:
        limit, period = _QUOTA.read_text().split()
        return sys.maxsize if limit == "max" else max(1, math.floor(int(limit) / int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return sys.maxsize


def _fast_cores() -> int:
    """Return the number of a Mac's performance cores; 0 if it has but one kind."""
    command = ["sysctl", "-n", "hw.perflevel0.physicalcpu"]
    try:
        return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
