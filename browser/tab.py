"""One open page: its websocket, what it shows, and the sound that its member receives."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from typing import Any, Final

from aiohttp import WSMsgType, web

from browser.actions import Actions, NotPossible
from browser.guilds import Guilds, Visitor
from browser.protocol import MAX_HISTORY, MAX_REQUESTS, sound_packet
from browser.view import guild_view, message_view
from rehearsal.interactions import Interaction
from rehearsal.people.reply import Reply
from rehearsal.people.typing_in import CannotType
from rehearsal.refusal import Json, Refusal
from rehearsal.voice.recording import Decoder, ReceivedPacket
from rehearsal.world import Channel, Message

TOGETHER_S: Final = 0.03
"""Changes within this time are sent together [s]."""

MAX_WAITING: Final = 2_000
"""Messages to a page that does not read; beyond, it is disconnected. 40 s of sound."""

MAX_INTERACTIONS: Final = 60
"""A member's latest interactions, whose answers for them alone are shown."""

_log = logging.getLogger(__name__)


class Tab:
    """One websocket of one member, from `enter` on. On the event loop of the Discord on loopback.

    It `decodes` for a browser that cannot: some 0.1 ms a packet.
    """

    def __init__(
        self, guilds: Guilds, visitor: Visitor, socket: web.WebSocketResponse, *, decodes: bool = False
    ) -> None:
        self.visitor = visitor
        self.channel: Channel | None = None
        """The channel whose messages are shown."""
        self.interactions: deque[Interaction] = deque(maxlen=MAX_INTERACTIONS)
        self._guilds = guilds
        self._here = guilds.here
        self._socket = socket
        self._decoder = Decoder() if decodes else None
        self._actions = Actions(guilds, self)
        self._outgoing: asyncio.Queue[str | bytes | None] = asyncio.Queue(MAX_WAITING)
        self._shown: dict[int, tuple[Message, object]] = {}
        """What the page shows, with the state in which it was sent."""
        self._sent: dict[str, str] = {}
        """The latest events about guilds and the bot, as they were sent."""
        self._working: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the page until it goes away or `end` is called."""
        name = self.visitor.user.name
        tasks = [
            asyncio.create_task(self._send_all(), name=f"page of {name}: out"),
            asyncio.create_task(self._watch(), name=f"page of {name}: changes"),
        ]
        for guild in self._guilds.all:
            self._guilds.voice.hear(guild.id, self.visitor.user.id, self._hear)
        try:
            async for frame in self._socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                self._take(frame.data)
        finally:
            for guild in self._guilds.all:
                self._guilds.voice.hear(guild.id, self.visitor.user.id, _drop)
            for task in (*tasks, *self._working):
                task.cancel()
            await asyncio.gather(*tasks, *self._working, return_exceptions=True)

    def end(self) -> None:
        """Close the page's socket because the member is in another tab now."""
        self.send({"event": "taken"})
        self._put(None)

    async def close(self) -> None:
        """Close the page's socket because everything ends."""
        await self._socket.close(code=1001)

    # Out

    def send(self, message: Json) -> None:
        self._put(json.dumps(message))

    def _put(self, message: str | bytes | None) -> None:
        try:
            self._outgoing.put_nowait(message)
        except asyncio.QueueFull:
            transport = self._socket.get_extra_info("transport")
            if transport is not None:
                transport.abort()

    async def _send_all(self) -> None:
        while (message := await self._outgoing.get()) is not None:
            try:
                if isinstance(message, bytes):
                    await self._socket.send_bytes(message)
                else:
                    await self._socket.send_str(message)
            except ConnectionError:
                return
        await self._socket.close()

    def _hear(self, user_id: int, packet: ReceivedPacket) -> None:
        if self._decoder is None or not packet.decrypted or not packet.is_music:
            self._put(sound_packet(user_id, packet))
        else:
            self._put(sound_packet(user_id, packet, self._decoder.decode(packet.frame)))

    # Changes of the world

    async def _watch(self) -> None:
        while True:
            self.send_changes()
            await self._here.bell.next()
            await asyncio.sleep(TOGETHER_S)

    def send_changes(self) -> None:
        """Send what has changed since the last time."""
        ready = bool(self._here.sessions.by_id) and bool(self._here.commands.listed(None))
        self._send_if_new("bot", {"event": "bot", "ready": ready})
        for guild in self._guilds.all:
            view = guild_view(self._guilds, guild, self.visitor.user.id)
            self._send_if_new(str(guild.id), {"event": "guild", "guild": view})
        for message in self._visible():
            if not message.deleted and self._note(message):
                self.send({"event": "message", "message": message_view(self._guilds, message)})
        for message_id, (message, _) in list(self._shown.items()):
            if message.deleted:
                del self._shown[message_id]
                self.send({"event": "gone", "channel": str(message.channel_id), "message": str(message.id)})

    def _send_if_new(self, key: str, event: Json) -> None:
        text = json.dumps(event)
        if self._sent.get(key) != text:
            self._sent[key] = text
            self._put(text)

    def open(self, channel: Channel) -> list[Json]:
        """Show another channel. Return its latest messages."""
        self.channel = channel
        self._shown.clear()
        visible = [message for message in self._visible() if not message.deleted]
        for message in visible:
            self._note(message)
        return [message_view(self._guilds, message) for message in visible]

    def _note(self, message: Message) -> bool:
        """Remember the state of a message. Return True if it is new."""
        state = (message.edited, message.flags, len(message.attachments))
        known = self._shown.get(message.id)
        self._shown[message.id] = message, state
        return known is None or known[1] != state

    def _visible(self) -> list[Message]:
        """Return the latest messages of the open channel, with those for this member alone."""
        if self.channel is None:
            return []
        own = [
            message
            for interaction in self.interactions
            if interaction.channel is self.channel
            for message in (interaction.original, *interaction.followups)
            if message is not None and message.ephemeral
        ]
        unique = {message.id: message for message in (*self.channel.messages[-MAX_HISTORY:], *own)}
        return sorted(unique.values(), key=lambda message: message.id)

    def take_reply(self, reply: Reply, used: str) -> Json:
        """Take the bot's answer to an interaction of this member; `used` is the command behind it.

        Raises NotPossible if there was none.
        """
        interaction = reply.interaction
        if interaction.acknowledged_at is None:
            raise NotPossible("The application did not respond")
        self._guilds.used[str(interaction.id)] = used
        self.interactions.append(interaction)
        if interaction.modal is not None:
            self.send({"event": "modal", "interaction": str(interaction.id), "modal": interaction.modal})
        self.send_changes()
        return {"interaction": str(interaction.id)}

    # Requests

    def _take(self, text: str) -> None:
        try:
            request = json.loads(text)
            number = int(request["id"])
        except (ValueError, KeyError, TypeError):
            return  # no page of ours
        if len(self._working) >= MAX_REQUESTS:
            self.send({"re": number, "error": "Too much at once. Try again in a moment."})
            return
        task = asyncio.create_task(self._answer(number, request), name="request of a page")
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _answer(self, number: int, request: Json) -> None:
        try:
            result: Any = await self._actions.do(request)
        except (CannotType, NotPossible, LookupError) as error:
            self.send({"re": number, "error": str(error)})
        except Refusal as refusal:
            self.send({"re": number, "error": refusal.message})
        except Exception:
            _log.exception("a request of a page failed")
            self.send({"re": number, "error": "This did not work; the log says why."})
        else:
            self.send({"re": number, "ok": result})


def _drop(_user_id: int, _packet: ReceivedPacket) -> None:
    """Hear nothing: the page is away, and nobody wants a recording."""
