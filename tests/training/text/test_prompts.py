"""Prompts describe their plan and nothing else; the tokenizer keeps what matters."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from transformers import PreTrainedTokenizerFast

from training.evaluation.prompt_set import generate_cases, misspell
from training.songs.clock import MAX_BPM, MIN_BPM
from training.songs.composer import Constraints, Plan, draw_plan
from training.text import words
from training.text.prompts import write_prompt
from training.text.tokenizer import tempo_tokens, train_tokenizer


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [draw_plan(random.Random(seed), Constraints()) for seed in range(400)]


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(1)


def test_a_plan_has_many_prompts(plans: list[Plan]) -> None:
    assert len({write_prompt(plans[0], random.Random(seed)) for seed in range(50)}) > 45


def test_a_tempo_in_a_prompt_is_that_of_the_plan(plans: list[Plan]) -> None:
    mentions = 0
    for seed, plan in enumerate(plans):
        numbers = re.findall(r"(\d{2,3}) ?(?:bpm|BPM|beats)", write_prompt(plan, random.Random(seed)))
        mentions += len(numbers)
        assert all(int(number) == round(plan.meter.bpm) for number in numbers)
    assert mentions > 100


def test_only_prompts_for_plans_without_drums_exclude_drums(plans: list[Plan]) -> None:
    mentions = 0
    for seed, plan in enumerate(plans):
        text = write_prompt(plan, random.Random(seed))
        excludes_drums = re.search(rf"\b({'|'.join(words.NO_DRUMS)})", text) is not None
        mentions += excludes_drums
        assert not (excludes_drums and plan.drums)
    assert mentions > 20


def test_most_prompts_name_their_style(plans: list[Plan]) -> None:
    names_style = [
        any(word in write_prompt(plan, random.Random(seed)) for word in words.STYLES[plan.style.name])
        for seed, plan in enumerate(plans)
    ]
    assert 0.75 < sum(names_style) / len(names_style) < 0.97


def test_every_tempo_is_one_token(tokenizer: PreTrainedTokenizerFast) -> None:
    for bpm in range(MIN_BPM, MAX_BPM + 1):
        assert tokenizer.tokenize(f"rock {bpm}bpm")[-2:] == [f"▁{bpm}", "▁bpm"]
    assert len(tempo_tokens(tokenizer)) == MAX_BPM - MIN_BPM + 1


def test_case_punctuation_and_gaps_do_not_matter(tokenizer: PreTrainedTokenizerFast) -> None:
    wanted = tokenizer("lofi beats 82 bpm no drums").input_ids
    assert tokenizer("Lofi beats,  82BPM; no drums!").input_ids == wanted


def test_unknown_words_are_split_into_known_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer.unk_token_id not in tokenizer("zyxwv qqq nachtmusik").input_ids


def test_misspelling_changes_the_letters_of_a_prompt_and_nothing_else() -> None:
    cases = generate_cases(20, seed=3)
    for case, misspelt in zip(cases, misspell(cases, seed=3), strict=True):
        assert misspelt.prompt != case.prompt
        assert replace(misspelt, prompt=case.prompt) == case
        digits = "".join(char for char in case.prompt if char.isdigit())
        assert "".join(char for char in misspelt.prompt if char.isdigit()) == digits, (
            "typos do not change the tempo"
        )
