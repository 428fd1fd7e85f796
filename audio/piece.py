"""A Piece: what was asked for, validated once and the same everywhere after."""

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
"""Discord's integers end here (they travel as JSON numbers)."""

MAX_GUIDANCE: Final = 10.0
MAX_TOP_K: Final = 2048
MIN_TEMPERATURE: Final = 0.1
MAX_TEMPERATURE: Final = 2.0
MAX_PROMPT_CHANGES: Final = 1000

LEAD_SECONDS: Final = 30.0
"""What is composed farther ahead of the listeners would be lost with the next /skip."""

HORIZON_SECONDS: Final = 60.0
"""So much of a piece without end is reckoned with as still to come, wherever it is."""

_CUSTOM_EMOJI = re.compile(r"<a?:(\w+):\d+>")
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|<t:-?\d+(?::\w)?>|</[^:>]+:\d+>")

_SPOKEN: Final = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
"""What becomes of signs that nobody reads, by their Unicode category: controls and line ends are spaces,
format marks and lone surrogates nothing. Gone before mentions are looked for, or they would hide one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file, identified by its content, so that a Piece that names it stays the same piece."""

    path: Path
    digest: str
    """SHA-256 of the file, in hex."""


@dataclass(frozen=True, slots=True)
class PromptChange:
    """A new prompt takes over a piece that runs. What was made stays, and what follows goes on from it.

    While one blends into the other each step hears one of the two prompts, the new one more and more often,
    evenly spread. So what a step draws from is always a distribution of the model's own, nothing is computed
    twice, and both ends are exact.
    """

    prompt: str
    step: int
    """The first step that may hear the new prompt, counted from the piece's start."""
    blend: int = 0
    """For how many steps the old prompt is still heard at times."""

    def applies_at(self, step: int) -> bool:
        """True if `step` is conditioned on the new prompt."""
        passed = step - self.step
        if passed < 0 or passed >= self.blend:
            return passed >= 0
        # The share of the new prompt grows evenly to 1, and its sum is rounded down.
        return _triangle(passed + 1) // (self.blend + 1) > _triangle(passed) // (self.blend + 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """What was asked for. The same Piece and checkpoint make the same sound; nothing else has a say.

    `seconds` is a whole number of 20 ms steps, or infinite: music without end. `interval` is how many seconds
    of steps pass between two chunks of sound, `None` for automatic, and `lead` is how many seconds of sound
    may be composed ahead of listeners who say where they are; both decide when the sound arrives, never what
    it is."""

    prompt: str
    seconds: float
    seed: int
    interval: float | None = None
    guidance: float | None = None
    """How strictly the music follows the prompt (classifier-free guidance); None is as the checkpoint
    recommends."""
    top_k: int = 250
    temperature: float = 1.0
    continues: Recording | None = None
    """The piece begins where this recording ends; only the new sound is delivered."""
    prelude: float = 0.0
    """How long that recording is if the piece begins with it, being part of its `seconds`
    (`audio/extension.py`); else 0."""
    melody: Recording | None = None
    """What the piece hums after; for melody checkpoints alone."""
    prompt_changes: tuple[PromptChange, ...] = ()
    """How it was steered, in order of their steps."""
    excerpt: float | None = None
    """Where in a piece without end, with this seed, its sound was heard: the second that it begins with. Such
    a piece is not made, but cut out of what was made. None of any other."""
    lead: float = field(default=LEAD_SECONDS, compare=False)

    @property
    def steps(self) -> int:
        """Decoder steps, which is also frames of the codec: 50 a second; see `steps_of`."""
        return steps_of(self.seconds)

    @property
    def endless(self) -> bool:
        """Whether it is made until somebody has enough of it."""
        return math.isinf(self.seconds)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """What it is made from beside its prompts."""
        return tuple(recording for recording in (self.continues, self.melody) if recording is not None)

    @property
    def prompts(self) -> tuple[str, ...]:
        """The first prompt and those of the prompt changes, in order."""
        return (self.prompt, *(change.prompt for change in self.prompt_changes))

    def prompt_index(self, step: int) -> int:
        """Index into `prompts` of the prompt that conditions `step`."""
        changes = enumerate(self.prompt_changes, 1)
        return max((index for index, change in changes if change.applies_at(step)), default=0)

    def steered(self, change: PromptChange) -> Piece:
        """The same piece with one more prompt change, after those it has."""
        return replace(self, prompt_changes=(*self.prompt_changes, change))


def piece_of(
    prompt: str,
    seconds: float,
    interval: float | None = None,
    seed: int | None = None,
    *,
    longest: float = LENGTH_SECONDS[1],
) -> Piece:
    """The Piece that a person asked for; a seed is drawn when none is given.

    Raises PieceError with one sentence, and the name of the field, for what cannot be used.
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
    """`piece`, if it can be made; it comes from a file, which may be anybody's.

    Raises PieceError with one sentence.
    """
    clean = [prompt_of(prompt) for prompt in piece.prompts]
    _within("length", piece.seconds, 1 / STEP_RATE, longest)
    if piece.interval is not None:
        _within("interval", piece.interval, *INTERVAL_SECONDS)
    sane = (
        clean == [*piece.prompts]
        and 0 <= piece.seed <= MAX_SEED
        and 0 <= piece.prelude <= piece.seconds
        and (piece.excerpt is None or 0 <= piece.excerpt < math.inf)
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
    """What is heard of a piece without end from second `begin` to second `end`, as a piece of its own."""
    first, stop = steps_of(begin), steps_of(end)
    changes = (
        replace(change, step=change.step - first)
        for change in piece.prompt_changes
        if first < change.step < stop
    )
    return replace(
        piece,
        prompt=piece.prompts[piece.prompt_index(first)],
        seconds=(stop - first) / STEP_RATE,
        prompt_changes=tuple(changes),
        excerpt=first / STEP_RATE,
    )


def prompt_of(text: str) -> str:
    """The prompt that a person typed, for a Piece or a Turn. Raises PieceError."""
    words = readable(text)
    shortest, longest = PROMPT_LENGTH
    if not shortest <= len(words) <= longest:
        raise PieceError("prompt", Text("piece-prompt", signs=len(words), shortest=shortest, longest=longest))
    return words


def readable(prompt: str) -> str:
    """The words of a prompt: no control or direction marks, no mentions, emoji by name, single spaces."""
    signs = (_SPOKEN.get(unicodedata.category(sign), sign) for sign in unicodedata.normalize("NFC", prompt))
    words = _MENTION.sub(" ", _CUSTOM_EMOJI.sub(r" \1 ", "".join(signs)))
    return " ".join(words.split())


def _within(field: str, seconds: float, lowest: float, highest: float) -> None:
    if not lowest <= seconds <= highest:  # also false for NaN
        sentence = Text("piece-seconds", field=field, seconds=seconds, lowest=lowest, highest=highest)
        raise PieceError(field, sentence)


def _triangle(number: int) -> int:
    """1 + 2 + … + `number`."""
    return number * (number + 1) // 2
