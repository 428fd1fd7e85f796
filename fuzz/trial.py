"""One file through a media process, and what became of it."""

from __future__ import annotations

import logging
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType
from typing import Final, cast

from audio.errors import RecordingError
from audio.media.client import Exchange
from audio.media.limits import DEADLINE_SECONDS
from audio.media.wanted import Refused, Wanted
from fuzz.forked import EXCEPTION, ForkedProcess

MAX_PEAK_BYTES: Final = 300 * 10**6
"""Most resident memory of a media process."""

GRACE_SECONDS: Final = 10.0
"""Time beyond the deadline until the exchange itself counts as hanging."""

_BROKEN: Final = "recording-broken"


class Verdict(StrEnum):
    """What became of a file. `fine` tells whether that may happen."""

    HEARD = "heard"
    REFUSED = "refused"
    MEMORY = "refused, by the limit of memory"
    CPU = "killed, by the limit of processor time"
    DEADLINE = "killed, by the deadline"
    CRASHED = "crashed"
    EXCEPTION = "unexpected exception"
    NONSENSE = "answered nonsense"
    TOO_LARGE = "memory over the limit"
    HUNG = "hung"

    @property
    def fine(self) -> bool:
        return self in (self.HEARD, self.REFUSED, self.MEMORY, self.CPU, self.DEADLINE)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a file, and what it cost."""

    verdict: Verdict
    detail: str
    """The key of the sentence, the signal, or the end of a traceback."""
    cpu_seconds: float
    peak_bytes: int


class Hung(Exception):
    """Neither the process nor the deadline ended an exchange."""


class _Causes(logging.Handler):
    """Keeps what the client says about the last refusal."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage()


_causes: Final = _Causes()


def watch_causes() -> None:
    """Let refusals for lack of memory be told from others."""
    logger = logging.getLogger(Exchange.__module__)
    logger.addHandler(_causes)
    logger.setLevel(logging.INFO)
    logger.propagate = False


def attempt(
    data: bytes, wanted: Wanted, name: str, consume: Callable[[int, bytes], None] | None = None
) -> Result:
    """Send a file through a new process, as the bot's client does. Uses the alarm of this thread."""
    child = ForkedProcess()
    exchange = Exchange(cast("subprocess.Popen[bytes]", child), data, wanted, name, consume)
    _causes.last = ""
    try:
        with _deadline(exchange):
            exchange.run()
        verdict, detail = Verdict.HEARD, ""
    except Refused as refused:
        verdict, detail = Verdict.REFUSED, refused.text.key
        if "MemoryError" in _causes.last:
            verdict = Verdict.MEMORY
    except RecordingError as error:
        verdict, detail = _death(child, exchange, error)
    except Hung:
        verdict, detail = Verdict.HUNG, ""
    except Exception as error:  # the client itself has erred
        verdict, detail = Verdict.EXCEPTION, repr(error)
    child.kill()
    child.wait()
    if verdict.fine and child.peak_bytes > MAX_PEAK_BYTES:
        verdict, detail = Verdict.TOO_LARGE, f"{child.peak_bytes >> 20} MiB"
    return Result(verdict, detail, child.cpu_seconds, child.peak_bytes)


def _death(child: ForkedProcess, exchange: Exchange, error: RecordingError) -> tuple[Verdict, str]:
    """Return why a process gave no answer."""
    code = child.wait()
    if exchange.expired:
        return Verdict.DEADLINE, _BROKEN
    if code in (-signal.SIGXCPU, -signal.SIGKILL) and child.cpu_seconds > 1.0:
        return Verdict.CPU, _BROKEN
    if code < 0:
        return Verdict.CRASHED, signal.Signals(-code).name
    said = child.said.strip().rpartition("\n")[2]
    if code == EXCEPTION:
        return Verdict.EXCEPTION, said
    return Verdict.NONSENSE, f"{error.__cause__!r} {said}".strip()


@contextmanager
def _deadline(exchange: Exchange) -> Iterator[None]:
    """End the exchange as the bot's client does, and raise Hung if that does not help."""

    def late(number: int, frame: FrameType | None) -> None:
        if exchange.expired:
            raise Hung
        exchange.expire()
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, DEADLINE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
