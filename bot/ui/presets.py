"""Prompts to begin with, and those that a person may mean while typing one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

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
"""One for each style that the shipped model knows; larger models know them too."""


def suggested(typed: str, used: Sequence[str], *, limit: int, longest: int) -> list[str]:
    """At most `limit` prompts of at most `longest` characters with all words of `typed`, none twice.

    First those of `used`, which match already, as far as half of the places, then presets, then the rest.
    """
    words = typed.casefold().split()
    presets = [preset for preset in PRESETS if all(word in preset.casefold() for word in words)]
    room = max(limit // 2, limit - len(presets))
    different = {prompt.casefold(): prompt for prompt in reversed([*used[:room], *presets, *used[room:]])}
    return [prompt for prompt in reversed(different.values()) if len(prompt) <= longest][:limit]
