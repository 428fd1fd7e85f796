"""Decoding on the device: the host plans some steps of all slots, and looks at their tokens when they are
made.

While the device makes one run of steps the host waits for the run before it, so that the device has always
something to do. A run ends where one of its slots has a chunk ready, at latest after about
`PATIENCE_SECONDS`, so that the host hears soon of pieces that come, end or are steered.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint
from audio.musicgen.cuda.graph_batch import MAX_STEPS, GraphBatch, ScheduledSlot, StepOutput, Weights
from audio.musicgen.model_runner import SlotBatch, SlotProgress
from audio.musicgen.schedule.slot import Slot
from audio.musicgen.schedule.window import WindowPosition
from words.text import Text

PATIENCE_SECONDS: Final = 0.02
"""How long a run may take; two may be on their way."""

_FIRST_GUESS_SECONDS: Final = 0.002
"""How long a step takes, until one was seen: little, since short runs would hide that the host is what takes
long."""

_SEEN_SHARE: Final = 0.1
"""The part of a run's time that the host must have waited for it to know how long the device took."""

_BENCHMARK_STEPS: Final = 16


@dataclass(frozen=True, slots=True)
class _BatchStep:
    """What one bank does in a run."""

    bank: GraphBatch
    landing: StepOutput


@dataclass(frozen=True, slots=True)
class _SlotStep:
    """What a run does for one slot."""

    part: _BatchStep
    step: int
    """The first step of the run, counted as the slot's tokens are."""
    ran: SlotProgress


@dataclass(frozen=True, slots=True)
class _InFlightStep:
    """Steps on their way."""

    steps: int
    began: float
    legs: list[_SlotStep]
    parts: list[_BatchStep]


class NoRoom(EngineError):
    """The device has too little memory for so many slots."""


class CudaRunner:
    """Steps all slots together on the device.

    Checkpoints that recommend guidance have one bank, which computes each piece with and without its prompt.
    Of the others the pieces that ask for guidance have a bank of their own, made with the first of them: so
    the sound of a piece follows from itself and its checkpoint, and nobody pays for rows without a say.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        slots: int,
        length: int,
        dtype: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Without it several streams of CUDA's libraries at once may add in another order. It is as much
        # memory as torch gives them on large devices by itself, and is read when the first product is made.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        self.slots, self.length = slots, length
        self._checkpoint = checkpoint
        self._clock = clock
        self._guided = checkpoint.guidance != 1.0
        self._prefixes = [0] * slots
        self._banks: dict[bool, GraphBatch] = {}
        self._placed: list[GraphBatch | None] = [None] * slots
        self._run: _InFlightStep | None = None
        self._landed = clock()
        self._step_seconds = _FIRST_GUESS_SECONDS
        prefix = checkpoint.prefix_tokens
        try:
            self._weights = Weights(checkpoint.decoder, length + prefix, getattr(torch, dtype))
            self._bank(self._guided)
        except torch.OutOfMemoryError as error:
            raise NoRoom(
                f"The memory of {checkpoint.device} does not suffice for {slots} slots; set engine.slots "
                "lower, or music.longest_seconds, or choose a smaller checkpoint."
            ) from error

    @property
    def pending(self) -> bool:
        return self._run is not None

    @property
    def banks_made(self) -> tuple[bool, ...]:
        """Which banks there are, by whether they compute what would follow without the prompt."""
        return tuple(self._banks)

    def admit(self, place: int, slot: Slot) -> None:
        bank = self._bank(self._guided or slot.guided)
        piece = slot.piece
        bank.begin(place, slot.tokens, slot.guidance, piece.top_k, piece.temperature)
        self._placed[place] = bank
        self.set_prompt(place, slot)

    def set_prompt(self, place: int, slot: Slot) -> None:
        bank = self._placed[place]
        assert bank is not None
        self._prefixes[place] = bank.set_prompt(place, slot.prompt_states[slot.prompt_index])

    def free(self, place: int) -> None:
        self._placed[place] = None

    def run(self, batch: SlotBatch) -> list[SlotProgress]:
        earlier, self._run = self._run, self._launched(batch) if batch else None
        return [] if earlier is None else self._arrived(earlier)

    @contextmanager
    def benchmark(
        self, slots: int, position: int, guidance: float, states: Tensor
    ) -> Iterator[Callable[[], int]]:
        bank = self._bank(self._guided or guidance != 1.0)
        position = min(position, self.length - _BENCHMARK_STEPS)
        standing = WindowPosition(0, max(0, position), 0, self.length)
        steps = min(_BENCHMARK_STEPS, self.length)
        numbers = np.zeros((steps, self._checkpoint.delay.codebooks))
        places = {
            place: ScheduledSlot(standing, bank.set_prompt(place, states), numbers) for place in range(slots)
        }

        def step() -> int:
            bank.launch(steps, places).wait()
            return steps

        yield step

    def _bank(self, guided: bool) -> GraphBatch:
        bank = self._banks.get(guided)
        if bank is None:
            checkpoint = self._checkpoint
            bank = self._banks[guided] = GraphBatch(
                self._weights,
                checkpoint.delay,
                checkpoint.pad_token,
                slots=self.slots,
                length=self.length,
                prompt_tokens=checkpoint.prompt_tokens,
                prefix=checkpoint.prefix_tokens,
                guided=guided,
            )
        return bank

    def _launched(self, batch: SlotBatch) -> _InFlightStep:
        steps = min(slot.steps_ahead for _, slot in batch)
        steps = min(steps, max(1, int(PATIENCE_SECONDS / self._step_seconds)), MAX_STEPS)
        began = self._clock()
        marchers: dict[bool, dict[int, ScheduledSlot]] = {}
        for place, slot in batch:
            bank, standing = self._placed[place], slot.window_position
            assert bank is not None
            numbers = slot.uniforms(standing.begin + standing.position, steps)
            marchers.setdefault(bank.guided, {})[place] = ScheduledSlot(
                standing, self._prefixes[place], numbers
            )
        parts = {
            guided: _BatchStep(self._banks[guided], self._banks[guided].launch(steps, those))
            for guided, those in marchers.items()
        }
        legs = []
        for place, slot in batch:
            bank = self._placed[place]
            assert bank is not None
            standing = slot.window_position
            until = slot.advance(steps)
            ran = SlotProgress(place, slot, until, slot.done)
            legs.append(_SlotStep(parts[bank.guided], standing.begin + standing.position, ran))
        return _InFlightStep(steps, began, legs, list(parts.values()))

    def _arrived(self, run: _InFlightStep) -> list[SlotProgress]:
        """Wait for a run, and give its tokens to the slots."""
        asked = self._clock()
        for part in run.parts:
            part.landing.wait()
        now = self._clock()
        taken = now - max(run.began, self._landed)
        if now - asked > _SEEN_SHARE * taken:
            self._step_seconds = taken / run.steps
        else:  # the device waited for the host, whose time for a run hardly depends on the number of steps
            self._step_seconds = min(self._step_seconds, taken / run.steps) / 2
        self._landed = now
        ran = []
        for leg in run.legs:
            place, slot = leg.ran.place, leg.ran.slot
            landing = leg.part.landing
            if landing.finite[place]:
                slot.store_tokens(leg.step, landing.tokens[:, place].numpy())
                ran.append(leg.ran)
            else:
                ran.append(SlotProgress(place, slot, error=EngineError(Text("engine-not-finite"))))
        return ran
