"""A page shows a message's content, and none of it is taken for HTML."""

from __future__ import annotations

import re

from rehearsal.people.screen import page_of
from rehearsal.refusal import Json


def seen(message: Json, files: dict[str, bytes] | None = None) -> str:
    """Return the text of the page, without its style and tags."""
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


def test_members_text_is_escaped_and_quoting_backslashes_are_removed() -> None:
    text = page_of({"content": r"<script>\*a\* & b</script> </compose:1>"}, "Busker", {}, {})
    assert "&lt;script&gt;*a* &amp; b&lt;/script&gt;" in text
    assert '<span class="mention">/compose</span>' in text


def test_an_attached_picture_is_shown_and_another_file_is_named() -> None:
    picture = {"url": "a", "content_type": "image/png", "filename": "x.png", "size": 3}
    track = {"url": "b", "content_type": "audio/flac", "filename": "x.flac", "size": 2_340_000}
    page = page_of({"attachments": [track, picture]}, "Busker", {}, {"a": b"png"})
    assert page.count("<img") == 1
    assert "<b>x.flac</b> <span>2.34 MB</span>" in page


def test_a_known_picture_is_embedded_and_an_unknown_one_is_left_out() -> None:
    message = {"components": [{"type": 12, "items": [{"media": {"url": address}} for address in "ab"]}]}
    assert page_of(message, "Busker", {}, {"a": b"png"}).count("<img") == 1
