"""The outline: every plan can be said in its codes, and read from them."""

from __future__ import annotations

import random

import pytest

from training.songs.clock import BAR_STEPS, beginnings
from training.songs.codes import BASS, CONDUCTOR, LOW, OUTLINE, SOUNDING, VOCABULARY
from training.songs.composer import Wishes, compose, planned
from training.songs.outline import FIELDS, OUTLINE_CODES, outlined, read
from training.songs.score import score


def test_the_codes_of_a_plan_say_the_plan() -> None:
    chance = random.Random(1)
    for _ in range(300):
        plan = planned(chance, Wishes())
        bar = chance.randrange(20)
        fields = [read(int(code)) for code in outlined(plan, bar, frozenset({LOW, BASS}))]
        assert fields == [
            (0, (plan.meter.bpm, plan.meter.swing)),
            (1, (plan.style.name, plan.drums, bar % 4)),
            (2, (plan.key.tonic, plan.key.mode)),
            (3, (plan.bass, plan.progression)),
            (4, (plan.chords, plan.seventh)),
            (5, (plan.lead,)),
            (6, (plan.energy, True, False, True, False, False)),
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
    assert read(int(outlined(plan, 0, frozenset())[0]))[1][0] == 100


def test_a_bar_says_who_plays_in_the_next() -> None:
    introduced = 0
    for seed in range(30):
        codes = score(compose(seed, 25))
        bars = [int(bar) for bar in beginnings(codes[CONDUCTOR], BAR_STEPS)]
        for bar, start, end in zip(bars, bars[1:], [*bars[2:], codes.shape[1]], strict=False):
            said = read(int(codes[OUTLINE, bar + len(FIELDS) - 1]))[1]
            coming = list(said[1:])
            playing = [bool(codes[book, start:end].any()) for book in SOUNDING]
            before = [bool(codes[book, bar:start].any()) for book in SOUNDING]
            # a book that is there may have nothing but rests in a bar, and a crash may ring on from the last
            assert not any(heard and not told for heard, told in zip(playing[2:], coming[2:], strict=True))
            introduced += coming != before
    assert introduced > 20
