"""Evaluation prompts, none of which is used in training, with their expected properties."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

from training.songs.composer import Constraints, Plan, draw_plan
from training.songs.scales import Key
from training.text import words
from training.text.prompts import add_typo


@dataclass(frozen=True)
class PromptCase:
    """A prompt and its expected properties, None where it leaves them open."""

    prompt: str
    style: str
    bpm: float | None = None
    key: Key | None = None
    drums: bool | None = None


def generate_cases(count: int, seed: int) -> list[PromptCase]:
    """Generate prompts that give all measurable properties, in varied words and order."""
    cases = []
    for index in range(count):
        # this string is part of the seed
        rng = random.Random(f"trial {seed} {index}")
        plan = draw_plan(rng, Constraints())
        cases.append(
            PromptCase(_write_prompt(plan, rng), plan.style.name, plan.meter.bpm, plan.key, plan.drums)
        )
    return cases


def misspell(cases: list[PromptCase], seed: int) -> list[PromptCase]:
    """Return the cases with a typo in nearly every word of more than three characters."""
    rng = random.Random(f"misspelt {seed}")

    def with_typos(prompt: str) -> str:
        return " ".join(add_typo(word, rng) if len(word) > 3 else word for word in prompt.split(" "))

    return [replace(case, prompt=with_typos(case.prompt)) for case in cases]


def _write_prompt(plan: Plan, rng: random.Random) -> str:
    """Write a prompt with style, tempo, key and drums of a plan."""
    tonic = rng.choice(words.TONICS[plan.key.tonic])
    parts = [
        rng.choice(words.OPENINGS) + rng.choice(words.STYLES[plan.style.name]) + rng.choice(words.KINDS),
        rng.choice(("{} bpm", "{}bpm", "tempo {}", "at {} bpm")).format(round(plan.meter.bpm)),
        f"{rng.choice(('', 'in ', 'key of '))}{tonic} {'minor' if plan.key.minor else 'major'}",
        rng.choice(words.DRUMS if plan.drums else words.NO_DRUMS),
    ]
    rng.shuffle(parts)
    return rng.choice((", ", " ", "; ")).join(parts)


HANDWRITTEN: Final = (
    PromptCase("a lazy lofi beat to study to, 74 bpm", "lofi", 74, drums=True),
    PromptCase("dark warehouse techno at 130 bpm with a pounding kick", "techno", 130, drums=True),
    PromptCase("happy house music for the dance floor, 124 bpm", "house", 124, drums=True),
    PromptCase("Peaceful ambient pads, slow, no drums please", "ambient", drums=False),
    PromptCase("Punk rock! fast guitars and drums, 150 bpm, E minor", "rock", 150, Key(4, "minor"), True),
    PromptCase("smooth jazz trio with walking bass and a sax solo, 140bpm", "swing", 140, drums=True),
    PromptCase("an 8-bit tune for a retro platformer, 140 bpm, C major", "chiptune", 140, Key(0, "major")),
    PromptCase(
        "epic orchestral strings in D minor, no percussion", "orchestral", None, Key(2, "minor"), False
    ),
    PromptCase("groovy 70s funk, slap that bass guitar, 104 bpm", "funk", 104, drums=True),
    PromptCase("liquid drum and bass, 174 bpm, moody", "drum and bass", 174, drums=True),
    PromptCase(
        "80s synthwave for driving at night, 96 bpm in A minor", "synthwave", 96, Key(9, "minor"), True
    ),
    PromptCase("a sweet little waltz with piano and flute", "waltz"),
    PromptCase(
        "acoustic folk song by the campfire, G major, without drums", "folk", None, Key(7, "major"), False
    ),
    PromptCase("old school hip hop, boom bap drums, 90 bpm", "hip hop", 90, drums=True),
    PromptCase("roots reggae, relaxed, 76 bpm", "reggae", 76, drums=True),
    PromptCase("jazz but drumless, 120 bpm", "swing", 120, drums=False),
    PromptCase("techno without drums at 128 bpm", "techno", 128, drums=False),
    PromptCase("chiptune, 100 bpm, F major, cheerful", "chiptune", 100, Key(5, "major")),
    PromptCase("sleepy drone for meditation", "ambient"),
    PromptCase("tecno musik 135 bpm", "techno", 135, drums=True),
)
"""Prompts written by hand."""

PROMPT_CHANGES: Final = {
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
"""First and changed prompt, by the expected effect of the change."""
