"""A Piece: a validated request for music. With its checkpoint it determines every sample."""

from __future__ import annotations

import math
import re
import secrets
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from audio.errors import PieceError
from audio.units import STEP_RATE, steps_of
from words.text import Text

PROMPT_LENGTH: Final = (3, 300)
LENGTH_SECONDS: Final = (10.0, 30.0)
INTERVAL_SECONDS: Final = (0.5, 2.5)
MAX_SEED: Final = 2**53 - 1
"""Discord's limit for integers, which travel as JSON numbers."""

MAX_GUIDANCE: Final = 10.0
MAX_TOP_K: Final = 2048
MIN_TEMPERATURE: Final = 0.1
MAX_TEMPERATURE: Final = 2.0
MAX_PROMPT_CHANGES: Final = 1000
MAX_EXCERPT_BEGIN: Final = 1e9
"""Latest begin of an excerpt [s]: a radio that has played for thirty years."""

LEAD_SECONDS: Final = 30.0
"""Default lead of composing over playback; more would be wasted at the next /skip."""

HORIZON_SECONDS: Final = 60.0
"""Seconds of an endless piece that planning counts as still to come, at any position."""

_CUSTOM_EMOJI = re.compile(r"<a?:(\w+):\d+>")
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|<t:-?\d+(?::\w)?>|</[^:>]+:\d+>")

_REPLACED_CATEGORIES: Final = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
"""Replacements of unreadable characters by Unicode category: controls and line ends become spaces, format
marks and lone surrogates vanish. Applied before mentions are removed, since they could hide one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file, identified by its content, so that a Piece that names it stays the same piece."""

    path: Path
    digest: str
    """SHA-256 of the file, in hex."""


@dataclass(frozen=True, slots=True)
class PromptChange:
    """A new prompt for the rest of a piece; sound before it stays and is continued.

    During the blend each step is conditioned on one of the two prompts, on the new one more and more often,
    evenly spread. So every step samples from a distribution of the model itself, nothing is computed twice,
    and both ends are exact.
    """

    prompt: str
    step: int
    """First step that may be conditioned on the new prompt, counted from the start of the piece."""
    blend: int = 0
    """Number of steps during which some are still conditioned on the old prompt."""
    translated_from: str | None = None
    """What the member typed, if `prompt` is a translation; it does not affect the sound."""

    @property
    def typed_prompt(self) -> str:
        """The prompt as the member typed it."""
        return self.prompt if self.translated_from is None else self.translated_from

    @property
    def row(self) -> list[str | int]:
        """The change as it is written in tags and in the store: [prompt, step, blend], then `translated_from`
        if it has one."""
        written: list[str | int] = [self.prompt, self.step, self.blend]
        return written if self.translated_from is None else [*written, self.translated_from]

    def applies_at(self, step: int) -> bool:
        """True if `step` is conditioned on the new prompt."""
        passed = step - self.step
        if passed < 0 or passed >= self.blend:
            return passed >= 0
        # The share of the new prompt grows evenly to 1, and its sum is rounded down.
        return _triangle(passed + 1) // (self.blend + 1) > _triangle(passed) // (self.blend + 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """A request for music. The same Piece and checkpoint give the same sound; nothing else affects it.

    `seconds` is a whole number of 20 ms steps, or infinite. `interval` is the length of a chunk [s], None for
    automatic; `lead` is the maximum of seconds composed ahead of a reported playhead. Both affect when the
    sound arrives, never what it is.
    """

    prompt: str
    seconds: float
    seed: int
    interval: float | None = None
    guidance: float | None = None
    """Strength of classifier-free guidance by the prompt; None for the checkpoint's recommendation."""
    top_k: int = 250
    temperature: float = 1.0
    continues: Recording | None = None
    """The piece continues the end of this recording; only new sound is delivered, but see `prelude`."""
    prelude: float = 0.0
    """Length [s] of that recording if it counts as part of the piece (`audio/extension.py`); else 0."""
    melody: Recording | None = None
    """A recording whose melody the piece follows; for melody checkpoints only."""
    prompt_changes: tuple[PromptChange, ...] = ()
    """Prompt changes in the order of their steps."""
    translated_from: str | None = None
    """What the member typed, if `prompt` is a translation; it does not affect the sound."""
    excerpt: float | None = None
    """For an excerpt of an endless piece with this seed: the second at which it begins, else None. An excerpt
    is not composed but cut out of the sound of that piece."""
    lead: float = field(default=LEAD_SECONDS, compare=False)

    @property
    def steps(self) -> int:
        """Number of decoder steps, which are also codec frames: 50 per second; see `steps_of`."""
        return steps_of(self.seconds)

    @property
    def endless(self) -> bool:
        """True if it goes on until it is cancelled."""
        return math.isinf(self.seconds)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """The recordings it depends on."""
        return tuple(recording for recording in (self.continues, self.melody) if recording is not None)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The first prompt and those of the prompt changes, in order."""
        return (self.prompt, *(change.prompt for change in self.prompt_changes))

    @property
    def typed_prompt(self) -> str:
        """The first prompt as the member typed it."""
        return self.prompt if self.translated_from is None else self.translated_from

    @property
    def typed_prompts(self) -> tuple[str, ...]:
        """The `prompts` as members typed them: for people, not for the model."""
        return (self.typed_prompt, *(change.typed_prompt for change in self.prompt_changes))

    def prompt_index(self, step: int) -> int:
        """Index into `prompts` of the prompt that conditions `step`."""
        changes = enumerate(self.prompt_changes, 1)
        return max((index for index, change in changes if change.applies_at(step)), default=0)

    def steered(self, change: PromptChange) -> Piece:
        """Return the piece with one more prompt change, after its others."""
        return replace(self, prompt_changes=(*self.prompt_changes, change))

    def beginning_with(self, index: int) -> Piece:
        """Return the piece with its prompt at `index` (see `prompts`) as the only one."""
        source = self.prompt_changes[index - 1] if index else self
        return replace(self, prompt=source.prompt, translated_from=source.translated_from, prompt_changes=())


def piece_of(
    prompt: str,
    seconds: float,
    interval: float | None = None,
    seed: int | None = None,
    *,
    longest: float = LENGTH_SECONDS[1],
) -> Piece:
    """Return the Piece for a member's request; a seed is drawn if none is given.

    Raises PieceError, with a sentence and the name of the field, for an invalid value.
    """
    words = prompt_of(prompt)
    _within("length", seconds, LENGTH_SECONDS[0], longest)
    if interval is not None:
        _within("interval", interval, *INTERVAL_SECONDS)
    if seed is not None and not 0 <= seed <= MAX_SEED:
        raise PieceError("seed", Text("piece-seed", seed=str(seed), largest=str(MAX_SEED)))
    return Piece(
        prompt=words,
        seconds=round(seconds * STEP_RATE) / STEP_RATE,
        interval=None if interval is None else round(interval * STEP_RATE) / STEP_RATE,
        seed=secrets.randbelow(2**32) if seed is None else seed,
    )


def checked(piece: Piece, *, longest: float) -> Piece:
    """Return `piece`, read from a file of unknown origin, if it can be composed.

    Raises PieceError with a sentence.
    """
    prompts = [*piece.prompts, *piece.typed_prompts]
    clean = [prompt_of(prompt) for prompt in prompts]
    _within("length", piece.seconds, 1 / STEP_RATE, longest)
    if piece.interval is not None:
        _within("interval", piece.interval, *INTERVAL_SECONDS)
    sane = (
        clean == prompts
        and 0 <= piece.seed <= MAX_SEED
        and 0 <= piece.prelude <= piece.seconds
        and (piece.excerpt is None or 0 <= piece.excerpt <= MAX_EXCERPT_BEGIN)
        and len(piece.prompt_changes) <= MAX_PROMPT_CHANGES
        and all(
            0 <= change.step <= piece.steps and 0 <= change.blend <= piece.steps
            for change in piece.prompt_changes
        )
        and (piece.guidance is None or 0 <= piece.guidance <= MAX_GUIDANCE)
        and 1 <= piece.top_k <= MAX_TOP_K
        and MIN_TEMPERATURE <= piece.temperature <= MAX_TEMPERATURE
    )
    if not sane:  # also for NaN
        raise PieceError("tags", Text("piece-tags"))
    return piece


def excerpt_of(piece: Piece, begin: float, end: float) -> Piece:
    """Return seconds `begin` to `end` of an endless piece as a piece of its own."""
    first, stop = steps_of(begin), steps_of(end)
    changes = (
        replace(change, step=change.step - first)
        for change in piece.prompt_changes
        if first < change.step < stop
    )
    return replace(
        piece.beginning_with(piece.prompt_index(first)),
        seconds=(stop - first) / STEP_RATE,
        prompt_changes=tuple(changes),
        excerpt=first / STEP_RATE,
    )


def prompt_of(text: str) -> str:
    """Return a typed prompt, cleaned, for a Piece or a PromptChange. Raises PieceError."""
    words = readable(text)
    shortest, longest = PROMPT_LENGTH
    if not shortest <= len(words) <= longest:
        raise PieceError(
            "prompt", Text("piece-prompt", characters=len(words), shortest=shortest, longest=longest)
        )
    return words


def readable(prompt: str) -> str:
    """Return a prompt without control or direction marks and mentions, emoji by name, single spaces."""
    normal = unicodedata.normalize("NFC", prompt)
    chars = (_REPLACED_CATEGORIES.get(unicodedata.category(char), char) for char in normal)
    words = _MENTION.sub(" ", _CUSTOM_EMOJI.sub(r" \1 ", "".join(chars)))
    return " ".join(words.split())


def _within(field: str, seconds: float, lowest: float, highest: float) -> None:
    if not lowest <= seconds <= highest:  # also false for NaN
        sentence = Text("piece-seconds", field=field, seconds=seconds, lowest=lowest, highest=highest)
        raise PieceError(field, sentence)


def _triangle(number: int) -> int:
    """Return 1 + 2 + … + `number`."""
    return number * (number + 1) // 2
