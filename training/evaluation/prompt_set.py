"""Trials: prompts that training never saw, each with what must be heard of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from training.songs.composer import Plan, Wishes, planned
from training.songs.scales import Key
from training.text import words
from training.text.prompts import mistyped


@dataclass(frozen=True)
class Trial:
    """A prompt, and what it asks for; what it leaves open is None."""

    prompt: str
    style: str
    bpm: float | None = None
    key: Key | None = None
    drums: bool | None = None


def trials(count: int, seed: int) -> list[Trial]:
    """Prompts that say all that can be measured, in the words and orders of people.

    Their seeds are below those of training.
    """
    made = []
    for place in range(count):
        chance = random.Random(f"trial {seed} {place}")
        plan = planned(chance, Wishes())
        made.append(Trial(_worded(plan, chance), plan.style.name, plan.meter.bpm, plan.key, plan.drums))
    return made


def misspelt(asked: list[Trial], seed: int) -> list[Trial]:
    """The same asked by somebody whose fingers slip in nearly every word of more than three signs."""
    chance = random.Random(f"misspelt {seed}")

    def typed(prompt: str) -> str:
        return " ".join(mistyped(word, chance) if len(word) > 3 else word for word in prompt.split(" "))

    return [replace(trial, prompt=typed(trial.prompt)) for trial in asked]


def _worded(plan: Plan, chance: random.Random) -> str:
    tonic = chance.choice(words.TONICS[plan.key.tonic])
    parts = [
        chance.choice(words.OPENINGS)
        + chance.choice(words.STYLES[plan.style.name])
        + chance.choice(words.KINDS),
        chance.choice(("{} bpm", "{}bpm", "tempo {}", "at {} bpm")).format(round(plan.meter.bpm)),
        f"{chance.choice(('', 'in ', 'key of '))}{tonic} {'minor' if plan.key.minor else 'major'}",
        chance.choice(words.DRUMS if plan.drums else words.NO_DRUMS),
    ]
    chance.shuffle(parts)
    return chance.choice((", ", " ", "; ")).join(parts)


def _asked(
    prompt: str, style: str, bpm: float | None = None, key: Key | None = None, drums: bool | None = None
) -> Trial:
    return Trial(prompt, style, bpm, key, drums)


WRITTEN: Final = (
    _asked("a lazy lofi beat to study to, 74 bpm", "lofi", 74, drums=True),
    _asked("dark warehouse techno at 130 bpm with a pounding kick", "techno", 130, drums=True),
    _asked("happy house music for the dance floor, 124 bpm", "house", 124, drums=True),
    _asked("Peaceful ambient pads, slow, no drums please", "ambient", drums=False),
    _asked("Punk rock! fast guitars and drums, 150 bpm, E minor", "rock", 150, Key(4, "minor"), True),
    _asked("smooth jazz trio with walking bass and a sax solo, 140bpm", "swing", 140, drums=True),
    _asked("an 8-bit tune for a retro platformer, 140 bpm, C major", "chiptune", 140, Key(0, "major")),
    _asked("epic orchestral strings in D minor, no percussion", "orchestral", None, Key(2, "minor"), False),
    _asked("groovy 70s funk, slap that bass guitar, 104 bpm", "funk", 104, drums=True),
    _asked("liquid drum and bass, 174 bpm, moody", "drum and bass", 174, drums=True),
    _asked("80s synthwave for driving at night, 96 bpm in A minor", "synthwave", 96, Key(9, "minor"), True),
    _asked("a sweet little waltz with piano and flute", "waltz"),
    _asked(
        "acoustic folk song by the campfire, G major, without drums", "folk", None, Key(7, "major"), False
    ),
    _asked("old school hip hop, boom bap drums, 90 bpm", "hip hop", 90, drums=True),
    _asked("roots reggae, relaxed, 76 bpm", "reggae", 76, drums=True),
    _asked("jazz but drumless, 120 bpm", "swing", 120, drums=False),
    _asked("techno without drums at 128 bpm", "techno", 128, drums=False),
    _asked("chiptune, 100 bpm, F major, cheerful", "chiptune", 100, Key(5, "major")),
    _asked("sleepy drone for meditation", "ambient"),
    _asked("tecno musik 135 bpm", "techno", 135, drums=True),
)
"""Prompts as people type them."""

STEERED: Final = {
    "drums come": (
        *((f"{style}, no drums", "with drums") for style in ("lofi", "techno", "house", "rock", "funk")),
        *((f"{style}, no drums", f"{style} with drums") for style in ("folk", "ambient", "reggae", "swing")),
    ),
    "drums go": tuple(
        (f"{style}, with drums", "no drums") for style in ("hip hop", "techno", "funk", "rock")
    ),
    "faster": (
        *((f"slow {style}", f"fast {style}") for style in ("techno", "house", "rock", "folk", "chiptune")),
        *((f"slow {style}", "fast") for style in ("orchestral", "swing", "reggae", "synthwave")),
    ),
    "slower": tuple((f"fast {style}", "very slow") for style in ("rock", "techno", "waltz", "chiptune")),
}
"""What people type first, and what they type while it plays, by what must be heard of it."""
