"""The outline: what a piece is to be, said field by field, and anew in every bar.

The first codebook makes no sound. From the first frame of each bar on its codes go round the fields of the
plan, and say which bar of the phrase it is. So the model decides what a prompt asks for once, in the first
frames, where it can be taught that alone; all the rest is written by what was decided, which every bar says
again. A prompt that changes on the way is followed at the next bar.

The order is that of need: book k is k steps late, and by the time it writes its first frame it has read the
first k fields. Who plays is said a bar ahead: so an entry is decided once, and not by each book for itself,
which left introductions without an end.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from training.songs.clock import FASTEST, PHRASE_BARS, SLOWEST, SWINGS, Codes
from training.songs.codes import BASS, CHORDS, LAYOUT, LEAD, SOUNDING
from training.songs.composer import Plan
from training.songs.scales import MODES, PROGRESSIONS
from training.songs.styles import STYLES

Value = str | int | bool | tuple[int, ...] | None


def _sounds(book: int) -> tuple[Value, ...]:
    """Names of the sounds of a book, and none."""
    return (None, *(sound.name for sound in LAYOUT.sounds if sound.book == book))


_PROGRESSIONS: Final = tuple(sorted({one for family in PROGRESSIONS.values() for one in family}))

FIELDS: Final[tuple[tuple[tuple[Value, ...], ...], ...]] = (
    (tuple(range(SLOWEST, FASTEST + 1)), tuple(SWINGS)),
    (tuple(style.name for style in STYLES), (False, True), tuple(range(PHRASE_BARS))),
    (tuple(range(12)), tuple(MODES)),
    (_sounds(BASS), _PROGRESSIONS),
    (_sounds(CHORDS), (False, True)),
    (_sounds(LEAD),),
    ((0, 1, 2), *[(False, True)] * len(SOUNDING)),
)
"""What each field may say of its things: tempo and swing; style, drums and bar of the phrase; key and mode;
bass and harmony; chords and sevenths; lead; energy, and which books play in the next bar.
"""
TEMPO: Final = 0
STYLE: Final = 1
KEY: Final = 2
"""The fields of tempo, of style and drums, of key and mode."""
TASTE: Final = 3
"""The first of the fields of which prompts say little: what the composer likes."""
_SAID: Final = tuple(tuple(product(*field)) for field in FIELDS)
STARTS: Final = tuple(int(start) for start in np.cumsum([1, *map(len, _SAID)]))
"""The lowest code of each field, and the lowest that means nothing. 0 is said of what is only heard."""
OUTLINE_CODES: Final = STARTS[-1]


def outlined(plan: Plan, bar: int, coming: frozenset[int]) -> Codes:
    """The codes of a plan in a bar of the song, one a field, shaped (fields,); the books of `coming` play in
    the next bar.
    """
    tempo = min(FASTEST, max(SLOWEST, round(plan.meter.bpm)))
    said: tuple[tuple[Value, ...], ...] = (
        (tempo, plan.meter.swing),
        (plan.style.name, plan.drums, bar % PHRASE_BARS),
        (plan.key.tonic, plan.key.mode),
        (plan.bass, plan.progression),
        (plan.chords, plan.seventh),
        (plan.lead,),
        (plan.energy, *(book in coming for book in SOUNDING)),
    )
    return np.array(
        [start + all_.index(values) for start, all_, values in zip(STARTS, _SAID, said, strict=False)]
    )


def read(code: int) -> tuple[int, tuple[Value, ...]]:
    """Which field a code is of, and what it says. Raises ValueError for a code without meaning."""
    if not 0 < code < OUTLINE_CODES:
        raise ValueError(f"the outline has no code {code}")
    place = int(np.searchsorted(STARTS, code, side="right")) - 1
    return place, _SAID[place][code - STARTS[place]]
