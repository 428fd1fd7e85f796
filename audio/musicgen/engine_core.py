"""The composing loop: pieces wait, take a slot, are made step by step, and leave.

Nothing happens between two calls of `step`: pieces join and leave there and only there. Whoever calls it owns
the composer; it is not for several threads.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint, encode_past, encode_prompt
from audio.musicgen.cpu.decoder import CpuDecoder
from audio.musicgen.cuda.runner import CudaRunner
from audio.musicgen.decoding import CpuRunner, Decoding, SlotProgress
from audio.musicgen.schedule.scheduler import StreamState, due, fits, neediest
from audio.musicgen.schedule.slot import Slot
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, PromptChange
from audio.units import STEP_RATE, steps_of
from words.text import Text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Made:
    """What a call of `step` brought for the piece `key`: a chunk of its sound, or why it cannot be made."""

    key: int
    result: Chunk | EngineError


class EngineCore:
    """Composes up to `slots` pieces at once, each at most `longest` seconds or endless; others wait in line.

    `dtype` is what the decoder's matrices are held in; `clock` gives seconds, from anywhere on. `resident`
    says whether the device steps all slots together without the host; CUDA does unless told otherwise.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        slots: int = 1,
        longest: float = 30.0,
        dtype: str = "float32",
        clock: Callable[[], float] = time.monotonic,
        window: Window = Window(),  # noqa: B008 (frozen)
        resident: bool | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self._window = window
        self._most_frames = Piece("", longest, 0).steps
        length = checkpoint.delay.steps(window.frames)  # pieces without end fill it, whatever `longest` is
        self.decoding: Decoding
        if checkpoint.device.type == "cuda" if resident is None else resident:
            self.decoding = CudaRunner(checkpoint, slots, length, dtype)
        else:
            decoder = CpuDecoder(checkpoint.decoder, slots, length, dtype, checkpoint.prefix_tokens)
            self.decoding = CpuRunner(decoder)
        self.capacity = math.inf
        """Seconds of sound made in a second by all slots together; who would ask too much of it waits."""
        self.speed = math.inf
        """Seconds of sound made in a second for one piece alone."""
        self.on_begin: Callable[[int], None] = lambda key: None
        """Called with the key of a piece that is about to take a slot."""
        self._clock = clock
        self._slots: list[Slot | None] = [None] * slots
        self._waiting: list[StreamState] = []
        self._crowded = False
        """Whether memory did not suffice for one more, and nobody has left since."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to make."""
        return not self._waiting and not any(self._slots)

    @property
    def resting(self) -> bool:
        """Whether `step` would bring nothing now, be it that all listeners hold enough."""
        return self._next() is None and not self._due() and not self.decoding.pending

    @property
    def endless(self) -> bool:
        """Whether a piece without end is made faster than it plays."""
        return self.speed >= self._window.cost(steps_of(math.inf))

    def admit(self, key: int, piece: Piece) -> None:
        """Put `piece` into the waiting line; `key` names it from here on."""
        frames = piece.steps if piece.continues is None else self._window.kept + piece.steps
        cost = self._window.cost(frames)
        pause = self._window.kept / STEP_RATE / self.speed if cost > 1 else 0.0
        self._waiting.append(StreamState(key, piece, self._clock, cost, self.speed / cost, pause))

    def cancel(self, key: int) -> None:
        """Forget a piece; its slot is free before the next step. One that has ended already is ignored."""
        self._waiting = [listening for listening in self._waiting if listening.key != key]
        for place, slot in enumerate(self._slots):
            if slot is not None and slot.key == key:
                self._leave(place)

    def listen(self, key: int, position: float | None) -> None:
        """Take note that so many seconds of a piece have been heard, or begin in so many if negative. None
        when nobody tells any more."""
        for listening in (*self._waiting, *self._playing):
            if listening.key == key:
                listening.tell(position)

    def hold(self, key: int) -> None:
        """Make no more of a piece until its listeners are heard of again."""
        for listening in (*self._waiting, *self._playing):
            if listening.key == key:
                listening.stand()

    def steer(
        self, key: int, prompt: str, blend_seconds: float, earliest: float = 0.0
    ) -> PromptChange | None:
        """Let `prompt` take over a piece from its next step on, not before `earliest` seconds of it.

        Returns the turn, or None where no sound would follow it any more."""
        first = math.ceil(earliest * STEP_RATE)
        for listening in self._waiting:
            if listening.key == key and first < listening.piece.steps:
                return listening.turn(prompt, first, blend_seconds)
        for slot in self._slots:
            if slot is not None and slot.key == key and max(first, slot.next_step) < slot.piece.steps:
                self._hear(slot, prompt)
                return slot.listening.turn(prompt, max(first, slot.next_step), blend_seconds)
        return None

    @torch.inference_mode()
    def step(self) -> list[Made]:
        """Make some steps for every listener whose turn it is, and give the sound that is due: on the host
        one step, on the device as many as nobody need look at, and the sound of those before."""
        made = self._join()
        turns = {listening.key for listening in self._due()}
        busy = [(place, slot) for place, slot in enumerate(self._slots) if slot and slot.key in turns]
        for place, slot in busy:
            self._prompt(place, slot)
        ran = [one for one in self.decoding.run(busy) if self._slots[one.place] is one.slot]
        sounds = self._sounds([one for one in ran if one.until is not None])
        for one in ran:
            if one.error is not None:
                made.append(Made(one.slot.key, one.error))
            elif (chunk := sounds.get(one.place)) is not None:
                made.append(Made(one.slot.key, chunk))
            if one.done or one.error is not None:
                self._leave(one.place)
        return made

    def share(self, key: int) -> float | None:
        """Seconds of its sound that are made in a second for a piece with a slot, beside the others.

        None while no speed is known. Never less than real time where one alone is made faster: nobody is let
        in for whom that would not be so.
        """
        for mine in self._playing:
            if mine.key == key and math.isfinite(self.speed):
                others = [one for one in self._playing if one is not mine and not one.far_ahead]
                alone = self.speed / mine.cost
                shared = self.capacity / (mine.cost + sum(one.cost for one in others))
                return min(alone, max(shared, 1.0)) if others else alone
        return None

    @property
    def _playing(self) -> list[StreamState]:
        """Those whose pieces have a slot."""
        return [slot.listening for slot in self._slots if slot is not None]

    def _due(self) -> list[StreamState]:
        """Those for whom to make the next step."""
        unmade = [slot.listening for slot in self._slots if slot is not None and not slot.done]
        return due(unmade, contended=any(not waiting.far_ahead for waiting in self._waiting))

    def _next(self) -> StreamState | None:
        """Who waits and may come in, the neediest first."""
        if self._waiting and None in self._slots and not self._crowded:
            wanting = [listening for listening in self._waiting if not listening.stands]
            if wanting and fits(listening := neediest(wanting), self._playing, self.capacity):
                return listening
        return None

    def _join(self) -> list[Made]:
        """Bring waiting pieces into free slots, the neediest listeners first; says which cannot be made."""
        refused = []
        while (listening := self._next()) is not None:
            self._waiting.remove(listening)
            piece = listening.piece
            if piece.endless or 0 < piece.steps <= self._most_frames:
                self.on_begin(listening.key)
                try:
                    self._begin(self._slots.index(None), listening)
                except EngineError as error:
                    refused.append(Made(listening.key, error))
                except RuntimeError as error:
                    if not _out_of_memory(error):
                        raise
                    if self._playing:
                        _log.warning("Piece %d waits for memory until another is done.", listening.key)
                        self._waiting.insert(0, listening)
                        self._crowded = True
                    else:
                        crowded = EngineError(Text("engine-too-little-memory"))
                        refused.append(Made(listening.key, crowded))
            else:
                unfit = EngineError(Text("engine-does-not-fit", seconds=piece.seconds))
                refused.append(Made(listening.key, unfit))
        return refused

    def _begin(self, place: int, listening: StreamState) -> None:
        checkpoint, piece = self.checkpoint, listening.piece
        past = melody = None
        if checkpoint.melody is not None:
            melody = checkpoint.melody.heard(piece.melody)
        elif piece.melody is not None:
            raise EngineError(Text("melody-unfollowed", checkpoint=checkpoint.name))
        if piece.continues is not None:
            past = encode_past(checkpoint, piece.continues, self._window.kept)
        slot = Slot(
            listening=listening,
            delay=checkpoint.delay,
            sound=checkpoint.codec.stream(),
            pad_token=checkpoint.pad_token,
            window=self._window,
            recommended=checkpoint.guidance,
            prompts=[],
            melody=melody,
            past=past,
        )
        for prompt in piece.prompts:
            self._hear(slot, prompt)
        self.decoding.admit(place, slot)
        self._slots[place] = slot

    def _hear(self, slot: Slot, prompt: str) -> None:
        """Add what the decoder hears of a prompt to those of a slot."""
        states, cut = encode_prompt(self.checkpoint, prompt)
        if slot.melody is not None and self.checkpoint.melody is not None:
            # The steps made stand behind the first prompt, so another one must take its place exactly.
            room = slot.prompts[0].shape[1] - len(slot.melody) if slot.prompts else len(states)
            cut += max(0, len(states) - room)
            states = self.checkpoint.melody.prefix(slot.melody, states, room)
        if cut:
            _log.warning("The prompt of piece %d is long: its last %d tokens are not heard.", slot.key, cut)
        slot.prompts.append(states)

    def _prompt(self, place: int, slot: Slot) -> None:
        """Let the decoder hear the prompt whose turn it is."""
        wanted = slot.piece.prompt_index(slot.next_step)
        if wanted != slot.prompt:
            slot.prompt = wanted
            self.decoding.hear(place, slot)

    def _leave(self, place: int) -> None:
        self._slots[place] = None
        self._crowded = False
        self.decoding.free(place)

    def _sounds(self, due: Sequence[SlotProgress]) -> dict[int, Chunk]:
        """The chunks that are due, by the places of their slots; of some nothing can be heard yet."""
        codec = self.checkpoint.codec
        wanted = [(one.slot.sound, one.slot.codes(one.until or 0), one.done) for one in due]
        chunks = {}
        for one, pcm in zip(due, codec.play(wanted), strict=True):
            one.slot.listening.delivered += pcm.shape[1] / codec.sample_rate
            if pcm.size:
                chunks[one.place] = Chunk(pcm, last=one.done)
        return chunks


def _out_of_memory(error: RuntimeError) -> bool:
    """CUDA has a class for it; on a CPU only the text tells."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
