from __future__ import annotations

import math
from dataclasses import replace

import pytest

from audio.errors import PieceError
from audio.piece import MAX_SEED, Piece, PromptChange, checked, excerpt_of, piece_of, readable


def test_lengths_are_rounded_to_whole_steps() -> None:
    piece = piece_of("calm lofi with rain", 20.011, 0.505, 7)
    assert (piece.prompt, piece.seconds, piece.interval, piece.seed) == ("calm lofi with rain", 20.02, 0.5, 7)
    assert piece.steps == 1001


def test_a_seed_is_drawn_when_none_is_given() -> None:
    drawn = {piece_of("techno", 10).seed for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= seed <= MAX_SEED for seed in drawn)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("  dark\ttechno\n\nwith  bells ", "dark techno with bells"),
        ("lofi\x00\x07 beats", "lofi beats"),
        ("\u202emirrored\u202c words", "mirrored words"),
        ("<a:party:123456> funk <:sax:9>", "party funk sax"),
        ("waltz for <@123> and <@&5> in <#77> <t:1700000000:R> </compose:12>", "waltz for and in"),
        ("@everyone dance", "@everyone dance"),
        ("a waltz <@\u200b5> hidden", "a waltz hidden"),
        ("half a \ud83c sign", "half a sign"),
    ],
)
def test_prompts_are_cleaned_to_readable_words(written: str, read: str) -> None:
    assert readable(written) == read


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"prompt": " \u200b\t "}, "prompt"),
        ({"prompt": "ab"}, "prompt"),
        ({"prompt": "x" * 6000}, "prompt"),
        ({"seconds": 9.9}, "length"),
        ({"seconds": 30.1}, "length"),
        ({"seconds": float("nan")}, "length"),
        ({"interval": 0.4}, "interval"),
        ({"interval": 2.6}, "interval"),
        ({"seed": -1}, "seed"),
        ({"seed": MAX_SEED + 1}, "seed"),
    ],
)
def test_an_invalid_field_is_named_with_one_sentence(fields: dict[str, object], field: str) -> None:
    with pytest.raises(PieceError) as refused:
        piece_of(**({"prompt": "techno", "seconds": 20.0} | fields))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert str(refused.value).count(".") >= 1
    assert "\n" not in str(refused.value)


def test_the_settings_may_allow_longer_pieces() -> None:
    assert piece_of("techno", 120, longest=120).seconds == 120


def test_prompt_changes_apply_from_their_steps() -> None:
    changes = PromptChange("two", 100), PromptChange("three", 200)
    piece = replace(piece_of("one", 10), prompt_changes=changes)
    assert piece.prompts == ("one", "two", "three")
    assert [piece.prompt_index(step) for step in (0, 99, 100, 199, 200, 499)] == [0, 0, 1, 1, 2, 2]


def test_during_a_blend_the_new_prompt_applies_more_and_more_often() -> None:
    change = PromptChange("new", 100, blend=50)
    applied = [change.applies_at(step) for step in range(100, 150)]
    tenths = [sum(applied[begin : begin + 10]) for begin in range(0, 50, 10)]
    assert tenths == sorted(tenths)
    assert tenths[0] <= 1
    assert tenths[-1] >= 9
    assert sum(applied) == 25
    assert not change.applies_at(99)
    assert change.applies_at(150)


def test_a_prompt_change_during_a_blend_blends_with_both_prompts() -> None:
    changes = PromptChange("two", 100, 50), PromptChange("three", 125, 50)
    piece = replace(piece_of("one", 10), prompt_changes=changes)
    assert {piece.prompt_index(step) for step in range(125, 150)} == {0, 1, 2}
    assert {piece.prompt_index(step) for step in range(150, 175)} == {1, 2}
    assert piece.prompt_index(175) == 2


def test_an_excerpt_holds_its_position_and_the_prompts_that_applied() -> None:
    radio = Piece(
        "bells",
        math.inf,
        7,
        prompt_changes=(
            PromptChange("brass", 500, 100),
            PromptChange("pads", 2000),
            PromptChange("sax", 9000),
        ),
    )
    late = excerpt_of(radio, 20.0, 60.0)
    assert (late.prompt, late.seconds, late.seed, late.excerpt) == ("brass", 40.0, 7, 20.0)
    assert late.prompt_changes == (PromptChange("pads", 1000),), (
        "counted from its beginning, without those outside it"
    )
    assert excerpt_of(radio, 0.0, 60.0).prompts == ("bells", "brass", "pads")
    assert checked(late, longest=600.0) == late


def test_a_file_cannot_request_endless_music_or_an_invalid_position() -> None:
    for piece in (Piece("bells", math.inf, 7), Piece("bells", 30.0, 7, excerpt=math.nan)):
        with pytest.raises(PieceError):
            checked(piece, longest=600.0)


def test_what_was_typed_goes_with_a_prompt_into_an_excerpt_and_is_checked_like_one() -> None:
    changes = PromptChange("slow", 100, 0, "langsam"), PromptChange("no drums", 300)
    radio = Piece("fast jazz", math.inf, 7, translated_from="schneller Jazz", prompt_changes=changes)
    assert radio.typed_prompts == ("schneller Jazz", "langsam", "no drums")
    assert excerpt_of(radio, 0.0, 4.0).typed_prompts == ("schneller Jazz", "langsam")
    assert excerpt_of(radio, 3.0, 10.0).typed_prompts == ("langsam", "no drums")
    assert radio.beginning_with(2).typed_prompts == ("no drums",)
    for piece in (
        Piece("jazz", 20.0, 7, translated_from="x" * 301),
        Piece("jazz", 20.0, 7, translated_from="two\nlines"),
        Piece("jazz", 20.0, 7, prompt_changes=(PromptChange("jazz", 0, 0, " "),)),
    ):
        with pytest.raises(PieceError):
            checked(piece, longest=600.0)
