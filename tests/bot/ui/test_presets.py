from __future__ import annotations

import pytest

from audio.piece import PROMPT_LENGTH, piece_of, readable
from bot.ui.presets import PRESETS, suggested


def test_nothing_typed_suggests_what_was_used_last_and_then_presets() -> None:
    assert suggested("", ["bells", "dub"], limit=5, longest=100) == ["bells", "dub", *PRESETS[:3]]


def test_much_that_was_used_leaves_half_of_the_places_to_presets() -> None:
    used = [f"prompt {number}" for number in range(25)]
    assert suggested("", used, limit=10, longest=100) == [*used[:5], *PRESETS[:5]]


def test_presets_need_all_words_in_any_order_and_case() -> None:
    assert suggested("PIANO waltz", [], limit=25, longest=100) == ["gentle waltz for piano, G major"]
    assert suggested("piano polka", [], limit=25, longest=100) == []


def test_no_prompt_is_suggested_twice() -> None:
    assert suggested("dub", [PRESETS[1].upper()], limit=25, longest=100) == [PRESETS[1].upper()]


def test_what_discord_could_not_carry_is_left_out() -> None:
    assert suggested("bells", ["bells" * 21, "bells"], limit=25, longest=100) == ["bells"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_asked_for_and_suggested(preset: str) -> None:
    assert piece_of(preset, 20.0).prompt == preset == readable(preset)
    assert PROMPT_LENGTH[0] <= len(preset) <= 100
