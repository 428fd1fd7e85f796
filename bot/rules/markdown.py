"""Words of members, safe to show in messages, embeds and components."""

from __future__ import annotations

import re
from typing import Final

SHOWN_CHARS: Final = 80
"""Where a prompt is cut in a list."""

CHOICE_CHARS: Final = 100
"""The longest name and value of a suggestion or a choice (Discord developer documentation)."""

CHOICES: Final = 25
"""The most suggestions, or choices of a menu."""

_ANYWHERE = re.compile(r"([\\*_~`|<\[])")
_LINE_BEGINS = re.compile(r"^(\s*)([#>-])", re.MULTILINE)
_PING = re.compile(r"@(?=everyone|here|[!&]?\d)")


def quoted(words: str) -> str:
    """Words of a member, safe to show: no markdown, no mention, no link preview, no timestamp, no emoji.

    Every form that Discord makes something of in angle brackets (`<@1>`, `<t:1:R>`, `<:name:1>`,
    `</command:1>`, `<id:guide>`) needs the sign that begins it, and so does `[a name](a link)`. discord.py's
    `escape_markdown` leaves those alone, and what is in links.
    """
    safe = _LINE_BEGINS.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\1", words))
    return _PING.sub("@\u200b", safe).replace("://", ":\u200b//")


def cut(words: str, signs: int = SHOWN_CHARS) -> str:
    """`words`, no longer than `signs`; an ellipsis tells that there is more."""
    return words if len(words) <= signs else f"{words[: signs - 1]}…"
