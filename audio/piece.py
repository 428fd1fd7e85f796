"""A Piece: what was asked for, validated once and the same everywhere after."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Final

from audio.errors import PieceError
from audio.units import STEP_RATE

PROMPT_LENGTH: Final = (3, 300)
LENGTH_SECONDS: Final = (10.0, 30.0)
INTERVAL_SECONDS: Final = (0.5, 2.5)
LARGEST_SEED: Final = 2**53 - 1
"""Discord's integers end here (they travel as JSON numbers)."""

_CUSTOM_EMOJI = re.compile(r"<a?:(\w+):\d+>")
_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|<t:-?\d+(?::\w)?>|</[^:>]+:\d+>")

_SPOKEN: Final = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": "", "Cs": ""}
"""What becomes of signs that nobody reads, by their Unicode category: controls and line ends are spaces,
format marks and lone surrogates nothing. Gone before mentions are looked for, or they would hide one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was asked for. The same Piece and checkpoint make the same sound; nothing else has a say.

    `seconds` is a whole number of 20 ms steps. `interval` is how many seconds of steps pass between two
    chunks of sound, `None` for automatic; it decides when the sound arrives, never what it is.
    """

    prompt: str
    seconds: float
    seed: int
    interval: float | None = None
    guidance: float = 3.0
    top_k: int = 250
    temperature: float = 1.0

    @property
    def steps(self) -> int:
        """Decoder steps, which is also frames of the codec: 50 a second."""
        return round(self.seconds * STEP_RATE)


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
    words = readable(prompt)
    shortest, longest_prompt = PROMPT_LENGTH
    if not shortest <= len(words) <= longest_prompt:
        raise PieceError(
            "prompt",
            f"The prompt has {len(words):,} readable characters; it needs {shortest} to {longest_prompt}.",
        )
    _within("length", seconds, LENGTH_SECONDS[0], longest)
    if interval is not None:
        _within("interval", interval, *INTERVAL_SECONDS)
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        raise PieceError(
            "seed", f"The seed {seed} is out of range; any whole number from 0 to {LARGEST_SEED} will do."
        )
    return Piece(
        prompt=words,
        seconds=round(seconds * STEP_RATE) / STEP_RATE,
        interval=None if interval is None else round(interval * STEP_RATE) / STEP_RATE,
        seed=secrets.randbelow(2**32) if seed is None else seed,
    )


def readable(prompt: str) -> str:
    """The words of a prompt: no control or direction marks, no mentions, emoji by name, single spaces."""
    signs = (_SPOKEN.get(unicodedata.category(sign), sign) for sign in unicodedata.normalize("NFC", prompt))
    words = _MENTION.sub(" ", _CUSTOM_EMOJI.sub(r" \1 ", "".join(signs)))
    return " ".join(words.split())


def _within(field: str, seconds: float, lowest: float, highest: float) -> None:
    if not lowest <= seconds <= highest:  # also false for NaN
        sentence = f"The {field} of {seconds:g} s is out of range; {lowest:g} to {highest:g} s will do."
        raise PieceError(field, sentence)
