"""One client's voice session: its keys, its place on the wire, and what must be sent again after a RESUME."""

from __future__ import annotations

import asyncio
import json
import secrets
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from rehearsal.voice.opcodes import UNNUMBERED, Op
from rehearsal.voice.rtp import KEY_BYTES, RtpPacket, Transport
from rehearsal.voice.udp import Address

REPLAYED_MESSAGES: Final = 256
"""Numbered messages stored for a RESUME."""

SERVER_SSRC: Final = 1
"""The source of the server's own reports."""

NTP_UNIX_OFFSET_S: Final = 2_208_988_800
"""Seconds from 1900 to 1970 (RFC 868)."""

SendDatagram = Callable[[bytes, Address], None]


@dataclass(frozen=True, slots=True)
class Expectation:
    """The contents of VOICE_SERVER_UPDATE, with which a client must identify."""

    guild_id: int
    channel_id: int
    user_id: int
    session_id: str
    token: str


class VoiceWebsocket:
    """One websocket: a queue that any caller may fill, and the task that sends it in order."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket = socket
        self._transport = transport
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write(), name="voice websocket writer")

    def send(self, message: str | bytes) -> None:
        """Send after everything sent before."""
        self._queue.put_nowait(message)

    def cut(self) -> None:
        """Break the connection under the websocket, without a closing handshake."""
        if self._transport is not None:
            self._transport.abort()

    async def close(self, code: int, reason: str = "") -> None:
        """End the writer and close the websocket with this code."""
        self._writer.cancel()
        await asyncio.wait([self._writer])
        await self.socket.close(code=code, message=reason.encode()[:123])

    async def _write(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                if isinstance(message, str):
                    await self.socket.send_str(message)
                else:
                    await self.socket.send_bytes(message)
            except ConnectionError:
                return  # the reading side sees the same and cleans up


@dataclass(slots=True)
class Stream:
    """Statistics of one client's packets, for reports."""

    first: int | None = None
    highest: int = 0
    """Extended highest sequence number (RFC 3550 section 6.4.1)."""
    packets: int = 0
    octets: int = 0
    timestamp: int = 0

    def count(self, packet: RtpPacket) -> None:
        if self.first is None:
            self.first = self.highest = packet.sequence
        step = (packet.sequence - self.highest + 0x8000) % 0x10000 - 0x8000
        self.highest += max(step, 0)
        self.packets += 1
        self.octets += len(packet.payload)
        self.timestamp = packet.timestamp

    @property
    def lost(self) -> int:
        return 0 if self.first is None else max(self.highest - self.first + 1 - self.packets, 0)


class Session:
    """A client that has identified. It outlives its websocket for as long as it may resume."""

    def __init__(
        self, expected: Expectation, ssrc: int, websocket: VoiceWebsocket, send_datagram: SendDatagram
    ) -> None:
        self.expected = expected
        self.ssrc = ssrc
        self.websocket: VoiceWebsocket | None = websocket
        self.address: Address | None = None
        """The source address of its packets; known since IP discovery."""
        self.secret_key = secrets.token_bytes(KEY_BYTES)
        self.transport: Transport | None = None
        """Set by SELECT_PROTOCOL; from then on the client is in the channel."""
        self.stream = Stream()
        self.keepalives = 0
        """Datagrams that only keep the way open."""
        self._send_datagram = send_datagram
        self._sequence = -1
        self._sent: deque[tuple[int, str | bytes]] = deque(maxlen=REPLAYED_MESSAGES)

    @property
    def user_id(self) -> int:
        return self.expected.user_id

    def select(self, mode: str) -> None:
        """Set the transport encryption that the client chose."""
        self.transport = Transport(mode, self.secret_key)

    def post(self, op: Op, body: bytes | dict[str, Any]) -> None:
        """Send one message, numbered unless it belongs to the handshake."""
        if op not in UNNUMBERED:
            self._sequence = (self._sequence + 1) % 0x10000
        message: str | bytes
        if isinstance(body, bytes):
            message = struct.pack(">HB", self._sequence, op) + body
        elif op in UNNUMBERED:
            message = json.dumps({"op": op, "d": body})
        else:
            message = json.dumps({"op": op, "d": body, "seq": self._sequence})
        if op not in UNNUMBERED:
            self._sent.append((self._sequence, message))
        if self.websocket is not None:
            self.websocket.send(message)

    def resume(self, websocket: VoiceWebsocket, acknowledged: int) -> None:
        """Go on with another websocket: send what the client has not acknowledged."""
        self.websocket = websocket
        self.post(Op.RESUMED, {})
        missed = list(self._sent)
        for i, (sequence, _) in enumerate(missed):
            if sequence == acknowledged:
                missed = missed[i + 1 :]
                break
        for _, message in missed:
            websocket.send(message)

    def receive(self, user_id: int, packet: RtpPacket, arrival_s: float) -> None:
        """Relay another member's packet, encrypted for this client."""
        if self.transport is not None and self.address is not None:
            self._send_datagram(self.transport.encrypt_rtp(packet), self.address)

    def send_reports(self, others: list[Session], now_s: float) -> None:
        """Send RTCP as Discord's servers do: about this client's own sound, and about the others'."""
        if self.transport is None or self.address is None:
            return
        own = self.stream
        if own.packets:
            report = self.transport.encrypt_receiver_report(SERVER_SSRC, self.ssrc, own.highest, own.lost)
            self._send_datagram(report, self.address)
        ntp = int((now_s + NTP_UNIX_OFFSET_S) * 2**32)
        for other in others:
            sent = other.stream
            if sent.packets:
                self._send_datagram(
                    self.transport.encrypt_sender_report(
                        other.ssrc, ntp, sent.timestamp, sent.packets, sent.octets
                    ),
                    self.address,
                )
