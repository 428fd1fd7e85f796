"""Prompts: varied descriptions of a plan, in any order, mostly incomplete, sometimes with a typo."""

from __future__ import annotations

import random
import string
from typing import Final, Literal

from training.songs.composer import Plan
from training.text import words

Change = Literal["drums", "tempo", "key", "energy", "lead"]
"""Property that a prompt may change while a piece plays."""

_CHANGE_ONLY_PROBABILITY: Final = 0.4
"""Probability that such a prompt names only the change."""


def write_prompt(plan: Plan, rng: random.Random, change: Change | None = None) -> str:
    """Write a prompt that describes part of the plan and nothing else, in any case the `change`."""
    if change is None:
        return _describe_plan(plan, rng)
    change_text = _describe_change(plan, rng, change)
    if rng.random() < _CHANGE_ONLY_PROBABILITY:
        return change_text
    parts = [change_text, _describe_plan(plan, rng)]
    rng.shuffle(parts)
    return ", ".join(parts)


def _describe_change(plan: Plan, rng: random.Random, change: Change) -> str:
    """Describe the changed property of the plan."""
    if change == "drums":
        return rng.choice(words.DRUMS if plan.drums else words.NO_DRUMS)
    if change == "tempo":
        return rng.choice(tempo_names(plan.meter.bpm)) if rng.random() < 0.7 else _describe_bpm(plan, rng)
    if change == "key":
        return _describe_key(plan, rng)
    if change == "energy":
        return rng.choice(words.ENERGY[plan.energy])
    return rng.choice(words.SOUNDS[plan.lead] if plan.lead else words.NO_LEAD)


def _describe_plan(plan: Plan, rng: random.Random) -> str:
    """Describe random properties of the plan."""
    head = []
    if rng.random() < 0.3:
        head.append(rng.choice(words.MINOR if plan.key.minor else words.MAJOR))
    if rng.random() < 0.25:
        head.append(rng.choice(words.ENERGY[plan.energy]))
    bpm = plan.meter.bpm
    gives_bpm = rng.random() < 0.6
    # a tempo that is unusual for the style is always given: the model could not infer it
    tempo_name_probability = 0.6 if plan.style.bpm[0] <= bpm <= plan.style.bpm[1] else 1.0
    if rng.random() < (0.1 if gives_bpm else tempo_name_probability):
        head.append(rng.choice(tempo_names(bpm)))
    rng.shuffle(head)
    if rng.random() < 0.9:
        head.append(rng.choice(words.STYLES[plan.style.name]) + rng.choice(words.KINDS))
    subject = rng.choice(words.OPENINGS) + " ".join(head)
    rest = _describe_details(plan, rng)
    if gives_bpm:
        rest.append(_describe_bpm(plan, rng))
    rng.shuffle(rest)
    parts = [part for part in ([subject, *rest] if rng.random() < 0.85 else [*rest, subject]) if part.strip()]
    text = rng.choice((", ", ", ", ", ", " ", ". ", "; ")).join(parts)
    if rng.random() < 0.12:
        text = add_typo(text, rng)
    return text if text.strip() else plan.style.name


def tempo_names(bpm: float) -> tuple[str, ...]:
    """Return the words for a tempo."""
    return next(names for limit, names in words.TEMPO if bpm < limit)


def _describe_bpm(plan: Plan, rng: random.Random) -> str:
    form = rng.choice(("{} bpm", "{} bpm", "{} BPM", "{}bpm", "at {} bpm", "tempo {}", "{} beats per minute"))
    return form.format(round(plan.meter.bpm))


def _describe_key(plan: Plan, rng: random.Random) -> str:
    tonic = rng.choice(words.TONICS[plan.key.tonic])
    mode = rng.choice(("minor", "minor", "min")) if plan.key.minor else rng.choice(("major", "maj"))
    return rng.choice(("in {} {}", "{} {}", "key of {} {}", "in the key of {} {}")).format(tonic, mode)


def _describe_details(plan: Plan, rng: random.Random) -> list[str]:
    details = []
    if rng.random() < 0.6:
        details.append(_describe_key(plan, rng))
    if not plan.drums:
        # where drums are usual, their absence is mostly given: the model could not infer it
        if rng.random() < (0.85 if plan.style.drums > 0.5 else 0.6):
            details.append(rng.choice(words.NO_DRUMS))
    elif rng.random() < (0.25 if plan.style.drums > 0.5 else 0.9):
        details.append(rng.choice(words.DRUMS))
    sounds = [sound for sound in (plan.bass, plan.chords, plan.lead) if sound and rng.random() < 0.35]
    tempo_name_probability = [rng.choice(words.SOUNDS[sound]) for sound in sounds]
    rng.shuffle(tempo_name_probability)
    if tempo_name_probability:
        together = (
            " and ".join(tempo_name_probability)
            if len(tempo_name_probability) < 3
            else f"{tempo_name_probability[0]}, {tempo_name_probability[1]} and {tempo_name_probability[2]}"
        )
        details.append(rng.choice(("with ", "", "featuring ", "")) + together)
    if plan.bass is None and rng.random() < 0.4:
        details.append(rng.choice(words.NO_BASS))
    if plan.lead is None and rng.random() < 0.15:
        details.append(rng.choice(words.NO_LEAD))
    if rng.random() < 0.15:
        details.append(rng.choice(words.SCENES))
    return details


def add_typo(text: str, rng: random.Random) -> str:
    """Return the text with one typo between two letters; numbers stay as they are."""
    positions = [
        position for position, char in enumerate(text[:-1]) if char.isalpha() and text[position + 1].isalpha()
    ]
    if not positions:
        return text
    position = rng.choice(positions)
    typos = (
        text[:position] + text[position + 1] + text[position] + text[position + 2 :],
        text[:position] + text[position + 1 :],
        text[:position] + text[position] + text[position:],
        text[:position] + rng.choice(string.ascii_lowercase) + text[position + 1 :],
    )
    return rng.choice(typos)
