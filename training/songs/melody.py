"""Melodies: one-bar motifs, arranged over the four bars of a phrase."""

from __future__ import annotations

import random
from typing import Final

Bar = tuple[tuple[int, int, int], ...]
"""Notes as (start [sixteenths], length [sixteenths], scale degrees above the chord's root)."""
Melody = tuple[Bar, ...]
"""Bars of a phrase."""

FORMS: Final = ("AABA", "ABAB", "AAAB", "ABAC", "AABC")
"""Orders of motifs in a phrase."""
_LENGTHS: Final = (1, 2, 3, 4, 6, 8, 12, 16)
"""Note lengths [sixteenths]."""


def draw_melody(rng: random.Random, sixteenths: int, motion: tuple[int, int], energy: int) -> Melody:
    """Draw a melody of four bars of `sixteenths`; most notes have a length in `motion` [sixteenths]."""
    form = rng.choice(FORMS)
    motifs = {name: draw_motif(rng, sixteenths, motion, energy) for name in sorted(set(form))}
    return tuple(motifs[name] for name in form)


def draw_motif(rng: random.Random, sixteenths: int, motion: tuple[int, int], energy: int) -> Bar:
    """Draw a bar that moves in small steps and has chord tones on strong beats."""
    shortest, longest = motion
    lengths = [length for length in _LENGTHS if shortest <= length <= longest]
    if energy == 0:
        lengths = lengths[len(lengths) // 2 :]
    rest = (0.4, 0.25, 0.12)[energy]
    notes: list[tuple[int, int, int]] = []
    start, degree = 0, rng.choice((0, 2, 4))
    while start < sixteenths:
        length = rng.choice(lengths)
        if start % 2 and length > 1:
            length = 1 if 1 in lengths else 3
        length = min(length, sixteenths - start)
        degree = max(-3, min(7, degree + rng.choice((-2, -1, -1, 0, 1, 1, 2))))
        if start % 8 == 0:
            degree = min((-3, 0, 2, 4, 7), key=lambda tone: abs(tone - degree))
        if rng.random() >= rest or not notes:
            notes.append((start, length, degree))
        start += length
    return tuple(notes)
