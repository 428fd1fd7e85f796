"""The UDP socket of the voice servers, on loopback.

It is read on the event loop, not by a thread of its own: on Linux the kernel stamps every datagram at its
arrival (`SO_TIMESTAMPNS`), so a busy loop delays the reading and not the time, the socket buffer holds what
has not been read, and nothing else of the room needs a lock. Elsewhere the stamp is the time of reading.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Final

from rehearsal.voice.network import Network

Address = tuple[str, int]
OnDatagram = Callable[[bytes, Address, float], None]
"""Called with a datagram, its sender, and its arrival on `time.monotonic()` [seconds]."""

LOOPBACK: Final = "127.0.0.1"
SO_TIMESTAMPNS: Final = 35
"""`asm-generic/socket.h`; Python 3.11 has no name for it. The stamp is a `struct timespec` of two longs."""

TIMESPEC: Final = struct.Struct("@ll")
"""Seconds and nanoseconds."""

DATAGRAM_BYTES: Final = 2048
"""Largest datagram that is read."""

RECEIVE_BUFFER_BYTES: Final = 4 << 20
"""The requested size; the kernel grants what it allows, at least some hundred packets."""

READS_PER_TURN: Final = 256
"""Datagrams read before others on the loop have their turn."""


class UdpPort:
    """One bound socket. Owned by its opener."""

    def __init__(self, on_datagram: OnDatagram, network: Network) -> None:
        self._on_datagram = on_datagram
        self._network = network
        self._socket: socket.socket | None = None
        self.dropped = 0
        """Datagrams that could not be sent."""

    @property
    def number(self) -> int:
        """The port."""
        return int(self._open_socket.getsockname()[1])

    @property
    def _open_socket(self) -> socket.socket:
        if self._socket is None:
            raise RuntimeError("the voice server is not started")
        return self._socket

    def open(self) -> None:
        """Bind on loopback and read from now on, on the running loop."""
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        if sys.platform == "linux":
            opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        opened.bind((LOOPBACK, 0))
        self._socket = opened
        asyncio.get_running_loop().add_reader(opened, self._read)

    def close(self) -> None:
        """Stop reading and free the port."""
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def send(self, datagram: bytes, address: Address) -> None:
        """Send without waiting; what the kernel does not take is lost, as on a real network."""
        self._network.carry(lambda: self._send(datagram, address))

    def _send(self, datagram: bytes, address: Address) -> None:
        if self._socket is None:
            return  # closed while the network held it back
        try:
            self._socket.sendto(datagram, address)
        except OSError:
            self.dropped += 1

    def _read(self) -> None:
        for _ in range(READS_PER_TURN):
            if self._socket is None:
                return
            with contextlib.suppress(ConnectionError):  # a client's port that has just closed
                try:
                    data, ancillary, _, address = self._socket.recvmsg(DATAGRAM_BYTES, socket.CMSG_SPACE(16))
                except BlockingIOError:
                    return
                self._receive(data, address, _arrival_s(ancillary))

    def _receive(self, data: bytes, address: Address, arrival_s: float) -> None:
        sent_s = time.monotonic()

        def arrive() -> None:
            if self._socket is not None:
                self._on_datagram(data, address, arrival_s + time.monotonic() - sent_s)

        if self._network.calm:
            self._on_datagram(data, address, arrival_s)
        else:
            self._network.carry(arrive, sound=data)


def _arrival_s(ancillary: list[tuple[int, int, bytes]]) -> float:
    now_s = time.monotonic()
    for level, kind, stamp in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = TIMESPEC.unpack(stamp[: TIMESPEC.size])
            waited_s = (time.time_ns() - seconds * 1_000_000_000 - nanoseconds) / 1e9
            return now_s - max(float(waited_s), 0.0)
    return now_s
