"""Prompts in other languages, turned into English, which is what models are trained on.

This takes a glossary of music for each language, not a translator: a prompt is a list of styles, instruments,
moods and tempos rather than prose. So it is small and fast, and a prompt always becomes the same words. One
in English stays as it is, but for ways to say “no drums” that models do not know: `plain_negations`.
"""

from __future__ import annotations

from dataclasses import dataclass

from audio.piece import PROMPT_LENGTH
from audio.prompts import japanese, spaced
from audio.prompts.glossary import JAPANESE, SPACED, glossary_of
from audio.prompts.negation import plain_negations


@dataclass(frozen=True, slots=True)
class Translation:
    """A prompt in English."""

    prompt: str
    """The prompt itself if it is English already, or in a language that is not known."""
    language: str | None = None
    """The language of the prompt, None if it is English or not known."""
    unknown: tuple[str, ...] = ()
    """Words that were left as they are, because they are not known in the language of the prompt."""
    cut: bool = False
    """True if the end was left out, because English has longer words for it."""


def load() -> None:
    """Read all glossaries, which takes some tenths of a second, before the first prompt comes."""
    glossary_of(JAPANESE)
    translate("a")  # in no language: all of them are tried


def translate(prompt: str) -> Translation:
    """Return a prompt, as returned by `prompt_of`, in English. Takes up to some milliseconds."""
    if japanese.has_signs(prompt):
        english, unknown = japanese.to_english(prompt, glossary_of(JAPANESE))
        if japanese.has_kana(prompt) or not unknown:
            return _translation(prompt, english, JAPANESE, unknown)
    best = None
    for language in SPACED:
        glossary = glossary_of(language)
        found = spaced.find_terms(prompt, glossary)
        ours, english_count, meaning = spaced.evidence(found, glossary)
        if meaning and ours > english_count and (best is None or ours > best[0]):
            best = ours, glossary, found
    if best is None:
        return Translation(plain_negations(prompt))
    _, glossary, found = best
    english = spaced.to_english(found, spaced.tail_of(prompt), glossary)
    return _translation(prompt, english, glossary.language, spaced.unknown_words(found, glossary))


def _translation(typed: str, english: str, language: str, unknown: tuple[str, ...]) -> Translation:
    prompt = plain_negations(english)
    shortest, longest = PROMPT_LENGTH
    if len(prompt) < shortest:  # all of it are words that English leaves out
        return Translation(typed)
    if len(prompt) <= longest:
        return Translation(prompt, language, unknown)
    return Translation(prompt[: longest + 1].rpartition(" ")[0].rstrip(" ,;"), language, unknown, cut=True)
