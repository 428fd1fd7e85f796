"""Validation and redaction of the Discord token.

A token is three base64url parts separated by dots: the bot's numeric id, a time, a signature
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
"""Anything shaped like a token. Ids have 17 to 20 digits, so their part has at least 23 characters; the
looser bound also hides tokens that lost a few characters in copying."""

MIN_SECRET_CHARS: Final = 6
"""A shorter "token" is a typing mistake; redacting it would damage ordinary words."""

_WHERE: Final = "developer portal of Discord, Bot, Reset Token"


def redact(text: str, secret: str = "") -> str:
    """Return `text` with `secret` and anything else shaped like a token replaced by REDACTED."""
    if len(secret) >= MIN_SECRET_CHARS:
        text = text.replace(secret, REDACTED)
    return _TOKEN.sub(REDACTED, text)


def checked_token(token: str) -> str:
    """Return the token if its shape is valid. Raises TokenError, whose message does not show the token."""
    if not token:
        raise TokenError(
            f"There is no token: set BUSKER_TOKEN, BUSKER_TOKEN_FILE or `token` in config.toml ({_WHERE}); "
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
    if application_id(token) is None:
        raise TokenError(
            f"The token is malformed: its first part is not the id of a bot; copy it again ({_WHERE})."
        )
    return token


def application_id(token: str) -> int | None:
    """Return the bot's public id, encoded in the token's first part; None if it is not there."""
    first = token.split(".", 1)[0]
    try:
        decoded = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return int(decoded) if re.fullmatch(r"[0-9]{1,20}", decoded) else None
