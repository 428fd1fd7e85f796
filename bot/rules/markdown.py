"""Text of members, escaped for messages, embeds and components."""

from __future__ import annotations

import re
from typing import Final

LISTED_CHARS: Final = 80
"""Longest prompt in a list."""

CHOICE_CHARS: Final = 100
"""Longest name and value of a suggestion or a choice (Discord developer documentation)."""

MAX_CHOICES: Final = 25
"""Most suggestions, or choices of a menu (Discord developer documentation)."""

_ANYWHERE = re.compile(r"([\\*_~`|<\[])")
_LINE_START = re.compile(r"^(\s*)([#>-])", re.MULTILINE)
_PING = re.compile(r"@(?=everyone|here|[!&]?\d)")


def escape(text: str) -> str:
    """Escape a member's text: no markdown, mention, link preview, timestamp or emoji remains active.

    Every construct in angle brackets (`<@1>`, `<t:1:R>`, `<:name:1>`, `</command:1>`, `<id:guide>`) needs its
    first character, and so does `[name](link)`. discord.py's `escape_markdown` leaves those alone, and what
    is inside links.
    """
    safe = _LINE_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", text))
    return _PING.sub("@\u200b", safe).replace("://", ":\u200b//")


def fit(before: str, text: str, after: str, max_chars: int = CHOICE_CHARS) -> str:
    """Return the three joined, with at most `max_chars` characters: `text` is truncated, then the whole."""
    room = max(1, max_chars - len(before) - len(after))
    return truncate(f"{before}{truncate(text, room)}{after}", max_chars)


def truncate(text: str, max_chars: int = LISTED_CHARS) -> str:
    """Return `text` with at most `max_chars` characters; an ellipsis marks what is missing."""
    return text if len(text) <= max_chars else f"{text[: max_chars - 1]}…"
