"""The outline: what a piece is to be, said field by field, and anew in every bar.

The first codebook makes no sound. From the first frame of each bar on its codes go round the fields of the
plan. So the model decides what a prompt asks for once, in the first frames, where it can be taught that
alone; all the rest is written by what was decided, which every bar says again. A prompt that changes on the
way is followed at the next bar.

The order is that of need: book k is k steps late, and by the time it writes its first frame it has read the
first k fields.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from training.clock import FASTEST, SLOWEST, SWINGS, Codes
from training.composer import Plan
from training.scales import MODES, PROGRESSIONS
from training.sounds import BASS, CHORDS, LAYOUT, LEAD
from training.styles import STYLES

Value = str | int | bool | tuple[int, ...] | None


class Field(NamedTuple):
    """What a field may say of two things at once."""

    first: tuple[Value, ...]
    second: tuple[Value, ...] = (None,)


def _sounds(book: int) -> tuple[Value, ...]:
    """Names of the sounds of a book, and none."""
    return (None, *(sound.name for sound in LAYOUT.sounds if sound.book == book))


_PROGRESSIONS: Final = tuple(sorted({one for family in PROGRESSIONS.values() for one in family}))

FIELDS: Final = (
    Field(tuple(style.name for style in STYLES), (False, True)),
    Field(tuple(range(SLOWEST, FASTEST + 1)), tuple(SWINGS)),
    Field(tuple(range(12)), tuple(MODES)),
    Field(_sounds(BASS), _PROGRESSIONS),
    Field(_sounds(CHORDS), (False, True)),
    Field(_sounds(LEAD)),
    Field((0, 1, 2)),
)
"""Style and drums, tempo and swing, key and mode, bass and harmony, chords and sevenths, lead, energy."""
TEMPO: Final = 1
"""The field of the tempo."""
STARTS: Final = tuple(1 + int(start) for start in np.cumsum([0] + [len(a) * len(b) for a, b in FIELDS]))
"""The lowest code of each field, and the lowest that means nothing. 0 is said of what is only heard."""
OUTLINE_CODES: Final = STARTS[-1]


def outlined(plan: Plan) -> Codes:
    """The codes of a plan, one a field, shaped (fields,)."""
    said: tuple[tuple[Value, Value], ...] = (
        (plan.style.name, plan.drums),
        (min(FASTEST, max(SLOWEST, round(plan.meter.bpm))), plan.meter.swing),
        (plan.key.tonic, plan.key.mode),
        (plan.bass, plan.progression),
        (plan.chords, plan.seventh),
        (plan.lead, None),
        (plan.energy, None),
    )
    return np.array(
        [
            start + field.first.index(first) * len(field.second) + field.second.index(second)
            for start, field, (first, second) in zip(STARTS, FIELDS, said, strict=False)
        ]
    )


def read(code: int) -> tuple[int, Value, Value]:
    """Which field a code is of, and what it says. Raises ValueError for a code without meaning."""
    if not 0 < code < OUTLINE_CODES:
        raise ValueError(f"the outline has no code {code}")
    place = int(np.searchsorted(STARTS, code, side="right")) - 1
    first, second = divmod(code - STARTS[place], len(FIELDS[place].second))
    return place, FIELDS[place].first[first], FIELDS[place].second[second]
