"""Prompts: many ways to ask for a plan, in any order, with typing errors, and seldom all of it."""

from __future__ import annotations

import random
import string

from training import words
from training.composer import Plan


def prompt(plan: Plan, chance: random.Random) -> str:
    """Words that ask for what is in the plan, and for nothing that is not."""
    head = []
    if chance.random() < 0.3:
        head.append(chance.choice(words.MINOR if plan.key.minor else words.MAJOR))
    if chance.random() < 0.25:
        head.append(chance.choice(words.ENERGY[plan.energy]))
    if chance.random() < 0.15:
        head.append(tempo_word(plan, chance))
    chance.shuffle(head)
    if chance.random() < 0.9:
        head.append(chance.choice(words.STYLES[plan.style.name]) + chance.choice(words.KINDS))
    subject = chance.choice(words.OPENINGS) + " ".join(head)
    rest = _details(plan, chance)
    chance.shuffle(rest)
    parts = [
        part for part in ([subject, *rest] if chance.random() < 0.85 else [*rest, subject]) if part.strip()
    ]
    text = chance.choice((", ", ", ", ", ", " ", ". ", "; ")).join(parts)
    if chance.random() < 0.12:
        text = _mistyped(text, chance)
    return text if text.strip() else plan.style.name


def tempo_word(plan: Plan, chance: random.Random) -> str:
    return chance.choice(next(names for limit, names in words.TEMPO if plan.meter.bpm < limit))


def _details(plan: Plan, chance: random.Random) -> list[str]:
    details = []
    if chance.random() < 0.7:
        form = chance.choice(
            ("{} bpm", "{} bpm", "{} BPM", "{}bpm", "at {} bpm", "tempo {}", "{} beats per minute")
        )
        details.append(form.format(round(plan.meter.bpm)))
    if chance.random() < 0.6:
        tonic = chance.choice(words.TONICS[plan.key.tonic])
        mode = chance.choice(("minor", "minor", "min")) if plan.key.minor else chance.choice(("major", "maj"))
        details.append(
            chance.choice(("in {} {}", "{} {}", "key of {} {}", "in the key of {} {}")).format(tonic, mode)
        )
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


def _mistyped(text: str, chance: random.Random) -> str:
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
