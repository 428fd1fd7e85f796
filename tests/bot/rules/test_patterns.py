"""Regular expressions block as AutoMod's do, and none can take long."""

from __future__ import annotations

import pytest

from bot.rules.patterns import Patterns


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(b|c)ad", "a Bad day"),
        (r"^bad\s+word$", "BAD  word"),
        (r"b\w+d", "bööd"),
        (r"[\w]{3}плохо", "ОЧЕплохо"),
        (r"\d{3}", "٣٤٥"),
        (r"[^\d]\D", "12ab"),
        (r"\W", "é!"),
        (r"[]x]y", "]y"),
        (r"\[\w\]", "[é]"),
        ("(?i)ärger", "ÄRGER"),
        ("ドラム|drum", "ドラムなし"),
    ],
)
def test_patterns_match_letters_of_all_scripts_without_regard_to_case(pattern: str, text: str) -> None:
    patterns = Patterns([pattern])
    assert patterns.unread == 0
    assert patterns.finds(text)


@pytest.mark.parametrize(
    ("pattern", "text"), [("^bad$", "a bad day"), (r"\W", "é"), (r"\bbad\b", "badge"), (r"\D", "٣٤")]
)
def test_what_does_not_match_is_free(pattern: str, text: str) -> None:
    assert not Patterns([pattern]).finds(text)


@pytest.mark.parametrize(
    "pattern", ["(?=a)b", r"(a)\1", "(", "a{5000}", "[a-z&&[^b]]{2,1}", "((a{100}){100}){10}", "\\"]
)
def test_what_re2_refuses_is_counted_and_blocks_nothing(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    patterns = Patterns([pattern, "bad"])
    assert patterns.unread == 1
    assert patterns.finds("bad")
    assert not patterns.finds("aab")
    assert capfd.readouterr().err == "", "RE2 writes its own log"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)+$", "(.*a){20}b", "(a?){60}a{60}b"])
def test_patterns_that_take_others_for_ever_are_searched_at_once(pattern: str) -> None:
    """Python's `re` takes hours for the first of them."""
    assert not Patterns([pattern]).finds("a" * 300 + "!")


def test_a_match_within_an_allowed_word_is_free() -> None:
    patterns = Patterns(["[ck]lass", "ass"])
    assert patterns.finds("Class", [])
    assert not patterns.finds("a classic piece", ["Classic"])
    assert patterns.finds("a classic ass", ["classic"])
    assert patterns.finds("classi", ["classic"])
