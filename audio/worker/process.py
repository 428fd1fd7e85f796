"""A worker as the engine has it: the process, the pipe, and the thread that listens and sees it end."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from audio.worker.main import main
from audio.worker.messages import End, Order, Ready, WorkerMessage

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

_log = logging.getLogger(__name__)

NEEDED: Final = "audio.musicgen.engine_core"
"""The module whose import takes a worker most of its start."""

END_SECONDS: Final = 2.0
"""How long a worker that has been told to end may take before it is killed; a step is shorter."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word of a worker's thread: the process is no more."""

    exitcode: int | None
    hung: bool


def processes() -> SpawnContext | ForkServerContext:
    """How a worker starts: on Linux from a process that has imported what it needs, so that a replacement is
    there in 2 s instead of 7 (measured), which is less than what listeners have in hand. That process takes
    120 MB and does nothing else. Elsewhere what is imported does not stand being forked."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([NEEDED])
    return context


class WorkerProcess:
    """One worker process, and the thread that listens to it and sees it end.

    The event loop writes to the pipe and closes it; the thread only reads, and calls `hear` in the event loop
    with each message and at last with Ended.
    """

    def __init__(
        self, order: Order, hang_seconds: float, hear: Callable[[WorkerProcess, object], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear = hear
        self._hang_seconds = hang_seconds
        context = processes()
        self._pipe, theirs = context.Pipe()
        # A daemon, so that it ends with the bot even where nobody closes the engine.
        self._process = context.Process(target=main, args=(theirs, order), name="busker engine", daemon=True)
        self._process.start()
        theirs.close()  # held by the process alone, the pipe ends when it ends
        self.pid = self._process.pid
        self.ready = False
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._listen, name=f"engine {self.pid}", daemon=True)
        self._thread.start()

    def send(self, message: WorkerMessage) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            _log.debug(
                "The engine's process %s no longer listens; the thread will say that it ended.", self.pid
            )

    async def end(self) -> None:
        """End the process, and wait until it, its thread and its pipe are gone."""
        if self.ready:
            self.send(End())
        else:
            self._process.kill()  # it listens to nothing while it loads
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self._process.kill()
            await self._ended.wait()

    def _listen(self) -> None:
        hung = False
        patience: float | None = None  # loading may take minutes, on the way from the hub
        try:
            while self._pipe.poll(patience):
                message = self._pipe.recv()
                if isinstance(message, Ready):
                    patience = self._hang_seconds
                self._bring(message)
            hung = True
            self._process.kill()
        except (EOFError, OSError):
            pass  # it has ended, or is about to
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._bring(Ended(self._process.exitcode, hung))

    def _bring(self, message: object) -> None:
        try:
            self._loop.call_soon_threadsafe(self._heard, message)
        except RuntimeError:  # the event loop was closed and the engine was not
            self._process.kill()

    def _heard(self, message: object) -> None:
        if isinstance(message, Ended):
            self._thread.join()  # which has said its last word
            self._pipe.close()
            self._process.close()
            self._ended.set()
        self._hear(self, message)
