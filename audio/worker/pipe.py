"""One end of the pipe between the bot's process and a worker, on which messages travel as frames."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from audio.worker.wire import MAX_FRAME_BYTES, Kinds, WireError, decode, encode


class MessagePipe:
    """Sends messages from any thread and receives those of `receives` in one."""

    def __init__(self, connection: Connection, receives: Kinds) -> None:
        self._connection = connection
        self._receives = receives
        self._sending = threading.Lock()

    def send(self, message: object) -> None:
        """Send a message; blocks while the pipe is full. Raises OSError if the other end is closed."""
        self.send_frame(encode(message))

    def send_frame(self, frame: bytes) -> None:
        """Send a message that is a frame already; see `send`."""
        with self._sending:  # a long frame is written in two parts
            self._connection.send_bytes(frame)

    def recv(self) -> Any:
        """Wait for the next message. Raises EOFError or OSError at the end, WireError for anything else."""
        try:
            frame = self._connection.recv_bytes(MAX_FRAME_BYTES)
        except OSError as error:
            if error.errno is None:  # multiprocessing's own, of a frame that is too long
                raise WireError("a frame is too long") from None
            raise
        return decode(frame, self._receives)

    def poll(self, seconds: float = 0.0) -> bool:
        """Return True if `recv` would not have to wait, at the latest after `seconds`."""
        return self._connection.poll(seconds)

    def interrupt(self) -> None:
        """Let a `send` or `recv` in another thread end with an error, whoever still holds the other end."""
        if sys.platform != "win32":
            with (
                contextlib.suppress(OSError),
                socket.socket(fileno=os.dup(self._connection.fileno())) as twin,
            ):
                twin.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close this end."""
        self._connection.close()
