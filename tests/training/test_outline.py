"""The outline: every plan can be said in its codes, and read from them."""

from __future__ import annotations

import random

import pytest

from training.composer import Wishes, planned
from training.outline import FIELDS, OUTLINE_CODES, outlined, read
from training.sounds import VOCABULARY


def test_the_codes_of_a_plan_say_the_plan() -> None:
    chance = random.Random(1)
    for _ in range(300):
        plan = planned(chance, Wishes())
        fields = [read(int(code)) for code in outlined(plan)]
        assert [place for place, _, _ in fields] == list(range(len(FIELDS)))
        assert [(one, other) for _, one, other in fields] == [
            (plan.style.name, plan.drums),
            (plan.meter.bpm, plan.meter.swing),
            (plan.key.tonic, plan.key.mode),
            (plan.bass, plan.progression),
            (plan.chords, plan.seventh),
            (plan.lead, None),
            (plan.energy, None),
        ]


def test_the_outline_fits_the_vocabulary_and_no_two_codes_say_the_same() -> None:
    said = [read(code) for code in range(1, OUTLINE_CODES)]
    assert len(set(said)) == len(said)
    assert OUTLINE_CODES <= VOCABULARY


@pytest.mark.parametrize("code", [0, OUTLINE_CODES])
def test_a_code_without_meaning_is_refused(code: int) -> None:
    with pytest.raises(ValueError, match=str(code)):
        read(code)


def test_a_tempo_between_two_is_said_as_the_nearest() -> None:
    plan = planned(random.Random(2), Wishes(bpm=100.4))
    assert read(int(outlined(plan)[1]))[1] == 100
