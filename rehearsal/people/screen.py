"""A message as a member sees it: Discord's JSON as a page of HTML, for pictures in the documentation.

It renders the parts of messages that bots write (texts, embeds, layouts, buttons, menus, pictures) in the
manner of Discord's client, and loads nothing from elsewhere.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Final

from rehearsal.refusal import Json
from rehearsal.rest.components import MENUS, Kind

STYLE: Final = Path(__file__).with_name("screen.css").read_text(encoding="utf-8")

Names = Mapping[int, str]
"""The names of users and channels."""

Files = Mapping[str, bytes]
"""The pictures of the message, by their addresses."""


def page_of(message: Json, author: str, names: Names, files: Files) -> str:
    """Return the page of a message."""
    parts = [_marked(str(message.get("content") or ""), names)]
    parts += [_attachment(item, files) for item in message.get("attachments") or []]
    parts += [_embed(embed, names, files) for embed in message.get("embeds") or []]
    parts += [_component(component, names, files) for component in message.get("components") or []]
    head = f'<div class="author">{escape(author)}<span>APP</span></div>'
    body = "".join(part for part in parts if part)
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style><body>{head}{body}'


def _attachment(attachment: Json, files: Files) -> str:
    """Return an image as itself, and any other file as a box with its name and size."""
    if str(attachment.get("content_type")).startswith("image/"):
        return _picture(attachment["url"], files)
    size = f"{attachment['size'] / 1_000_000:.2f} MB"
    return f'<div class="file">♪ <b>{escape(attachment["filename"])}</b> <span>{size}</span></div>'


def _embed(embed: Json, names: Names, files: Files) -> str:
    lines = [f'<div class="title">{escape(embed["title"])}</div>'] if embed.get("title") else []
    if embed.get("description"):
        lines.append(_marked(embed["description"], names))
    fields = [
        f'<div class="field{"" if field.get("inline") else " whole"}"><b>{escape(field["name"])}</b>'
        f"{_marked(field['value'], names)}</div>"
        for field in embed.get("fields") or []
    ]
    if fields:
        lines.append(f'<div class="fields">{"".join(fields)}</div>')
    if embed.get("image"):
        lines.append(_picture(embed["image"]["url"], files))
    if embed.get("footer"):
        lines.append(f'<div class="small">{escape(embed["footer"]["text"])}</div>')
    return f'<div class="box">{"".join(lines)}</div>'


def _component(component: Json, names: Names, files: Files) -> str:
    def all_of(components: Iterable[Json]) -> str:
        return "".join(_component(inner, names, files) for inner in components)

    kind = component.get("type")
    if kind == Kind.CONTAINER:
        return f'<div class="box">{all_of(component["components"])}</div>'
    if kind == Kind.ROW:
        return f'<div class="row">{all_of(component["components"])}</div>'
    if kind == Kind.SECTION:
        return f"<div>{all_of([*component['components'], component['accessory']])}</div>"
    if kind == Kind.TEXT:
        return _marked(component["content"], names)
    if kind == Kind.SEPARATOR:
        return "<hr>"
    if kind == Kind.GALLERY:
        return "".join(_picture(item["media"]["url"], files) for item in component["items"])
    if kind == Kind.BUTTON:
        state = " disabled" if component.get("disabled") else ""
        label = escape(component.get("label") or "")
        return f'<button class="s{component.get("style", 2)}"{state}>{label}</button>'
    if kind in MENUS:
        return f'<div class="menu">{escape(component.get("placeholder") or "Choose")} ⌄</div>'
    return ""


def _picture(url: str, files: Files) -> str:
    data = files.get(url)
    if data is None:
        return ""
    return f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}">'


def _marked(text: str, names: Names) -> str:
    """Render Discord's Markdown, as far as bots use it."""
    if not text:
        return ""
    shown = escape(text, quote=False)
    shown = re.sub(
        r"&lt;(@[!&amp;]*|#)(\d+)&gt;", lambda m: _mention(m[1][0], names.get(int(m[2]), m[2])), shown
    )
    shown = re.sub(r"&lt;/([\w -]+):\d+&gt;", lambda m: _mention("/", m[1]), shown)
    shown = re.sub(r"&lt;t:\d+(?::\w)?&gt;", "a moment ago", shown)
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", shown)
    shown = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", shown)
    shown = re.sub(r"(?m)^###? (.+)\n?", r"<h3>\1</h3>", shown)
    shown = re.sub(r"(?m)^-# (.+)$", r'<span class="small">\1</span>', shown)
    shown = re.sub(r"\\([^\w\s])", r"\1", shown)
    return f'<div class="text">{shown}</div>'


def _mention(sign: str, name: str) -> str:
    return f'<span class="mention">{sign}{escape(name)}</span>'
