"""The voice servers of the loopback Discord: gateway v8, UDP and the encrypted groups of all channels.

All of it runs on one event loop, without a thread or a lock; see `udp.py` for why that is early enough.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from itertools import count
from typing import Any, Final

from aiohttp import web

from rehearsal.voice import rtp
from rehearsal.voice.channel import Channel, Member
from rehearsal.voice.dave_mls import MlsError
from rehearsal.voice.gateway import CloseWebsocket, WebsocketHandler
from rehearsal.voice.listener import Hear, Listener
from rehearsal.voice.network import Network
from rehearsal.voice.opcodes import CloseCode, Op
from rehearsal.voice.session import Expectation, Session, VoiceWebsocket
from rehearsal.voice.udp import Address, UdpPort

_log = logging.getLogger(__name__)

DISCOVERY_BYTES: Final = 74
"""Size of an IP discovery datagram."""

DISCOVERY_REQUEST: Final = struct.pack(">HH", 1, 70)
DISCOVERY_ANSWER: Final = struct.Struct(">HHI64sH")
"""IP discovery (Discord's developer documentation, "Voice"): type, length, SSRC, address, port."""

KEEPALIVE_BYTES: Final = 8
"""A counter that comes back as it was sent."""

REPORT_INTERVAL_S: Final = 5.0
"""Interval of RTCP reports to a client (RFC 3550 section 6.2: at least 5 s)."""

RESUME_WINDOW_S: Final = 10.0
"""Seconds for which a session whose connection broke can be resumed."""


class VoiceServer:
    """All voice channels of all guilds: one UDP socket on 127.0.0.1, one websocket for each client.

    `expect` before VOICE_SERVER_UPDATE is sent, `handle` for `wss://*.discord.media`, `forget` when a client
    leaves or moves; `join`, `leave` and `listener` for recording members.
    """

    def __init__(self, report_interval_s: float = REPORT_INTERVAL_S) -> None:
        self.bad_packets = 0
        """Datagrams that were dropped: of an unknown client, not decryptable, or not sound."""
        self._report_interval_s = report_interval_s
        self.network = Network()
        """The simulated network between the clients and the server."""
        self._udp = UdpPort(self._on_datagram, self.network)
        self._ssrcs = count(1001)
        self._expected: dict[tuple[int, int], Expectation] = {}
        self._sessions: dict[tuple[int, int], Session] = {}
        self._by_ssrc: dict[int, Session] = {}
        self._by_address: dict[Address, Session] = {}
        self._channels: dict[int, Channel] = {}
        self._listeners: dict[tuple[int, int], Listener] = {}
        self._hearing: dict[tuple[int, int], Hear] = {}
        self._blocked: set[tuple[int, int]] = set()
        self._websockets: set[VoiceWebsocket] = set()
        self._reports: asyncio.TimerHandle | None = None
        self._resumable: dict[Session, asyncio.TimerHandle] = {}

    @property
    def udp_port(self) -> int:
        """The UDP port on 127.0.0.1."""
        return self._udp.number

    async def start(self) -> None:
        """Bind UDP on 127.0.0.1."""
        self._udp.open()
        self._schedule_reports()

    async def close(self) -> None:
        """Close every websocket (1001) and the socket, end every task and timer. Recordings stay."""
        if self._reports is not None:
            self._reports.cancel()
        await asyncio.gather(*(websocket.close(CloseCode.GOING_AWAY) for websocket in list(self._websockets)))
        for session in list(self._sessions.values()):
            self._drop(session)
        for guild_id, user_id in list(self._listeners):
            await self.leave(guild_id, user_id)
        self._udp.close()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one voice websocket (`wss://*.discord.media/?v=8`) until it closes."""
        return await WebsocketHandler(self).run(request)

    # Called by the main gateway

    def expect(self, guild_id: int, channel_id: int, user_id: int, session_id: str, token: str) -> None:
        """Let this client identify; call it right before VOICE_SERVER_UPDATE is sent to it."""
        self._expected[guild_id, user_id] = Expectation(guild_id, channel_id, user_id, session_id, token)

    async def forget(self, guild_id: int, user_id: int) -> None:
        """Remove a client that left or was moved from the call and close its websocket with 4014.

        On a move `await forget(...)` comes first, then `expect(...)` with the new channel.
        """
        self._expected.pop((guild_id, user_id), None)
        session = self._sessions.get((guild_id, user_id))
        if session is not None:
            websocket = session.websocket
            self._drop(session)
            if websocket is not None:
                await websocket.close(CloseCode.DISCONNECTED, "Disconnected.")

    async def join(self, guild_id: int, channel_id: int, user_id: int) -> Listener:
        """Add a recording member to a channel; it leaves any other one."""
        await self.leave(guild_id, user_id)
        loop = asyncio.get_running_loop()
        channel = self._channel(channel_id)

        def reply(op: Op, body: bytes | dict[str, Any]) -> None:
            # Never before `post` has returned: a commit must not overtake the message it answers.
            loop.call_soon(self._take, channel, listener, op, body)

        listener = Listener(channel_id, user_id, reply, self._hearing.get((guild_id, user_id)))
        self._listeners[guild_id, user_id] = listener
        channel.add_member(listener)
        return listener

    async def leave(self, guild_id: int, user_id: int) -> None:
        """Remove that member; its recordings stay."""
        listener = self._listeners.get((guild_id, user_id))
        if listener is not None and listener.connected:
            listener.connected = False
            self._remove_member(listener.channel_id, listener)

    def listener(self, guild_id: int, user_id: int) -> Listener:
        """Return the recorder of that member. Raises KeyError if it never joined."""
        return self._listeners[guild_id, user_id]

    def hear(self, guild_id: int, user_id: int, hear: Hear | None) -> None:
        """Give what a recording member receives to `hear` instead, wherever it joins; None: record again."""
        if hear is None:
            self._hearing.pop((guild_id, user_id), None)
        else:
            self._hearing[guild_id, user_id] = hear
        if (listener := self._listeners.get((guild_id, user_id))) is not None:
            listener.hear = hear

    def session(self, guild_id: int, user_id: int) -> Session | None:
        """Return the voice session of a client, if it is connected."""
        return self._sessions.get((guild_id, user_id))

    def epoch(self, channel_id: int) -> int:
        """Return the epoch of a channel's encrypted group; 0 before it is established."""
        return self._channel(channel_id).call.epoch

    @property
    def connections(self) -> int:
        """The number of open websockets."""
        return len(self._websockets)

    # Simulated failures

    async def close_session(self, guild_id: int, user_id: int, code: int, *, resumable: bool = False) -> None:
        """Close a client's websocket with this code, without any other event: the voice state stays.

        The client must join again, unless its session is `resumable`. Raises KeyError if it has none.
        """
        session = self._sessions[guild_id, user_id]
        websocket = session.websocket
        if resumable:
            self._await_resume(session)
        else:
            self._expected.pop((guild_id, user_id), None)
            self._drop(session)
        if websocket is not None:
            await websocket.close(code, "")

    def cut(self, guild_id: int, user_id: int) -> None:
        """Break a client's connection without a closing handshake, which it sees as 1006; it may resume."""
        session = self._sessions[guild_id, user_id]
        if session.websocket is not None:
            session.websocket.cut()

    def set_blocked(self, guild_id: int, user_id: int, *, blocked: bool) -> None:
        """Relay no packets of this client, or relay them again; also in its next sessions."""
        (self._blocked.add if blocked else self._blocked.discard)((guild_id, user_id))

    # Called by websocket handlers

    def open(self, websocket: VoiceWebsocket) -> None:
        """Register a websocket that was opened."""
        self._websockets.add(websocket)

    def identify(
        self, websocket: VoiceWebsocket, guild_id: int, user_id: int, session_id: str, token: str
    ) -> Session:
        """Check a client's identification and start its session. Raises CloseWebsocket."""
        expected = self._expected.get((guild_id, user_id))
        if expected is None or expected.session_id != session_id:
            raise CloseWebsocket(CloseCode.SESSION_INVALID, "Session is no longer valid.")
        if expected.token != token:
            raise CloseWebsocket(CloseCode.AUTHENTICATION_FAILED, "Authentication failed.")
        before = self._sessions.get((guild_id, user_id))
        if before is not None:
            self._drop(before)
        session = Session(expected, next(self._ssrcs), websocket, self._udp.send)
        self._sessions[guild_id, user_id] = session
        self._by_ssrc[session.ssrc] = session
        return session

    def resume(
        self, websocket: VoiceWebsocket, guild_id: int, session_id: str, token: str, seq_ack: int
    ) -> Session:
        """Resume a client's session on another websocket. Raises CloseWebsocket."""
        for session in self._resumable:
            expected = session.expected
            if (expected.guild_id, expected.session_id, expected.token) == (guild_id, session_id, token):
                self._resumable.pop(session).cancel()
                session.resume(websocket, seq_ack)
                return session
        raise CloseWebsocket(CloseCode.SESSION_INVALID, "Session is no longer valid.")

    def add_member(self, session: Session) -> None:
        """Add a client that has its keys to the channel."""
        self._channel(session.expected.channel_id).add_member(session)

    def speaking(self, session: Session, flags: int) -> None:
        """Announce that a client starts or stops speaking."""
        channel = self._channels.get(session.expected.channel_id)
        if channel is not None:
            channel.speaking(session.user_id, session.ssrc, flags)

    def take_dave(self, session: Session, op: Op, body: bytes | dict[str, Any]) -> None:
        """Pass a client's message to the encrypted group."""
        channel = self._channels.get(session.expected.channel_id)
        if channel is not None:
            self._take(channel, session, op, body)

    def detach(self, session: Session | None, websocket: VoiceWebsocket, connection_lost: bool) -> None:
        """Forget a closed websocket and its session; one whose connection broke may resume for a while."""
        self._websockets.discard(websocket)
        if session is None or session.websocket is not websocket:
            return
        if connection_lost:
            self._await_resume(session)
        else:
            self._drop(session)

    # Channels

    def _channel(self, channel_id: int) -> Channel:
        if channel_id not in self._channels:
            self._channels[channel_id] = Channel(channel_id, asyncio.get_running_loop().call_later)
        return self._channels[channel_id]

    def _remove_member(self, channel_id: int, member: Member) -> None:
        channel = self._channels.get(channel_id)
        if channel is not None:
            channel.remove_member(member)
            if not channel.members:
                channel.call.close()
                del self._channels[channel_id]

    def _await_resume(self, session: Session) -> None:
        """Let a session without its websocket be resumed for a while."""
        session.websocket = None
        timer = asyncio.get_running_loop().call_later(RESUME_WINDOW_S, self._drop, session)
        self._resumable[session] = timer

    def _drop(self, session: Session) -> None:
        expected = session.expected
        session.websocket = None
        timer = self._resumable.pop(session, None)
        if timer is not None:
            timer.cancel()
        if self._sessions.get((expected.guild_id, expected.user_id)) is session:
            del self._sessions[expected.guild_id, expected.user_id]
        self._by_ssrc.pop(session.ssrc, None)
        if session.address is not None:
            self._by_address.pop(session.address, None)
        self._remove_member(expected.channel_id, session)

    def _take(self, channel: Channel, member: Member, op: Op, body: bytes | dict[str, Any]) -> None:
        if channel.members.get(member.user_id) is not member:
            return  # it has left meanwhile
        call, user_id = channel.call, member.user_id
        try:
            if isinstance(body, bytes):
                (call.key_package if op is Op.KEY_PACKAGE else call.commit)(user_id, body)
            elif op is Op.TRANSITION_READY:
                call.ready(user_id, int(body["transition_id"]))
            elif op is Op.INVALID_COMMIT_WELCOME:
                call.invalid(user_id)
        except MlsError as error:
            # A second commit for the same proposals is normal: all members commit, the first one wins.
            _log.debug("%s of user %d not relayed: %s", op.name, user_id, error)

    # UDP

    def _on_datagram(self, data: bytes, address: Address, arrival_s: float) -> None:
        try:
            if len(data) == DISCOVERY_BYTES and data.startswith(DISCOVERY_REQUEST):
                self._discover(data, address)
            elif len(data) == KEEPALIVE_BYTES:
                self._keep_alive(data, address)
            elif rtp.is_rtcp(data):
                self._client_at(address).decrypt_rtcp(data)
            else:
                self._relay(data, address, arrival_s)
        except rtp.BadPacket as error:
            self.bad_packets += 1
            _log.debug("datagram of %d bytes from port %d dropped: %s", len(data), address[1], error)

    def _discover(self, data: bytes, address: Address) -> None:
        session = self._by_ssrc.get(int.from_bytes(data[4:8]))
        if session is None:
            raise rtp.BadPacket("IP discovery for an unknown SSRC")
        if session.address is not None:
            self._by_address.pop(session.address, None)
        session.address = address
        self._by_address[address] = session
        self._udp.send(DISCOVERY_ANSWER.pack(2, 70, session.ssrc, address[0].encode(), address[1]), address)

    def _keep_alive(self, data: bytes, address: Address) -> None:
        if (session := self._by_address.get(address)) is not None:
            session.keepalives += 1
        self._udp.send(data, address)

    def _client_at(self, address: Address) -> rtp.Transport:
        session = self._by_address.get(address)
        if session is None or session.transport is None:
            raise rtp.BadPacket("from an unknown address")
        return session.transport

    def _relay(self, data: bytes, address: Address, arrival_s: float) -> None:
        packet = self._client_at(address).decrypt_rtp(data)
        session = self._by_address[address]
        if packet.ssrc != session.ssrc or packet.payload_type != rtp.OPUS_PAYLOAD_TYPE:
            raise rtp.BadPacket("another source or another kind of sound")
        session.stream.count(packet)
        if (session.expected.guild_id, session.user_id) in self._blocked:
            return
        channel = self._channels.get(session.expected.channel_id)
        if channel is None:
            raise rtp.BadPacket("sound outside a channel")
        channel.relay(session.user_id, packet, arrival_s)

    def _schedule_reports(self) -> None:
        self._reports = asyncio.get_running_loop().call_later(self._report_interval_s, self._send_reports)

    def _send_reports(self) -> None:
        for session in self._sessions.values():
            channel_id = session.expected.channel_id
            others = [
                other
                for other in self._sessions.values()
                if other is not session and other.expected.channel_id == channel_id
            ]
            session.send_reports(others, time.time())
        self._schedule_reports()
