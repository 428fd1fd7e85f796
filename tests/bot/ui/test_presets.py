from __future__ import annotations

import pytest

from audio.piece import PROMPT_LENGTH, piece_of, readable
from bot.ui.presets import PRESETS, matching_prompts


def test_before_anything_is_typed_recent_prompts_are_suggested_and_then_presets() -> None:
    assert matching_prompts("", ["bells", "dub"], limit=5, max_chars=100) == ["bells", "dub", *PRESETS[:3]]


def test_many_recent_prompts_leave_half_of_the_places_to_presets() -> None:
    used = [f"prompt {number}" for number in range(25)]
    assert matching_prompts("", used, limit=10, max_chars=100) == [*used[:5], *PRESETS[:5]]


def test_presets_match_all_words_in_any_order_and_case() -> None:
    assert matching_prompts("PIANO waltz", [], limit=25, max_chars=100) == ["gentle waltz for piano, G major"]
    assert matching_prompts("piano polka", [], limit=25, max_chars=100) == []


def test_no_prompt_is_suggested_twice() -> None:
    assert matching_prompts("dub", [PRESETS[1].upper()], limit=25, max_chars=100) == [PRESETS[1].upper()]


def test_prompts_that_are_too_long_for_discord_are_left_out() -> None:
    assert matching_prompts("bells", ["bells" * 21, "bells"], limit=25, max_chars=100) == ["bells"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_valid_prompt_and_short_enough_to_be_suggested(preset: str) -> None:
    assert piece_of(preset, 20.0).prompt == preset == readable(preset)
    assert PROMPT_LENGTH[0] <= len(preset) <= 100
