"""Decoding: how the slots of a composer are stepped, on the host or on the device.

The composer knows this much and no more: which slot holds which piece, and that running some slots brings,
now or with a later run, how far they came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.cpu.decoder import CpuDecoder
from audio.musicgen.schedule.slot import Slot

Busy = Sequence[tuple[int, Slot]]
"""Slots to step, each with its place."""


@dataclass(frozen=True, slots=True)
class SlotProgress:
    """How far a slot came."""

    place: int
    slot: Slot
    until: int | None = None
    """Where the chunk ends that is due now, if one is."""
    done: bool = False
    """Whether its last step is made."""
    error: EngineError | None = None
    """Why it cannot go on."""


class Decoding(Protocol):
    """All slots of a device. Nobody but the composer's thread may use it."""

    slots: int
    length: int
    """The most steps in a window."""

    @property
    def pending(self) -> bool:
        """Whether something was run that another call of `run` brings."""
        ...

    def admit(self, place: int, slot: Slot) -> None:
        """Let a piece begin in the slot `place`. Raises what torch raises where memory does not suffice; then
        nothing has begun."""
        ...

    def hear(self, place: int, slot: Slot) -> None:
        """Let a piece hear `slot.prompt_index` from its next step on."""
        ...

    def free(self, place: int) -> None:
        """End the piece in the slot `place`, whatever is still on its way for it."""
        ...

    def run(self, busy: Busy) -> list[SlotProgress]:
        """Step each slot of `busy` at least once; what has come of this and of earlier calls.

        Of slots that were freed since they ran it may speak too."""
        ...

    def rehearsed(
        self, listeners: int, position: int, guidance: float, states: Tensor
    ) -> AbstractContextManager[Callable[[], int]]:
        """A function that makes steps of so many slots, each at `position` and hearing the prompt `states`,
        waits for them, and says how many they were. Only while no slot holds a piece."""
        ...


class CpuRunner:
    """Steps the slots one step at a time, looks at the logits, and draws. For CPUs, and Apple's GPUs."""

    def __init__(self, decoder: CpuDecoder) -> None:
        self.decoder = decoder
        self.slots = decoder.slots
        self.length = decoder.length

    @property
    def pending(self) -> bool:
        return False

    def admit(self, place: int, slot: Slot) -> None:
        self.hear(place, slot)

    def hear(self, place: int, slot: Slot) -> None:
        self.decoder.admit(place, slot.prompt_states[slot.prompt_index], slot.guided)

    def free(self, place: int) -> None:
        self.decoder.free(place)

    def run(self, busy: Busy) -> list[SlotProgress]:
        if not busy:
            return []
        places, slots = zip(*busy, strict=True)
        heard = torch.from_numpy(np.stack([slot.input_tokens() for slot in slots])).to(self.decoder.device)
        logits = self.decoder(
            heard, places, [slot.position for slot in slots], [slot.guidance for slot in slots]
        )
        ran = []
        for row, (place, slot) in enumerate(busy):
            try:
                until = slot.sample(logits[row])
                ran.append(SlotProgress(place, slot, until, slot.done))
            except EngineError as error:
                ran.append(SlotProgress(place, slot, error=error))
        return ran

    @contextmanager
    def rehearsed(
        self, listeners: int, position: int, guidance: float, states: Tensor
    ) -> Iterator[Callable[[], int]]:
        places = list(range(listeners))
        shape = (listeners, self.decoder.codebooks)
        tokens = torch.zeros(shape, dtype=torch.int64, device=self.decoder.device)
        for place in places:
            self.decoder.admit(place, states, guidance != 1.0)

        def step() -> int:
            self.decoder(tokens, places, [position] * listeners, [guidance] * listeners).cpu()
            return 1

        yield step
        for place in places:
            self.decoder.free(place)
