"""What the model hears of a prompt: its tokenizer lacks some signs and cuts off what is too long."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MIN_UNHEARD_RUN: Final = 2
"""Letters in a row that must be lost from a word before they are reported. Single ones are accents, as in
“café”, and the rest is as good as the word: no English prompt of the tests loses two in a row."""

_WORD = re.compile(r"[^\s,;、。，]+")
_BETWEEN = re.compile(r"[\s,;、。，]*[,;、。，][\s,;、。，]*")
_EDGES: Final = " \t,;.、。，-"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the model hears of a prompt."""

    heard: str
    """The prompt without what is lost; empty if nothing of it is heard."""
    unheard: tuple[str, ...] = ()
    """The words and emoji that are lost, in order, each once; without those that are cut off."""
    cut: bool = False
    """True if the end of the prompt is cut off."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokenizer of a model, to ask it about prompts in another process than the model's."""

    tokenizer: str = ""
    """The tokenizer as the JSON of the library `tokenizers`; empty if it is unknown, and all is heard."""
    max_tokens: int = 0
    """Tokens of a prompt that are used, with the one that ends it."""

    def load(self) -> None:
        """Read the tokenizer, which takes up to some tenths of a second, before the first prompt comes.

        Raises Exception, as the library does, if it cannot be read.
        """
        if self.tokenizer:
            _parsed(self.tokenizer)

    def after(self, prompt: str) -> Vocabulary:
        """Return the vocabulary for a prompt that takes the place of `prompt`, where it gets no more room."""
        if not self.tokenizer:
            return self
        tokens = len(_parsed(self.tokenizer)[0].encode(prompt).ids)
        return replace(self, max_tokens=min(self.max_tokens, tokens + 1))  # the end may be cut off

    def hear(self, prompt: str) -> Hearing:
        """Return what the model hears of a prompt, as returned by `prompt_of`. Takes some 0.1 ms."""
        if not self.tokenizer:
            return Hearing(prompt)
        tokenizer, unknown = _parsed(self.tokenizer)
        encoding = tokenizer.encode(prompt)
        spans = [
            (token, *span)
            for token, span, special in zip(
                encoding.ids, encoding.offsets, encoding.special_tokens_mask, strict=True
            )
            if not special or token == unknown
        ]
        room = self.max_tokens - (len(encoding.ids) - len(spans))
        end = len(prompt) if len(spans) <= room else _word_start(prompt, spans[room][1])
        lost = {place for token, first, stop in spans if token == unknown for place in range(first, stop)}
        gaps = [gap for word in _WORD.finditer(prompt[:end]) for gap in _gaps(word, lost)]
        return Hearing(
            heard=_without(prompt[:end], gaps),
            unheard=tuple(dict.fromkeys(prompt[first:stop] for first, stop in gaps)),
            cut=end < len(prompt),
        )


def _gaps(word: re.Match[str], lost: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the places of a word that are reported as lost: all of it if no part is a word, else parts."""
    offset = word.start()
    kinds = "".join(
        _kind(sign) if place in lost else "h" if sign.isalnum() else " "
        for place, sign in enumerate(word[0], offset)
    )
    if kinds.count("a") > kinds.count("h") and "hhh" not in kinds:
        letters = re.search("[ah].*[ah]|[ah]", kinds)
        assert letters is not None
        yield offset + letters.start(), offset + letters.end()
        return
    for run in re.finditer(rf"a{{{MIN_UNHEARD_RUN},}}|s[sm]*", kinds):
        yield offset + run.start(), offset + run.end()


def _kind(sign: str) -> str:
    """Return "a" for a letter, "s" for an emoji or another symbol, "m" for what belongs to the one before.

    In `_gaps`, "h" is a letter that is heard.
    """
    category = unicodedata.category(sign)
    if sign.isalnum():
        return "a"
    if category[0] == "S" and not sign.isascii():
        return "s"
    return "m" if category in ("Mn", "Me") else " "


def _without(text: str, gaps: list[tuple[int, int]]) -> str:
    """Return `text` without its gaps, and without the commas that nothing is left between."""
    for first, stop in reversed(gaps):
        text = f"{text[:first]} {text[stop:]}"
    parts = (" ".join(part.split()).strip(_EDGES) for part in _BETWEEN.split(text)) if gaps else (text,)
    heard = ", ".join(part for part in parts if part).strip()
    return heard if any(sign.isalnum() for sign in heard) else ""


def _word_start(prompt: str, place: int) -> int:
    """Return the end of the last whole word before `place`, where the prompt is cut off."""
    kept = prompt[:place]
    if place < len(prompt) and not prompt[place].isspace():
        kept = kept.rpartition(" ")[0] or kept  # some languages put no spaces between words
    return len(kept.rstrip(_EDGES))


@functools.lru_cache(maxsize=2)
def _parsed(text: str) -> tuple[Tokenizer, int | None]:
    """Return a tokenizer and the token that stands for what it has no pieces for, None if there is none."""
    from tokenizers import Tokenizer  # where prompts are heard, and not wherever an engine is named

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = json.loads(text)["model"]
    unknown = model.get("unk_id")  # Unigram; the other models name it
    if unknown is None and model.get("unk_token") is not None:
        unknown = tokenizer.token_to_id(model["unk_token"])
    return tokenizer, unknown
