"""Measures how fast this device composes with this checkpoint, and how many pieces at once in real time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import torch

from audio.calibration import Calibration
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from audio.units import STEP_RATE

HEADROOM: Final = 0.8
"""Fraction of the measured speed to plan with; other work will share the device."""

_MEASURED_SECONDS: Final = 1.0
"""Approximate duration of each of the two measurements."""

_WARM_UP: Final = Piece("warm-up", seconds=1.0, seed=0)
"""A piece of one second, which `_piece_seconds` relies on."""

_CALLS: Final = 5
"""Timed calls of the decoder per measurement."""

_PROMPT_TOKENS: Final = 16
"""Tokens of the prompt of a measurement."""


def calibrate(core: EngineCore, clock: Callable[[], float] = time.perf_counter) -> Calibration:
    """Measure a loaded, idle engine core; takes some seconds.

    The cost of a step grows with the position in the piece and with guidance. Therefore the decoder is
    measured alone, in the middle of the longest piece and with the guidance that the checkpoint recommends;
    all else that a step costs comes from composing a short piece. The number of pieces at once is found by
    binary search.
    """
    runner = core.runner
    piece_seconds = _piece_seconds(core, clock)
    steps = core.checkpoint.delay.steps(_WARM_UP.steps)
    # time per second of sound that is not spent in the decoder
    overhead = max(0.0, piece_seconds - steps * _step_seconds(core, 1, steps // 2, clock))
    middle = runner.length // 2

    def load(listeners: int) -> float:
        """Return the fraction of real time that `listeners` pieces at once take."""
        return STEP_RATE * _step_seconds(core, listeners, middle, clock) + listeners * overhead

    alone = best = load(1)
    listeners, too_many = 1, runner.slots + 1 if alone <= HEADROOM else 2
    while too_many - listeners > 1:
        candidate = min(2 * listeners, (listeners + too_many) // 2)
        measured = load(candidate)
        if measured <= HEADROOM:
            listeners, best = candidate, measured
        else:
            too_many = candidate
    return Calibration(speed=1 / alone, listeners=listeners, capacity=HEADROOM * listeners / best)


def warm_up(core: EngineCore) -> None:
    """Compose a short piece to pay for one-time costs, as `calibrate` does by itself."""
    _compose_warm_up(core, time.perf_counter)


def _piece_seconds(core: EngineCore, clock: Callable[[], float]) -> float:
    """Return the time to compose a piece of one second, the median of several.

    The first one pays for one-time costs and counts only if it is slow: a slow device should not take longer
    to start than necessary.
    """
    times = [_compose_warm_up(core, clock)]
    if times[0] < _MEASURED_SECONDS:
        times = []
        while sum(times) < _MEASURED_SECONDS:
            times.append(_compose_warm_up(core, clock))
    return sorted(times)[len(times) // 2]


def _compose_warm_up(core: EngineCore, clock: Callable[[], float]) -> float:
    """Compose a piece of one second and return the time it took."""
    start = clock()
    core.admit(0, _WARM_UP)
    while not core.idle:
        core.step()
    return clock() - start


def _step_seconds(core: EngineCore, slots: int, position: int, clock: Callable[[], float]) -> float:
    """Return the time of one decoder step of `slots` slots at `position`, the median after a first call."""
    checkpoint = core.checkpoint
    hidden = int(checkpoint.decoder.config.hidden_size)
    states = torch.zeros(_PROMPT_TOKENS, hidden, device=checkpoint.device)
    if (melody := checkpoint.melody) is not None:
        states = melody.prefix(melody.chroma_features(None), states, _PROMPT_TOKENS)
    times = []
    with core.runner.benchmark(slots, position, max(1.0, checkpoint.guidance), states) as step:
        for _ in range(1 + _CALLS):
            start = clock()
            steps = step()
            times.append((clock() - start) / steps)
    return sorted(times[1:])[_CALLS // 2]
