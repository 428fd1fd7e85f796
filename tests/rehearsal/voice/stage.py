"""A voice server behind a bare websocket route, and discord.py's own VoiceClient connected to it."""

from __future__ import annotations

import asyncio
import contextlib
import glob
import socket
import threading
import types
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import aiohttp
import av
import discord
import numpy as np
from aiohttp import web
from discord.gateway import DiscordClientWebSocketResponse
from numpy.typing import NDArray

from rehearsal.voice.server import VoiceServer

GUILD, CHANNEL, BOT, ANNA, BEN, CARL = 11, 12, 13, 14, 15, 16
SESSION, TOKEN = "session", "token"
FRAME_BYTES = 3840


def load_opus() -> None:
    """Load the libopus of PyAV's wheel for discord.py's encoder."""
    if not discord.opus.is_loaded():
        (found,) = glob.glob(str(Path(av.__file__).parent.parent / "av.libs" / "libopus-*.so*"))
        discord.opus.load_opus(found)


def melody(seconds: float, seed: int = 1) -> NDArray[np.float32]:
    """Return stereo notes over a little noise: never periodic for long, never silent."""
    rng = np.random.default_rng(seed)
    samples = int(seconds * 48_000)
    t = np.arange(samples) / 48_000
    sound = 0.01 * rng.standard_normal((samples, 2))
    for start in np.arange(0, seconds, 0.15):
        since = np.clip(t - start, 0, None)
        note = np.exp(-6 * since) * np.sin(2 * np.pi * rng.uniform(110, 1800) * since) * (t >= start)
        sound += 0.25 * note[:, None] * rng.uniform(0.4, 1, 2)
    return np.asarray(np.clip(sound, -1, 1), np.float32)


def to_pcm16(sound: NDArray[np.float32]) -> bytes:
    return np.round(sound * 32767).astype("<i2").tobytes()


class PcmSource(discord.AudioSource):
    """Plays known PCM, frame by frame."""

    def __init__(self, pcm: bytes) -> None:
        self._frames = [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm), FRAME_BYTES)]

    def read(self) -> bytes:
        return self._frames.pop(0) if self._frames else b""


class Stage:
    """The voice server, and the part of the main gateway that discord.py's voice needs."""

    def __init__(self, server: VoiceServer, http: aiohttp.ClientSession, port: int) -> None:
        self.server = server
        self._http = http
        self._port = port
        self.clients: list[discord.VoiceClient] = []

    async def open(self) -> aiohttp.ClientWebSocketResponse:
        """Open a bare websocket to the voice server."""
        return await self._http.ws_connect(f"http://127.0.0.1:{self._port}/?v=8")

    async def connect(self, user_id: int = BOT, reconnect: bool = True) -> discord.VoiceClient:
        """Let discord.py's VoiceClient join the channel."""

        async def ws_connect(url: str, *, compress: int) -> aiohttp.ClientWebSocketResponse:
            return await self.open()

        async def change_voice_state(
            *, channel: Any, self_mute: bool = False, self_deaf: bool = False
        ) -> None:
            channel_id = channel and channel.id
            if channel is None:
                await self.server.forget(GUILD, user_id)
            else:
                self.server.expect(GUILD, channel_id, user_id, SESSION, TOKEN)
            state = {"channel_id": channel_id, "session_id": SESSION}
            update = {"token": TOKEN, "guild_id": GUILD, "endpoint": "loopback.discord.media"}
            asyncio.get_running_loop().call_soon(
                lambda: asyncio.ensure_future(tell(state, update if channel else None))
            )

        async def tell(state: dict[str, Any], update: dict[str, Any] | None) -> None:
            await client.on_voice_state_update(cast(Any, state))
            if update is not None:
                await client.on_voice_server_update(cast(Any, update))

        me = types.SimpleNamespace(voice=None)
        guild = types.SimpleNamespace(id=GUILD, me=me, change_voice_state=change_voice_state)
        channel = types.SimpleNamespace(
            id=CHANNEL, guild=guild, _get_voice_client_key=lambda: (GUILD, "guild_id")
        )
        state = types.SimpleNamespace(
            loop=asyncio.get_running_loop(),
            http=types.SimpleNamespace(ws_connect=ws_connect),
            user=types.SimpleNamespace(id=user_id),
            _remove_voice_client=lambda guild_id: None,
        )
        owner = types.SimpleNamespace(_connection=state, loop=state.loop)
        client = discord.VoiceClient(cast(Any, owner), cast(Any, channel))
        self.clients.append(client)
        await client.connect(reconnect=reconnect, timeout=5.0)
        return client

    async def disconnect(self, client: discord.VoiceClient) -> None:
        """Let a client leave."""
        self.clients.remove(client)
        await close_session(client)


@asynccontextmanager
async def staged(**settings: Any) -> AsyncIterator[Stage]:
    """Run a voice server; nothing is left behind: no task, no socket, no thread."""
    threads = set(threading.enumerate())
    server = VoiceServer(**settings)
    await server.start()
    app = web.Application()
    app.router.add_get("/", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(ws_response_class=DiscordClientWebSocketResponse) as http:
        stage = Stage(server, http, port)
        try:
            yield stage
        finally:
            for client in list(stage.clients):
                await stage.disconnect(client)
            await server.close()
            await runner.cleanup()
    await until(lambda: set(threading.enumerate()) <= threads)
    await until(lambda: len(asyncio.all_tasks()) == 1)


async def close_session(client: discord.VoiceClient) -> None:
    """Disconnect discord.py's client completely."""
    connection = client._connection
    # Its reader thread waits up to 30 s on a socket that is merely closed.
    with contextlib.suppress(OSError, AttributeError):
        connection.socket.shutdown(socket.SHUT_RDWR)
    poller = connection._runner
    await client.disconnect(force=True)
    if poller is not None:
        # It fails where the group asks for a key package in the very moment of closing, and nobody looks.
        await asyncio.gather(poller, return_exceptions=True)


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Poll until `true` holds."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


async def play(client: discord.VoiceClient, sound: NDArray[np.float32]) -> None:
    """Play to the end."""
    load_opus()
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    client.play(PcmSource(to_pcm16(sound)), after=lambda _: loop.call_soon_threadsafe(done.set), fec=False)
    await done.wait()
