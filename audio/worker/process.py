"""A worker as the bot's process sees it: the process, the pipe, and two threads, one for each direction.

A worker runs native code on whatever a checkpoint holds, so it is not trusted: what it sends is checked, and
one that sends anything but messages in their place, floods, reads nothing or hangs is killed and replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from audio.children import ENGINE_ENVIRONMENT, inheriting
from audio.worker.main import main
from audio.worker.messages import End, Failed, Order, WorkerMessage
from audio.worker.pipe import MessagePipe
from audio.worker.wire import FROM_WORKER, WireError, encode

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

_log = logging.getLogger(__name__)

PRELOADED_MODULE: Final = "audio.musicgen.engine_core"
"""The module whose import takes most of the start of a worker."""

END_SECONDS: Final = 2.0
"""Time that a worker gets to exit after End before it is killed; a step takes less."""


MAX_UNSENT: Final = 10_000
"""Messages that a worker may leave unread. A piece needs one or two a second, and a step takes under one."""

MAX_UNHANDLED: Final = 64
"""Messages that are read before the event loop has handled them; beyond, the worker has to wait."""

MAX_MESSAGES_A_SECOND: Final = 5000
"""Several times what a fast GPU sends with all slots taken."""


@dataclass(frozen=True, slots=True)
class WorkerExit:
    """The last message of a worker: the process has ended."""

    exitcode: int | None
    fault: str = ""
    """Why it was killed, such as “stopped answering”; empty if it ended by itself or was told to."""


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
    """One worker process, and the threads that read and write its pipe.

    The event loop is never blocked by a worker. `on_message` is called there with each message, and finally
    with WorkerExit; it raises WireError for a message that has no place. A worker that is ready and sends
    nothing for `hang_seconds` is killed.
    """

    def __init__(
        self, order: Order, hang_seconds: float, on_message: Callable[[WorkerProcess, object], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_message = on_message
        self._hang_seconds = hang_seconds
        context = process_context()
        connection, theirs = context.Pipe()
        # A daemon, so that it ends with the bot even if the engine is never closed.
        self._process = context.Process(target=main, args=(theirs, order), name="busker engine", daemon=True)
        with inheriting(ENGINE_ENVIRONMENT):  # also what the fork server starts with
            self._process.start()
        theirs.close()  # so that the pipe reports EOF when the process ends
        self.pid = self._process.pid
        self.ready = False
        self._pipe = MessagePipe(connection, FROM_WORKER)
        self._unsent: queue.Queue[bytes | None] = queue.Queue(MAX_UNSENT)
        self._unhandled = threading.Semaphore(MAX_UNHANDLED)
        self._fault = ""
        self._hang_timer: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()
        self._threads = [
            threading.Thread(target=target, name=f"engine {self.pid} {name}", daemon=True)
            for target, name in ((self._read, "in"), (self._write, "out"))
        ]
        for thread in self._threads:
            thread.start()

    def send(self, message: WorkerMessage) -> None:
        try:
            self._unsent.put_nowait(encode(message))
        except queue.Full:
            self._kill("stopped reading")

    async def end(self) -> None:
        """End the process, and wait until it, its threads and its pipe are gone."""
        if self.ready:
            self.send(End())
        else:
            self._kill()  # it reads no messages while it loads
        try:
            async with asyncio.timeout(END_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            self._kill()
            await self._ended.wait()

    def _kill(self, fault: str = "") -> None:
        """Kill the process, whatever it or a child of its own still does with the pipe; in the event loop."""
        if not self._ended.is_set():
            self._fault = self._fault or fault
            self._process.kill()
            self._pipe.interrupt()

    def _read(self) -> None:
        """Forward messages to the event loop until the process ends; runs in a thread."""
        fault = ""
        arrivals: deque[float] = deque(maxlen=MAX_MESSAGES_A_SECOND)
        try:
            message: object = None
            while not isinstance(message, Failed):
                message = self._pipe.recv()
                arrivals.append(time.monotonic())
                if len(arrivals) == arrivals.maxlen and arrivals[-1] - arrivals[0] < 1:
                    raise WireError("more messages than anybody needs")
                self._unhandled.acquire()
                self._post(message)
        except WireError as error:
            fault = f"sent garbage ({error})"
            self._process.kill()
        except (EOFError, OSError):
            pass  # it has ended, or is about to
        self._process.join(END_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._post(WorkerExit(self._process.exitcode, fault))

    def _write(self) -> None:
        """Send what the event loop queues; runs in a thread."""
        try:
            while (frame := self._unsent.get()) is not None:
                self._pipe.send_frame(frame)
        except OSError:
            _log.debug("The pipe of the engine's process %s is closed; its exit will be reported.", self.pid)

    def _post(self, message: object) -> None:
        """Hand a message to the event loop; runs in a thread."""
        try:
            self._loop.call_soon_threadsafe(self._receive, message)
        except RuntimeError:  # the event loop was closed and the engine was not
            self._process.kill()

    def _receive(self, message: object) -> None:
        """Handle a message, and release everything after the last one; runs in the event loop."""
        if self._hang_timer is not None:
            self._hang_timer.cancel()
        if isinstance(message, WorkerExit):
            self._release()
            self._on_message(self, replace(message, fault=self._fault or message.fault))
            return
        self._unhandled.release()
        if self._fault:  # it has been killed, and nothing that it sent counts
            return
        try:
            self._on_message(self, message)
        except WireError as error:
            self._kill(f"sent garbage ({error})")
        if self.ready:
            self._hang_timer = self._loop.call_later(self._hang_seconds, self._kill, "stopped answering")

    def _release(self) -> None:
        self._pipe.interrupt()  # the thread that writes may still wait for a process of the worker's own
        with contextlib.suppress(queue.Full):  # then it does not wait for messages
            self._unsent.put_nowait(None)
        for thread in self._threads:
            thread.join()
        self._pipe.close()
        self._process.close()
        self._ended.set()
