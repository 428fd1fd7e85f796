"""Prompts: they say what is in the plan and nothing else, and the tokenizer hears what counts."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from transformers import PreTrainedTokenizerFast

from training.evaluation.prompt_set import misspelt, trials
from training.songs.clock import FASTEST, SLOWEST
from training.songs.composer import Plan, Wishes, planned
from training.text import words
from training.text.prompts import prompt
from training.text.tokenizer import tempos, tokenizer


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [planned(random.Random(seed), Wishes()) for seed in range(400)]


@pytest.fixture(scope="module")
def spoken() -> PreTrainedTokenizerFast:
    return tokenizer(1)


def test_the_same_plan_is_asked_for_in_many_ways(plans: list[Plan]) -> None:
    assert len({prompt(plans[0], random.Random(seed)) for seed in range(50)}) > 45


def test_a_tempo_that_is_said_is_the_plan_s(plans: list[Plan]) -> None:
    said = 0
    for place, plan in enumerate(plans):
        found = re.findall(r"(\d{2,3}) ?(?:bpm|BPM|beats)", prompt(plan, random.Random(place)))
        said += len(found)
        assert all(int(number) == round(plan.meter.bpm) for number in found)
    assert said > 100


def test_no_drums_is_said_only_where_there_are_none(plans: list[Plan]) -> None:
    silent = 0
    for place, plan in enumerate(plans):
        text = prompt(plan, random.Random(place))
        denied = re.search(rf"\b({'|'.join(words.NO_DRUMS)})", text) is not None
        silent += denied
        assert not (denied and plan.drums)
    assert silent > 20


def test_most_prompts_name_their_style(plans: list[Plan]) -> None:
    named = [
        any(word in prompt(plan, random.Random(place)) for word in words.STYLES[plan.style.name])
        for place, plan in enumerate(plans)
    ]
    assert 0.75 < sum(named) / len(named) < 0.97


def test_every_tempo_is_one_token(spoken: PreTrainedTokenizerFast) -> None:
    for bpm in range(SLOWEST, FASTEST + 1):
        assert spoken.tokenize(f"rock {bpm}bpm")[-2:] == [f"▁{bpm}", "▁bpm"]
    assert len(tempos(spoken)) == FASTEST - SLOWEST + 1


def test_case_punctuation_and_gaps_do_not_matter(spoken: PreTrainedTokenizerFast) -> None:
    wanted = spoken("lofi beats 82 bpm no drums").input_ids
    assert spoken("Lofi beats,  82BPM; no drums!").input_ids == wanted


def test_what_nobody_said_before_is_heard_in_pieces(spoken: PreTrainedTokenizerFast) -> None:
    assert spoken.unk_token_id not in spoken("zyxwv qqq nachtmusik").input_ids


def test_misspelt_trials_ask_the_same_in_other_letters() -> None:
    asked = trials(20, seed=3)
    for right, wrong in zip(asked, misspelt(asked, seed=3), strict=True):
        assert wrong.prompt != right.prompt
        assert replace(wrong, prompt=right.prompt) == right
        digits = "".join(sign for sign in right.prompt if sign.isdigit())
        assert "".join(sign for sign in wrong.prompt if sign.isdigit()) == digits, "a tempo is what it was"
