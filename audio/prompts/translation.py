"""Prompts in other languages, turned into English, which is what models are trained on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Translation:
    """A prompt in English."""

    prompt: str
    """The prompt itself if it is English already, or in a language that is not known."""
    unknown: tuple[str, ...] = ()
    """Words that were left as they are, because they are not known in the language of the prompt."""


def translate(prompt: str) -> Translation:
    """Return a prompt, as returned by `prompt_of`, in English."""
    return Translation(prompt)
