"""The gateway, version 10: logging in, heartbeats, resuming, and every event that leaves.

Discord developer documentation, Topics / Gateway and Topics / Opcodes and Status Codes.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from rehearsal.refusal import Json
from rehearsal.wire import guild_create_json, member_json, own_user_json

if TYPE_CHECKING:
    from rehearsal.discord_here import DiscordHere

HEARTBEAT_MS = 41_250
ACK_SECONDS = 0.01
MAX_PAYLOAD = 4_096  # bytes that a client may send at once
RESUME_URL = "wss://gateway-loopback-1.discord.gg"
KEPT_EVENTS = 1_000  # for those who resume
# A connection may send this many messages in so many seconds, heartbeats included, or is closed with 4008.
MAX_SENT = 120
SENT_WITHIN = 60.0


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE_UPDATE = 3
    VOICE_STATE_UPDATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_GUILD_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


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


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


ENDINGS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
GOODBYES = (1000, 1001)  # a client that closes with these ends its session

PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
ALL_INTENTS = (1 << 26) - 1


class Closed(Exception):
    """The client broke a rule and its connection ends with this code."""

    def __init__(self, code: Close, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True, eq=False)
class Session:
    """One login. It outlives its connection, so that it can be resumed; `line` is its connection now."""

    id: str
    intents: int
    sequence: int = 0
    kept: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    line: Line | None = None


class Line:
    """One websocket: what is sent goes through a queue, so that every event keeps its place."""

    def __init__(self, socket: web.WebSocketResponse, *, deflated: bool) -> None:
        self.socket = socket
        self._deflate = zlib.compressobj() if deflated else None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._cut = False

    def send(self, op: Op, data: Any = None) -> None:
        self.send_raw(json.dumps({"op": op, "d": data, "s": None, "t": None}))

    def send_raw(self, text: str) -> None:
        if not self._cut:
            self._outgoing.put_nowait(text)

    async def carry(self) -> None:
        """Send what is queued, until cancelled; what can no longer be sent is dropped."""
        while True:
            text = await self._outgoing.get()
            try:
                if not self._cut:
                    await self._send(text)
            except ConnectionError:
                self._cut = True
            finally:
                self._outgoing.task_done()

    async def _send(self, text: str) -> None:
        if self._deflate is None:
            await self.socket.send_str(text)
        else:
            data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)

    async def flush(self) -> None:
        """Wait until everything queued so far is on its way."""
        await self._outgoing.join()


class Gateway:
    """All sessions of the bot. Owned by the event loop of the rehearsal."""

    def __init__(self, here: DiscordHere) -> None:
        self._here = here
        self.sessions: dict[str, Session] = {}
        self._lines: set[Line] = set()
        self.presences: list[Json] = []
        """What the bot said that it does, the latest last."""

    # Events that leave

    def dispatch(
        self, event: str, data: Json, needs: int = 0, *, without_content: Json | None = None
    ) -> None:
        """Send an event to every session that asked for it (`needs`: any one of these intents, 0 for all).

        `without_content` is what a session gets that lacks the intent of message content.
        """
        for session in self.sessions.values():
            if needs and not session.intents & needs:
                continue
            blind = without_content is not None and not session.intents & Intent.MESSAGE_CONTENT
            self._send_event(session, event, without_content if blind else data)

    def _send_event(self, session: Session, event: str, data: Any) -> None:
        session.sequence += 1
        text = json.dumps({"op": Op.DISPATCH, "d": data, "s": session.sequence, "t": event})
        session.kept.append((session.sequence, text))
        if session.line is not None:
            session.line.send_raw(text)

    @property
    def connections(self) -> int:
        """How many websockets are open."""
        return len(self._lines)

    # What may happen to connections

    async def drop(self, code: int = 4000) -> None:
        """Close every connection with a code; the sessions can be resumed."""
        for line in list(self._lines):
            await line.flush()
            await line.socket.close(code=code)

    def ask_to_reconnect(self) -> None:
        """Opcode 7: connect again and resume."""
        for line in self._lines:
            line.send(Op.RECONNECT)

    def forget(self) -> None:
        """Forget every session, and say nothing until somebody wants to resume one."""
        self.sessions.clear()

    def invalidate(self) -> None:
        """Forget every session and say so (opcode 9, not resumable); whoever sits in voice keeps sitting."""
        for session in self.sessions.values():
            if session.line is not None:
                session.line.send(Op.INVALID_SESSION, False)
        self.forget()

    async def close(self) -> None:
        for line in list(self._lines):
            await line.socket.close(code=1001)

    # One connection

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        line = Line(socket, deflated=request.query.get("compress") == "zlib-stream")
        self._lines.add(line)
        carrier = asyncio.create_task(line.carry(), name="rehearsal-gateway-carrier")
        session: Session | None = None
        goodbye = False
        sent_at: deque[float] = deque(maxlen=MAX_SENT)
        line.send(Op.HELLO, {"heartbeat_interval": HEARTBEAT_MS, "_trace": ["loopback"]})
        try:
            while (frame := await socket.receive()).type not in ENDINGS:
                if frame.type is not WSMsgType.TEXT or len(frame.data.encode()) > MAX_PAYLOAD:
                    raise Closed(Close.DECODE_ERROR, "Error while decoding payload.")
                self._count(sent_at)
                op, data = _decode(frame.data)
                session = await self._receive(line, session, op, data)
                self._here.bell.ring()
            goodbye = frame.type is WSMsgType.CLOSE and frame.data in GOODBYES
        except Closed as closed:
            await line.flush()
            await socket.close(code=closed.code, message=closed.reason.encode())
        finally:
            carrier.cancel()
            await asyncio.gather(carrier, return_exceptions=True)
            self._lines.discard(line)
            await self._hang_up(line, session, goodbye=goodbye)
        return socket

    def _count(self, sent_at: deque[float]) -> None:
        now = self._here.clock.now()
        if len(sent_at) == MAX_SENT and now - sent_at[0] < SENT_WITHIN:
            raise Closed(Close.RATE_LIMITED, "You are being rate limited.")
        sent_at.append(now)

    async def _hang_up(self, line: Line, session: Session | None, *, goodbye: bool) -> None:
        """A session whose client says goodbye (1000, 1001) ends and leaves voice; others can be resumed."""
        if session is None or session.line is not line:
            return
        session.line = None
        ended = goodbye and self.sessions.pop(session.id, None) is not None
        if ended and not any(other.line for other in self.sessions.values()):
            await self._here.calls.leave_all(self._here.bot.id)
        self._here.bell.ring()

    async def _receive(self, line: Line, session: Session | None, op: int, data: Any) -> Session | None:
        if op == Op.HEARTBEAT:
            # Not at once: on no real network does the answer come before discord.py's thread has noted
            # that it sent something; it would read a delay of a whole interval and warn of it.
            asyncio.get_running_loop().call_later(ACK_SECONDS, line.send, Op.HEARTBEAT_ACK)
            return session
        if op in (Op.IDENTIFY, Op.RESUME):
            if session is not None:
                raise Closed(Close.ALREADY_AUTHENTICATED, "Already authenticated.")
            if data.get("token") != self._here.bot.token:
                raise Closed(Close.AUTHENTICATION_FAILED, "Authentication failed.")
            return self._identify(line, data) if op == Op.IDENTIFY else self._resume(line, data)
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

    def _identify(self, line: Line, data: Json) -> Session:
        intents = int(data.get("intents", 0))
        if intents & ~ALL_INTENTS:
            raise Closed(Close.INVALID_INTENTS, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self._here.bot.privileged_intents:
            raise Closed(Close.DISALLOWED_INTENTS, "Disallowed intent(s).")
        session = Session(secrets.token_hex(16), intents, line=line)
        self.sessions[session.id] = session
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
        self._send_event(session, "READY", ready)
        if intents & Intent.GUILDS:
            for guild in guilds:
                everybody = bool(intents & Intent.GUILD_MEMBERS)
                viewer = guild.members[bot.id]
                self._send_event(
                    session, "GUILD_CREATE", guild_create_json(guild, viewer, everybody=everybody)
                )
        return session

    def _resume(self, line: Line, data: Json) -> Session | None:
        session = self.sessions.get(str(data.get("session_id")))
        if session is None:
            line.send(Op.INVALID_SESSION, False)
            return None
        seen = int(data.get("seq") or 0)
        if seen > session.sequence:
            raise Closed(Close.INVALID_SEQUENCE, "Invalid seq.")
        session.line = line
        for sequence, text in session.kept:
            if sequence > seen:
                line.send_raw(text)
        self._send_event(session, "RESUMED", {})
        return session

    async def _change_voice(self, data: Json) -> None:
        """Opcode 4: sit down, move, or leave (channel null). What is not allowed gets no answer."""
        guild = self._here.world.guilds.get(int(data["guild_id"]))
        if guild is None or self._here.bot.id not in guild.members:
            return
        if data.get("channel_id") is None:
            await self._here.calls.leave(guild, self._here.bot.id)
            return
        channel = guild.channels.get(int(data["channel_id"]))
        if channel is not None:
            mute, deaf = bool(data.get("self_mute")), bool(data.get("self_deaf"))
            await self._here.calls.sit(guild, channel, self._here.bot.id, self_mute=mute, self_deaf=deaf)

    def _send_members(self, session: Session, data: Json) -> None:
        """Opcode 8: GUILD_MEMBERS_CHUNK, in one piece. All members need the privileged intent."""
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
        self._send_event(session, "GUILD_MEMBERS_CHUNK", chunk)


def _decode(text: str) -> tuple[int, Any]:
    try:
        payload = json.loads(text)
        return int(payload["op"]), payload.get("d")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Closed(Close.DECODE_ERROR, "Error while decoding payload.") from None
