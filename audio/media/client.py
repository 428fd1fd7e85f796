"""Reads foreign files in media processes: one file a process, one spare process that is ready.

A process that crashes, hangs, takes too much or answers nonsense is killed, and its file is refused with a
sentence; the next file gets another process. What comes back is not trusted: numbers are checked, text is
bounded, nothing is unpickled.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import numpy as np

from audio.errors import RecordingError
from audio.media.limits import DEADLINE_SECONDS, MAX_TAG_CHARS, MAX_TAGS
from audio.media.process import ANSWER_BYTES, LENGTH, Answer
from audio.media.wanted import Reason, Refused, Wanted
from words.text import Text

PROCESSES: Final = 2
"""Files that are read at once."""

BLOCK_BYTES: Final = 2**18
"""Sound is handed on in blocks, so that this process never holds a whole file's."""

END_SECONDS: Final = 2.0
"""Time that a process gets to exit after its answer before it is killed."""

ROOT: Final = Path(__file__).resolve().parents[2]

_COMMAND: Final = (sys.executable, "-E", "-s", "-m", "audio.media.process")

_INHERITED: Final = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables without which Python may not start; the process gets no others of ours, and so no secrets."""

_MAX_JSON_BYTES: Final = 6 * MAX_TAG_CHARS
"""JSON writes a character in up to six bytes, or twelve for two."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a media process said about a file whose sound was handed on."""

    seconds: float
    bad_packets: int
    tags: Mapping[str, str]
    peak_kib: int
    """Most resident memory of the process."""


class MediaProcesses:
    """Owns the processes and the threads that talk to them. Used on one event loop.

    `command` starts a process, by default the real one.
    """

    def __init__(
        self, command: tuple[str, ...] = _COMMAND, *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._command = command
        self._deadline_seconds = deadline_seconds
        self._threads = ThreadPoolExecutor(PROCESSES + 1, thread_name_prefix="media")
        self._free = asyncio.Semaphore(PROCESSES)
        self._spare: subprocess.Popen[bytes] | None = None
        self._refilling: asyncio.Task[OSError | None] | None = None
        self._running: set[Exchange] = set()
        self._closed = False

    def start(self) -> None:
        """Start the spare process in the background, so that the first file does not wait for it."""
        self._refill_soon()

    async def read(
        self, data: bytes, wanted: Wanted, name: str, consume: Callable[[int, bytes], None] | None = None
    ) -> Heard:
        """Read what is `wanted` of a file; `name` is its name for people.

        `consume` is called in a thread with the number of bytes of all samples and a block of them, in order:
        interleaved, of `wanted.dtype`. Raises RecordingError. Cancelling it kills the process.
        """
        async with self._free:
            loop = asyncio.get_running_loop()
            exchange = Exchange(await self._take_spare(name), data, wanted, name, consume)
            self._running.add(exchange)
            deadline = loop.call_later(self._deadline_seconds, exchange.expire)
            work = loop.run_in_executor(self._threads, exchange.run)
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                exchange.child.kill()
                await asyncio.wait([work])
                work.exception()  # it is retrieved, and of no interest
                raise
            finally:
                deadline.cancel()
                self._running.discard(exchange)

    async def close(self) -> None:
        """End all processes and threads; files that are being read or wait are refused."""
        self._closed = True
        for exchange in self._running:
            exchange.child.kill()
        if self._refilling is not None:
            await asyncio.wait([self._refilling])
        spare, self._spare = self._spare, None
        if spare is not None:
            await asyncio.to_thread(_end, spare)
        await asyncio.to_thread(self._threads.shutdown)

    async def _take_spare(self, name: str) -> subprocess.Popen[bytes]:
        """Return the spare process, and let another one be started. Raises RecordingError."""
        while True:
            if not self._closed:
                await asyncio.wait([refilling := self._refill_soon()])
            if self._closed:
                raise RecordingError(Text("recording-broken", name=name))
            if (error := refilling.result()) is not None:
                raise RecordingError(Text("recording-broken", name=name)) from error
            spare, self._spare = self._spare, None  # None if somebody else was faster
            if spare is not None:
                self._refill_soon()
                return spare

    def _refill_soon(self) -> asyncio.Task[OSError | None]:
        """Return the task that sees to it that there is a spare process."""
        if self._refilling is None or self._refilling.done():
            self._refilling = asyncio.create_task(self._refill(), name="spare media process")
        return self._refilling

    async def _refill(self) -> OSError | None:
        """Start a spare process unless there is one; returns why that failed."""
        spare, self._spare = self._spare, None
        try:
            self._spare = await asyncio.get_running_loop().run_in_executor(self._threads, self._living, spare)
        except OSError as error:
            _log.exception("the media process could not be started")
            return error
        return None

    def _living(self, child: subprocess.Popen[bytes] | None) -> subprocess.Popen[bytes]:
        """Return `child`, or a new process if it has ended; runs in a thread. Raises OSError."""
        if child is not None and child.poll() is None:
            return child
        if child is not None:
            _log.warning("the spare media process ended with code %s", child.returncode)
            _end(child)
        environment = {key: os.environ[key] for key in _INHERITED if key in os.environ}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
            start_new_session=True,  # Ctrl-C is the bot's alone
        )


class Exchange:
    """One file and the process that reads it."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        data: bytes,
        wanted: Wanted,
        name: str,
        consume: Callable[[int, bytes], None] | None,
    ) -> None:
        self.child = child
        self._data = data
        self._wanted = wanted
        self._name = name
        self._consume = consume
        self.expired = False

    def expire(self) -> None:
        """Kill the process because its time is over."""
        self.expired = True
        self.child.kill()

    def run(self) -> Heard:
        """Send the file and take the answer; runs in a thread. Raises RecordingError."""
        try:
            with suppress(BrokenPipeError):  # it has died: it has no answer either
                self._send()
            return self._answer()
        except (OSError, ValueError) as error:
            self.child.kill()
            self.child.wait()
            how = "took too long" if self.expired else f"ended with code {self.child.returncode}"
            _log.warning("the media process %s over %s: %s", how, self._name, error)
            raise RecordingError(Text("recording-broken", name=self._name)) from error
        finally:
            _end(self.child)

    def _send(self) -> None:
        wanted, target = self._wanted, cast("IO[bytes]", self.child.stdin)
        request = {
            "use": wanted.use.value,
            "rate": wanted.rate,
            "channels": wanted.channels,
            "name": self._name,
            "bytes": len(self._data),
        }
        text = json.dumps(request).encode()
        target.write(LENGTH.pack(len(text)) + text)
        target.write(self._data)
        target.flush()

    def _answer(self) -> Heard:
        """Take the answer. Raises RecordingError, or ValueError if it is none."""
        source = cast("IO[bytes]", self.child.stdout)
        head = Answer.unpacked(source.read(ANSWER_BYTES))
        if head.json_bytes > _MAX_JSON_BYTES:
            raise ValueError(f"{head.json_bytes} bytes of tags")
        text = source.read(head.json_bytes)
        if len(text) < head.json_bytes:
            raise ValueError("half of the tags")
        content = _strings(text)
        if head.refused:
            _log.info("%s is refused: %r %r", self._name, content.get("reason"), content.get("cause"))
            raise Refused(Reason(content.get("reason", "")), self._name)
        if not math.isfinite(head.seconds) or head.seconds < 0:
            raise ValueError("a length that is none")
        if not head.sample_bytes and self._wanted.max_samples:
            raise ValueError("no sound")
        self._take_samples(source, head.sample_bytes)
        return Heard(head.seconds, head.bad_packets, content, head.peak_kib)

    def _take_samples(self, source: IO[bytes], size: int) -> None:
        wanted = self._wanted
        sample_bytes = wanted.channels * wanted.dtype.itemsize
        if size % sample_bytes or size > wanted.max_samples * sample_bytes:
            raise ValueError(f"{size} bytes of sound")
        left = size
        while left:
            block = source.read(min(left, BLOCK_BYTES))
            if not block or len(block) % wanted.dtype.itemsize:
                raise ValueError("half of the sound")
            if not np.isfinite(np.frombuffer(block, wanted.dtype)).all():
                raise ValueError("samples that are no numbers")
            left -= len(block)
            if self._consume is not None:
                try:
                    self._consume(size, block)
                except OSError as error:
                    _log.exception("%s could not be saved", self._name)
                    raise RecordingError(Text("recording-unkept", name=self._name)) from error


def _strings(text: bytes) -> dict[str, str]:
    """Return a JSON object of strings. Raises ValueError."""
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("tags within tags") from error
    if not isinstance(content, dict) or len(content) > MAX_TAGS:
        raise ValueError("not an object")
    if not all(isinstance(value, str) for value in content.values()):
        raise ValueError("not strings")
    return content


def _end(child: subprocess.Popen[bytes]) -> None:
    """Close the pipes of a process and wait for its end; runs in a thread."""
    for pipe in (child.stdin, child.stdout):
        with suppress(OSError):  # what was not sent is of no use
            cast("IO[bytes]", pipe).close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
