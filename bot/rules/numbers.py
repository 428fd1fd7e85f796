"""Numbers that people type: into forms, options of text, and the command line."""

from __future__ import annotations

import re
from typing import Final

MAX_DIGITS: Final = 16
"""Longest run of digits that is read: the largest seed has 16, and a float holds no more."""

_DIGITS: Final = rf"\d{{1,{MAX_DIGITS}}}"
_WHOLE: Final = re.compile(rf"[+-]?{_DIGITS}")
_NUMBER: Final = re.compile(rf"[+-]?(?:{_DIGITS}\.?|(?:{_DIGITS})?\.{_DIGITS})")
_SIGNS: Final = str.maketrans("，．－＋,\N{ARABIC DECIMAL SEPARATOR}\N{MINUS SIGN}", "..-+..-")


def parse_number(typed: str) -> float | None:
    """Return a number with a decimal point or comma, in the digits of any script; None if it is none.

    What Python reads as a float and people do not write (`1e99`, `nan`, `inf`, `1_000`) is none.
    """
    plain = _plain(typed)
    return float(plain) + 0.0 if _NUMBER.fullmatch(plain) else None  # the sum makes -0 a 0


def parse_whole(typed: str) -> int | None:
    """Return a whole number in the digits of any script; None if it is none."""
    plain = _plain(typed)
    return int(plain) if _WHOLE.fullmatch(plain) else None


def _plain(typed: str) -> str:
    """Return `typed` with the ASCII signs of a number; Python reads the digits of every script."""
    return typed.strip().translate(_SIGNS)
