"""The worker process, which composes. It talks to the bot's process through one pipe and nothing else.

It is a process of its own because Python work beside the voice threads delays their packets, and because a
fault in native code must not end the bot. Heavy libraries are imported when it runs, so that the bot's
process can import this module and stay light.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Final

from audio.children import forbid_core_dumps
from audio.errors import EngineError
from audio.worker.loading import load
from audio.worker.messages import (
    Begun,
    Cancel,
    Compose,
    Delivery,
    End,
    Failed,
    Heartbeat,
    Hold,
    LogLine,
    Order,
    PromptChanged,
    ReportPlayhead,
    Steer,
)
from audio.worker.pipe import MessagePipe
from audio.worker.wire import MAX_TEXT_CHARS, TO_WORKER, printable

if TYPE_CHECKING:
    from audio.musicgen.engine_core import EngineCore

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS: Final = 1.0
"""Longest silence of a worker that is ready."""

POLL_SECONDS: Final = 0.25
"""Longest wait for a message while nothing is due: playback goes on and streams may need sound by then."""

NICENESS: Final = 5
"""Lower priority than the bot's process: a chunk may be 10 ms late, a voice packet may not."""


def main(connection: Connection, order: Order) -> None:
    """Run a worker until it receives End, or until its pipe closes because the bot's process has died."""
    pipe = MessagePipe(connection, TO_WORKER)
    # Ctrl-C reaches every process of the terminal; the bot's process decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    forbid_core_dumps()
    logging.getLogger().addHandler(_PipeHandler(pipe))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):  # the bot's process has gone
        try:
            core, ready = load(order)
            core.on_begin = lambda key: pipe.send(Begun(key))
        except EngineError as error:
            pipe.send(Failed(error))
        except Exception as error:
            _log.exception("The engine's process cannot start.")
            sentence = f"The engine cannot start: {type(error).__name__}: {error}; the log says where."
            pipe.send(Failed(EngineError(sentence)))
        else:
            pipe.send(ready)
            _serve(pipe, core)


def _serve(pipe: MessagePipe, core: EngineCore) -> None:
    """Alternate between reading all messages and one step of the core; returns after End."""
    sent_at = time.monotonic()
    while True:
        while pipe.poll(POLL_SECONDS if core.nothing_due else 0):
            match pipe.recv():
                case Compose(key, piece):
                    core.admit(key, piece)
                case Cancel(key):
                    core.cancel(key)
                case ReportPlayhead(key, position):
                    core.report_playhead(key, position)
                case Hold(key):
                    core.hold(key)
                case Steer(key, prompt, blend_seconds, earliest):
                    pipe.send(PromptChanged(key, core.steer(key, prompt, blend_seconds, earliest)))
                case End():
                    return
        for output in core.step():
            pipe.send(Delivery(output.key, output.result, core.current_speed(output.key)))
            sent_at = time.monotonic()
        if time.monotonic() - sent_at >= HEARTBEAT_SECONDS:
            pipe.send(Heartbeat())
            sent_at = time.monotonic()


class _PipeHandler(logging.Handler):
    """Sends what is logged to the bot's process, which logs it under the same name."""

    def __init__(self, pipe: MessagePipe) -> None:
        super().__init__()
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._pipe.send(
                LogLine(record.name, record.levelno, printable(self.format(record), MAX_TEXT_CHARS))
            )
        except OSError:  # the bot's process has gone, and nobody reads the log
            pass
        except Exception:
            self.handleError(record)
