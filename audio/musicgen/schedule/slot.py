"""The state of a slot: one piece that is being composed.

Its size is bounded by the window, not by the piece: a piece without end takes no more memory than any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from audio.chunking import chunk_frames
from audio.musicgen.codec.codec import CodecStream
from audio.musicgen.model.delay import Codes, DelayPattern
from audio.musicgen.model.sampler import draw, uniforms
from audio.musicgen.schedule.scheduler import StreamState
from audio.musicgen.schedule.window import Window, WindowPosition
from audio.piece import Piece

UNIFORM_BLOCK_STEPS: Final = 512
"""Uniform numbers are drawn for this many steps at once: 0.1 ms of work (measured) per ten seconds of
sound."""


@dataclass(slots=True)
class Slot:
    """A piece from its admission to its last frame; owned by the engine core and used in its thread alone.

    Frames are counted from the start of the recording that the piece continues, if any. A step has the number
    of the frame whose code it makes for the first codebook.
    """

    stream: StreamState
    delay: DelayPattern
    codec_stream: CodecStream
    pad_token: int
    window: Window
    default_guidance: float
    """Guidance of pieces that do not set it."""
    prompt_states: list[Tensor]
    """The encoded prompts of the piece, in the order of `Piece.prompts`, each as the decoder takes it."""
    melody: Tensor | None = None
    """Features of the melody, or of no melody, shaped (hops, hidden); None for decoders that take none."""
    past: Codes | None = None
    """Codes of the recording that the piece continues, shaped (codebooks, frames)."""
    position: int = 0
    """Decoder steps made in this window."""
    prompt_index: int = 0
    """Index into `prompt_states` of the prompt that conditions the decoder now."""
    _window_begin: int = 0
    """First frame of this window."""
    _known: int = 0
    """All frames before this one have their codes, from the past or from earlier windows."""
    _decoded: int = 0
    """Frames whose codes went to the codec."""
    _chunk_end: int = 0
    """Number of frames that must be complete before the next chunk goes to the codec."""
    _tokens_begin: int = 0
    """The step of the first column of `_tokens`: that of the window, or of the next frame for the codec if
    that comes earlier."""
    _tokens: Codes = field(init=False)
    """Tokens up to the end of this window, shaped (codebooks, steps)."""
    _uniforms: npt.NDArray[np.float64] = field(init=False)
    """A block of uniform random numbers, shaped (steps, codebooks)."""
    _uniforms_begin: int = 0
    """The step of the first row of `_uniforms`."""
    _chunk_frames: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self._empty_tokens()
        if self.past is not None:
            self.codec_stream.skip_prefix(self.past)
            # A codec may have codes that are not in the decoder's vocabulary: the decoder reads them as
            # padding.
            self.delay.write_codes(self._tokens, np.minimum(self.past, self.pad_token))
            self._known = self._decoded = self._past_frames
        self._draw_uniforms(0)
        self._chunk_frames = chunk_frames(self.piece.interval)
        self._chunk_end = self._decoded + next(self._chunk_frames)

    @property
    def key(self) -> int:
        """The number that identifies the piece; see `EngineCore.admit`."""
        return self.stream.key

    @property
    def piece(self) -> Piece:
        return self.stream.piece

    @property
    def done(self) -> bool:
        """True if all steps are made."""
        return self._window_begin + self.position == self.delay.steps(self._frames)

    @property
    def tokens(self) -> Codes:
        """The tokens of the window, shaped (steps, codebooks), padded where they are not known yet."""
        return self._tokens[:, self._window_begin - self._tokens_begin :].T

    @property
    def window_position(self) -> WindowPosition:
        return WindowPosition(self._window_begin, self.position, self._known, self._window_end)

    @property
    def steps_ahead(self) -> int:
        """Steps that change nothing but tokens and can therefore be made at once.

        They reach to the next chunk, to the end of the window, or to the next step with another prompt.
        """
        window = self.delay.steps(self._window_end - self._window_begin) - self.position
        chunk = self._chunk_end - self._window_begin + self.delay.max_delay - self.position
        steps = min(window, chunk) if chunk > 0 else window
        if self.piece.prompt_changes:
            first, known = self._window_begin + self.position, self._known
            for later in range(1, steps):
                frame = max(first + later, known) - self._past_frames
                if self.piece.prompt_index(frame) != self.prompt_index:
                    return later
        return steps

    @property
    def next_step(self) -> int:
        """The next step that makes a new token, counted from the start of the new sound."""
        return max(self._window_begin + self.position, self._known) - self._past_frames

    @property
    def _past_frames(self) -> int:
        return 0 if self.past is None else self.past.shape[1]

    @property
    def _frames(self) -> int:
        """Frames of the whole piece and of what it continues."""
        return self._past_frames + self.piece.steps

    @property
    def _window_end(self) -> int:
        """The frame after the last one of this window."""
        return self.window.end(self._window_begin, self._frames)

    @property
    def guidance(self) -> float:
        """Scale of classifier-free guidance, at least 1. As in transformers, values below 1 mean none."""
        scale = self.piece.guidance
        return max(1.0, self.default_guidance if scale is None else scale)

    @property
    def guided(self) -> bool:
        """True if each step also needs the logits without the prompt."""
        return self.guidance != 1.0

    def input_tokens(self) -> Codes:
        """Return the tokens of the previous step, which the decoder reads next, shaped (codebooks,)."""
        step = self._window_begin + self.position - 1
        frames = self.delay.frames_at(step)
        inside = (frames >= self._window_begin) & (frames < self._window_end)
        return np.where(inside, self._tokens[:, max(0, step - self._tokens_begin)], self.pad_token)

    def sample(self, logits: Tensor) -> int | None:
        """Sample the tokens of this step from `logits`, shaped (codebooks, vocabulary), and `advance` by it.

        Raises EngineError if the logits are not finite.
        """
        step = self._window_begin + self.position
        frames = self.delay.frames_at(step)
        new = (frames >= self._known) & (frames < self._window_end)
        if new.any():  # else the decoder reads codes that are known already
            uniform = torch.from_numpy(self.uniforms(step, 1)[0])
            sampled = draw(logits.cpu(), uniform, self.piece.top_k, self.piece.temperature)
            self._tokens[new, step - self._tokens_begin] = sampled.numpy()[new]
        return self.advance(1)

    def uniforms(self, step: int, count: int) -> npt.NDArray[np.float64]:
        """Return the uniform random numbers of `count` steps from `step` on, shaped (count, codebooks)."""
        if not 0 <= step - self._uniforms_begin <= UNIFORM_BLOCK_STEPS - count:
            self._draw_uniforms(step)
        return self._uniforms[step - self._uniforms_begin :][:count]

    def _draw_uniforms(self, step: int) -> None:
        """Draw the block that begins at `step`."""
        self._uniforms = uniforms(self.piece.seed, UNIFORM_BLOCK_STEPS, self.delay.codebooks, first=step)
        self._uniforms_begin = step

    def store_tokens(self, step: int, tokens: Codes) -> None:
        """Store tokens, shaped (steps, codebooks), that the device sampled for the steps from `step` on.

        Tokens of frames that went to the codec already are dropped.
        """
        tokens = tokens[max(0, self._tokens_begin - step) :]
        column = max(0, step - self._tokens_begin)
        self._tokens[:, column : column + len(tokens)] = tokens.T

    def advance(self, steps: int) -> int | None:
        """Count `steps` steps, at most `steps_ahead`, as made.

        Returns the frame at which a chunk ends if one is complete now, else None.
        """
        self.position += steps
        if not self.done and self.position == self.delay.steps(self._window_end - self._window_begin):
            self._next_window()
        complete = max(self._known, self._window_begin + self.delay.complete_frames(self.position))
        if complete < self._chunk_end and not self.done:
            return None
        self._chunk_end = complete + next(self._chunk_frames)
        return complete

    def chunk_codes(self, end: int) -> Codes:
        """Return the codes (codebooks, frames) of the chunk that ends at frame `end`, each chunk once."""
        begin, self._decoded = self._decoded, end
        return self.delay.read_codes(self._tokens, begin - self._tokens_begin, end - self._tokens_begin)

    def _next_window(self) -> None:
        """Begin the next window with the tokens of the overlap, and drop those before it."""
        self._known, self._window_begin = self._window_end, self._window_begin + self.window.stride
        self.position = 0
        before, self._tokens_begin = self._tokens_begin, min(self._decoded, self._window_begin)
        overlap = self._tokens[:, self._tokens_begin - before :]
        self._tokens = self._empty_tokens()
        self._tokens[:, : overlap.shape[1]] = overlap

    def _empty_tokens(self) -> Codes:
        """Return padding from `_tokens_begin` to the end of a window."""
        steps = self._window_begin - self._tokens_begin + self.delay.steps(self.window.frames)
        return np.full((self.delay.codebooks, steps), self.pad_token, dtype=np.int64)
