"""The supervisor: keeps one guild connected to its voice channel, whatever happens to connections.

It compares the target (a channel) with the actual state (the connection, and the packets that leave). When
they differ it closes the connection and makes another one; the sink holds the sound meanwhile, so that
playback continues where it stopped. Some losses are deliberate, such as being disconnected by a moderator:
they end the sound.
"""

from __future__ import annotations

import asyncio
import enum
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import discord

from bot.errors import VoiceLost
from bot.rules.permissions import VocalChannel, listeners_in
from bot.voice.channel_requests import leave_channel, request_to_speak
from bot.voice.connection import CALL_ENDED, REMOVED, UNANSWERED, ConnectionLost, VoiceConnection
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audio.playout.source import PieceSource
    from bot.voice.sink import PacketSink

ATTEMPT_SECONDS: Final = 4.0
"""Timeout of one attempt to connect; a healthy one takes 0.2 s."""

MAX_UNCONNECTED_SECONDS: Final = 15.0
"""Maximum time without any connection before the sound ends. Discord does not answer an attempt to join a
channel that is full or forbidden."""

STABLE_SECONDS: Final = 5.0
"""After a connection that lasted this long there is no delay before the next attempt."""

RETRY_DELAYS_SECONDS: Final = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
"""Delay before each consecutive attempt; the last one is for all that follow."""

MAX_LOSSES: Final = 8
"""Maximum number of consecutive short-lived connections before the sound ends."""

POLL_SECONDS: Final = 0.2
"""Interval of looking at the connection and the packets."""

SILENT_SECONDS: Final = 1.0
"""Packets leave every 0.02 s; when none has left for this long although one was due, the connection is
dead."""

ENCRYPTION_SECONDS: Final = 1.5
"""Timeout of end-to-end encryption on an established connection; it takes 0.1 s."""

NO_PACKETS: Final = "no_packets"
"""The connection was open and no packet left."""

NO_ENCRYPTION: Final = "no_encryption"
"""The connection was established and never encrypted."""

NO_EVENTS: Final = "no_events"
"""discord.py has dropped the connection, so that moves do not reach it: the main gateway made a new
session."""

NO_PLACE: Final = "no_place"
"""Discord said that the bot is in no voice channel that we know: in a text channel, or in one that is new."""

PLACE_SECONDS: Final = 2.0
"""Timeout of that on an established connection: a channel that is new is announced within this time."""

DAVE_REQUIRED: Final = "4017"
RATE_LIMITED: Final = "4021"
"""The two above are close codes of Discord's voice gateway."""

FINAL_CAUSES: Final = {
    REMOVED: Text("voice-put-out"),
    str(CALL_ENDED): Text("voice-call-ended"),
    RATE_LIMITED: Text("voice-rate-limited"),
    DAVE_REQUIRED: Text("voice-unencrypted"),
}
"""Causes after which Discord's documentation forbids to reconnect, or where reconnecting does not help."""

CAUSES: Final = (
    *("1000", "1006", "4006", "4009", "4014", "4015"),
    *(UNANSWERED, NO_PACKETS, NO_ENCRYPTION, NO_EVENTS, NO_PLACE),
)
"""Close causes after which we reconnect; there are more close codes, all of them rare."""

_log = logging.getLogger(__name__)


class Hold(enum.Enum):
    """The reason why sound is held while a piece plays; the catalogue selects its sentences by the value."""

    CONNECTING = "connecting"
    ALONE = "alone"
    MUTED = "muted"
    SUPPRESSED = "suppressed"
    SPEECHLESS = "speechless"


SENDING_HOLDS: Final = (None, Hold.CONNECTING)
"""The connection is attached to the sink in these cases; the sink itself waits until it is open."""


class Voice:
    """One guild's voice. All methods are called on the event loop; it lives as long as the guild's session.

    `on_change` is called when `hold` may have changed, `on_rebuild` with the cause of each lost connection
    that is replaced.
    """

    def __init__(
        self,
        client: discord.Client,
        sink: PacketSink,
        *,
        on_change: Callable[[], None] = lambda: None,
        on_rebuild: Callable[[str], None] = lambda _cause: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._sink = sink
        self._on_change = on_change
        self._on_rebuild = on_rebuild
        self._clock = clock
        self._connection: VoiceConnection | None = None
        self._target: VocalChannel | None = None
        """The channel to be in: where music was requested, or where Busker was moved since."""
        self._supervision: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._lost: VoiceLost | None = None
        """The reason why the voice was lost for good."""
        self._playing = False
        self._paused = False
        self._hold: Hold | None = None
        self._due_since = 0.0
        """The time since which packets should leave."""

    @property
    def channel(self) -> VocalChannel | None:
        """The channel where Busker is, or is about to be again."""
        return self._target

    @property
    def hold(self) -> Hold | None:
        """The reason why the sound is held; None if it is not."""
        return self._hold

    @property
    def frames_sent(self) -> int:
        """Packets of music sent since the start."""
        return self._sink.frames_sent

    @property
    def frames_late(self) -> int:
        """Packets sent too late since the start."""
        return self._sink.frames_late

    @property
    def frames_hurried(self) -> int:
        """Packets encoded with less effort because time was short, since the start."""
        return self._sink.frames_hurried

    @property
    def quiet_seconds(self) -> float:
        """Seconds for which packets were due and none left; 0.0 while none is due."""
        if not self._playing or self._paused or self._hold not in SENDING_HOLDS:
            return 0.0
        return max(0.0, self._clock() - max(self._due_since, self._sink.sent_at or 0.0))

    async def join(self, channel: VocalChannel) -> None:
        """Connect to `channel`, if not connected already. Raises VoiceLost."""
        if self._target != channel or self._supervision is None:
            await self.leave()
            self._lost = None
            self._target = channel
            self._connected.clear()
            self._supervision = asyncio.create_task(self._supervise(), name=f"voice of {channel.guild.name}")
        connected = asyncio.create_task(self._connected.wait(), name="voice connected")
        try:
            await asyncio.wait({connected, self._supervision}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connected.cancel()
        if self._lost is not None:
            raise self._lost

    async def play(self, source: PieceSource) -> None:
        """Play `source` until it ends or is stopped. Raises VoiceLost when the voice is lost for good."""
        if self._target is None:
            raise self._lost or VoiceLost(Text("voice-not-connected"))
        self._playing, self._paused = True, False
        self._due_since = self._clock()
        try:
            await self._sink.play(source, self._target.bitrate)
        finally:
            self._playing = False
        if self._lost is not None:
            raise self._lost

    def stop(self) -> None:
        """End the sound, within a frame."""
        self._sink.stop()

    def pause(self) -> None:
        """Hold the sound where it is."""
        self._paused = True
        self._sink.pause()

    def resume(self) -> None:
        """Continue from where the sound was held."""
        self._paused = False
        self._due_since = self._clock()
        self._sink.resume()

    async def leave(self) -> None:
        """Leave the channel, if in one. Safe to call twice."""
        await self._cancel_supervision()
        channel, self._target = self._target, None
        await self._close_connection()
        self._set_hold(None)
        if channel is not None:
            await leave_channel(channel.guild)

    def refresh_state(self) -> None:
        """Update `hold`. Call it when a voice state in the channel has changed."""
        self._set_hold(self._hold_now())

    async def shut_down(self, sentence: Text) -> None:
        """End the sound for good, for the reason in `sentence`."""
        if self._supervision is not None:
            await self._cancel_supervision()
            await self._end_for_good(VoiceLost(sentence))

    async def _cancel_supervision(self) -> None:
        task, self._supervision = self._supervision, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    # The supervision task

    async def _supervise(self) -> None:
        """Keep a connection to the target until the voice is lost for good; then set `_lost`."""
        try:
            await self._keep_connected()
        except VoiceLost as lost:
            await self._end_for_good(lost)
        except Exception:
            _log.exception("the voice in %s failed", self._target)
            await self._end_for_good(VoiceLost(Text("voice-failed")))

    async def _keep_connected(self) -> None:
        """Reconnect until a cause is final. Raises VoiceLost then."""
        losses = 0
        while losses < MAX_LOSSES:
            connection = await self._connect(losses)
            connected_at = self._clock()
            cause = await self._watch(connection)
            self._connected.clear()
            self._set_hold(Hold.CONNECTING)
            await self._close_connection()
            if cause in FINAL_CAUSES:
                raise VoiceLost(FINAL_CAUSES[cause])
            _log.warning("the voice connection in %s was lost (%s); reconnecting", connection.guild, cause)
            self._on_rebuild(cause)
            if cause == NO_PLACE:
                await leave_channel(connection.guild)  # `_connect` sees no place to leave
            losses = 0 if self._clock() - connected_at > STABLE_SECONDS else losses + 1
        raise VoiceLost(Text("voice-lost-often"))

    async def _connect(self, losses: int) -> VoiceConnection:
        """Return an established connection to the target. Raises VoiceLost after MAX_UNCONNECTED_SECONDS."""
        deadline = self._clock() + MAX_UNCONNECTED_SECONDS
        for delay in _retry_delays(losses):
            if self._clock() + delay > deadline:
                break
            await asyncio.sleep(delay)
            channel = self._resolve_target()
            if channel is None:
                continue
            try:
                if channel.guild.me.voice is not None:
                    await leave_channel(channel.guild)
                self._connection = await channel.connect(
                    timeout=ATTEMPT_SECONDS, reconnect=False, self_deaf=True, cls=VoiceConnection
                )
            except ConnectionLost as lost:
                if str(lost) in FINAL_CAUSES:
                    raise VoiceLost(FINAL_CAUSES[str(lost)]) from lost
                _log.info("no voice connection in %s yet: %s", channel.guild, lost)
            except (TimeoutError, OSError, discord.DiscordException) as error:
                _log.info("no voice connection in %s yet: %r", channel.guild, error)
            else:
                return self._connection
        raise VoiceLost(Text("voice-not-let-in", channel=self._required_target.mention))

    @property
    def _required_target(self) -> VocalChannel:
        assert self._target is not None  # as long as there is a supervision task
        return self._target

    def _resolve_target(self) -> VocalChannel | None:
        """Return the target as Discord has it now; None while its guild is unavailable. Raises VoiceLost."""
        guild = self._client.get_guild(self._required_target.guild.id)
        if guild is None or guild.unavailable:
            return None
        channel = guild.get_channel(self._required_target.id)
        if not isinstance(channel, VocalChannel):
            raise VoiceLost(Text("voice-gone"))
        self._target = channel
        return channel

    async def _watch(self, connection: VoiceConnection) -> str:
        """Attach the connection and watch it until it is lost or useless. Return the cause."""
        self._attach()
        self._connected.set()
        encrypted_at = placed_at = self._clock()
        requested_in = 0
        while True:
            self._target = connection.channel
            self._set_hold(self._hold_now())
            if self._hold is Hold.SUPPRESSED and requested_in != connection.channel.id:
                requested_in = connection.channel.id  # once: not again after a moderator has refused
                await request_to_speak(connection.guild)
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await connection.lost.wait()
            except TimeoutError:
                pass
            else:
                return connection.cause
            guild = self._client.get_guild(connection.guild.id)
            if guild is not None and guild.voice_client is not connection:
                return NO_EVENTS
            if guild is None or _place_in(guild) is not None:
                placed_at = self._clock()
            elif self._clock() - placed_at > PLACE_SECONDS:
                return NO_PLACE
            if connection.open or self._hold is Hold.ALONE:
                encrypted_at = self._clock()
            elif self._clock() - encrypted_at > ENCRYPTION_SECONDS:
                return NO_ENCRYPTION
            if connection.open and self.quiet_seconds > SILENT_SECONDS:
                return NO_PACKETS

    async def _close_connection(self) -> None:
        """Close the connection, if there is one.

        It is cleared last: if this task is cancelled meanwhile, the next call closes the connection.
        """
        self._sink.attach(None)
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
            self._sink.attach(None)  # `refresh_state` may have attached it meanwhile

    async def _end_for_good(self, end: VoiceLost) -> None:
        """End the sound for good. `play` returns last, when everything is cleaned up."""
        self._lost = end
        await self._close_connection()
        guild = self._required_target.guild
        if guild.me.voice is not None:
            await leave_channel(guild)
        self._target = self._supervision = None
        self._set_hold(None)
        self._sink.stop()

    def _hold_now(self) -> Hold | None:
        """Return the reason why the sound must wait now, or None."""
        guild = self._target and self._client.get_guild(self._target.guild.id)
        place = guild and _place_in(guild)
        if self._connection is None or not guild or guild.me.voice is None or not place:
            return Hold.CONNECTING if self._target else None
        if not listeners_in(place):
            return Hold.ALONE
        if guild.me.voice.suppress:
            return Hold.SUPPRESSED if isinstance(place, discord.StageChannel) else Hold.SPEECHLESS
        if guild.me.voice.mute:
            return Hold.MUTED
        return None if self._connection.open else Hold.CONNECTING

    def _set_hold(self, hold: Hold | None) -> None:
        before, self._hold = self._hold, hold
        if hold is before:
            return
        self._due_since = self._clock()
        self._attach()
        self._on_change()

    def _attach(self) -> None:
        """Attach the connection to the sink, unless the sound must wait."""
        self._sink.attach(self._connection if self._hold in SENDING_HOLDS else None)


def _place_in(guild: discord.Guild) -> VocalChannel | None:
    """Return the voice channel or Stage that the bot is in, as far as Discord names one that we know."""
    place = guild.me.voice and guild.me.voice.channel
    return place if isinstance(place, VocalChannel) else None


def _retry_delays(attempts: int) -> Iterator[float]:
    """Yield the delay before each attempt, after `attempts` failures."""
    while True:
        yield RETRY_DELAYS_SECONDS[min(attempts, len(RETRY_DELAYS_SECONDS) - 1)]
        attempts += 1
