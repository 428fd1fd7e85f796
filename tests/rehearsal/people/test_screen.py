"""A page shows what a message says, and nothing in it is taken for HTML."""

from __future__ import annotations

import re

from rehearsal.people.screen import page_of
from rehearsal.refusal import Json


def seen(message: Json, files: dict[str, bytes] | None = None) -> str:
    """The text of the page, without its style and tags."""
    page = page_of(message, "Busker", {7: "ann"}, files or {})
    return re.sub(r"<style>.*?</style>|<[^>]+>", "", page, flags=re.DOTALL)


def test_texts_embeds_layouts_and_buttons_are_shown() -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "disabled": True}]}
    box = {
        "type": 17,
        "components": [{"type": 10, "content": "### Playing\n`██` **now**"}, {"type": 14}, row],
    }
    embed = {"title": "Library", "fields": [{"name": "Length", "value": "20 s"}], "footer": {"text": "end"}}
    text = seen({"content": "by <@7>", "embeds": [embed], "components": [box]})
    for part in ("Busker", "by @ann", "Library", "Length20 s", "end", "Playing██ now", "Stop"):
        assert part in text
    assert '<button class="s4" disabled>' in page_of({"components": [box]}, "Busker", {}, {})


def test_words_of_members_are_no_html_and_backslashes_of_quoting_are_not_seen() -> None:
    text = page_of({"content": r"<script>\*a\* & b</script> </compose:1>"}, "Busker", {}, {})
    assert "&lt;script&gt;*a* &amp; b&lt;/script&gt;" in text
    assert '<span class="mention">/compose</span>' in text


def test_a_picture_lies_in_the_page_and_one_that_is_elsewhere_is_left_out() -> None:
    message = {"components": [{"type": 12, "items": [{"media": {"url": address}} for address in "ab"]}]}
    assert page_of(message, "Busker", {}, {"a": b"png"}).count("<img") == 1
