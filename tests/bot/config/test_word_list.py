"""Word lists: what AutoMod would find, and what people do so that it is not found."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config.word_list import MAX_WORD_CHARS, WordList, fold, forms, is_word, word_list


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        (
            "bad",
            ["bad", "a BAD day", "bad, sad", "so:bad!", "(bad)", "bad_day"],
            ["badge", "abad", "b ad", "ba"],
        ),
        ("bad*", ["bad", "badge of honour"], ["abad", "forbad"]),
        ("*bad", ["bad", "forbad"], ["badge", "forbade"]),
        ("*bad*", ["bad", "forbade", "badge"], ["b-ad", "dab"]),
        ("bad day", ["a bad day", "bad   day", "bad-day", "BAD\nDAY"], ["bad days", "day bad", "badday"]),
        ("c++", ["love c++ now", "C++"], ["c", "c+", "c#"]),
        ("🍆", ["🍆", "some🍆here"], ["🍑"]),
        ("straße", ["Strasse", "STRASSE", "straße"], ["strassen"]),
        ("ärger", ["Arger", "ÄRGER", "a\u0308rger"], ["ärgert"]),
    ],
)
def test_words_are_found_as_automod_finds_them(word: str, found: list[str], not_found: list[str]) -> None:
    words = WordList([word])
    assert [text for text in found if not words.finds(text)] == []
    assert [text for text in not_found if words.finds(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "b\u200bad", "b\u00adad", "ba\ufe0fd", "bа\u0301d", "ｂａｄ", "𝐛𝐚𝐝", "ⓑⓐⓓ", "🇧🇦🇩", "🅱🅰🅳",
        "bäd", "b̶a̶d̶", "bаd", "BΑD", "b4d", "b@d", "b a d", "b.a.d", "B-A-D", "_b_a_d_", "b\u3164ad",
        "a b a d day", "\u202ebad\u202c",
    ],
)  # fmt: skip
def test_disguises_are_seen_through(text: str) -> None:
    assert WordList(["bad"]).finds(text)


@pytest.mark.parametrize("text", ["120 bpm", "808 drums", "4 on the floor", "a 2 3", "mp3", "F# minor, 7/8"])
def test_numbers_of_ordinary_prompts_are_no_disguises(text: str) -> None:
    assert not WordList(["ops", "bob", "bpms", "as", "so", "a2e"]).finds(text)


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        ("馬鹿", "この馬鹿な曲", "馬と鹿"),
        ("ばか", "ばかな曲", "はかな曲"),
        ("バカ", "あのバカの曲", "ハカ"),
        ("바보", "바보야", "박보야"),
        ("плохо", "очень плохо!", "неплохой"),
        ("किताब", "यह किताब है", "कताब"),
    ],
)
def test_words_of_other_scripts(word: str, found: str, not_found: str) -> None:
    words = WordList([word])
    assert words.finds(found)
    assert not words.finds(not_found)


def test_an_empty_list_finds_nothing_and_stars_alone_are_no_words() -> None:
    assert not WordList([]).finds("anything")
    assert not WordList(["", "*", "**", " ", "...", "\u200b"])
    assert not any(is_word(text) for text in ["", "*", "* *", "...", "\u200b", "x" * (MAX_WORD_CHARS + 1)])
    assert all(is_word(text) for text in ["bad", "*bad*", "🍆", "馬鹿", "x" * MAX_WORD_CHARS])


def test_the_same_words_are_prepared_once() -> None:
    assert word_list(("bad", "worse")) is word_list(("bad", "worse"))


@settings(deadline=None)
@given(st.text(), st.text(max_size=40))
def test_a_word_finds_itself_in_any_text_and_with_stars_within_any_word(around: str, word: str) -> None:
    if fold(word.strip().strip("*")):
        assert WordList([word]).finds(word.strip().strip("*"))
        assert WordList([f"*{word.strip().strip('*')}*"]).finds(
            f"{around} {word.strip().strip('*')} {around}"
        )


def test_searching_looks_at_each_place_and_length_once_however_many_the_words_are() -> None:
    """A list made to be slow, of every length and with all wildcards, on the longest prompt."""
    looks = 0

    class Counting(set[str]):
        def __contains__(self, word: object) -> bool:
            nonlocal looks
            looks += 1
            return False

    letters = [f"{'a' * length}{chr(0x100 + number)}" for number in range(100) for length in range(1, 50)]
    words = WordList(wild.format(word) for word in letters for wild in ("{}", "*{}", "{}*", "*{}*"))
    words._whole = Counting(words._whole)
    for by_length in (words._beginnings, words._endings, words._inside):
        by_length.words = Counting(by_length.words)
    for text in ("a" * 300, "a " * 150):
        assert not any(True for form in forms(text) for _ in words.spans(form))
    assert 0 < looks <= 4 * 8 * 300 * MAX_WORD_CHARS
