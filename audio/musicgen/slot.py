"""The state of a slot: one piece in the making.

It is bounded by the window, however long the piece is: a piece without end takes no more memory than another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import torch
from torch import Tensor

from audio.interval import chunk_frames
from audio.musicgen.codec import CodecStream
from audio.musicgen.delay import Codes, DelayPattern
from audio.musicgen.line import Listening
from audio.musicgen.sampler import draw, uniforms
from audio.musicgen.window import Window
from audio.piece import Piece

NUMBERED_STEPS: Final = 512
"""For so many steps at once numbers are drawn: 0.1 ms of work (measured) in ten seconds of sound."""


@dataclass(slots=True)
class Slot:
    """A piece between its admission and its last frame; owned by the composer, in the engine's one thread."""

    listening: Listening
    delay: DelayPattern
    sound: CodecStream
    pad_token: int
    device: torch.device
    window: Window
    recommended: float
    """The guidance of pieces that say none."""
    prompts: list[Tensor]
    """What the decoder hears of the piece's prompts."""
    melody: Tensor | None = None
    """What a melody decoder hears of the piece's melody, or of none."""
    past: Codes | None = None
    """The codes of what the piece continues, shaped (codebooks, frames). Frames are counted from there on."""
    position: int = 0
    """Steps made in this window."""
    prompt: int = 0
    """Which of its prompts the decoder hears."""
    _begin: int = 0
    """The frame at which this window begins."""
    _known: int = 0
    """The frames up to here have all their codes: from the past, or from the windows before."""
    _handed: int = 0
    """Frames whose codes the codec has."""
    _due: int = 0
    """Frames that must be complete before the next are handed over."""
    _first: int = 0
    """The step that `_tokens` begins with: that of this window, or of what the codec has not got yet."""
    _tokens: Codes = field(init=False)
    """Tokens from there to the end of this window, shaped (codebooks, steps), the steps counted like the
    frames."""
    _numbers: Tensor = field(init=False)
    """The numbers of a block of NUMBERED_STEPS steps."""
    _numbered: int = 0
    """The step that the block begins with."""
    _boundaries: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self._room()
        if self.past is not None:
            self.sound.follow(self.past)
            # A codec may have codes that the decoder has no word for: it hears them as none.
            self.delay.teach(self._tokens, np.minimum(self.past, self.pad_token))
            self._known = self._handed = self._past_frames
        self._draw_numbers(0)
        self._boundaries = chunk_frames(self.piece.interval)
        self._due = self._handed + next(self._boundaries)

    @property
    def key(self) -> int:
        return self.listening.key

    @property
    def piece(self) -> Piece:
        return self.listening.piece

    @property
    def done(self) -> bool:
        """Whether all steps are made."""
        return self._begin + self.position == self.delay.steps(self._frames)

    @property
    def next_step(self) -> int:
        """The next step that makes something new, counted from the start of the new sound."""
        return max(self._begin + self.position, self._known) - self._past_frames

    @property
    def _past_frames(self) -> int:
        return 0 if self.past is None else self.past.shape[1]

    @property
    def _frames(self) -> int:
        """How many frames there are in the end, with those that the piece continues."""
        return self._past_frames + self.piece.steps

    @property
    def _end(self) -> int:
        """The frame at which this window ends."""
        return self.window.end(self._begin, self._frames)

    @property
    def guidance(self) -> float:
        """How much the prompt has a say. As in transformers, less than all of it counts as all of it."""
        asked = self.piece.guidance
        return max(1.0, self.recommended if asked is None else asked)

    @property
    def guided(self) -> bool:
        """Whether what would follow without the prompt has a say."""
        return self.guidance != 1.0

    def heard(self) -> Codes:
        """The tokens of the step before, shaped (codebooks,): what the decoder reads next."""
        step = self._begin + self.position - 1
        frames = self.delay.made(step)
        inside = (frames >= self._begin) & (frames < self._end)
        return np.where(inside, self._tokens[:, max(0, step - self._first)], self.pad_token)

    def take(self, logits: Tensor) -> None:
        """Draw this step's tokens from `logits`, shaped (codebooks, vocabulary).

        Raises EngineError for logits that are no distribution.
        """
        step = self._begin + self.position
        frames = self.delay.made(step)
        fresh = (frames >= self._known) & (frames < self._end)
        if fresh.any():  # else the decoder hears again what is known
            if not 0 <= step - self._numbered < NUMBERED_STEPS:
                self._draw_numbers(step)
            numbers = self._numbers[step - self._numbered]
            drawn = draw(logits, numbers, self.piece.top_k, self.piece.temperature)
            self._tokens[fresh, step - self._first] = drawn.cpu().numpy()[fresh]
        self.position += 1
        if not self.done and self.position == self.delay.steps(self._end - self._begin):
            self._move_on()

    def _move_on(self) -> None:
        """Begin the next window, with what it shares with this one, and forget what is before."""
        self._known, self._begin = self._end, self._begin + self.window.stride
        self.position = 0
        kept, self._first = self._first, min(self._handed, self._begin)
        shared = self._tokens[:, self._first - kept :]
        self._tokens = self._room()
        self._tokens[:, : shared.shape[1]] = shared

    def _room(self) -> Codes:
        """No tokens yet, from `_first` to the end of a window."""
        steps = self._begin - self._first + self.delay.steps(self.window.frames)
        return np.full((self.delay.codebooks, steps), self.pad_token, dtype=np.int64)

    def _draw_numbers(self, step: int) -> None:
        """Have the numbers from `step` on."""
        numbers = uniforms(self.piece.seed, NUMBERED_STEPS, self.delay.codebooks, first=step)
        self._numbers = torch.from_numpy(numbers).to(self.device)
        self._numbered = step

    def due(self) -> Codes | None:
        """The codes (codebooks, frames) for the next chunk, once enough of them are complete; else None."""
        complete = max(self._known, self._begin + self.delay.complete(self.position))
        if complete < self._due and not self.done:
            return None
        codes = self.delay.frames(self._tokens, self._handed - self._first, complete - self._first)
        self._handed = complete
        self._due = complete + next(self._boundaries)
        return codes
