"""Media processes by fork, many a second: they are confined and answer as those that the bot starts.

Linux only. What the client sees is a `subprocess.Popen`.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import traceback
from contextlib import suppress
from typing import IO, Final, cast

from audio.media.process import confine, serve

EXCEPTION: Final = 70
"""Exit status of a process that met an exception which it did not expect."""

MAX_SAID_BYTES: Final = 64 * 1024
"""As much as a pipe holds: a process that says more waits, and is killed."""


class ForkedProcess:
    """A forked media process; as much of `subprocess.Popen` as the client uses."""

    def __init__(self) -> None:
        request, response, said = os.pipe(), os.pipe(), os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _serve(request, response, said[1])
        os.close(request[0])
        os.close(response[1])
        os.close(said[1])
        os.set_blocking(said[0], False)
        self.stdin: IO[bytes] = os.fdopen(request[1], "wb")
        self.stdout: IO[bytes] = os.fdopen(response[0], "rb")
        self.returncode: int | None = None
        """As of `subprocess`: a negative one is a signal."""
        self.cpu_seconds = 0.0
        self.peak_bytes = 0
        """Most resident memory, with that of the fuzzer which it began with."""
        self.said = ""
        """The last of what the process wrote to its standard error, once it has ended."""
        self._descriptor = os.pidfd_open(self.pid)
        self._said = said[0]

    def kill(self) -> None:
        """Kill the process unless it has ended."""
        if self.returncode is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._descriptor], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("media process", timeout or 0.0)
            _, status, usage = os.wait4(self.pid, 0)
            os.close(self._descriptor)
            with suppress(BlockingIOError):
                self.said = os.read(self._said, MAX_SAID_BYTES).decode(errors="replace")
            os.close(self._said)
            self.returncode = os.waitstatus_to_exitcode(status)
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
            self.peak_bytes = usage.ru_maxrss * 1024
        return self.returncode


def _serve(request: tuple[int, int], response: tuple[int, int], said: int) -> None:
    """Be the media process; does not return."""
    status = 0
    with suppress(BaseException):
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.close(request[1])
        os.close(response[0])
        os.dup2(said, 2)  # a pipe, since a confined process may not write to files
        sys.stderr = os.fdopen(2, "w")
        source, sink = os.fdopen(request[0], "rb"), os.fdopen(response[1], "wb")
        try:
            confine()
            serve(source, sink)
        except SystemExit as end:
            status = cast("int", end.code)
        except BaseException:
            status = EXCEPTION
            traceback.print_exc()
            sys.stderr.flush()
    os._exit(status)
