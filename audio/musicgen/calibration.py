"""How fast this device composes with this checkpoint, and for how many listeners at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import torch

from audio.calibration import Calibration
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from audio.units import STEP_RATE

TRUST: Final = 0.8
"""The part of the measured speed to reckon with: other work will come along."""

_MEASURED_SECONDS: Final = 1.0
"""About how long each of the two measurements may take."""

_WARM_UP: Final = Piece("warm-up", seconds=1.0, seed=0)
_CALLS: Final = 5
_PROMPT_TOKENS: Final = 16


def calibrate(composer: EngineCore, clock: Callable[[], float] = time.perf_counter) -> Calibration:
    """Measure a composer that is loaded and idle; takes some seconds.

    A step costs more the longer a piece already is, and less without guidance. So a short piece is
    made for all that a step takes beside the decoder, and the decoder is measured in the middle of the
    longest, with the guidance that the checkpoint recommends. How many listeners it serves is sought by
    halves.
    """
    decoding = composer.decoding
    whole = _seconds_of_a_piece(composer, clock)
    steps = composer.checkpoint.delay.steps(_WARM_UP.steps)
    # how much of a second of sound is not the decoder
    rest = max(0.0, whole - steps * _step_seconds(composer, 1, steps // 2, clock))
    middle = decoding.length // 2

    def share(listeners: int) -> float:
        """The part of real time that so many listeners take."""
        return STEP_RATE * _step_seconds(composer, listeners, middle, clock) + listeners * rest

    alone = taken = share(1)
    listeners, too_many = 1, decoding.slots + 1 if alone <= TRUST else 2
    while too_many - listeners > 1:
        more = min(2 * listeners, (listeners + too_many) // 2)
        found = share(more)
        if found <= TRUST:
            listeners, taken = more, found
        else:
            too_many = more
    return Calibration(speed=1 / alone, listeners=listeners, capacity=TRUST * listeners / taken)


def warm_up(composer: EngineCore) -> None:
    """Pay for what happens once, where nothing need be measured."""
    _made(composer, time.perf_counter)


def _seconds_of_a_piece(composer: EngineCore, clock: Callable[[], float]) -> float:
    """How long a piece of a second takes, the median of some.

    The first one is not measured: it pays for what happens once. One that takes long is measured alone, so
    that a slow device begins in bearable time.
    """
    taken = [_made(composer, clock)]
    if taken[0] < _MEASURED_SECONDS:
        taken = []
        while sum(taken) < _MEASURED_SECONDS:
            taken.append(_made(composer, clock))
    return sorted(taken)[len(taken) // 2]


def _made(composer: EngineCore, clock: Callable[[], float]) -> float:
    start = clock()
    composer.admit(0, _WARM_UP)
    while not composer.idle:
        composer.step()
    return clock() - start


def _step_seconds(composer: EngineCore, slots: int, position: int, clock: Callable[[], float]) -> float:
    """How long a step of so many slots takes, each at `position`; the median of some, after one."""
    checkpoint = composer.checkpoint
    hidden = int(checkpoint.decoder.config.hidden_size)
    states = torch.zeros(_PROMPT_TOKENS, hidden, device=checkpoint.device)
    if (melody := checkpoint.melody) is not None:
        states = melody.prefix(melody.heard(None), states, _PROMPT_TOKENS)
    taken = []
    with composer.decoding.rehearsed(slots, position, max(1.0, checkpoint.guidance), states) as step:
        for _ in range(1 + _CALLS):
            start = clock()
            steps = step()
            taken.append((clock() - start) / steps)
    return sorted(taken[1:])[_CALLS // 2]
