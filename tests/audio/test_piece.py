from __future__ import annotations

import pytest

from audio.errors import PieceError
from audio.piece import LARGEST_SEED, piece_of, readable


def test_what_was_asked_for_is_kept_as_whole_steps() -> None:
    piece = piece_of("calm lofi with rain", 20.011, 0.505, 7)
    assert (piece.prompt, piece.seconds, piece.interval, piece.seed) == ("calm lofi with rain", 20.02, 0.5, 7)
    assert piece.steps == 1001


def test_a_seed_is_drawn_when_none_is_given() -> None:
    drawn = {piece_of("techno", 10).seed for _ in range(8)}
    assert len(drawn) > 1
    assert all(0 <= seed <= LARGEST_SEED for seed in drawn)


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
def test_prompts_are_read_as_words(written: str, read: str) -> None:
    assert readable(written) == read


@pytest.mark.parametrize(
    ("asked", "field"),
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
        ({"seed": LARGEST_SEED + 1}, "seed"),
    ],
)
def test_what_cannot_be_used_is_named_in_one_sentence(asked: dict[str, object], field: str) -> None:
    with pytest.raises(PieceError) as refused:
        piece_of(**({"prompt": "techno", "seconds": 20.0} | asked))  # type: ignore[arg-type]
    assert refused.value.field == field
    assert str(refused.value).count(".") >= 1
    assert "\n" not in str(refused.value)


def test_the_settings_may_allow_more() -> None:
    assert piece_of("techno", 120, longest=120).seconds == 120
