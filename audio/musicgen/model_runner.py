"""The interface between the engine core and the code that steps the decoder on one kind of device.

The engine core decides which slot holds which piece and which slots to step. A runner steps them and reports
the progress of each, in the same call or in a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.schedule.slot import Slot

SlotBatch = Sequence[tuple[int, Slot]]
"""Slots to step, each with its place (its index among all slots)."""


@dataclass(frozen=True, slots=True)
class SlotProgress:
    """The progress that a slot made in one call of `ModelRunner.run`."""

    place: int
    slot: Slot
    chunk_end: int | None = None
    """The frame at which a chunk ends that is complete now; None if none is."""
    done: bool = False
    """True if the last step of the piece is made."""
    error: EngineError | None = None
    """The error that ends the piece, if any."""


class ModelRunner(Protocol):
    """Steps all slots of a device. Used in the engine core's thread alone."""

    slots: int
    length: int
    """Steps in a window, at most."""

    @property
    def pending(self) -> bool:
        """True if steps are in flight whose progress another call of `run` returns."""
        ...

    def admit(self, place: int, slot: Slot) -> None:
        """Begin the piece of `slot` in `place`.

        Raises what torch raises if memory does not suffice; nothing has begun then.
        """
        ...

    def set_prompt(self, place: int, slot: Slot) -> None:
        """Condition `place` on `slot.prompt_index` from its next step on."""
        ...

    def free(self, place: int) -> None:
        """End the piece in `place` and discard its steps in flight."""
        ...

    def run(self, slot_batch: SlotBatch) -> list[SlotProgress]:
        """Step each slot of `slot_batch` at least once; return the progress known by now.

        It may come from earlier calls, also for slots that were freed since.
        """
        ...

    def benchmark(
        self, slots: int, position: int, guidance: float, states: Tensor
    ) -> AbstractContextManager[Callable[[], int]]:
        """Return a function that runs steps of `slots` slots, waits for them, and returns how many it ran.

        All slots are at `position` and conditioned on the encoded prompt `states`. No slot may hold a piece.
        """
        ...
