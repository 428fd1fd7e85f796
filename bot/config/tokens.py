"""The Discord token: its shape, what can be wrong with it, and how to keep it out of every text.

A token is three base64url parts with dots between them: the bot's numeric id, a time, a signature
(https://docs.discord.com/developers/reference#authentication).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from bot.errors import TokenError

REDACTED: Final = "[token]"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{18,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{25,}")
"""Anything shaped like a token. Ids have 17 to 20 digits, so their part has 23 signs or more; the looser
bound also hides tokens that lost a sign or two in copying."""

MIN_SECRET_CHARS: Final = 6
"""A shorter "token" is a slip of the hand, and would be found in the middle of words."""

_WHERE: Final = "developer portal of Discord, Bot, Reset Token"


def redact(text: str, secret: str = "") -> str:
    """`text` without `secret` and without anything else that is shaped like a token."""
    if len(secret) >= MIN_SECRET_CHARS:
        text = text.replace(secret, REDACTED)
    return _TOKEN.sub(REDACTED, text)


def checked_token(token: str) -> str:
    """The token, when Discord could accept it. Raises TokenError with a sentence that does not show it."""
    if not token:
        raise TokenError(
            f"There is no token: set BUSKER_TOKEN or `token` in config.toml ({_WHERE}); "
            "`rehearse` and `compose` work without one."
        )
    if token.lower().startswith(("bot ", "bearer ")):
        raise TokenError(f"The token begins with the word “{token.split()[0]}”: leave that word out.")
    parts = token.split(".")
    if len(parts) != 3 or not _TOKEN.fullmatch(token):
        raise TokenError(
            "The token is malformed: it has three parts of letters, digits, “-” and “_” with dots between "
            f"them; copy it again ({_WHERE})."
        )
    if application_of(token) is None:
        raise TokenError(
            f"The token is malformed: its first part is not the id of a bot; copy it again ({_WHERE})."
        )
    return token


def application_of(token: str) -> int | None:
    """The bot's id, which is public and stands in the token's first part; None when it does not."""
    first = token.split(".", 1)[0]
    try:
        decoded = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(decoded) if decoded.isdigit() else None
