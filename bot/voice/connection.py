"""The line: one connection to a voice channel, that follows where Discord leads it and says when it is lost.

discord.py's client reconnects by itself, and loses sound on the way: it waits before it tries, sends into the
void meanwhile, takes a move for a kick, and its reader thread waits for up to 30 s on a socket that nobody
closed. So nothing is left to it but the protocol: the websocket, discovery, both encryptions. This line never
comes back once it is lost; the supervisor makes another one. It uses parts of discord.py 2.7.1 that are not
public, all of them here.
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
"""Websocket, discovery and keys take 0.1 s; after this long something does not get through."""

DISCOVERY_SECONDS: Final = 0.25
"""How long to wait for an answer to IP discovery before asking again."""

DISCOVERY_TRIES: Final = 4
"""How often to ask again. discord.py waits for ever, and hears nothing of its websocket meanwhile: a server
that has closed it does not answer either."""

DISCOVERY: Final = struct.Struct(">HHI66x")
"""IP discovery (Discord's developer documentation, "Voice"): type, length of what follows, SSRC, room."""

KEEPALIVE: Final = struct.Struct("<I4x")
"""A number that counts up, as discord.js sends it; servers send it back or say nothing."""

KEEPALIVE_SECONDS: Final = 5.0
"""How often. A router that runs Linux forgets after 30 s without a word where a connection leads
(`nf_conntrack_udp_timeout`)."""

RESUME_SECONDS: Final = 1.0
"""How long to try to go on with a session whose websocket broke, before a new one is made."""

WORD_SECONDS: Final = 1.0
"""How long after "disconnected" the gateway may take to say whether the bot was moved or put out."""

CLOSE_SECONDS: Final = 0.5
"""How long a server may take to say goodbye."""

LOOK_SECONDS: Final = 0.005
"""How often to see whether the reader has ended."""

ABNORMAL: Final = 1006
"""The websocket broke without a word (RFC 6455, 7.4.1)."""
DISCONNECTED: Final = 4014
SERVER_CRASHED: Final = 4015
CALL_ENDED: Final = 4022
"""Close codes of Discord's voice gateway (developer documentation, "Voice Close Event Codes")."""

LET_GO: Final = 4000
"""With 1000 a client says that its session is over."""

PUT_OUT: Final = "put_out"
"""Somebody disconnected the bot, or the channel is gone."""
UNANSWERED: Final = "unanswered"
"""A handshake was not finished in time, as when UDP is blocked."""

_log = logging.getLogger(__name__)


class VoiceConnection(discord.VoiceClient):
    """One connection to a voice channel, from `channel.connect(cls=VoiceConnection)` to `hang_up`.

    It is a Line for the outlet. `channel` is where it is, moves included. Owned by the supervisor.
    """

    supported_modes: tuple[Any, ...] = tuple(MODES)
    _connection: _Connection

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self._cipher = TransportCipher()
        self.lost = asyncio.Event()
        self.cause = ""
        """Why it is lost: a close code as text, PUT_OUT or UNANSWERED."""

    def create_connection_state(self) -> VoiceConnectionState:
        """Called by discord.py."""
        return _Connection(self)

    @property
    def open(self) -> bool:
        """Whether what is sent now is heard: connected, and encrypted end to end."""
        return self._connection.whole and self._connection.can_encrypt

    def send(self, packet: bytes) -> bool:
        """Send 20 ms of Opus; False, and nothing has left, if it is not open or the system refuses."""
        if not self.open:
            return False
        try:
            self._connection.socket.send(self._get_voice_packet(packet))
        except (OSError, ValueError, AttributeError, TypeError, struct.error):
            return False  # no way out, other keys, or another server just now
        self.sequence = (self.sequence + 1) % 2**16
        self.timestamp = (self.timestamp + FRAME_SAMPLES) % 2**32
        return True

    def _get_voice_packet(self, data: bytes) -> bytes:
        """20 ms of Opus, encrypted twice. discord.py's own player calls it too."""
        connection = self._connection
        self._cipher.set_key(connection.mode, connection.secret_key)
        frame = connection.dave_session.encrypt_opus(data)  # type: ignore[union-attr]
        return self._cipher.encrypt(frame, self.sequence, self.timestamp, connection.ssrc)

    def speak(self, speaking: bool) -> None:
        """Say that sound begins or has ended. Any thread; a broken line is told nothing."""
        if self._connection.whole:
            state = SpeakingState.voice if speaking else SpeakingState.none
            self.loop.call_soon_threadsafe(self._connection.say, state)

    async def connect(
        self,
        *,
        timeout: float,  # noqa: ASYNC109  (discord.py's signature)
        reconnect: bool,
        self_deaf: bool = False,
        self_mute: bool = False,
    ) -> None:
        """Sit down and be connected. Raises TimeoutError, or ConnectionLost with the cause.

        Called by `channel.connect`. `reconnect` is discord.py's; this line never does.
        """
        try:
            async with asyncio.timeout(timeout):
                await self._connection.sit_down(self_deaf=self_deaf, self_mute=self_mute)
        except BaseException:
            await self.hang_up()
            raise

    async def disconnect(self, *, force: bool = False) -> None:
        """Called by discord.py when it ends, and when `connect` took too long."""
        await self.hang_up()

    async def hang_up(self) -> None:
        """Close everything on this side. Discord is not told that the bot leaves the channel."""
        await self._connection.end()
        if self.guild.voice_client is self:
            self.cleanup()

    def lose(self, cause: str) -> None:
        """It is of no use any more: `lost` is set, `cause` says why, and nothing is sent."""
        if not self.lost.is_set():
            self.cause = cause
            self.lost.set()
            self._connection.give_up()


class ConnectionLost(discord.ClientException):
    """The line was lost before it stood; `str(error)` is the cause."""


class _Connection(VoiceConnectionState):
    """The protocol of one line. On the event loop; `whole` and `send_packet` also on the pacing thread.

    Discord says where to sit and which server to go to in events of the main gateway. Each server named is
    attended to by a task of its own, which ends when the next one is named.
    """

    voice_client: VoiceConnection

    def __init__(self, line: VoiceConnection) -> None:
        super().__init__(line, hook=self._on_ws_message)
        self._broken = False
        """Whether the websocket is gone and its successor is not there yet."""
        self._attending: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._retired: list[socket.socket] = []
        self._resumed = asyncio.Event()
        self._decided = asyncio.Event()
        """Set once it stands or is lost."""

    @property
    def whole(self) -> bool:
        """Whether packets reach the server."""
        return self.is_connected() and not self._broken

    # What the main gateway says

    async def voice_state_update(self, data: GuildVoiceState) -> None:
        """The bot sits somewhere, or nowhere any more."""
        if data["channel_id"] is not None:
            self.session_id = data["session_id"]
            channel = self.guild.get_channel(int(data["channel_id"]))
            if isinstance(channel, discord.VoiceChannel | discord.StageChannel):
                self.voice_client.channel = channel
        elif self.session_id is not None:  # before it sits, this answers a line before this one, that left
            self.voice_client.lose(PUT_OUT)

    async def voice_server_update(self, data: VoiceServerUpdate) -> None:
        """Go to this server; without an endpoint, a new one is yet to be found."""
        if self.voice_client.lost.is_set():
            return
        self._stop_attending()
        self.state = ConnectionFlowState.got_voice_server_update
        endpoint = data.get("endpoint")
        if endpoint is not None:
            self.token, self.server_id = data["token"], int(data["guild_id"])
            self.endpoint = endpoint.removeprefix("wss://")
            self._attending = asyncio.create_task(self._attend(), name="voice server")

    # What follows from it

    async def sit_down(self, *, self_deaf: bool, self_mute: bool) -> None:
        """Ask for the channel and wait until connected. Raises ConnectionLost."""
        self.state = ConnectionFlowState.set_guild_voice_state
        await self._voice_connect(self_deaf=self_deaf, self_mute=self_mute)
        await self._decided.wait()
        if self.voice_client.lost.is_set():
            raise ConnectionLost(self.voice_client.cause)

    async def end(self) -> None:
        """Close websockets, socket and threads."""
        self.state = ConnectionFlowState.disconnected
        attending = self._stop_attending()
        ending = [task for task in (attending, *self._closing) if task is not None]
        if ending:
            await asyncio.wait(ending)
        self._socket_reader.stop()
        self._retire_socket()
        while self._socket_reader.is_alive():  # noqa: ASYNC110  (a thread tells nobody; it has been woken)
            await asyncio.sleep(LOOK_SECONDS)
        for retired in self._retired:
            retired.close()

    def give_up(self) -> None:
        """Send nothing any more."""
        self.state = ConnectionFlowState.disconnected
        self._decided.set()

    def say(self, state: SpeakingState) -> None:
        """Tell the server whether sound begins or has ended."""
        if self.whole and not self.ws.ws.closed:
            self._later(self.ws.speak(state))

    async def _attend(self) -> None:
        """Shake hands with the server, then listen to it as long as it lasts."""
        self.ip = self.port = self.ssrc = MISSING
        keeping = asyncio.create_task(self._keep_way_open(), name="voice way")
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                self._create_socket()
                self.ws = await self._connect_websocket(resume=False)
                await self._handshake_websocket()
            self._broken = False
            self._decided.set()
            await self._listen()
        except TimeoutError:
            self.voice_client.lose(UNANSWERED)
        except discord.ConnectionClosed as closed:
            self.voice_client.lose(str(closed.code))
        except Exception as error:  # whatever the network does to a handshake
            _log.warning("the voice server %s could not be reached: %r", self.endpoint, error)
            self.voice_client.lose(UNANSWERED)
        finally:
            keeping.cancel()

    async def _keep_way_open(self) -> None:
        """Ask for our address until there is an answer: discord.py asks once, and a packet may be lost. From
        then on say something now and then, or routers on the way forget us in a long pause."""
        asked = 0
        while not self.ip:
            await asyncio.sleep(DISCOVERY_SECONDS)
            if self.ssrc and not self.ip:
                if asked == DISCOVERY_TRIES:
                    self.voice_client.lose(UNANSWERED)
                    return
                asked += 1
                self._say_by_udp(DISCOVERY.pack(1, 70, self.ssrc))
        for number in itertools.count():
            self._say_by_udp(KEEPALIVE.pack(number % 2**32))
            await asyncio.sleep(KEEPALIVE_SECONDS)

    def _say_by_udp(self, datagram: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.send(datagram)

    async def _listen(self) -> NoReturn:
        """Take what the server says. Raises ConnectionClosed when it says no more."""
        while True:
            try:
                await self.ws.poll_event()
            except (discord.ConnectionClosed, TimeoutError) as end:
                self._broken = True
                code = end.code if isinstance(end, discord.ConnectionClosed) else ABNORMAL
                _log.info("the voice websocket of %s closed with %d", self.guild, code)
                if code in (DISCONNECTED, CALL_ENDED):
                    await asyncio.sleep(WORD_SECONDS)  # being moved or put out ends this task
                elif code in (ABNORMAL, SERVER_CRASHED) and await self._resume():
                    self._broken = False
                    continue
                self.voice_client.lose(str(code))
                raise

    async def _resume(self) -> bool:
        """Go on with the same session, keys and address on a new websocket; whether it could be done."""
        before, self.ws = self.ws, MISSING
        self._let_go(before)
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
        """Called by discord.py with each message that it has understood."""
        if message["op"] == DiscordVoiceWebSocket.RESUMED:
            self._resumed.set()

    def _create_socket(self) -> None:
        self._retire_socket()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self._socket_reader.resume()

    def _retire_socket(self) -> None:
        """Wake the thread that may be reading it; it is closed when that thread has ended, for till then its
        number must not become another socket's. It stays where it is until there is another one: the thread
        would end with an error if there were none."""
        if self.socket:
            with contextlib.suppress(OSError):  # it was never connected; it wakes the thread all the same
                self.socket.shutdown(socket.SHUT_RDWR)
            self._retired.append(self.socket)

    def _stop_attending(self) -> asyncio.Task[None] | None:
        """End the conversation with the server; the task that had it is returned, on its way out."""
        attending, self._attending = self._attending, None
        if attending is not None:
            attending.cancel()
        if self.ws:
            self._let_go(self.ws)
            self.ws = MISSING
        return attending

    def _let_go(self, ws: DiscordVoiceWebSocket) -> None:
        """Close a websocket without waiting for its server, with a code that lets the session be resumed."""
        self._later(ws.close(LET_GO))

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(_within(work, CLOSE_SECONDS), name="voice websocket")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _within(work: Any, seconds: float) -> None:
    """Do `work`, not for longer than `seconds`; a server that is gone need not hear it."""
    with contextlib.suppress(TimeoutError, OSError, RuntimeError):
        async with asyncio.timeout(seconds):
            await work
