"""The gateway, version 10: logging in, heartbeats and resuming.

Discord developer documentation, Topics / Gateway and Topics / Opcodes and Status Codes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import deque
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from aiohttp import WSMsgType, web

from rehearsal.refusal import Json
from rehearsal.sessions import GatewayConnection, Intent, Op, Session
from rehearsal.wire import guild_create_json, member_json, own_user_json

if TYPE_CHECKING:
    from rehearsal.state import DiscordState

HEARTBEAT_MS: Final = 41_250
"""The interval in Discord's HELLO."""

ACK_SECONDS: Final = 0.01
"""Delay of the answer to a heartbeat."""

MAX_PAYLOAD_BYTES: Final = 4_096
"""The largest message of a client."""

RESUME_URL: Final = "wss://gateway-loopback-1.discord.gg"

MAX_MESSAGES: Final = 120
"""Messages that a client may send within RATE_WINDOW_SECONDS, heartbeats included; one more closes its
connection with 4008."""

RATE_WINDOW_SECONDS: Final = 60.0
"""The window of MAX_MESSAGES."""


class Close(IntEnum):
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


ENDINGS: Final = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
"""Message types that end a websocket."""

GOODBYES: Final = (1000, 1001)
"""Close codes with which a client ends its session."""

PRIVILEGED: Final = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
"""Intents that must be granted to the application."""

ALL_INTENTS: Final = (1 << 26) - 1


class Closed(Exception):
    """The client broke a rule and its connection ends with this code."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Gateway:
    """Every websocket of the bot. Owned by the event loop of the rehearsal."""

    def __init__(self, here: DiscordState) -> None:
        self._here = here
        self._sessions = here.sessions
        self._connections: set[GatewayConnection] = set()
        self.presences: list[Json] = []
        """The presences that the bot has set, the latest last."""

    @property
    def connections(self) -> int:
        """The number of open websockets."""
        return len(self._connections)

    # Simulated failures

    async def drop(self, code: int = 4000) -> None:
        """Close every connection with a code; the sessions can be resumed."""
        for connection in list(self._connections):
            await connection.flush()
            await connection.socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        """Send opcode 7 to every client: connect again and resume."""
        for connection in self._connections:
            connection.send(Op.RECONNECT)

    def forget(self) -> None:
        """Forget every session without a message, until a client tries to resume one."""
        self._sessions.by_id.clear()

    def invalidate(self) -> None:
        """Forget every session and announce it (opcode 9, not resumable); voice states stay."""
        for session in self._sessions.by_id.values():
            if session.connection is not None:
                session.connection.send(Op.INVALID_SESSION, False)
        self.forget()

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close(code=1001)

    # One connection

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        connection = GatewayConnection(socket, deflated=request.query.get("compress") == "zlib-stream")
        self._connections.add(connection)
        carrier = asyncio.create_task(connection.carry(), name="rehearsal-gateway-carrier")
        session: Session | None = None
        goodbye = False
        sent_at: deque[float] = deque(maxlen=MAX_MESSAGES)
        connection.send(Op.HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": ["loopback"]})
        try:
            while (frame := await socket.receive()).type not in ENDINGS:
                if frame.type is not WSMsgType.TEXT or len(frame.data.encode()) > MAX_PAYLOAD_BYTES:
                    raise Closed(Close.DECODE_ERROR, "Error while decoding payload.")
                self._enforce_rate_limit(sent_at)
                op, data = _decode(frame.data)
                session = await self._receive(connection, session, op, data)
                self._here.bell.ring()
            goodbye = frame.type is WSMsgType.CLOSE and frame.data in GOODBYES
        except Closed as closed:
            await connection.flush()
            await socket.close(code=closed.code, message=closed.reason.encode())
        finally:
            carrier.cancel()
            await asyncio.gather(carrier, return_exceptions=True)
            self._connections.discard(connection)
            await self._disconnect(connection, session, goodbye=goodbye)
        return socket

    def _enforce_rate_limit(self, sent_at: deque[float]) -> None:
        now = self._here.clock.now()
        if len(sent_at) == MAX_MESSAGES and now - sent_at[0] < RATE_WINDOW_SECONDS:
            raise Closed(Close.RATE_LIMITED, "You are being rate limited.")
        sent_at.append(now)

    async def _disconnect(
        self, connection: GatewayConnection, session: Session | None, *, goodbye: bool
    ) -> None:
        """End the session after a client's goodbye (1000, 1001) and leave voice; others can be resumed."""
        if session is None or session.connection is not connection:
            return
        session.connection = None
        ended = goodbye and self._sessions.by_id.pop(session.id, None) is not None
        if ended and not any(other.connection for other in self._sessions.by_id.values()):
            await self._here.calls.leave_all(self._here.bot.id)
        self._here.bell.ring()

    async def _receive(
        self, connection: GatewayConnection, session: Session | None, op: int, data: Any
    ) -> Session | None:
        if op == Op.HEARTBEAT:
            # Late, as on every real network: an answer before discord.py's thread has noted its own heartbeat
            # would be measured as a latency of a whole interval, and warned of.
            asyncio.get_running_loop().call_later(ACK_SECONDS, connection.send, Op.HEARTBEAT_ACK)
            return session
        if op in (Op.IDENTIFY, Op.RESUME):
            if session is not None:
                raise Closed(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
            if data.get("token") != self._here.bot.token:
                raise Closed(Close.AUTHENTICATION_FAILED, "Authentication failed.")
            return self._identify(connection, data) if op == Op.IDENTIFY else self._resume(connection, data)
        if session is None:
            raise Closed(Close.NOT_AUTHENTICATED, "Not authenticated.")
        if op == Op.VOICE_STATE_UPDATE:
            await self._change_voice(data)
        elif op == Op.REQUEST_GUILD_MEMBERS:
            self._send_members(session, data)
        elif op == Op.PRESENCE_UPDATE:
            self.presences.append(data)
        else:
            raise Closed(Close.UNKNOWN_OPCODE, "Unknown opcode.")
        return session

    def _identify(self, connection: GatewayConnection, data: Json) -> Session:
        intents = int(data.get("intents", 0))
        if intents & ~ALL_INTENTS:
            raise Closed(Close.INVALID_INTENTS, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self._here.bot.privileged_intents:
            raise Closed(Close.DISALLOWED_INTENTS, "Disallowed intent(s).")
        session = Session(secrets.token_hex(16), intents, connection=connection)
        self._sessions.by_id[session.id] = session
        self.presences += [data["presence"]] if data.get("presence") else []
        bot = self._here.bot
        guilds = [guild for guild in self._here.world.guilds.values() if bot.id in guild.members]
        ready: Json = {
            "v": 10,
            "user": own_user_json(bot.user),
            "private_channels": [],
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": RESUME_URL,
            "session_type": "normal",
            "application": {"id": str(bot.id), "flags": 0},
        }
        if "shard" in data:
            ready["shard"] = data["shard"]
        self._sessions.send(session, "READY", ready)
        if intents & Intent.GUILDS:
            for guild in guilds:
                everybody = bool(intents & Intent.GUILD_MEMBERS)
                viewer = guild.members[bot.id]
                self._sessions.send(
                    session, "GUILD_CREATE", guild_create_json(guild, viewer, everybody=everybody)
                )
        return session

    def _resume(self, connection: GatewayConnection, data: Json) -> Session | None:
        session = self._sessions.by_id.get(str(data.get("session_id")))
        if session is None:
            connection.send(Op.INVALID_SESSION, False)
            return None
        seen = int(data.get("seq") or 0)
        if seen > session.sequence:
            raise Closed(Close.INVALID_SEQUENCE, "Invalid seq.")
        session.connection = connection
        for sequence, text in session.replayable:
            if sequence > seen:
                connection.send_raw(text)
        self._sessions.send(session, "RESUMED", {})
        return session

    async def _change_voice(self, data: Json) -> None:
        """Handle opcode 4: join, move, or leave (channel null). A forbidden request gets no answer."""
        guild = self._here.world.guilds.get(int(data["guild_id"]))
        if guild is None or self._here.bot.id not in guild.members:
            return
        if data.get("channel_id") is None:
            await self._here.calls.leave(guild, self._here.bot.id)
            return
        channel = guild.channels.get(int(data["channel_id"]))
        if channel is not None:
            mute, deaf = bool(data.get("self_mute")), bool(data.get("self_deaf"))
            await self._here.calls.join(guild, channel, self._here.bot.id, self_mute=mute, self_deaf=deaf)

    def _send_members(self, session: Session, data: Json) -> None:
        """Answer opcode 8 by one GUILD_MEMBERS_CHUNK. All members need the privileged intent."""
        guild = self._here.world.guilds.get(int(data["guild_id"]))
        if guild is None:
            return
        query, limit, ids = data.get("query"), int(data.get("limit") or 0), data.get("user_ids")
        members = list(guild.members.values())
        if ids is not None:
            wanted = {int(user_id) for user_id in (ids if isinstance(ids, list) else [ids])}
            members = [member for member in members if member.user.id in wanted]
        elif query or session.intents & Intent.GUILD_MEMBERS:
            members = [
                member for member in members if member.user.name.lower().startswith((query or "").lower())
            ]
        else:
            members = []
        chunk = {
            "guild_id": str(guild.id),
            "members": [member_json(member) for member in members[: limit or None]],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
        }
        if data.get("nonce") is not None:
            chunk["nonce"] = data["nonce"]
        self._sessions.send(session, "GUILD_MEMBERS_CHUNK", chunk)


def _decode(text: str) -> tuple[int, Any]:
    try:
        payload = json.loads(text)
        return int(payload["op"]), payload.get("d")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Closed(Close.DECODE_ERROR, "Error while decoding payload.") from None
