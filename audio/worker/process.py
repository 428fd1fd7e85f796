"""A worker as the bot's process sees it: the process, the pipe, and a thread that reads the pipe."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from audio.children import ENGINE_ENVIRONMENT, inheriting
from audio.worker.main import main
from audio.worker.messages import End, Order, Ready, WorkerMessage

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

_log = logging.getLogger(__name__)

PRELOADED_MODULE: Final = "audio.musicgen.engine_core"
"""The module whose import takes most of the start of a worker."""

END_SECONDS: Final = 2.0
"""Time that a worker gets to exit after End before it is killed; a step takes less."""


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """The last message of a worker's thread: the process has ended."""

    exitcode: int | None
    hung: bool
    """True if it was killed because it sent nothing for too long."""


def process_context() -> SpawnContext | ForkServerContext:
    """Return the multiprocessing context of workers: on Linux a warm fork server, else spawn.

    A replacement from the fork server is ready in 2 s instead of 7 (measured), which is less than listeners
    have buffered. The server takes 120 MB and is idle otherwise. On other systems torch does not survive a
    fork.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED_MODULE])
    return context


class WorkerProcess:
    """One worker process, and the thread that reads its pipe and notices its end.

    The event loop writes to the pipe and closes it; the thread only reads. `on_message` is called in the
    event loop with each message, and finally with WorkerExit. A worker that is ready and sends nothing for
    `hang_seconds` is killed.
    """

    def __init__(
        self, order: Order, hang_seconds: float, on_message: Callable[[WorkerProcess, object], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._hang_seconds = hang_seconds
        context = process_context()
        self._pipe, theirs = context.Pipe()
        # A daemon, so that it ends with the bot even if the engine is never closed.
        self._process = context.Process(target=main, args=(theirs, order), name="busker engine", daemon=True)
        with inheriting(ENGINE_ENVIRONMENT):  # also what the fork server starts with
            self._process.start()
        theirs.close()  # so that the pipe reports EOF when the process ends
        self.pid = self._process.pid
        self.ready = False
        self._ended = asyncio.Event()
        self._thread = threading.Thread(target=self._read, name=f"engine {self.pid}", daemon=True)
        self._thread.start()

    def send(self, message: WorkerMessage) -> None:
        try:
            self._pipe.send(message)
        except OSError:
            _log.debug("The pipe of the engine's process %s is closed; its exit will be reported.", self.pid)

    async def end(self) -> None:
        """End the process, and wait until it, its thread and its pipe are gone."""
        if self.ready:
            self.send(End())
        else:
            self._process.kill()  # it reads no messages while it loads
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self._process.kill()
            await self._ended.wait()

    def _read(self) -> None:
        """Forward messages to the event loop until the process ends or hangs; runs in the thread."""
        hung = False
        timeout: float | None = None  # loading may take minutes if it downloads from the hub
        try:
            while self._pipe.poll(timeout):
                message = self._pipe.recv()
                if isinstance(message, Ready):
                    timeout = self._hang_seconds
                self._post(message)
            hung = True
            self._process.kill()
        except (EOFError, OSError):
            pass  # it has ended, or is about to
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._post(WorkerExit(self._process.exitcode, hung))

    def _post(self, message: object) -> None:
        """Hand a message to the event loop; runs in the thread."""
        try:
            self._loop.call_soon_threadsafe(self._receive, message)
        except RuntimeError:  # the event loop was closed and the engine was not
            self._process.kill()

    def _receive(self, message: object) -> None:
        """Release everything after the last message; runs in the event loop."""
        if isinstance(message, WorkerExit):
            self._thread.join()  # it has posted its last message
            self._pipe.close()
            self._process.close()
            self._ended.set()
        self._on_message(self, message)
