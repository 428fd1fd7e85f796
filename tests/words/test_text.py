"""A Text is worded when it is known who reads it."""

from __future__ import annotations

import pickle

import pytest

from audio.errors import EngineError
from words.text import Text


def answer(before: int = 0, seconds: float = 20.0) -> Text:
    return Text("compose-answer", before=before, seconds=seconds, prompt="a waltz", seed="1234567")


def test_it_is_english_for_logs_and_for_languages_that_busker_does_not_speak() -> None:
    assert str(answer()) == "Composing 20 s of “a waltz” with seed 1234567."
    assert answer().in_("fi") == str(answer())


def test_numbers_choose_the_form_of_the_sentence() -> None:
    assert "after one other piece" in str(answer(before=1))
    assert "after 3 other pieces" in str(answer(before=3, seconds=12.5))
    assert "12.5 s" in str(answer(seconds=12.5))


def test_a_missing_sentence_or_value_is_an_error_and_not_a_hole_in_the_sentence() -> None:
    with pytest.raises(LookupError):
        str(Text("no-such-sentence"))
    with pytest.raises(LookupError):
        str(Text("compose-answer", before=0))


def test_an_error_brings_its_sentence_across_the_pipe_in_any_language() -> None:
    error = pickle.loads(pickle.dumps(EngineError(answer())))
    assert str(error) == str(answer())
    assert error.text.in_("en-GB") == str(answer())
