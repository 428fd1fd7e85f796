"""The renderer of messages shows a message's content, and none of it is taken for HTML."""

from __future__ import annotations

import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from acceptance.screens import BROWSERS
from browser.screen import FLAGS, page_of
from rehearsal.refusal import Json

CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def rendered(tmp_path: Path, message: Json, files: dict[str, bytes] | None = None) -> str:
    """Return the HTML of a message after the renderer has run."""
    author = {"id": "1", "username": "Busker", "bot": True}
    whole = {"id": "2", "author": author, "timestamp": "2026-12-01T00:00:00+00:00", **message}
    page = tmp_path / "page.html"
    page.write_text(page_of(whole, {7: "ann"}, files or {}), encoding="utf-8")
    command = [str(CHROMIUM), "--headless", "--disable-gpu", "--no-sandbox", *FLAGS]
    command += [f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = re.search(r"<article.*</article>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr
    return found[0]


def seen(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_texts_embeds_layouts_and_buttons_are_shown(tmp_path: Path) -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 4, "label": "Stop", "disabled": True}]}
    box = {
        "type": 17,
        "components": [{"type": 10, "content": "### Playing\n`██` **now**"}, {"type": 14}, row],
    }
    embed = {"title": "Library", "fields": [{"name": "Length", "value": "20 s"}], "footer": {"text": "end"}}
    html = rendered(tmp_path, {"content": "by <@7>", "embeds": [embed], "components": [box]})
    for part in ("Busker", "by @ann", "Library", "Length20 s", "end", "Playing██ now", "Stop"):
        assert part in seen(html)
    assert re.search(r'<button[^>]*class="s4"[^>]*disabled=""|<button[^>]*disabled=""[^>]*class="s4"', html)


def test_nothing_that_people_write_becomes_html(tmp_path: Path) -> None:
    evil = r"</script><script>document.body.remove()</script><img src=x onerror=alert(1)>\*a\* & b"
    box = {"type": 17, "components": [{"type": 10, "content": evil}, {"type": 2, "style": 2, "label": evil}]}
    attachment = {"url": "u", "filename": evil, "size": 1, "content_type": "audio/flac"}
    embed = {"title": evil, "description": evil, "fields": [{"name": evil, "value": evil}]}
    html = rendered(
        tmp_path, {"content": evil, "embeds": [embed], "components": [box], "attachments": [attachment]}
    )
    assert "<script" not in html
    assert "<img" not in html
    assert seen(html).count("</script><script>") == 8
    assert "*a* & b" in seen(html)


def test_commands_are_named_and_only_web_addresses_are_links(tmp_path: Path) -> None:
    text = "</compose:1> [good](https://example.org/a) [bad](javascript:alert(1))"
    html = rendered(tmp_path, {"content": text})
    assert '<span class="mention">/compose</span>' in html
    assert re.findall(r'href="([^"]*)"', html) == ["https://example.org/a"]


def test_known_pictures_are_shown_and_other_files_are_named(tmp_path: Path) -> None:
    picture = {"url": "a", "content_type": "image/png", "filename": "x.png", "size": 3}
    track = {"url": "b", "content_type": "audio/flac", "filename": "x.flac", "size": 2_340_000}
    gallery = {"type": 12, "items": [{"media": {"url": address}} for address in "ac"]}
    html = rendered(tmp_path, {"attachments": [track, picture], "components": [gallery]}, {"a": b"png"})
    assert html.count("<img") == 2
    assert "x.flac 2.34 MB" in seen(html)
