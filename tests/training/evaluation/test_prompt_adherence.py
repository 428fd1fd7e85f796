"""Prompt adherence: outlines are compared with the prompts."""

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


def test_the_outline_of_a_song_matches_its_plan() -> None:
    assert outline_adherence([CASE], CODES) == {"tempo": 1.0, "style": 1.0, "drums": 1.0, "key": 1.0}


def test_the_outline_of_a_song_does_not_match_another_prompt() -> None:
    other = PromptCase("", "", 104, Key((SONG.plan.key.tonic + 1) % 12, SONG.plan.key.mode), drums=False)
    assert outline_adherence([other], CODES) == {"tempo": 0.0, "style": 0.0, "drums": 0.0, "key": 0.0}


def test_properties_that_a_prompt_leaves_open_do_not_count() -> None:
    partial = replace(CASE, bpm=None, key=None, drums=None)
    assert outline_adherence([CASE, partial], np.concatenate([CODES, CODES]))["tempo"] == 1.0
    assert set(outline_adherence([partial], CODES)) == {"style"}


def test_an_empty_outline_matches_nothing() -> None:
    silent = CODES.copy()
    silent[:, OUTLINE] = 0
    assert outline_adherence([CASE], silent)["style"] == 0.0
