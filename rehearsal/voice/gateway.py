"""The protocol of one voice websocket, version 8: the messages of a client and the answers to them."""

from __future__ import annotations

import json
from typing import Any, Final, Protocol

from aiohttp import WSMsgType, web

from rehearsal.voice.opcodes import DAVE_VERSION, CloseCode, Op
from rehearsal.voice.rtp import MODES
from rehearsal.voice.session import Session, VoiceWebsocket
from rehearsal.voice.udp import LOOPBACK

HEARTBEAT_INTERVAL_MS: Final = 41_250
"""The interval in Discord's HELLO; discord.py shortens it to 5 s."""

SILENCE_TIMEOUT_S: Final = 2 * HEARTBEAT_INTERVAL_MS / 1000
"""A client without messages for this long is closed."""

CLOSE_TIMEOUT_S: Final = 1.0
"""Timeout of a client's answer to a closing handshake."""

DAVE_OPS: Final = frozenset(
    {Op.KEY_PACKAGE, Op.COMMIT_WELCOME, Op.TRANSITION_READY, Op.INVALID_COMMIT_WELCOME}
)
"""Messages about end-to-end encryption that a client may send."""


class CloseWebsocket(Exception):
    """The client broke a rule: its websocket is closed with this code."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(f"{code.value} {reason}")
        self.code = code
        self.reason = reason


class VoiceHost(Protocol):
    """The part of the server that a websocket handler uses."""

    @property
    def udp_port(self) -> int: ...

    def open(self, websocket: VoiceWebsocket) -> None: ...

    def identify(
        self, websocket: VoiceWebsocket, guild_id: int, user_id: int, session_id: str, token: str
    ) -> Session: ...

    def resume(
        self, websocket: VoiceWebsocket, guild_id: int, session_id: str, token: str, seq_ack: int
    ) -> Session: ...

    def add_member(self, session: Session) -> None: ...

    def speaking(self, session: Session, flags: int) -> None: ...

    def take_dave(self, session: Session, op: Op, body: bytes | dict[str, Any]) -> None: ...

    def detach(self, session: Session | None, websocket: VoiceWebsocket, connection_lost: bool) -> None: ...


class WebsocketHandler:
    """One websocket from its opening to its close."""

    def __init__(self, host: VoiceHost) -> None:
        self._host = host
        self._session: Session | None = None

    async def run(self, request: web.Request) -> web.WebSocketResponse:
        """Talk until one side closes."""
        socket = web.WebSocketResponse(timeout=CLOSE_TIMEOUT_S, receive_timeout=SILENCE_TIMEOUT_S)
        await socket.prepare(request)
        websocket = VoiceWebsocket(socket, request.transport)
        self._host.open(websocket)
        websocket.send(
            json.dumps({"op": Op.HELLO, "d": {"v": 8, "heartbeat_interval": HEARTBEAT_INTERVAL_MS}})
        )
        code, reason, connection_lost = CloseCode.NORMAL, "", False
        try:
            connection_lost = await self._listen(websocket)
        except CloseWebsocket as refusal:
            code, reason = refusal.code, refusal.reason
        except TimeoutError:
            code, reason = CloseCode.SESSION_TIMEOUT, "no heartbeat"
        finally:
            await websocket.close(code, reason)
            self._host.detach(self._session, websocket, connection_lost)
        return socket

    async def _listen(self, websocket: VoiceWebsocket) -> bool:
        """Answer until the websocket closes; return True if it broke, False if one side closed it."""
        while True:
            message = await websocket.socket.receive()
            if message.type is WSMsgType.TEXT:
                self._take_text(websocket, message.data)
            elif message.type is WSMsgType.BINARY:
                self._take_binary(message.data)
            else:
                return message.type not in (WSMsgType.CLOSE, WSMsgType.CLOSING)

    def _take_text(self, websocket: VoiceWebsocket, text: str) -> None:
        try:
            message = json.loads(text)
            number, body = message["op"], message["d"]
        except (ValueError, KeyError, TypeError) as error:
            raise CloseWebsocket(CloseCode.DECODE_ERROR, "not a gateway message") from error
        try:
            op = Op(number)
        except ValueError as error:
            raise CloseWebsocket(CloseCode.UNKNOWN_OPCODE, f"opcode {number}") from error
        try:
            self._answer(websocket, op, body)
        except (ValueError, KeyError, TypeError) as error:
            raise CloseWebsocket(CloseCode.DECODE_ERROR, f"opcode {op}: {error!r}") from error

    def _take_binary(self, message: bytes) -> None:
        if not message or message[0] not in (Op.KEY_PACKAGE, Op.COMMIT_WELCOME):
            raise CloseWebsocket(CloseCode.UNKNOWN_OPCODE, "binary opcode")
        self._host.take_dave(self._identified(), Op(message[0]), message[1:])

    def _answer(self, websocket: VoiceWebsocket, op: Op, body: dict[str, Any]) -> None:
        if op is Op.HEARTBEAT:
            websocket.send(json.dumps({"op": Op.HEARTBEAT_ACK, "d": {"t": body["t"]}}))
        elif op in (Op.IDENTIFY, Op.RESUME):
            if self._session is not None:
                raise CloseWebsocket(CloseCode.ALREADY_AUTHENTICATED, "identified twice")
            self._session = (
                self._identify(websocket, body) if op is Op.IDENTIFY else self._resume(websocket, body)
            )
        elif op is Op.SELECT_PROTOCOL:
            self._select_protocol(body)
        elif op is Op.SPEAKING:
            self._host.speaking(self._identified(), int(body["speaking"]))
        elif op in DAVE_OPS:
            self._host.take_dave(self._identified(), op, body)
        elif op is not Op.CLIENT_CONNECT:  # about video, which is not simulated
            raise CloseWebsocket(CloseCode.UNKNOWN_OPCODE, f"opcode {op} is the server's")

    def _identified(self) -> Session:
        if self._session is None:
            raise CloseWebsocket(CloseCode.NOT_AUTHENTICATED, "identify first")
        return self._session

    def _identify(self, websocket: VoiceWebsocket, body: dict[str, Any]) -> Session:
        session = self._host.identify(
            websocket,
            int(body["server_id"]),
            int(body["user_id"]),
            str(body["session_id"]),
            str(body["token"]),
        )
        if int(body.get("max_dave_protocol_version", 0)) < DAVE_VERSION:
            self._session = session  # so that the end of this websocket ends the session
            raise CloseWebsocket(CloseCode.DAVE_REQUIRED, "E2EE/DAVE protocol required")
        ready = {"ssrc": session.ssrc, "ip": LOOPBACK, "port": self._host.udp_port, "modes": list(MODES)}
        session.post(Op.READY, ready)
        return session

    def _resume(self, websocket: VoiceWebsocket, body: dict[str, Any]) -> Session:
        return self._host.resume(
            websocket,
            int(body["server_id"]),
            str(body["session_id"]),
            str(body["token"]),
            int(body["seq_ack"]),
        )

    def _select_protocol(self, body: dict[str, Any]) -> None:
        session = self._identified()
        if body["protocol"] != "udp":
            raise CloseWebsocket(CloseCode.UNKNOWN_PROTOCOL, "only udp")
        mode = body["data"]["mode"]
        if mode not in MODES:
            raise CloseWebsocket(CloseCode.UNKNOWN_ENCRYPTION, str(mode))
        session.select(mode)
        description = {
            "mode": mode,
            "secret_key": list(session.secret_key),
            "dave_protocol_version": DAVE_VERSION,
            "audio_codec": "opus",
            "media_session_id": session.expected.session_id,
        }
        session.post(Op.SESSION_DESCRIPTION, description)
        self._host.add_member(session)
