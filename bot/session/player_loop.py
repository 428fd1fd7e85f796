"""The player loop: plays the pieces of one queue in a voice channel, and leaves it when none follows."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from bot.errors import VoiceLost
from bot.playback.player import Player
from bot.voice.supervisor import Hold
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config.settings import VoiceSettings
    from bot.playback.performance import Performance
    from bot.playback.queue import Queue
    from bot.session.counters import Counters
    from bot.voice.leave_limiter import LeaveLimiter
    from bot.voice.supervisor import Voice

_log = logging.getLogger(__name__)


class PlayerLoop:
    """Plays a queue from its head. Owned by a Session, used on the event loop.

    `on_start` is called when a piece begins to play, `on_end` with each piece whose playback has ended, and
    `on_voice_lost` when the voice connection was lost for good while a piece played.
    """

    def __init__(
        self,
        queue: Queue,
        voice: Voice,
        settings: VoiceSettings,
        counters: Counters,
        leave_limiter: LeaveLimiter,
        *,
        on_start: Callable[[Performance], None],
        on_end: Callable[[Performance], None],
        on_voice_lost: Callable[[], None],
    ) -> None:
        self._queue = queue
        self._voice = voice
        self._counters = counters
        self._leave_limiter = leave_limiter
        self._on_start = on_start
        self._on_end = on_end
        self._on_voice_lost = on_voice_lost
        self._leave_after_seconds = settings.leave_after_seconds
        self._volume = self._default_volume = settings.volume
        self._player = Player(voice.play, self._next_of, settings.crossfade_seconds)
        self._playing: Performance | None = None
        self._requested = asyncio.Event()

    @property
    def playing(self) -> Performance | None:
        """The piece that plays or is held."""
        return self._playing

    @property
    def volume(self) -> float:
        """Factor on every sample, from 0 to 1; 1 is −16 LUFS."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = volume
        if self._player.source is not None:
            self._player.source.volume = volume

    def set_default_volume(self, volume: float) -> None:
        """Set the volume for now and for each later stay in a voice channel."""
        self._default_volume = self.volume = volume

    def wake(self) -> None:
        """Continue `run`: a piece was requested."""
        self._requested.set()

    async def run(self) -> None:
        """Play the queue, stay for a while, leave, and wait for the next request, until cancelled."""
        while True:
            stay = False
            while self._queue:
                await self._play(self._queue[0], stay=stay)
                stay = True
            self._requested.clear()
            requested = await self._wait_requested(self._leave_after_seconds)
            if not requested and not await self._wait_requested(self._leave_limiter.reserve()):
                await self.leave()
                await self._requested.wait()

    async def leave(self) -> None:
        """Leave the voice channel; the volume that was chosen for this stay ends with it."""
        self._volume = self._default_volume
        await self._voice.leave()

    async def _play(self, performance: Performance, *, stay: bool) -> None:
        """Join while the piece is being composed, play it to its end, and take it off the queue.

        The first piece of a queue plays in its requester's channel. The others play where the bot is by then,
        because a moderator may have moved it.
        """
        try:
            if not performance.dismissed:
                here = self._voice.channel if stay and self._voice.hold is not Hold.ALONE else None
                await self._voice.join(here or performance.request.voice_channel)
            if await performance.wait_playable():
                self._playing = performance
                performance.start_playback()
                self._on_start(performance)
                await self._player.play(performance, self._volume)
        except VoiceLost as lost:
            _give_up_playback(performance, lost.text)
            if self._playing is not None:
                self._on_voice_lost()
        except Exception:
            _log.exception("playing seed %d failed", performance.piece.seed)
            _give_up_playback(performance, Text("trouble-playing"))
        finally:
            if self._playing is not None:
                self._playing = None
                self._count(performance)
            self._on_end(performance)

    def _count(self, performance: Performance) -> None:
        self._counters.played(performance)
        source = self._player.source
        if performance.queue_was_empty and source is not None and source.began_at is not None:
            self._counters.first_sound.observe(source.began_at - performance.requested_at)

    def _next_of(self, performance: Performance) -> Performance | None:
        """Return the piece after `performance`; None if there is none or `performance` was dismissed."""
        wanted = self._queue.wanted
        return wanted[1] if wanted[:1] == [performance] and len(wanted) > 1 else None

    async def _wait_requested(self, seconds: float) -> bool:
        """Wait for a request, at most `seconds`; return True if there was one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._requested.wait()
        return self._requested.is_set()


def _give_up_playback(performance: Performance, trouble: Text) -> None:
    """A piece that cannot be played is still composed and posted; a radio, which has no track, ends."""
    if performance.piece.endless:
        performance.set_trouble(performance.trouble or trouble)
        performance.dismiss()
    elif not performance.dismissed:
        performance.set_trouble(Text("trouble-posted-anyway", trouble=trouble))
