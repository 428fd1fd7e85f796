"""Outline: the plan of a piece, encoded field by field and repeated in every bar.

The first codebook makes no sound. From the first frame of each bar its codes cycle through the fields of the
plan and the bar of the phrase. The model thus decides once, in the first frames, what the prompt asks for,
and that decision can be trained on its own; the other books follow the outline. A changed prompt takes effect
at the next bar.

Fields are ordered by when they are needed: book k is delayed by k steps, so it has seen the first k fields
before its first frame. Which books play is announced one bar ahead. That makes an entry one decision: when
each book decided for itself, introductions did not end.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from training.songs.clock import MAX_BPM, MIN_BPM, PHRASE_BARS, SWINGS, Codes
from training.songs.codes import BASS, CHORDS, LAYOUT, LEAD, SOUNDING
from training.songs.composer import Plan
from training.songs.scales import MODES, PROGRESSIONS
from training.songs.styles import STYLES

Value = str | int | bool | tuple[int, ...] | None
"""One part of a field."""


def _sound_names(book: int) -> tuple[Value, ...]:
    """Return None and the names of the sounds of a book."""
    return (None, *(sound.name for sound in LAYOUT.sounds if sound.book == book))


_PROGRESSIONS: Final = tuple(sorted({one for family in PROGRESSIONS.values() for one in family}))
"""All progressions."""

FIELDS: Final[tuple[tuple[tuple[Value, ...], ...], ...]] = (
    (tuple(range(MIN_BPM, MAX_BPM + 1)), tuple(SWINGS)),
    (tuple(style.name for style in STYLES), (False, True), tuple(range(PHRASE_BARS))),
    (tuple(range(12)), tuple(MODES)),
    (_sound_names(BASS), _PROGRESSIONS),
    (_sound_names(CHORDS), (False, True)),
    (_sound_names(LEAD),),
    ((0, 1, 2), *[(False, True)] * len(SOUNDING)),
)
"""Possible values of the parts of each field: tempo and swing; style, drums and bar of the phrase; key and
mode; bass and harmony; chords and sevenths; lead; energy and the books of the next bar.
"""
TEMPO_FIELD: Final = 0
"""Field of tempo and swing."""
STYLE_FIELD: Final = 1
"""Field of style, drums and bar of the phrase."""
KEY_FIELD: Final = 2
"""Field of key and mode."""
FIRST_OPEN_FIELD: Final = 3
"""First of the fields that prompts mostly leave open."""
_FIELD_VALUES: Final = tuple(tuple(product(*field)) for field in FIELDS)
"""Values of each field, in the order of its codes."""
FIELD_STARTS: Final = tuple(int(start) for start in np.cumsum([1, *map(len, _FIELD_VALUES)]))
"""Lowest code of each field, then the lowest unused code. Code 0 stands where only the sound is known."""
OUTLINE_CODES: Final = FIELD_STARTS[-1]
"""Number of outline codes, 0 included."""


def encode_outline(plan: Plan, bar: int, next_books: frozenset[int]) -> Codes:
    """Return the code of each field in a bar of the song, shaped (fields,); `next_books` play in the next
    bar.
    """
    tempo = min(MAX_BPM, max(MIN_BPM, round(plan.meter.bpm)))
    values: tuple[tuple[Value, ...], ...] = (
        (tempo, plan.meter.swing),
        (plan.style.name, plan.drums, bar % PHRASE_BARS),
        (plan.key.tonic, plan.key.mode),
        (plan.bass, plan.progression),
        (plan.chords, plan.seventh),
        (plan.lead,),
        (plan.energy, *(book in next_books for book in SOUNDING)),
    )
    return np.array(
        [
            start + choices.index(chosen)
            for start, choices, chosen in zip(FIELD_STARTS, _FIELD_VALUES, values, strict=False)
        ]
    )


def decode_outline(code: int) -> tuple[int, tuple[Value, ...]]:
    """Return the field of a code and its values. Raises ValueError for an unused code."""
    if not 0 < code < OUTLINE_CODES:
        raise ValueError(f"the outline has no code {code}")
    field = int(np.searchsorted(FIELD_STARTS, code, side="right")) - 1
    return field, _FIELD_VALUES[field][code - FIELD_STARTS[field]]
