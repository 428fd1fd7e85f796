"""Runs the decoder on a CPU or on `mps`: one step at a time, with tokens sampled on the host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.cpu.host_decoder import HostDecoder
from audio.musicgen.model_runner import SlotBatch, SlotProgress
from audio.musicgen.schedule.slot import Slot


class CpuRunner:
    """A `ModelRunner` whose `run` makes exactly one step and returns its progress at once."""

    def __init__(self, decoder: HostDecoder) -> None:
        self.decoder = decoder
        self.slots = decoder.slots
        self.length = decoder.length

    @property
    def pending(self) -> bool:
        return False

    def admit(self, place: int, slot: Slot) -> None:
        self.set_prompt(place, slot)

    def set_prompt(self, place: int, slot: Slot) -> None:
        self.decoder.admit(place, slot.prompt_states[slot.prompt_index], slot.guided)

    def free(self, place: int) -> None:
        self.decoder.free(place)

    def run(self, slot_batch: SlotBatch) -> list[SlotProgress]:
        if not slot_batch:
            return []
        places, slots = zip(*slot_batch, strict=True)
        tokens = torch.from_numpy(np.stack([slot.input_tokens() for slot in slots])).to(self.decoder.device)
        logits = self.decoder(
            tokens, places, [slot.position for slot in slots], [slot.guidance for slot in slots]
        )
        progress = []
        for row, (place, slot) in enumerate(slot_batch):
            try:
                chunk_end = slot.sample(logits[row])
                progress.append(SlotProgress(place, slot, chunk_end, slot.done))
            except EngineError as error:
                progress.append(SlotProgress(place, slot, error=error))
        return progress

    @contextmanager
    def benchmark(
        self, slots: int, position: int, guidance: float, states: Tensor
    ) -> Iterator[Callable[[], int]]:
        places = list(range(slots))
        shape = (slots, self.decoder.codebooks)
        tokens = torch.zeros(shape, dtype=torch.int64, device=self.decoder.device)
        for place in places:
            self.decoder.admit(place, states, guidance != 1.0)

        def step() -> int:
            self.decoder(tokens, places, [position] * slots, [guidance] * slots).cpu()
            return 1

        yield step
        for place in places:
            self.decoder.free(place)
