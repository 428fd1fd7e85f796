"""The log: on standard error, one line a record, and never the token.

2026-03-01 12:00:00 INFO    bot.client: Logged in.
    further lines of a record, such as a traceback, are indented
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final

from bot.config.tokens import redact

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

ROOMS: Final = ("audio", "bot", "cogs", "rehearsal")
"""Our own loggers speak at the level of the settings; libraries only from a warning on."""

CHATTY: Final = ("discord.client", "discord.gateway")
"""They say at INFO what an operator wants to read, such as a resumed session. Never at DEBUG: discord.py then
writes whole events with what members said, and the keys of voice connections."""

INDENT: Final = "    "

_CONTROLS: Final = {
    code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code not in (9, 10)
}
"""Control signs from outside (a prompt, an answer) would let a text move the cursor or forge lines."""

_log = logging.getLogger(__name__)


class RedactingFormatter(logging.Formatter):
    """Formats a record and only then redacts, so that message, arguments and traceback are all covered."""

    def __init__(self, secret: str = "") -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
        self._secret = secret

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record), self._secret).translate(_CONTROLS)
        return text.rstrip("\n").replace("\n", f"\n{INDENT}")


@contextmanager
def logging_to(stream: SupportsWrite[str], level: str = "info", secret: str = "") -> Iterator[None]:
    """Within the block, everything that is logged, warned or left uncaught in a thread goes to `stream`.

    `level` is a word of the settings; `secret` is the token, which is written as [token] wherever it appears.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(secret))
    wanted = logging.getLevelNamesMapping()[level.upper()]
    levels = {"": max(wanted, logging.WARNING)}
    levels |= dict.fromkeys(ROOMS, wanted) | dict.fromkeys(CHATTY, max(wanted, logging.INFO))
    before = {name: logging.getLogger(name).level for name in levels}
    hooks = threading.excepthook, sys.unraisablehook
    for name, value in levels.items():
        logging.getLogger(name).setLevel(value)
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    threading.excepthook, sys.unraisablehook = _thread_failed, _unraisable
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = hooks
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(handler)
        for name, value in before.items():
            logging.getLogger(name).setLevel(value)


def _thread_failed(failure: threading.ExceptHookArgs) -> None:
    if issubclass(failure.exc_type, SystemExit):
        return
    name = failure.thread.name if failure.thread else "unknown"
    _log.error("The thread %r failed.", name, exc_info=_info(failure.exc_value, failure.exc_traceback))


def _unraisable(failure: sys.UnraisableHookArgs) -> None:
    """An exception where nobody can catch it, such as while an object is destroyed."""
    _log.error(
        "%s: %r",
        failure.err_msg or "Ignored",
        failure.object,
        exc_info=_info(failure.exc_value, failure.exc_traceback),
    )


def _info(
    error: BaseException | None, traceback: TracebackType | None
) -> tuple[type[BaseException], BaseException, TracebackType | None] | None:
    return None if error is None else (type(error), error, traceback)
