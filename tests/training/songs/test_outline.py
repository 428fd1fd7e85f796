"""Outline: every plan can be encoded and decoded."""

from __future__ import annotations

import random

import pytest

from training.songs.clock import BAR_SIXTEENTHS, sixteenth_starts
from training.songs.codes import BASS, CONDUCTOR, LOW, OUTLINE, SOUNDING, VOCABULARY
from training.songs.composer import Constraints, compose, draw_plan
from training.songs.outline import FIELDS, OUTLINE_CODES, decode_outline, encode_outline
from training.songs.score import score


def test_a_plan_survives_encoding_and_decoding() -> None:
    rng = random.Random(1)
    for _ in range(300):
        plan = draw_plan(rng, Constraints())
        bar = rng.randrange(20)
        fields = [decode_outline(int(code)) for code in encode_outline(plan, bar, frozenset({LOW, BASS}))]
        assert fields == [
            (0, (plan.meter.bpm, plan.meter.swing)),
            (1, (plan.style.name, plan.drums, bar % 4)),
            (2, (plan.key.tonic, plan.key.mode)),
            (3, (plan.bass, plan.progression)),
            (4, (plan.chords, plan.seventh)),
            (5, (plan.lead,)),
            (6, (plan.energy, True, False, True, False, False)),
        ]


def test_the_outline_fits_the_vocabulary_and_its_codes_are_distinct() -> None:
    values = [decode_outline(code) for code in range(1, OUTLINE_CODES)]
    assert len(set(values)) == len(values)
    assert OUTLINE_CODES <= VOCABULARY


@pytest.mark.parametrize("code", [0, OUTLINE_CODES])
def test_an_unused_code_is_refused(code: int) -> None:
    with pytest.raises(ValueError, match=str(code)):
        decode_outline(code)


def test_a_fractional_tempo_is_rounded() -> None:
    plan = draw_plan(random.Random(2), Constraints(bpm=100.4))
    assert decode_outline(int(encode_outline(plan, 0, frozenset())[0]))[1][0] == 100


def test_a_bar_announces_the_books_of_the_next() -> None:
    changes = 0
    for seed in range(30):
        codes = score(compose(seed, 25))
        bars = [int(bar) for bar in sixteenth_starts(codes[CONDUCTOR], BAR_SIXTEENTHS)]
        for bar, start, end in zip(bars, bars[1:], [*bars[2:], codes.shape[1]], strict=False):
            values = decode_outline(int(codes[OUTLINE, bar + len(FIELDS) - 1]))[1]
            announced = list(values[1:])
            playing = [bool(codes[book, start:end].any()) for book in SOUNDING]
            before = [bool(codes[book, bar:start].any()) for book in SOUNDING]
            # an announced book may rest for a bar, and a crash may ring on from the previous one
            assert not any(
                sounds and not announces for sounds, announces in zip(playing[2:], announced[2:], strict=True)
            )
            changes += announced != before
    assert changes > 20
