"""The bot's sessions at the gateway, and the events that are sent to them.

Discord developer documentation, Topics / Gateway and Topics / Opcodes and Status Codes.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any, Final

from aiohttp import web

from rehearsal.contract.contract import contract
from rehearsal.refusal import Json

MAX_REPLAYED_EVENTS: Final = 1_000
"""Events that can be replayed when a session is resumed."""


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


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


@dataclass(slots=True, eq=False)
class Session:
    """One login. It outlives its connection, so that it can be resumed; `connection` is None without one."""

    id: str
    intents: int
    sequence: int = 0
    replayable: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=MAX_REPLAYED_EVENTS))
    connection: GatewayConnection | None = None


class GatewayConnection:
    """One websocket, with a queue so that all messages are sent in order."""

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


class Sessions:
    """All sessions of the bot, by id. Owned by the event loop of the rehearsal."""

    def __init__(self, deviations: list[str]) -> None:
        self.by_id: dict[str, Session] = {}
        self._deviations = deviations
        """Where events are noted that are not as Discord describes their objects."""

    def dispatch(
        self, event: str, data: Json, needs: int = 0, *, without_content: Json | None = None
    ) -> None:
        """Send an event to every session with one of the intents `needs` (0: to all).

        `without_content` is sent to sessions that lack the intent of message content.
        """
        for session in self.by_id.values():
            if needs and not session.intents & needs:
                continue
            blind = without_content is not None and not session.intents & Intent.MESSAGE_CONTENT
            self.send(session, event, without_content if blind else data)

    def send(self, session: Session, event: str, data: Any) -> None:
        faults = contract().event_faults(event, data)
        self._deviations += [f"{event}: {fault}" for fault in faults]
        session.sequence += 1
        text = json.dumps({"op": Op.DISPATCH, "d": data, "s": session.sequence, "t": event})
        session.replayable.append((session.sequence, text))
        if session.connection is not None:
            session.connection.send_raw(text)
