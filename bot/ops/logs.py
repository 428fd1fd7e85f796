"""The log: one line per record, without the token and without what opens somebody's file.

2026-03-01 12:00:00 INFO    bot.client: Logged in.
    further lines of a record, such as a traceback, are indented
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final

from bot.config.tokens import redact

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

OWN_PACKAGES: Final = ("acceptance", "audio", "bot", "cogs", "rehearsal")
"""Loggers that follow the level of the settings. Libraries log warnings and errors only."""

INFO_AT_MOST: Final = ("discord.client", "discord.gateway")
"""Loggers whose INFO records an operator needs, such as a resumed session. Never at DEBUG: discord.py then
logs whole events, including messages of members and the keys of voice connections."""

INDENT: Final = "    "

_ESCAPED_CONTROLS: Final = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (9, 10)
}
"""Control characters in text from outside (a prompt, a response) could move the cursor or forge lines."""

UNSIGNED: Final = "[unsigned]"
"""Stands for what was left out of an address."""

_QUERY = re.compile(r"(\b(?:https?|wss?)://[^\s?#\"'<>]*)[?#][^\s\"'<>)\]]+", re.IGNORECASE)
"""An address and what follows its path: for a file at Discord, the signature (`?ex=…&is=…&hm=…`) with which
anybody can read it."""

_SIGNATURE = re.compile(r"(?:\b|(?<=%3F)|(?<=%26))((?:ex|is|hm)(?:=|%3D))[0-9a-f]{6,}", re.IGNORECASE)
"""A part of such a signature without its address, as in the request line of an exception, or quoted within
another address."""

_CALLBACK = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w%.-]{8,}")
"""The address of an interaction, whose last part lets anybody answer in Busker's name for 15 minutes."""

_log = logging.getLogger(__name__)


def unsigned(text: str) -> str:
    """Return `text` with addresses that still say where something is and no longer open it."""
    text = _QUERY.sub(rf"\1?{UNSIGNED}", text)
    return _CALLBACK.sub(rf"\1{UNSIGNED}", _SIGNATURE.sub(rf"\1{UNSIGNED}", text))


class RedactingFormatter(logging.Formatter):
    """Redacts the formatted record, so that message, arguments and traceback are all covered."""

    def __init__(self, secret: str = "") -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        text = unsigned(redact(super().format(record), self._secret)).translate(_ESCAPED_CONTROLS)
        return text.rstrip("\n").replace("\n", f"\n{INDENT}")


@contextmanager
def logging_to(stream: SupportsWrite[str], level: str = "info", secret: str = "") -> Iterator[None]:
    """Within the block, write log records, warnings and uncaught exceptions of threads to `stream`.

    `level` is a level of the settings. `secret` is the token, which is written as [token].
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(secret))
    own_level = logging.getLevelNamesMapping()[level.upper()]
    levels = {"": max(own_level, logging.WARNING)}
    levels |= dict.fromkeys(OWN_PACKAGES, own_level) | dict.fromkeys(
        INFO_AT_MOST, max(own_level, logging.INFO)
    )
    before = {name: logging.getLogger(name).level for name in levels}
    hooks = threading.excepthook, sys.unraisablehook
    for name, value in levels.items():
        logging.getLogger(name).setLevel(value)
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    threading.excepthook, sys.unraisablehook = _log_thread_failure, _log_unraisable
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(handler)
        for name, value in before.items():
            logging.getLogger(name).setLevel(value)


def _log_thread_failure(failure: threading.ExceptHookArgs) -> None:
    if issubclass(failure.exc_type, SystemExit):
        return
    name = failure.thread.name if failure.thread else "unknown"
    _log.error("The thread %r failed.", name, exc_info=_exc_info(failure.exc_value, failure.exc_traceback))


def _log_unraisable(failure: sys.UnraisableHookArgs) -> None:
    """Log an exception that no caller can catch, such as one in a destructor."""
    _log.error(
        "%s: %r",
        failure.err_msg or "Ignored",
        failure.object,
        exc_info=_exc_info(failure.exc_value, failure.exc_traceback),
    )


def _exc_info(
    error: BaseException | None, traceback: TracebackType | None
) -> tuple[type[BaseException], BaseException, TracebackType | None] | None:
    return None if error is None else (type(error), error, traceback)
