from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.markdown import CHOICE_CHARS, escape, fit, truncate


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("slow dub, 90 bpm (dry)", "slow dub, 90 bpm (dry)"),
        ("**bold** _it_ ~~no~~", r"\*\*bold\*\* \_it\_ \~\~no\~\~"),
        ("<t:1700000000:R>", r"\<t:1700000000:R>"),
        ("<:horn:123456789012345678>", r"\<:horn:123456789012345678>"),
        ("<a:horn:123456789012345678>", r"\<a:horn:123456789012345678>"),
        ("</compose:123456789012345678>", r"\</compose:123456789012345678>"),
        ("<id:customize>", r"\<id:customize>"),
        ("<#123>", r"\<#123>"),
        ("[a **name**](https://a.b/**c**)", "\\[a \\*\\*name\\*\\*](https:\u200b//a.b/\\*\\*c\\*\\*)"),
        ("<@&123> @everyone @here", "\\<@\u200b&123> @\u200beveryone @\u200bhere"),
        ("# loud\n> said\n  - one\n-# small", "\\# loud\n\\> said\n  \\- one\n\\-# small"),
        ("``` ||spoiler||", r"\`\`\` \|\|spoiler\|\|"),
        (r"\*already\*", r"\\\*already\\\*"),
    ],
)
def test_escaped_text_is_shown_as_it_was_written(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(st.text(alphabet="\\*_~`|<>[]()#-@:/ aeryonh1t", max_size=40))
def test_escaped_text_has_no_active_markdown_and_loses_nothing(text: str) -> None:
    shown = escape(text)
    alive = re.sub(r"\\[^a-z0-9\s]", "x", shown)
    assert not re.search(r"[\\*_~`|<\[]|^\s*[#>-]|://|@(everyone|here|[!&]?\d)", alive, re.MULTILINE)
    unescaped = re.sub(r"\\([^a-z0-9\s])", r"\1", shown).replace("\u200b", "")
    assert unescaped == text  # and nothing is lost


@pytest.mark.parametrize("before", [0, 1, 99, 100, 300])
@pytest.mark.parametrize("text", [1, 50, 100, 300])
@pytest.mark.parametrize("after", [0, 49, 50, 300])
def test_a_choice_has_one_to_a_hundred_characters_whatever_it_is_made_of(
    before: int, text: int, after: int
) -> None:
    fitted = fit("b" * before, "t" * text, "a" * after)
    assert 1 <= len(fitted) <= CHOICE_CHARS
    if before + text + after <= CHOICE_CHARS:
        assert fitted == "b" * before + "t" * text + "a" * after
    elif before + after < CHOICE_CHARS:  # only the text is shorter
        assert fitted == f"{'b' * before}{'t' * (99 - before - after)}…{'a' * after}"
    else:
        assert fitted.endswith("…")


def test_long_text_is_truncated_with_an_ellipsis() -> None:
    assert truncate("abcde", 5) == "abcde"
    assert truncate("abcdef", 5) == "abcd…"
