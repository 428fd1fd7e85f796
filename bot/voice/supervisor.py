"""The supervisor: keeps one guild's sound on a line to where it is wanted, whatever happens to lines.

It knows what is wanted (a channel) and looks at what is (the line, and the packets that leave). When the two
differ, the line is given up and another one made; the outlet holds the sound meanwhile, so that it goes on
where it stopped. Some losses are meant, such as being put out of the channel: they end the sound.
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
from bot.voice.connection import CALL_ENDED, PUT_OUT, UNANSWERED, ConnectionLost, VoiceConnection
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audio.playout.source import PieceSource
    from bot.voice.sink import PacketSink

ATTEMPT_SECONDS: Final = 4.0
"""How long one attempt to connect may take; a healthy one takes 0.2 s."""

PATIENCE_SECONDS: Final = 15.0
"""How long there may be no line at all before the sound is given up. Discord does not answer who tries to
enter a channel that is full or forbidden."""

STEADY_SECONDS: Final = 5.0
"""A line that lasted this long was a good one: after its loss there is no wait before the next attempt."""

WAITS_SECONDS: Final = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
"""How long to wait before each attempt in a row; the last one is for all that follow."""

MAX_LOSSES: Final = 8
"""So many lines in a row that did not last, and the sound is given up."""

LOOK_SECONDS: Final = 0.2
"""How often the line and the packets are looked at."""

SILENT_SECONDS: Final = 1.0
"""Packets leave every 0.02 s; when none has for this long that should have, the line is dead."""

ENCRYPTION_SECONDS: Final = 1.5
"""How long a line may stand without end-to-end encryption before it is given up: it takes 0.1 s."""

NO_PACKETS: Final = "no_packets"
"""The line was open and no packet left."""
NO_ENCRYPTION: Final = "no_encryption"
"""The line stood and was never encrypted."""
NO_EVENTS: Final = "no_events"
"""discord.py has forgotten the line, so that moves do not reach it: the main gateway made a new session."""

DAVE_REQUIRED: Final = "4017"
RATE_LIMITED: Final = "4021"
FINAL: Final = {
    PUT_OUT: Text("voice-put-out"),
    str(CALL_ENDED): Text("voice-call-ended"),
    RATE_LIMITED: Text("voice-rate-limited"),
    DAVE_REQUIRED: Text("voice-unencrypted"),
}
"""Causes after which Discord's documentation forbids to reconnect, or that another line would not cure."""

CAUSES: Final = (
    *("1000", "1006", "4006", "4009", "4014", "4015"),
    *(UNANSWERED, NO_PACKETS, NO_ENCRYPTION, NO_EVENTS),
)
"""What lines are lost by that others are made for; there are more close codes, all of them rare."""

_log = logging.getLogger(__name__)


class Hold(enum.Enum):
    """Why the sound waits although a piece plays; sentences of the catalogue choose by the value."""

    CONNECTING = "connecting"
    ALONE = "alone"
    MUTED = "muted"
    SUPPRESSED = "suppressed"
    SPEECHLESS = "speechless"


OUTGOING: Final = (None, Hold.CONNECTING)
"""When the outlet has the line; it waits by itself until that is open."""


class Voice:
    """One guild's voice. All methods are called on the event loop; it lives as long as the guild's session.

    `on_change` is called when `hold` may have changed, `on_rebuild` with the cause of each lost line that
    another one is made for.
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
        self._line: VoiceConnection | None = None
        self._wanted: VocalChannel | None = None
        """Where to be: where somebody asked for music, or where Busker was moved since."""
        self._keeper: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._end: VoiceLost | None = None
        """Why the sound ended that was wanted."""
        self._playing = False
        self._paused = False
        self._hold: Hold | None = None
        self._due_since = 0.0
        """Since when packets should leave."""

    @property
    def channel(self) -> VocalChannel | None:
        """Where Busker is, or is about to be again."""
        return self._wanted

    @property
    def hold(self) -> Hold | None:
        """Why the sound waits; None if nothing keeps it."""
        return self._hold

    @property
    def frames_sent(self) -> int:
        """Packets of music that left, since the start."""
        return self._sink.frames_sent

    @property
    def frames_late(self) -> int:
        """Those that left too late, since the start."""
        return self._sink.frames_late

    @property
    def frames_hurried(self) -> int:
        """Those on whose encoding less was spent because time was short, since the start."""
        return self._sink.frames_hurried

    @property
    def quiet_seconds(self) -> float:
        """For how long packets should have left and have not; 0.0 when none should."""
        if not self._playing or self._paused or self._hold not in OUTGOING:
            return 0.0
        return max(0.0, self._clock() - max(self._due_since, self._sink.sent_at or 0.0))

    async def join(self, channel: VocalChannel) -> None:
        """Be connected to `channel`. Raises VoiceLost."""
        if self._wanted != channel or self._keeper is None:
            await self.leave()
            self._end = None
            self._wanted = channel
            self._connected.clear()
            self._keeper = asyncio.create_task(self._keep(), name=f"voice of {channel.guild.name}")
        connected = asyncio.create_task(self._connected.wait())
        try:
            await asyncio.wait({connected, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connected.cancel()
        if self._end is not None:
            raise self._end

    async def play(self, source: PieceSource) -> None:
        """Play `source` until it ends or is stopped. Raises VoiceLost when the voice is lost for good."""
        if self._wanted is None:
            raise self._end or VoiceLost(Text("voice-not-connected"))
        self._playing, self._paused = True, False
        self._due_since = self._clock()
        try:
            await self._sink.play(source, self._wanted.bitrate)
        finally:
            self._playing = False
        if self._end is not None:
            raise self._end

    def stop(self) -> None:
        """End the sound now: within a frame."""
        self._sink.stop()

    def pause(self) -> None:
        """Hold the sound where it is."""
        self._paused = True
        self._sink.pause()

    def resume(self) -> None:
        """Go on from where the sound was held."""
        self._paused = False
        self._due_since = self._clock()
        self._sink.resume()

    async def leave(self) -> None:
        """Leave the channel, if in one; safe to call twice."""
        await self._dismiss_keeper()
        channel, self._wanted = self._wanted, None
        await self._give_up()
        self._note(None)
        if channel is not None:
            await depart(channel.guild)

    def refresh_state(self) -> None:
        """See who is there and whether Busker may be heard. Call it when somebody's voice state changed."""
        self._note(self._found())

    async def shut_down(self, sentence: Text) -> None:
        """End the sound for good, as the guild cannot be played in any more."""
        if self._keeper is not None:
            await self._dismiss_keeper()
            await self._finish(VoiceLost(sentence))

    async def _dismiss_keeper(self) -> None:
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.wait([keeper])

    # The keeper

    async def _keep(self) -> None:
        """Hold a line to the wanted channel until the sound ends for good; `_end` says why it did."""
        try:
            await self._hold_line()
        except VoiceLost as lost:
            await self._finish(lost)
        except Exception:
            _log.exception("the voice in %s failed", self._wanted)
            await self._finish(VoiceLost(Text("voice-failed")))

    async def _hold_line(self) -> None:
        """Make lines until one is lost for good. Raises VoiceLost then."""
        losses = 0
        while losses < MAX_LOSSES:
            line = await self._connect(losses)
            stood_at = self._clock()
            cause = await self._watch(line)
            self._connected.clear()
            self._note(Hold.CONNECTING)
            await self._give_up()
            if cause in FINAL:
                raise VoiceLost(FINAL[cause])
            _log.warning("the voice line in %s was lost (%s) and is made again", line.guild, cause)
            self._on_rebuild(cause)
            losses = 0 if self._clock() - stood_at > STEADY_SECONDS else losses + 1
        raise VoiceLost(Text("voice-lost-often"))

    async def _connect(self, losses: int) -> VoiceConnection:
        """A line that stands, to the channel that is wanted. Raises VoiceLost when patience has ended."""
        give_up_at = self._clock() + PATIENCE_SECONDS
        for wait in _waits(losses):
            if self._clock() + wait > give_up_at:
                break
            await asyncio.sleep(wait)
            channel = self._known()
            if channel is None:
                continue
            try:
                if channel.guild.me.voice is not None:
                    await depart(channel.guild)
                self._line = await channel.connect(
                    timeout=ATTEMPT_SECONDS, reconnect=False, self_deaf=True, cls=VoiceConnection
                )
            except ConnectionLost as lost:
                if str(lost) in FINAL:
                    raise VoiceLost(FINAL[str(lost)]) from lost
                _log.info("no voice line in %s yet: %s", channel.guild, lost)
            except (TimeoutError, OSError, discord.DiscordException) as error:
                _log.info("no voice line in %s yet: %r", channel.guild, error)
            else:
                return self._line
        raise VoiceLost(Text("voice-not-let-in", channel=self._where.mention))

    @property
    def _where(self) -> VocalChannel:
        assert self._wanted is not None  # as long as there is a keeper
        return self._wanted

    def _known(self) -> VocalChannel | None:
        """The wanted channel as Discord knows it now, None while its guild is not there. Raises VoiceLost."""
        guild = self._client.get_guild(self._where.guild.id)
        if guild is None or guild.unavailable:
            return None
        channel = guild.get_channel(self._where.id)
        if not isinstance(channel, VocalChannel):
            raise VoiceLost(Text("voice-gone"))
        self._wanted = channel
        return channel

    async def _watch(self, line: VoiceConnection) -> str:
        """Attach a line and look at it until it is lost or of no use; why that is."""
        self._attach()
        self._connected.set()
        stood_at, asked_in = self._clock(), 0
        while True:
            self._wanted = line.channel
            self._note(self._found())
            if self._hold is Hold.SUPPRESSED and asked_in != line.channel.id:
                asked_in = line.channel.id  # once: who was sent back to the audience does not ask again
                await _ask_to_speak(line.guild)
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await line.lost.wait()
            except TimeoutError:
                pass
            else:
                return line.cause
            guild = self._client.get_guild(line.guild.id)
            if guild is not None and guild.voice_client is not line:
                return NO_EVENTS
            if line.open or self._hold is Hold.ALONE:
                stood_at = self._clock()
            elif self._clock() - stood_at > ENCRYPTION_SECONDS:
                return NO_ENCRYPTION
            if line.open and self.quiet_seconds > SILENT_SECONDS:
                return NO_PACKETS

    async def _give_up(self) -> None:
        """Close the line, if there is one. It is forgotten last: whoever is cancelled here leaves it to the
        next one who gives up."""
        self._sink.attach(None)
        if self._line is not None:
            await self._line.hang_up()
            self._line = None
            self._sink.attach(None)  # somebody may have looked round meanwhile

    async def _finish(self, end: VoiceLost) -> None:
        """The sound has ended for good. It is said last, so that whoever plays next finds all cleaned up."""
        self._end = end
        await self._give_up()
        guild = self._where.guild
        if guild.me.voice is not None:
            await depart(guild)
        self._wanted = self._keeper = None
        self._note(None)
        self._sink.stop()

    def _found(self) -> Hold | None:
        """Why the sound must wait, as things are."""
        guild = self._wanted and self._client.get_guild(self._wanted.guild.id)
        seat = guild and guild.me.voice
        if self._line is None or not seat or seat.channel is None:
            return Hold.CONNECTING if self._wanted else None
        if not listeners_in(seat.channel):
            return Hold.ALONE
        if seat.suppress:
            on_stage = isinstance(seat.channel, discord.StageChannel)
            return Hold.SUPPRESSED if on_stage else Hold.SPEECHLESS
        if seat.mute:
            return Hold.MUTED
        return None if self._line.open else Hold.CONNECTING

    def _note(self, hold: Hold | None) -> None:
        before, self._hold = self._hold, hold
        if hold is before:
            return
        self._due_since = self._clock()
        self._attach()
        self._on_change()

    def _attach(self) -> None:
        """Give the outlet the line, unless the sound must wait."""
        self._sink.attach(self._line if self._hold in OUTGOING else None)


def _waits(attempts: int) -> Iterator[float]:
    """How long to wait before each attempt, after so many that were in vain."""
    while True:
        yield WAITS_SECONDS[min(attempts, len(WAITS_SECONDS) - 1)]
        attempts += 1


async def _ask_to_speak(guild: discord.Guild) -> None:
    """On a Stage: step up if Busker may, else raise a hand."""
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            try:
                await guild.me.edit(suppress=False)
            except discord.Forbidden:
                await guild.me.request_to_speak()
    except (TimeoutError, OSError, discord.DiscordException) as error:
        _log.warning("Busker could not ask to speak on the Stage in %s: %s", guild, error)


async def depart(guild: discord.Guild) -> None:
    """Tell Discord that the bot leaves. On a seat that it has already it would be told no server."""
    try:
        await guild.change_voice_state(channel=None)
    except (OSError, RuntimeError, discord.DiscordException) as error:
        _log.info("Discord was not told that Busker leaves the channel in %s: %r", guild, error)
