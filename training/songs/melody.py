"""Melodies: a motif of one bar, varied over the four bars of a phrase."""

from __future__ import annotations

import random
from typing import Final

Bar = tuple[tuple[int, int, int], ...]
"""Notes as (sixteenth of the bar, length in sixteenths, degrees over the chord's root)."""
Melody = tuple[Bar, ...]

FORMS: Final = ("AABA", "ABAB", "AAAB", "ABAC", "AABC")
_LENGTHS: Final = (1, 2, 3, 4, 6, 8, 12, 16)


def melody(chance: random.Random, steps: int, motion: tuple[int, int], energy: int) -> Melody:
    """A melody of four bars of `steps` sixteenths, its notes mostly between `motion` sixteenths long."""
    form = chance.choice(FORMS)
    motifs = {name: motif(chance, steps, motion, energy) for name in sorted(set(form))}
    return tuple(motifs[name] for name in form)


def motif(chance: random.Random, steps: int, motion: tuple[int, int], energy: int) -> Bar:
    """A bar that walks in small steps and stands on tones of the chord on its strong beats."""
    shortest, longest = motion
    lengths = [length for length in _LENGTHS if shortest <= length <= longest]
    if energy == 0:
        lengths = lengths[len(lengths) // 2 :]
    rest = (0.4, 0.25, 0.12)[energy]
    notes: list[tuple[int, int, int]] = []
    at, degree = 0, chance.choice((0, 2, 4))
    while at < steps:
        length = chance.choice(lengths)
        if at % 2 and length > 1:
            length = 1 if 1 in lengths else 3
        length = min(length, steps - at)
        degree = max(-3, min(7, degree + chance.choice((-2, -1, -1, 0, 1, 1, 2))))
        if at % 8 == 0:
            degree = min((-3, 0, 2, 4, 7), key=lambda tone: abs(tone - degree))
        if chance.random() >= rest or not notes:
            notes.append((at, length, degree))
        at += length
    return tuple(notes)
