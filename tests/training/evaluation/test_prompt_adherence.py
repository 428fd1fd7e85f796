"""What the outline of a piece says is held against what was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.evaluation.prompt_adherence import outline_adherence
from training.evaluation.prompt_set import PromptCase
from training.songs.codes import OUTLINE
from training.songs.composer import Constraints, compose
from training.songs.scales import Key
from training.songs.score import score

SONG = compose(4321, 10.0, Constraints(drums=True, bpm=100))
CODES = score(SONG)[np.newaxis, :, :500]
CASE = PromptCase("", SONG.plan.style.name, 100, SONG.plan.key, drums=True)


def test_a_song_says_what_it_was_composed_of() -> None:
    assert outline_adherence([CASE], CODES) == {"tempo": 1.0, "style": 1.0, "drums": 1.0, "key": 1.0}


def test_what_was_asked_otherwise_is_not_what_it_says() -> None:
    other = PromptCase("", "", 104, Key((SONG.plan.key.tonic + 1) % 12, SONG.plan.key.mode), drums=False)
    assert outline_adherence([other], CODES) == {"tempo": 0.0, "style": 0.0, "drums": 0.0, "key": 0.0}


def test_what_was_left_open_does_not_count() -> None:
    partial = replace(CASE, bpm=None, key=None, drums=None)
    assert outline_adherence([CASE, partial], np.concatenate([CODES, CODES]))["tempo"] == 1.0
    assert set(outline_adherence([partial], CODES)) == {"style"}


def test_an_outline_that_says_nothing_says_nothing_right() -> None:
    silent = CODES.copy()
    silent[:, OUTLINE] = 0
    assert outline_adherence([CASE], silent)["style"] == 0.0
