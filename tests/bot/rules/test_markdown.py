from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.markdown import escape, truncate


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


def test_long_text_is_truncated_with_an_ellipsis() -> None:
    assert truncate("abcde", 5) == "abcde"
    assert truncate("abcdef", 5) == "abcd…"
