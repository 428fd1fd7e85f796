"""One connection to a voice channel: it follows Discord's moves and reports when it is lost.

discord.py's client reconnects by itself and loses sound on the way: it waits before it tries, sends into the
void meanwhile, takes a move for a kick, and its reader thread waits for up to 30 s on a socket that nobody
closed. So only its protocol is used: websocket, discovery, both encryptions. This connection never recovers
once it is lost; the supervisor makes another one. The parts of discord.py 2.7.1 used here that are not public
are listed in `tests/bot/voice/test_discord_private.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
import struct
from typing import TYPE_CHECKING, Any, Final, NoReturn

import discord
from discord.enums import SpeakingState
from discord.gateway import DiscordVoiceWebSocket
from discord.utils import MISSING
from discord.voice_state import ConnectionFlowState, VoiceConnectionState

from audio.units import FRAME_SAMPLES
from bot.voice.encryption import MODES, TransportCipher

if TYPE_CHECKING:
    from discord.types.voice import GuildVoiceState, VoiceServerUpdate

HANDSHAKE_SECONDS: Final = 3.0
"""Timeout for websocket, discovery and keys, which take 0.1 s."""

DISCOVERY_SECONDS: Final = 0.25
"""Wait for an answer to IP discovery before the next request."""

DISCOVERY_TRIES: Final = 4
"""Repeated requests for IP discovery. discord.py waits forever and does not read its websocket meanwhile; a
server that has closed it does not answer either."""

DISCOVERY: Final = struct.Struct(">HHI66x")
"""IP discovery (Discord's developer documentation, "Voice"): type, length of the rest, SSRC, space."""

KEEPALIVE: Final = struct.Struct("<I4x")
"""A counter, as discord.js sends it; servers echo or ignore it."""

KEEPALIVE_SECONDS: Final = 5.0
"""Interval of UDP keepalives. A Linux router forgets a UDP mapping after 30 s without packets
(`nf_conntrack_udp_timeout`)."""

RESUME_SECONDS: Final = 1.0
"""Timeout for resuming a session whose websocket broke, before a new one is made."""

MOVE_GRACE_SECONDS: Final = 1.0
"""After close code 4014, the main gateway may take this long to say whether the bot was moved or removed."""

CLOSE_SECONDS: Final = 0.5
"""Timeout for closing a websocket."""

READER_POLL_SECONDS: Final = 0.005
"""Interval at which the end of the reader thread is awaited."""

ABNORMAL: Final = 1006
"""The websocket broke without a close frame (RFC 6455, 7.4.1)."""

DISCONNECTED: Final = 4014
SERVER_CRASHED: Final = 4015
CALL_ENDED: Final = 4022
"""The three above are close codes of Discord's voice gateway (developer documentation, "Voice Close Event
Codes")."""

KEEP_SESSION: Final = 4000
"""A close code of ours that leaves the session resumable; 1000 would end it."""

REMOVED: Final = "removed"
"""Cause: the bot was disconnected by somebody, or the channel is gone."""

UNANSWERED: Final = "unanswered"
"""Cause: a handshake did not finish in time, as when UDP is blocked."""

_log = logging.getLogger(__name__)


class VoiceConnection(discord.VoiceClient):
    """One connection to a voice channel, from `channel.connect(cls=VoiceConnection)` to `close`.

    It is a PacketTransport. `channel` is where the bot is, moves included. Owned by the supervisor.
    """

    supported_modes: tuple[Any, ...] = tuple(MODES)
    _connection: _Protocol

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self._cipher = TransportCipher()
        self.lost = asyncio.Event()
        self.cause = ""
        """Why the connection is lost: a close code as text, REMOVED or UNANSWERED."""

    def create_connection_state(self) -> VoiceConnectionState:
        """Called by discord.py."""
        return _Protocol(self)

    @property
    def open(self) -> bool:
        """True if packets reach the listeners: connected, and encrypted end to end."""
        return self._connection.established and self._connection.can_encrypt

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus. Return False, having sent nothing, if not open or if the system refuses."""
        if not self.open:
            return False
        try:
            self._connection.socket.send(self._get_voice_packet(packet))
        except (OSError, ValueError, AttributeError, TypeError, struct.error):
            return False  # no route, or keys or server are just changing
        self.sequence = (self.sequence + 1) % 2**16
        self.timestamp = (self.timestamp + FRAME_SAMPLES) % 2**32
        return True

    def _get_voice_packet(self, data: bytes) -> bytes:
        """Encrypt 20 ms of Opus end to end and for transport. discord.py's own player calls it too."""
        connection = self._connection
        self._cipher.set_key(connection.mode, connection.secret_key)
        frame = connection.dave_session.encrypt_opus(data)  # type: ignore[union-attr]
        return self._cipher.encrypt(frame, self.sequence, self.timestamp, connection.ssrc)

    def speak(self, speaking: bool) -> None:
        """Announce that sound begins or has ended. Any thread; ignored while the websocket is broken."""
        if self._connection.established:
            state = SpeakingState.voice if speaking else SpeakingState.none
            self.loop.call_soon_threadsafe(self._connection.announce, state)

    async def connect(
        self,
        *,
        timeout: float,  # noqa: ASYNC109  (discord.py's signature)
        reconnect: bool,
        self_deaf: bool = False,
        self_mute: bool = False,
    ) -> None:
        """Join the channel and connect. Raises TimeoutError, or ConnectionLost with the cause.

        Called by `channel.connect`. `reconnect` is part of discord.py's signature and ignored.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._connection.join(self_deaf=self_deaf, self_mute=self_mute)
        except BaseException:
            await self.close()
            raise

    async def disconnect(self, *, force: bool = False) -> None:
        """Called by discord.py when it ends, and when `connect` took too long."""
        await self.close()

    async def close(self) -> None:
        """Close everything on this side. It does not tell Discord that the bot leaves the channel."""
        await self._connection.end()
        if self.guild.voice_client is self:
            self.cleanup()

    def lose(self, cause: str) -> None:
        """Mark the connection as lost: set `lost` and `cause`, and send nothing more."""
        if not self.lost.is_set():
            self.cause = cause
            self.lost.set()
            self._connection.stop_sending()


class ConnectionLost(discord.ClientException):
    """The connection was lost before it was established; `str(error)` is the cause."""


class _Protocol(VoiceConnectionState):
    """The protocol of one connection. On the event loop; `established` is also read by the pacing thread.

    Events of the main gateway name the channel and the voice server. Each server gets a task of its own,
    which ends when the next server is named.
    """

    voice_client: VoiceConnection

    def __init__(self, connection: VoiceConnection) -> None:
        super().__init__(connection, hook=self._on_ws_message)
        self._broken = False
        """True while the websocket is gone and its successor is not there yet."""
        self._server_task: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._retired_sockets: list[socket.socket] = []
        self._resumed = asyncio.Event()
        self._decided = asyncio.Event()
        """Set once the connection is established or lost."""

    @property
    def established(self) -> bool:
        """True if packets reach the server."""
        return self.is_connected() and not self._broken

    # Events of the main gateway

    async def voice_state_update(self, data: GuildVoiceState) -> None:
        """The bot is in a channel, or in none any more."""
        if data["channel_id"] is not None:
            self.session_id = data["session_id"]
            channel = self.guild.get_channel(int(data["channel_id"]))
            if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
                self.voice_client.channel = channel
        # A "left" event before we joined belongs to the previous connection.
        elif self.session_id is not None:
            self.voice_client.lose(REMOVED)

    async def voice_server_update(self, data: VoiceServerUpdate) -> None:
        """Connect to this server; without an endpoint, wait until Discord has found another one."""
        if self.voice_client.lost.is_set():
            return
        self._leave_server()
        self.state = ConnectionFlowState.got_voice_server_update
        endpoint = data.get("endpoint")
        if endpoint is not None:
            self.token, self.server_id = data["token"], int(data["guild_id"])
            self.endpoint = endpoint.removeprefix("wss://")
            self._server_task = asyncio.create_task(self._use_server(), name="voice server")

    # The connection to a voice server

    async def join(self, *, self_deaf: bool, self_mute: bool) -> None:
        """Request the channel and wait until connected. Raises ConnectionLost."""
        self.state = ConnectionFlowState.set_guild_voice_state
        await self._voice_connect(self_deaf=self_deaf, self_mute=self_mute)
        await self._decided.wait()
        if self.voice_client.lost.is_set():
            raise ConnectionLost(self.voice_client.cause)

    async def end(self) -> None:
        """Close websockets, sockets and the reader thread."""
        self.state = ConnectionFlowState.disconnected
        server_task = self._leave_server()
        ending = [task for task in (server_task, *self._background) if task is not None]
        if ending:
            await asyncio.wait(ending)
        self._socket_reader.stop()
        self._retire_socket()
        while self._socket_reader.is_alive():  # noqa: ASYNC110  (a thread sets no event; it has been woken)
            await asyncio.sleep(READER_POLL_SECONDS)
        for retired in self._retired_sockets:
            retired.close()

    def stop_sending(self) -> None:
        """Send nothing more."""
        self.state = ConnectionFlowState.disconnected
        self._decided.set()

    def announce(self, state: SpeakingState) -> None:
        """Tell the server that sound begins or has ended."""
        if self.established and not self.ws.ws.closed:
            self._run_in_background(self.ws.speak(state))

    async def _use_server(self) -> None:
        """Shake hands with the server, then read its messages as long as it lasts."""
        self.ip = self.port = self.ssrc = MISSING
        keepalive = asyncio.create_task(self._keep_udp_alive(), name="voice keepalive")
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                self._create_socket()
                self.ws = await self._connect_websocket(resume=False)
                await self._handshake_websocket()
            self._broken = False
            self._decided.set()
            await self._read_messages()
        except TimeoutError:
            self.voice_client.lose(UNANSWERED)
        except discord.ConnectionClosed as closed:
            self.voice_client.lose(str(closed.code))
        except Exception as error:  # any network failure during a handshake
            _log.warning("the voice server %s could not be reached: %r", self.endpoint, error)
            self.voice_client.lose(UNANSWERED)
        finally:
            keepalive.cancel()

    async def _keep_udp_alive(self) -> None:
        """Repeat IP discovery until there is an answer, then send keepalives.

        discord.py sends one discovery request, and a packet may be lost. Without keepalives routers forget
        the UDP mapping during a long pause.
        """
        requests = 0
        while not self.ip:
            await asyncio.sleep(DISCOVERY_SECONDS)
            if self.ssrc and not self.ip:
                if requests == DISCOVERY_TRIES:
                    self.voice_client.lose(UNANSWERED)
                    return
                requests += 1
                self._send_datagram(DISCOVERY.pack(1, 70, self.ssrc))
        for number in itertools.count():
            self._send_datagram(KEEPALIVE.pack(number % 2**32))
            await asyncio.sleep(KEEPALIVE_SECONDS)

    def _send_datagram(self, datagram: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.send(datagram)

    async def _read_messages(self) -> NoReturn:
        """Handle the server's messages, resuming where possible. Raises ConnectionClosed at the end."""
        while True:
            try:
                await self.ws.poll_event()
            except (discord.ConnectionClosed, TimeoutError) as end:
                self._broken = True
                code = end.code if isinstance(end, discord.ConnectionClosed) else ABNORMAL
                _log.info("the voice websocket of %s closed with %d", self.guild, code)
                if code in (DISCONNECTED, CALL_ENDED):
                    await asyncio.sleep(MOVE_GRACE_SECONDS)  # a move or a removal ends this task
                elif code in (ABNORMAL, SERVER_CRASHED) and await self._resume():
                    self._broken = False
                    continue
                self.voice_client.lose(str(code))
                raise

    async def _resume(self) -> bool:
        """Resume the session, with its keys and address, on a new websocket. Return True on success."""
        before, self.ws = self.ws, MISSING
        self._close_websocket(before)
        self._resumed.clear()
        try:
            async with asyncio.timeout(RESUME_SECONDS):
                self.ws = await DiscordVoiceWebSocket.from_connection_state(
                    self, resume=True, hook=self.hook, seq_ack=before.seq_ack
                )
                self.ws.secret_key = self.secret_key
                while not self._resumed.is_set():
                    await self.ws.poll_event()
        except (TimeoutError, OSError, discord.ConnectionClosed, discord.DiscordException) as error:
            _log.info("the voice session of %s cannot be resumed: %r", self.guild, error)
            return False
        return True

    async def _on_ws_message(self, _ws: DiscordVoiceWebSocket, message: dict[str, Any]) -> None:
        """Called by discord.py with each message that it has handled."""
        if message["op"] == DiscordVoiceWebSocket.RESUMED:
            self._resumed.set()

    def _create_socket(self) -> None:
        self._retire_socket()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self._socket_reader.resume()

    def _retire_socket(self) -> None:
        """Wake the thread that may be reading the socket; close it only when that thread has ended.

        Until then its file descriptor must not be reused. It stays in `self.socket` until there is another
        one, since the thread would fail without.
        """
        if self.socket:
            with contextlib.suppress(OSError):  # never connected; it wakes the thread all the same
                self.socket.shutdown(socket.SHUT_RDWR)
            self._retired_sockets.append(self.socket)

    def _leave_server(self) -> asyncio.Task[None] | None:
        """Leave the current server. Return its task, which is ending."""
        server_task, self._server_task = self._server_task, None
        if server_task is not None:
            server_task.cancel()
        if self.ws:
            self._close_websocket(self.ws)
            self.ws = MISSING
        return server_task

    def _close_websocket(self, ws: DiscordVoiceWebSocket) -> None:
        """Close a websocket in the background, with a code that leaves the session resumable."""
        self._run_in_background(ws.close(KEEP_SESSION))

    def _run_in_background(self, work: Any) -> None:
        task = asyncio.create_task(_within(work, CLOSE_SECONDS), name="voice websocket")
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _within(work: Any, seconds: float) -> None:
    """Await `work` for at most `seconds`, ignoring a server that is gone."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError):
        async with asyncio.timeout(seconds):
            await work
