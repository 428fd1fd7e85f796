"""Example prompts, and the autocompletion of prompts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.store.search import fold, words_of

PRESETS: Final = (
    "lofi hip hop, 82 bpm, F minor, dusty drums and electric piano",
    "slow dub with brushed drums and a warm bass",
    "driving techno, 132 bpm, rolling bass",
    "deep house, 122 bpm, piano stabs",
    "calm ambient, soft pads, no drums",
    "bright synthwave, 100 bpm, saw lead",
    "swing with walking upright bass and saxophone",
    "chiptune, fast and happy, C major",
    "orchestral strings, slow and sad, D minor",
    "funk with syncopated bass, 108 bpm",
    "drum and bass, 174 bpm, dark",
    "gentle waltz for piano, G major",
    "folk with plucked strings, no drums",
    "reggae, 76 bpm, organ on the offbeat",
    "rock with energetic drums, E minor",
)
"""One for each style of the shipped model; larger models know them too."""


def matching_prompts(typed: str, used: Sequence[str], *, limit: int, max_chars: int) -> list[str]:
    """Return up to `limit` different prompts of up to `max_chars` characters with all words of `typed`.

    `used` are earlier prompts that match already. They fill half of the places, presets come next, and the
    other used prompts fill up.
    """
    words = words_of(typed)
    presets = [preset for preset in PRESETS if all(word in fold(preset) for word in words)]
    places_for_used = max(limit // 2, limit - len(presets))
    ordered = [*used[:places_for_used], *presets, *used[places_for_used:]]
    different = {prompt.casefold(): prompt for prompt in reversed(ordered)}
    return [prompt for prompt in reversed(different.values()) if len(prompt) <= max_chars][:limit]
