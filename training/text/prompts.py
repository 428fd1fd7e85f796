"""Prompts: many ways to ask for a plan, in any order, with typing errors, and seldom all of it."""

from __future__ import annotations

import random
import string
from typing import Final, Literal

from training.songs.composer import Plan
from training.text import words

Change = Literal["drums", "tempo", "key", "energy", "lead"]
"""What a prompt that takes over a piece may be about."""

_CURT: Final = 0.4
"""How often such a prompt says nothing else."""


def prompt(plan: Plan, chance: random.Random, change: Change | None = None) -> str:
    """Words that ask for what is in the plan, and for nothing that is not; in any case for the `change`."""
    if change is None:
        return _asked(plan, chance)
    said = _changed(plan, chance, change)
    if chance.random() < _CURT:
        return said
    parts = [said, _asked(plan, chance)]
    chance.shuffle(parts)
    return ", ".join(parts)


def _changed(plan: Plan, chance: random.Random, change: Change) -> str:
    """One thing of the plan."""
    if change == "drums":
        return chance.choice(words.DRUMS if plan.drums else words.NO_DRUMS)
    if change == "tempo":
        return chance.choice(tempo_names(plan.meter.bpm)) if chance.random() < 0.7 else _beats(plan, chance)
    if change == "key":
        return _key(plan, chance)
    if change == "energy":
        return chance.choice(words.ENERGY[plan.energy])
    return chance.choice(words.SOUNDS[plan.lead] if plan.lead else words.NO_LEAD)


def _asked(plan: Plan, chance: random.Random) -> str:
    """Any part of the plan."""
    head = []
    if chance.random() < 0.3:
        head.append(chance.choice(words.MINOR if plan.key.minor else words.MAJOR))
    if chance.random() < 0.25:
        head.append(chance.choice(words.ENERGY[plan.energy]))
    bpm = plan.meter.bpm
    counted = chance.random() < 0.6
    # where a tempo is not the style's own it is said in any case, or nobody could have asked for it
    named = 0.6 if plan.style.bpm[0] <= bpm <= plan.style.bpm[1] else 1.0
    if chance.random() < (0.1 if counted else named):
        head.append(chance.choice(tempo_names(bpm)))
    chance.shuffle(head)
    if chance.random() < 0.9:
        head.append(chance.choice(words.STYLES[plan.style.name]) + chance.choice(words.KINDS))
    subject = chance.choice(words.OPENINGS) + " ".join(head)
    rest = _details(plan, chance)
    if counted:
        rest.append(_beats(plan, chance))
    chance.shuffle(rest)
    parts = [
        part for part in ([subject, *rest] if chance.random() < 0.85 else [*rest, subject]) if part.strip()
    ]
    text = chance.choice((", ", ", ", ", ", " ", ". ", "; ")).join(parts)
    if chance.random() < 0.12:
        text = mistyped(text, chance)
    return text if text.strip() else plan.style.name


def tempo_names(bpm: float) -> tuple[str, ...]:
    """What a tempo is called."""
    return next(names for limit, names in words.TEMPO if bpm < limit)


def _beats(plan: Plan, chance: random.Random) -> str:
    form = chance.choice(
        ("{} bpm", "{} bpm", "{} BPM", "{}bpm", "at {} bpm", "tempo {}", "{} beats per minute")
    )
    return form.format(round(plan.meter.bpm))


def _key(plan: Plan, chance: random.Random) -> str:
    tonic = chance.choice(words.TONICS[plan.key.tonic])
    mode = chance.choice(("minor", "minor", "min")) if plan.key.minor else chance.choice(("major", "maj"))
    return chance.choice(("in {} {}", "{} {}", "key of {} {}", "in the key of {} {}")).format(tonic, mode)


def _details(plan: Plan, chance: random.Random) -> list[str]:
    details = []
    if chance.random() < 0.6:
        details.append(_key(plan, chance))
    if not plan.drums:
        # where drums are usual their absence is mostly said, or nobody could have asked for it
        if chance.random() < (0.85 if plan.style.drums > 0.5 else 0.6):
            details.append(chance.choice(words.NO_DRUMS))
    elif chance.random() < (0.25 if plan.style.drums > 0.5 else 0.9):
        details.append(chance.choice(words.DRUMS))
    sounds = [sound for sound in (plan.bass, plan.chords, plan.lead) if sound and chance.random() < 0.35]
    named = [chance.choice(words.SOUNDS[sound]) for sound in sounds]
    chance.shuffle(named)
    if named:
        together = " and ".join(named) if len(named) < 3 else f"{named[0]}, {named[1]} and {named[2]}"
        details.append(chance.choice(("with ", "", "featuring ", "")) + together)
    if plan.bass is None and chance.random() < 0.4:
        details.append(chance.choice(words.NO_BASS))
    if plan.lead is None and chance.random() < 0.15:
        details.append(chance.choice(words.NO_LEAD))
    if chance.random() < 0.15:
        details.append(chance.choice(words.SCENES))
    return details


def mistyped(text: str, chance: random.Random) -> str:
    """The text with one slip of the fingers; numbers are typed with care."""
    places = [at for at, sign in enumerate(text[:-1]) if sign.isalpha() and text[at + 1].isalpha()]
    if not places:
        return text
    at = chance.choice(places)
    slips = (
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
        text[:at] + text[at + 1 :],
        text[:at] + text[at] + text[at:],
        text[:at] + chance.choice(string.ascii_lowercase) + text[at + 1 :],
    )
    return chance.choice(slips)
