"""Runs the decoder on the device: the host plans several steps of all slots and reads their tokens later.

While the device works on one launch the host waits for the one before it, so the device is never idle. A
launch ends where one of its slots completes a chunk, or after about `MAX_LAUNCH_SECONDS`, so that admissions,
cancellations and prompt changes take effect soon.
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

MAX_LAUNCH_SECONDS: Final = 0.02
"""Aimed duration of a launch; two may be in flight."""

_INITIAL_STEP_SECONDS: Final = 0.002
"""Assumed time of a step before the first measurement. Low, because launches that are too short would hide
that the host is the bottleneck."""

_MIN_WAIT_SHARE: Final = 0.1
"""The host knows the device's time for a launch only if it waited for at least this part of it."""

_BENCHMARK_STEPS: Final = 16
"""Steps of a launch in `CudaRunner.benchmark`."""


@dataclass(frozen=True, slots=True)
class _BatchStep:
    """One batch's part of a launch."""

    batch: GraphBatch
    output: StepOutput


@dataclass(frozen=True, slots=True)
class _SlotStep:
    """One slot's part of a launch."""

    batch_step: _BatchStep
    step: int
    """First step of the launch, as an index into the slot's tokens."""
    progress: SlotProgress


@dataclass(frozen=True, slots=True)
class _InFlightStep:
    """A launch whose output has not been collected yet."""

    steps: int
    began: float
    """Clock time [s] of the launch."""
    slot_steps: list[_SlotStep]
    batch_steps: list[_BatchStep]


class NoRoom(EngineError):
    """The device has too little memory for this many slots."""


class CudaRunner:
    """A `ModelRunner` that steps all slots together on the device.

    A checkpoint that recommends guidance has one batch, with unconditional rows for all slots. With any other
    checkpoint, pieces that set guidance run in a second batch, which is allocated for the first of them. So a
    piece's sound depends on the piece and the checkpoint alone, and unconditional rows cost nothing unless
    they are needed.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        slots: int,
        length: int,
        dtype: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Without it cuBLAS may sum in another order when several streams run at once. The size is torch's own
        # default on large devices; cuBLAS reads it at the first product.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        self.slots, self.length = slots, length
        self._checkpoint = checkpoint
        self._clock = clock
        self._guided = checkpoint.guidance != 1.0
        self._prefixes = [0] * slots
        self._batches: dict[bool, GraphBatch] = {}
        self._batch_by_place: list[GraphBatch | None] = [None] * slots
        self._in_flight: _InFlightStep | None = None
        self._last_done = clock()
        self._step_seconds = _INITIAL_STEP_SECONDS
        prefix = checkpoint.prefix_tokens
        try:
            self._weights = Weights(checkpoint.decoder, length + prefix, getattr(torch, dtype))
            self._graph_batch(self._guided)
        except torch.OutOfMemoryError as error:
            raise NoRoom(
                f"The memory of {checkpoint.device} does not suffice for {slots} slots; set engine.slots "
                "lower, or music.longest_seconds, or choose a smaller checkpoint."
            ) from error

    @property
    def pending(self) -> bool:
        return self._in_flight is not None

    @property
    def guided_batches(self) -> tuple[bool, ...]:
        """The batches allocated so far: True for one with unconditional rows, False for one without."""
        return tuple(self._batches)

    def admit(self, place: int, slot: Slot) -> None:
        batch = self._graph_batch(self._guided or slot.guided)
        piece = slot.piece
        batch.begin(place, slot.tokens, slot.guidance, piece.top_k, piece.temperature)
        self._batch_by_place[place] = batch
        self.set_prompt(place, slot)

    def set_prompt(self, place: int, slot: Slot) -> None:
        batch = self._batch_by_place[place]
        assert batch is not None
        self._prefixes[place] = batch.set_prompt(place, slot.prompt_states[slot.prompt_index])

    def free(self, place: int) -> None:
        self._batch_by_place[place] = None

    def run(self, slot_batch: SlotBatch) -> list[SlotProgress]:
        earlier, self._in_flight = self._in_flight, self._launch(slot_batch) if slot_batch else None
        return [] if earlier is None else self._collect(earlier)

    @contextmanager
    def benchmark(
        self, slots: int, position: int, guidance: float, states: Tensor
    ) -> Iterator[Callable[[], int]]:
        batch = self._graph_batch(self._guided or guidance != 1.0)
        position = min(position, self.length - _BENCHMARK_STEPS)
        window_position = WindowPosition(0, max(0, position), 0, self.length)
        steps = min(_BENCHMARK_STEPS, self.length)
        uniforms = np.zeros((steps, self._checkpoint.delay.codebooks))
        places = {
            place: ScheduledSlot(window_position, batch.set_prompt(place, states), uniforms)
            for place in range(slots)
        }

        def step() -> int:
            batch.launch(steps, places).wait()
            return steps

        yield step

    def _graph_batch(self, guided: bool) -> GraphBatch:
        batch = self._batches.get(guided)
        if batch is None:
            checkpoint = self._checkpoint
            batch = self._batches[guided] = GraphBatch(
                self._weights,
                checkpoint.delay,
                checkpoint.pad_token,
                slots=self.slots,
                length=self.length,
                prompt_tokens=checkpoint.prompt_tokens,
                prefix=checkpoint.prefix_tokens,
                guided=guided,
            )
        return batch

    def _launch(self, slot_batch: SlotBatch) -> _InFlightStep:
        """Queue as many steps as can run before the host must look at their tokens."""
        steps = min(slot.steps_ahead for _, slot in slot_batch)
        steps = min(steps, max(1, int(MAX_LAUNCH_SECONDS / self._step_seconds)), MAX_STEPS)
        began = self._clock()
        scheduled: dict[bool, dict[int, ScheduledSlot]] = {}
        for place, slot in slot_batch:
            batch, window_position = self._batch_by_place[place], slot.window_position
            assert batch is not None
            uniforms = slot.uniforms(window_position.begin + window_position.position, steps)
            scheduled.setdefault(batch.guided, {})[place] = ScheduledSlot(
                window_position, self._prefixes[place], uniforms
            )
        batch_steps = {
            guided: _BatchStep(self._batches[guided], self._batches[guided].launch(steps, slots))
            for guided, slots in scheduled.items()
        }
        slot_steps = []
        for place, slot in slot_batch:
            batch = self._batch_by_place[place]
            assert batch is not None
            step = slot.window_position.begin + slot.window_position.position
            chunk_end = slot.advance(steps)
            progress = SlotProgress(place, slot, chunk_end, slot.done)
            slot_steps.append(_SlotStep(batch_steps[batch.guided], step, progress))
        return _InFlightStep(steps, began, slot_steps, list(batch_steps.values()))

    def _collect(self, launch: _InFlightStep) -> list[SlotProgress]:
        """Wait for a launch and store its tokens in the slots."""
        wait_began = self._clock()
        for batch_step in launch.batch_steps:
            batch_step.output.wait()
        now = self._clock()
        seconds = now - max(launch.began, self._last_done)
        if now - wait_began > _MIN_WAIT_SHARE * seconds:
            self._step_seconds = seconds / launch.steps
        else:  # the device waited for the host, whose time per launch hardly depends on the number of steps
            self._step_seconds = min(self._step_seconds, seconds / launch.steps) / 2
        self._last_done = now
        progress = []
        for slot_step in launch.slot_steps:
            place, slot = slot_step.progress.place, slot_step.progress.slot
            output = slot_step.batch_step.output
            if output.finite[place]:
                slot.store_tokens(slot_step.step, output.tokens[:, place].numpy())
                progress.append(slot_step.progress)
            else:
                progress.append(SlotProgress(place, slot, error=EngineError(Text("engine-not-finite"))))
        return progress
