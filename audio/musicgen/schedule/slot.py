"""The state of a slot: one piece in the making.

It is bounded by the window, however long the piece is: a piece without end takes no more memory than another.
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

NUMBERED_STEPS: Final = 512
"""For so many steps at once numbers are drawn: 0.1 ms of work (measured) in ten seconds of sound."""


@dataclass(slots=True)
class Slot:
    """A piece between its admission and its last frame; owned by the composer, in the engine's one thread."""

    listening: StreamState
    delay: DelayPattern
    sound: CodecStream
    pad_token: int
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
    _numbers: npt.NDArray[np.float64] = field(init=False)
    """The uniform numbers of a block of NUMBERED_STEPS steps, shaped (steps, codebooks)."""
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
    def tokens(self) -> Codes:
        """The tokens of the window, (steps, codebooks); padding where none is known yet."""
        return self._tokens[:, self._begin - self._first :].T

    @property
    def standing(self) -> WindowPosition:
        """Where it is."""
        return WindowPosition(self._begin, self.position, self._known, self._end)

    @property
    def ahead(self) -> int:
        """How many steps may be made before anything changes but the tokens: to the next chunk or the end of
        the window, and to the first that hears another prompt."""
        window = self.delay.steps(self._end - self._begin) - self.position
        chunk = self._due - self._begin + self.delay.longest - self.position
        most = min(window, chunk) if chunk > 0 else window
        if self.piece.prompt_changes:
            first, known = self._begin + self.position, self._known
            for later in range(1, most):
                if self.piece.prompt_index(max(first + later, known) - self._past_frames) != self.prompt:
                    return later
        return most

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

    def take(self, logits: Tensor) -> int | None:
        """Draw this step's tokens from `logits`, shaped (codebooks, vocabulary), and go on as `advance` does.

        Raises EngineError for logits that are no distribution.
        """
        step = self._begin + self.position
        frames = self.delay.made(step)
        fresh = (frames >= self._known) & (frames < self._end)
        if fresh.any():  # else the decoder hears again what is known
            numbers = torch.from_numpy(self.numbers(step, 1)[0])
            drawn = draw(logits.cpu(), numbers, self.piece.top_k, self.piece.temperature)
            self._tokens[fresh, step - self._first] = drawn.numpy()[fresh]
        return self.advance(1)

    def numbers(self, step: int, count: int) -> npt.NDArray[np.float64]:
        """The uniform numbers of `count` steps from `step` on, shaped (count, codebooks)."""
        if not 0 <= step - self._numbered <= NUMBERED_STEPS - count:
            self._draw_numbers(step)
        return self._numbers[step - self._numbered :][:count]

    def _draw_numbers(self, step: int) -> None:
        """Have the numbers from `step` on."""
        self._numbers = uniforms(self.piece.seed, NUMBERED_STEPS, self.delay.codebooks, first=step)
        self._numbered = step

    def keep(self, step: int, tokens: Codes) -> None:
        """Note the tokens (steps, codebooks) of steps from `step` on, which were drawn elsewhere; those that
        the codec has already are not kept."""
        tokens = tokens[max(0, self._first - step) :]
        place = max(0, step - self._first)
        self._tokens[:, place : place + len(tokens)] = tokens.T

    def advance(self, steps: int) -> int | None:
        """Count some steps as made, no more than are `ahead`.

        Where a chunk is due then: the frame at which it ends, whose codes are complete up to there.
        """
        self.position += steps
        if not self.done and self.position == self.delay.steps(self._end - self._begin):
            self._move_on()
        complete = max(self._known, self._begin + self.delay.complete(self.position))
        if complete < self._due and not self.done:
            return None
        self._due = complete + next(self._boundaries)
        return complete

    def codes(self, until: int) -> Codes:
        """The codes (codebooks, frames) of the chunk that ends at frame `until`."""
        codes = self.delay.frames(self._tokens, self._handed - self._first, until - self._first)
        self._handed = until
        return codes

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
