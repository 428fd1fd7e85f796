"""The engine core: pieces wait, are admitted to a slot, are composed step by step, and free the slot.

State changes only in its methods, which the one thread of a worker calls: `step` composes, all others take
effect with the next step.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from audio.engine import Chunk
from audio.errors import EngineError
from audio.musicgen.checkpoint.load import Checkpoint, encode_past, encode_prompt
from audio.musicgen.cpu.host_decoder import host_decoder
from audio.musicgen.cpu.packed import file_of
from audio.musicgen.cpu.runner import CpuRunner
from audio.musicgen.cuda.runner import CudaRunner
from audio.musicgen.model_runner import ModelRunner, SlotProgress
from audio.musicgen.schedule.scheduler import StreamState, can_admit, most_urgent, schedule
from audio.musicgen.schedule.slot import Slot
from audio.musicgen.schedule.window import Window
from audio.piece import Piece, PromptChange
from audio.units import STEP_RATE, steps_of
from words.text import Text

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CoreOutput:
    """An output of `EngineCore.step` for the piece `key`: its next chunk, or the error that ended it."""

    key: int
    result: Chunk | EngineError


class EngineCore:
    """Composes up to `slots` pieces at once; further ones wait.

    A piece has at most `longest` seconds or no end. `dtype` is the data type of the decoder's matrices.
    `clock` gives seconds of a monotonic clock. `on_device` steps all slots together without the host
    (CudaRunner); None does so on CUDA only. `packed_folder` keeps weights in 8 or 4 bits for the next start.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        slots: int = 1,
        longest: float = 30.0,
        dtype: str = "float32",
        clock: Callable[[], float] = time.monotonic,
        window: Window = Window(),  # noqa: B008 (frozen)
        on_device: bool | None = None,
        packed_folder: Path | None = None,
    ) -> None:
        self.checkpoint = checkpoint
        self._window = window
        self._max_frames = Piece("", longest, 0).steps
        length = checkpoint.delay.steps(window.frames)  # whatever `longest` is: pieces without end fill it
        self.runner: ModelRunner
        if checkpoint.device.type == "cuda" if on_device is None else on_device:
            self.runner = CudaRunner(checkpoint, slots, length, dtype)
        else:
            file = None if packed_folder is None else file_of(packed_folder, checkpoint.revision, dtype)
            decoder = host_decoder(checkpoint.decoder, slots, length, dtype, checkpoint.prefix_tokens, file)
            self.runner = CpuRunner(decoder)
        self.capacity = math.inf
        """Seconds of sound composed per second by all slots together; admission keeps demand below it."""
        self.speed = math.inf
        """Seconds of sound composed per second for one piece alone."""
        self.on_begin: Callable[[int], None] = lambda key: None
        """Called with the key of a piece that is about to take a slot."""
        self._clock = clock
        self._slots: list[Slot | None] = [None] * slots
        self._waiting: list[StreamState] = []
        self._memory_exhausted = False
        """True after an admission failed for lack of memory, until a slot is freed."""

    @property
    def idle(self) -> bool:
        """True if no piece waits or has a slot."""
        return not self._waiting and not any(self._slots)

    @property
    def nothing_due(self) -> bool:
        """True if `step` would do nothing now, for example because all streams are far ahead of playback."""
        return self._next_admission() is None and not self._scheduled() and not self.runner.pending

    @property
    def endless(self) -> bool:
        """True if a piece without end, alone, is composed faster than it plays."""
        return self.speed >= self._window.cost(steps_of(math.inf))

    def admit(self, key: int, piece: Piece) -> None:
        """Queue `piece` for a slot. `key` identifies it in all other calls."""
        frames = piece.steps if piece.continues is None else self._window.overlap + piece.steps
        cost = self._window.cost(frames)
        pause = self._window.overlap / STEP_RATE / self.speed if cost > 1 else 0.0
        self._waiting.append(StreamState(key, piece, self._clock, cost, self.speed / cost, pause))

    def cancel(self, key: int) -> None:
        """Drop a piece and free its slot; unknown keys are ignored, since the piece may just have ended."""
        self._waiting = [stream for stream in self._waiting if stream.key != key]
        for place, slot in enumerate(self._slots):
            if slot is not None and slot.key == key:
                self._free(place)

    def report_playhead(self, key: int, position: float | None) -> None:
        """Set the playhead of a piece; see `StreamState.set_playhead`."""
        for stream in (*self._waiting, *self._running):
            if stream.key == key:
                stream.set_playhead(position)

    def hold(self, key: int) -> None:
        """Compose no more of a piece until its playhead is reported again."""
        for stream in (*self._waiting, *self._running):
            if stream.key == key:
                stream.hold()

    def steer(
        self, key: int, prompt: str, blend_seconds: float, earliest: float = 0.0
    ) -> PromptChange | None:
        """Change the prompt of a piece from its next step on, but not before `earliest` seconds of it.

        Returns the change, or None if the piece has no step left that it would affect.
        """
        first = math.ceil(earliest * STEP_RATE)
        for stream in self._waiting:
            if stream.key == key and first < stream.piece.steps:
                return stream.change_prompt(prompt, first, blend_seconds)
        for slot in self._slots:
            if slot is not None and slot.key == key and max(first, slot.next_step) < slot.piece.steps:
                self._append_prompt(slot, prompt)
                return slot.stream.change_prompt(prompt, max(first, slot.next_step), blend_seconds)
        return None

    @torch.inference_mode()
    def step(self) -> list[CoreOutput]:
        """Admit waiting pieces, step the scheduled slots, and return the chunks that are complete.

        On the host this is one decoder step. On the device it launches as many as can run without the host
        and returns the output of the launch before.
        """
        outputs = self._admit_waiting()
        scheduled = {stream.key for stream in self._scheduled()}
        busy = [(place, slot) for place, slot in enumerate(self._slots) if slot and slot.key in scheduled]
        for place, slot in busy:
            self._update_prompt(place, slot)
        progress = [one for one in self.runner.run(busy) if self._slots[one.place] is one.slot]
        chunks = self._decode_chunks([one for one in progress if one.chunk_end is not None])
        for one in progress:
            if one.error is not None:
                outputs.append(CoreOutput(one.slot.key, one.error))
            elif (chunk := chunks.get(one.place)) is not None:
                outputs.append(CoreOutput(one.slot.key, chunk))
            if one.done or one.error is not None:
                self._free(one.place)
        return outputs

    def current_speed(self, key: int) -> float | None:
        """Return how many seconds of a running piece are composed per second now, None if unknown.

        At least 1.0 where the piece alone is faster than real time: admission control guarantees it.
        """
        for stream in self._running:
            if stream.key == key and math.isfinite(self.speed):
                others = [other for other in self._running if other is not stream and not other.far_ahead]
                alone = self.speed / stream.cost
                shared = self.capacity / (stream.cost + sum(other.cost for other in others))
                return min(alone, max(shared, 1.0)) if others else alone
        return None

    @property
    def _running(self) -> list[StreamState]:
        """The streams whose pieces have a slot."""
        return [slot.stream for slot in self._slots if slot is not None]

    def _scheduled(self) -> list[StreamState]:
        """Return the streams to step next."""
        unfinished = [slot.stream for slot in self._slots if slot is not None and not slot.done]
        return schedule(unfinished, contended=any(not waiting.far_ahead for waiting in self._waiting))

    def _next_admission(self) -> StreamState | None:
        """Return the most urgent waiting stream, if it can be admitted now."""
        if self._waiting and None in self._slots and not self._memory_exhausted:
            candidates = [stream for stream in self._waiting if not stream.on_hold]
            if candidates and can_admit(stream := most_urgent(candidates), self._running, self.capacity):
                return stream
        return None

    def _admit_waiting(self) -> list[CoreOutput]:
        """Admit waiting pieces to free slots, the most urgent first; returns the errors of those refused."""
        refused = []
        while (stream := self._next_admission()) is not None:
            self._waiting.remove(stream)
            piece = stream.piece
            if piece.endless or 0 < piece.steps <= self._max_frames:
                self.on_begin(stream.key)
                try:
                    self._start(self._slots.index(None), stream)
                except EngineError as error:
                    refused.append(CoreOutput(stream.key, error))
                except RuntimeError as error:
                    if not _is_out_of_memory(error):
                        raise
                    if self._running:
                        _log.warning("Piece %d waits for memory until another piece ends.", stream.key)
                        self._waiting.insert(0, stream)
                        self._memory_exhausted = True
                    else:
                        too_little = EngineError(Text("engine-too-little-memory"))
                        refused.append(CoreOutput(stream.key, too_little))
            else:
                too_long = EngineError(Text("engine-does-not-fit", seconds=piece.seconds))
                refused.append(CoreOutput(stream.key, too_long))
        return refused

    def _start(self, place: int, stream: StreamState) -> None:
        """Put a piece into the free slot `place`. Raises EngineError, or torch's error if memory runs out."""
        checkpoint, piece = self.checkpoint, stream.piece
        past = melody = None
        if checkpoint.melody is not None:
            melody = checkpoint.melody.chroma_features(piece.melody)
        elif piece.melody is not None:
            raise EngineError(Text("melody-unfollowed", checkpoint=checkpoint.name))
        if piece.continues is not None:
            past = encode_past(checkpoint, piece.continues, self._window.overlap)
        slot = Slot(
            stream=stream,
            delay=checkpoint.delay,
            codec_stream=checkpoint.codec.stream(),
            pad_token=checkpoint.pad_token,
            window=self._window,
            default_guidance=checkpoint.guidance,
            prompt_states=[],
            melody=melody,
            past=past,
        )
        for prompt in piece.prompts:
            self._append_prompt(slot, prompt)
        self.runner.admit(place, slot)
        self._slots[place] = slot

    def _append_prompt(self, slot: Slot, prompt: str) -> None:
        """Encode a prompt and append it to those of a slot."""
        states, cut = encode_prompt(self.checkpoint, prompt)
        if slot.melody is not None and self.checkpoint.melody is not None:
            # The cached steps come after the first prompt, so any other one must have the same length.
            room = slot.prompt_states[0].shape[1] - len(slot.melody) if slot.prompt_states else len(states)
            cut += max(0, len(states) - room)
            states = self.checkpoint.melody.prefix(slot.melody, states, room)
        if cut:
            _log.warning("The prompt of piece %d is too long: its last %d tokens are ignored.", slot.key, cut)
        slot.prompt_states.append(states)

    def _update_prompt(self, place: int, slot: Slot) -> None:
        """Switch the decoder to the prompt of the slot's next step."""
        index = slot.piece.prompt_index(slot.next_step)
        if index != slot.prompt_index:
            slot.prompt_index = index
            self.runner.set_prompt(place, slot)

    def _free(self, place: int) -> None:
        self._slots[place] = None
        self._memory_exhausted = False
        self.runner.free(place)

    def _decode_chunks(self, due: Sequence[SlotProgress]) -> dict[int, Chunk]:
        """Return the chunks that are due, by place; the codec may not have samples for all of them yet."""
        codec = self.checkpoint.codec
        codes = [(one.slot.codec_stream, one.slot.chunk_codes(one.chunk_end or 0), one.done) for one in due]
        chunks = {}
        for one, pcm in zip(due, codec.decode(codes), strict=True):
            one.slot.stream.delivered += pcm.shape[1] / codec.sample_rate
            if pcm.size:
                chunks[one.place] = Chunk(pcm, last=one.done)
        return chunks


def _is_out_of_memory(error: RuntimeError) -> bool:
    """True for an allocation failure: CUDA has a class for it, on a CPU only the message tells."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
