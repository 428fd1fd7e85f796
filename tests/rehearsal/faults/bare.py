"""A client that only records what reaches it: the effect of a fault on the wire, whatever a client makes of
it."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from rehearsal.discord_here import DEFAULT_BOT_PERMISSIONS, DiscordHere
from rehearsal.faults.scene import Scene, until
from rehearsal.sessions import Intent
from rehearsal.sessions import Op as MainOp
from rehearsal.voice import rtp
from rehearsal.voice.opcodes import DAVE_VERSION, Op
from rehearsal.voice.server import VoiceServer

Json = dict[str, Any]
MODE = "aead_aes256_gcm_rtpsize"
WITHIN_S = 5.0


class VoiceWebsocket:
    """One websocket of the client: its messages, and how it was closed."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[Json] = []
        self.closed_with: int | None = None
        self._reading = asyncio.create_task(self._read(), name="bare wire")

    async def _read(self) -> None:
        async for message in self.socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.messages.append(json.loads(message.data))
        self.closed_with = self.socket.close_code

    async def send(self, op: int, data: Any) -> None:
        await self.socket.send_str(json.dumps({"op": op, "d": data}))

    async def got(self, op: int, event: str | None = None, number: int = 1) -> Any:
        """Return the data of the first (or a later) message of this kind."""

        def fitting() -> list[Json]:
            return [m for m in self.messages if m["op"] == op and m.get("t") == event]

        await until(lambda: len(fitting()) >= number, WITHIN_S)
        return fitting()[number - 1]["d"]

    async def close(self) -> None:
        self._reading.cancel()
        await self.socket.close()


class BareBot:
    """A bot in voice in the corner; it sends sound on request and answers nothing."""

    gateway: VoiceWebsocket
    voice: VoiceWebsocket

    def __init__(self, scene: Scene, http: aiohttp.ClientSession) -> None:
        self._scene = scene
        self._http = http
        self.id = scene.bot_id
        self.token = ""
        """The token of the last VOICE_SERVER_UPDATE."""
        self._updates_seen = 0
        self._sequence = 0
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setblocking(False)

    async def open_gateway(self) -> None:
        if hasattr(self, "gateway"):
            await self.gateway.close()
        self.gateway = await self._open("gateway.discord.gg")
        self._updates_seen = 0

    async def log_in(self) -> None:
        await self.open_gateway()
        intents = int(Intent.GUILDS | Intent.GUILD_VOICE_STATES)
        await self.gateway.send(MainOp.IDENTIFY, {"token": self._scene.here.bot.token, "intents": intents})
        await self.gateway.got(MainOp.DISPATCH, "GUILD_CREATE")

    async def connect(self) -> None:
        """Join the corner, up to the first packet of sound."""
        guild_id, channel_id = str(self._scene.guild.id), str(self._scene.corner.id)
        await self.gateway.send(MainOp.VOICE_STATE_UPDATE, {"guild_id": guild_id, "channel_id": channel_id})
        self._updates_seen += 1
        events = await self.gateway.got(MainOp.DISPATCH, "VOICE_SERVER_UPDATE", number=self._updates_seen)
        self.token = events["token"]
        await self.identify()
        await self.hear_from_server()

    async def leave(self) -> None:
        """Leave the channel."""
        guild_id = str(self._scene.guild.id)
        await self.gateway.send(MainOp.VOICE_STATE_UPDATE, {"guild_id": guild_id, "channel_id": None})

    async def identify(self) -> None:
        """Open a new voice websocket and identify."""
        await self._open_voice()
        more = {"user_id": str(self.id), "max_dave_protocol_version": DAVE_VERSION}
        await self.voice.send(Op.IDENTIFY, self._identity | more)

    async def resume(self) -> None:
        """Open a new voice websocket and try to resume the session."""
        await self._open_voice()
        await self.voice.send(Op.RESUME, self._identity | {"seq_ack": -1})

    @property
    def _identity(self) -> Json:
        assert self._scene.voice_state is not None
        guild_id, session_id = str(self._scene.guild.id), self._scene.voice_state.session_id
        return {"server_id": guild_id, "session_id": session_id, "token": self.token}

    async def _open_voice(self) -> None:
        if hasattr(self, "voice"):
            await self.voice.close()
        self.voice = await self._open("loopback-1.discord.media")

    async def hear_from_server(self) -> None:
        """Complete the handshake from READY to the keys."""
        ready = await self.voice.got(Op.READY)
        self._ssrc, self._server = ready["ssrc"], (ready["ip"], ready["port"])
        self._udp.sendto(struct.pack(">HHI", 1, 70, self._ssrc).ljust(74, b"\0"), self._server)
        await until(lambda: bool(self.received()), WITHIN_S)
        data = {"address": "127.0.0.1", "port": 1, "mode": MODE}
        await self.voice.send(Op.SELECT_PROTOCOL, {"protocol": "udp", "data": data})
        key = (await self.voice.got(Op.SESSION_DESCRIPTION))["secret_key"]
        self._transport = rtp.Transport(MODE, bytes(key))

    def play(self, packets: int) -> None:
        """Send `packets` packets of sound at once, which cannot be decrypted."""
        for _ in range(packets):
            header = rtp.rtp_header(self._sequence, self._sequence * rtp.FRAME_SAMPLES, self._ssrc)
            self._sequence += 1
            self._udp.sendto(self._transport.encrypt(header, b"\xfcsound"), self._server)

    def keep_alive(self) -> None:
        """Send 8 bytes, which a reachable server sends back."""
        self._udp.sendto(struct.pack(">Q", 7), self._server)

    def received(self) -> list[bytes]:
        """Return the datagrams received since."""
        found = []
        while True:
            try:
                found.append(self._udp.recv(2048))
            except BlockingIOError:
                return found

    async def _open(self, host: str) -> VoiceWebsocket:
        return VoiceWebsocket(await self._http.ws_connect(f"https://{host}/?v=10"))

    async def close(self) -> None:
        self._udp.close()
        await self.gateway.close()
        if hasattr(self, "voice"):
            await self.voice.close()


@asynccontextmanager
async def staged(*, connected: bool = True) -> AsyncIterator[tuple[Scene, BareBot]]:
    """Run a scene with all members in voice, and a bare client, in the corner if `connected`.

    It is not encrypted, so it takes no part in the group of the listeners. `kill_engine` does nothing here.
    """
    voice = VoiceServer()
    async with DiscordHere(voice=voice) as here:
        scene = Scene.build(here, voice, DEFAULT_BOT_PERMISSIONS, lambda: None)
        await scene.gather()
        async with aiohttp.ClientSession(connector=here.connector()) as http:
            bot = BareBot(scene, http)
            await bot.log_in()
            if connected:
                await bot.connect()
            await until(lambda: scene.listener.listener.ready, WITHIN_S)
            try:
                yield scene, bot
            finally:
                await bot.close()


def packets_received(scene: Scene) -> int:
    """Return the packets of the bot that reached the listener in the corner, decrypted or not."""
    return len(scene.listener.listener.recording(scene.bot_id))


def sequences(scene: Scene) -> list[int]:
    """Return their sequence numbers, in the order of arrival."""
    return [packet.sequence for packet in scene.listener.listener.recording(scene.bot_id).packets]


async def played(scene: Scene, bot: BareBot, packets: int) -> None:
    """Send sound and wait until the server has had it: a later keepalive has come back."""
    bot.play(packets)
    bot.received()
    bot.keep_alive()
    await until(lambda: bool(bot.received()), WITHIN_S)
