"""Regular expressions of AutoMod's rules, searched for by RE2 in time proportional to the text.

Discord's are in the syntax of Rust's `regex`, which descends from RE2. What RE2 does not know (operations on
classes, some names of properties) is left out. Letters and digits are those of all scripts, as in Rust; only
`\\b` knows those of ASCII alone.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import re2

_TOKEN: Final = re.compile(r"\\.|\[\^?\]?|\]|.", re.DOTALL)
_CLASSES: Final = {r"\w": r"\p{L}\p{M}\p{Nd}\p{Pc}", r"\d": r"\p{Nd}"}
"""Of all scripts (docs.rs/regex, "Perl character classes (Unicode friendly)"); RE2's own are of ASCII."""


class Patterns:
    """Regular expressions that block, without regard to case. RE2 refuses `unread` of them."""

    def __init__(self, sources: Iterable[str]) -> None:
        compiled = [_compiled(source) for source in sources]
        self._compiled = [pattern for pattern in compiled if pattern is not None]
        self.unread = len(compiled) - len(self._compiled)

    def finds(self, text: str, allowed: Sequence[str] = ()) -> bool:
        """True if one matches a part of `text` that is not within one of the words `allowed`."""
        free = [
            match.span() for word in allowed for match in re.finditer(re.escape(word), text, re.IGNORECASE)
        ]
        return any(
            not any(begin <= match.start() and match.end() <= end for begin, end in free)
            for pattern in self._compiled
            for match in pattern.finditer(text)
        )


@functools.lru_cache(1024)
def _compiled(source: str) -> Any | None:
    """Return a pattern; None if RE2 does not understand it, or it would take too much memory."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(_of_all_scripts(source), options)
    except re2.error:
        return None


def _of_all_scripts(source: str) -> str:
    """Let `\\w` and `\\d` mean letters and digits of all scripts."""
    written, inside = [], False
    for token in _TOKEN.findall(source):
        if token in _CLASSES:
            token = _CLASSES[token] if inside else f"[{_CLASSES[token]}]"
        elif token.lower() in _CLASSES and not inside:
            token = f"[^{_CLASSES[token.lower()]}]"
        elif token.startswith("["):
            inside = True
        elif token == "]":
            inside = False
        written.append(token)
    return "".join(written)
