"""The composing loop: pieces wait, take a slot, are made step by step, and leave.

Nothing happens between two calls of `step`: pieces join and leave there and only there. Whoever calls it owns
the composer; it is not for several threads.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass

import numpy as np
import torch

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.checkpoint import Checkpoint, encode_prompt
from audio.musicgen.slot import Slot
from audio.musicgen.step import DecoderStep
from audio.piece import Piece

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What a step brought for the piece `key`: a chunk of its sound, or why it cannot be made."""

    key: int
    result: Chunk | EngineError


class Composer:
    """Composes up to `slots` pieces at once, each at most `longest` seconds; others wait in their order."""

    def __init__(self, checkpoint: Checkpoint, slots: int = 1, longest: float = 30.0) -> None:
        self._checkpoint = checkpoint
        steps = checkpoint.delay.steps(Piece("", longest, 0).steps)
        self.decoder = DecoderStep(checkpoint.decoder, slots, steps)
        self._slots: list[Slot | None] = [None] * slots
        self._waiting: deque[tuple[int, Piece]] = deque()

    @property
    def idle(self) -> bool:
        """Whether there is nothing to make."""
        return not self._waiting and not any(self._slots)

    def admit(self, key: int, piece: Piece) -> None:
        """Put `piece` at the end of the waiting line; `key` names it from here on."""
        self._waiting.append((key, piece))

    def cancel(self, key: int) -> None:
        """Forget a piece; its slot is free before the next step. One that has ended already is ignored."""
        self._waiting = deque(entry for entry in self._waiting if entry[0] != key)
        for place, slot in enumerate(self._slots):
            if slot is not None and slot.key == key:
                self._leave(place)

    @torch.inference_mode()
    def step(self) -> list[Made]:
        """Make 20 ms of every piece that has a slot, and give the sound that is due."""
        made = self._join()
        busy = [(place, slot) for place, slot in enumerate(self._slots) if slot is not None]
        if busy:
            logits = self._logits()
            for place, slot in busy:
                try:
                    slot.take(logits[:, place])
                    made.extend(self._sounded(slot))
                except EngineError as error:
                    made.append(Made(slot.key, error))
                    self._leave(place)
                else:
                    if slot.done:
                        self._leave(place)
        return made

    def _join(self) -> list[Made]:
        """Bring waiting pieces into free slots; says which cannot be made."""
        refused = []
        for place, slot in enumerate(self._slots):
            if slot is None and self._waiting:
                key, piece = self._waiting.popleft()
                steps = self._checkpoint.delay.steps(piece.steps)
                if not piece.steps or steps > self.decoder.length:
                    sentence = (
                        f"A piece of {piece.seconds:g} s does not fit this engine; ask for another length."
                    )
                    refused.append(Made(key, EngineError(sentence)))
                    continue
                self._begin(place, key, piece)
        return refused

    def _begin(self, place: int, key: int, piece: Piece) -> None:
        checkpoint = self._checkpoint
        states, cut = encode_prompt(checkpoint, piece.prompt)
        if cut:
            log.warning("The prompt of piece %d is long: its last %d tokens are not heard.", key, cut)
        self.decoder.admit(place, states)
        self._slots[place] = Slot(
            key=key,
            piece=piece,
            delay=checkpoint.delay,
            sound=checkpoint.codec.stream(),
            pad_token=checkpoint.pad_token,
            device=checkpoint.device,
        )

    def _leave(self, place: int) -> None:
        self._slots[place] = None
        self.decoder.free(place)

    def _logits(self) -> torch.Tensor:
        """Logits of all slots, shaped (2, slots, codebooks, vocabulary)."""
        nothing = np.full(self._checkpoint.delay.codebooks, self._checkpoint.pad_token, dtype=np.int64)
        heard = np.stack([nothing if slot is None else slot.heard() for slot in self._slots])
        positions = [0 if slot is None else slot.position for slot in self._slots]
        return self.decoder(torch.from_numpy(heard).to(self._checkpoint.device), positions)

    def _sounded(self, slot: Slot) -> list[Made]:
        codes = slot.due()
        if codes is None:
            return []
        pcm = slot.sound.push(codes)
        if slot.done:
            pcm = np.concatenate([pcm, slot.sound.finish()], axis=1)
        return [Made(slot.key, Chunk(pcm, last=slot.done))] if pcm.size else []
