"""One guild's music: the queue, what plays, and the voice it plays with."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Final

from audio.piece import prompt_of
from audio.playout.source import TRANSITION_NOTICE_FRAMES
from bot.errors import NothingPlaying, NotWaiting, RequestError, VoiceLost
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance, Request
from bot.playback.player import Player
from bot.playback.queue import Queue
from bot.playback.radio import FADE_FRAMES, charge_for, kept, lasted, successor
from bot.session.tasks import Tasks
from bot.ui.posted_card import PostedCard
from bot.voice.supervisor import Hold, Voice
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import discord

    from audio.engine import Engine
    from bot.config.settings import Settings
    from bot.rules.permissions import VocalChannel
    from bot.session.counters import Counters
    from bot.session.journal import Journal
    from bot.tracks.poster import Poster
    from bot.voice.leave_limiter import LeaveLimiter
    from bot.voice.sink import PacketSink

CLOSE_SECONDS: Final = 5.0
"""How long finished tracks and the last edits of cards may hold up the end; a container has 10 in all."""

SLOT_SECONDS: Final = 20.0
"""How long a piece keeps the engine's slot while nobody listens. Who is back by then, as after a change of
channel or of network, finds it where it was; later it is begun again and takes as long as before."""

_log = logging.getLogger(__name__)


class Session:
    """Plays what a guild asks for, one piece after the other. It lives as long as the bot.

    One task plays the queue and one composes it. One keeps the card while there is something to show, and
    each piece, once made, has one that posts it. All belong to this session and end with it.
    """

    def __init__(
        self,
        name: str,
        client: discord.Client,
        sink: PacketSink,
        engine: Engine,
        poster: Poster,
        settings: Settings,
        counters: Counters,
        journal: Journal,
        leave_limiter: LeaveLimiter,
        charge: Callable[[discord.Member, float], Awaitable[bool]],
    ) -> None:
        self._name = name
        self.voice = Voice(client, sink, on_change=self._voice_changed, on_rebuild=counters.reconnected)
        self.queue = Queue(settings.music.queue_length)
        self._engine = engine
        self._poster = poster
        self._counters = counters
        self._journal = journal
        self._leave_limiter = leave_limiter
        self._charge = charge
        """Let so many seconds of music count for a member; False where they may have no more."""
        self._leave_after_seconds = settings.voice.leave_after_seconds
        self._sleep_seconds = max(self._leave_after_seconds, settings.voice.radio_sleeps_seconds)
        self._volume = self._usual_volume = settings.voice.volume
        self._programme = Player(
            lambda source: self.voice.play(source), self._follower, settings.voice.crossfade_seconds
        )
        self._playing: Performance | None = None
        """What is heard, or held."""
        self._making: Performance | None = None
        self._card: PostedCard | None = None
        self._empty_channel_timeout: asyncio.Task[None] | None = None
        """While nobody listens: it waits for somebody to come back, not for ever."""
        self._moved = asyncio.Event()
        self._asked = asyncio.Event()
        self._tasks = Tasks(name)
        self._engaged: list[asyncio.Task[None]] = []
        """The composer and the player, from the first piece on."""

    # What members ask for

    def ask(self, request: Request) -> Performance:
        """Put a piece into the queue, where the turn of who asks comes; a radio makes room for it. Raises
        QueueFull, or RequestError for a second radio."""
        if self._empty_channel_timeout is not None and request.voice_channel != self.voice.channel:
            self._desert()  # called elsewhere, where somebody listens
        if request.piece.endless and any(performance.piece.endless for performance in self.wanted):
            raise RequestError(Text("radio-already"))
        self.queue.require_room()
        performance = Performance(
            request, self._engine, self.queue.seconds_until, queue_was_empty=not self.queue
        )
        self.queue.add(performance)
        self._begin(performance)
        return performance

    def restore(self, performance: Performance) -> None:
        """Go on with a piece of before a restart; one that is over is only made and posted."""
        self.queue.restore(performance)
        self._begin(performance)

    def _begin(self, performance: Performance) -> None:
        self._journal.follow(performance, self)
        self._asked.set()
        self._change()
        if not self._engaged:
            self._engaged = [
                self._tasks.spawn(self._compose_queue(), f"composer of {self._name}"),
                self._tasks.spawn(self._play_queue(), f"player of {self._name}"),
            ]
        if not performance.ended:
            self._show(performance)

    def shown(self, seed: int) -> Performance | None:
        """The piece of this seed, while the card has to do with it."""
        followed = [] if self._card is None else self._card.followed[::-1]
        return next((piece for piece in [*self.queue, *followed] if piece.piece.seed == seed), None)

    def _show(self, performance: Performance) -> None:
        """On the card that is there, else on a new one."""
        if self._card is not None and not self._card.over:
            self._card.follow(performance)
            return
        self._card = PostedCard(self.queue, performance)
        self._tasks.spawn(self._card.keep(), f"card of {self._name}")

    @property
    def wanted(self) -> list[Performance]:
        """The queue without what somebody has just ended."""
        return self.queue.wanted

    @property
    def channel(self) -> VocalChannel | None:
        """Where the listeners are, while there is something to hear; None where there are none any more."""
        if self._empty_channel_timeout is not None or not self.queue:
            return None
        return self.voice.channel or self.queue[0].request.voice_channel

    @property
    def now(self) -> Performance:
        """The piece that plays or is about to. Raises NothingPlaying."""
        return self.queue.now

    def skip(self) -> Performance:
        """End the piece that plays; the next one follows. Raises NothingPlaying."""
        skipped = self.now
        self._end(skipped)
        self._change()
        return skipped

    def keep(self, member: discord.Member) -> Performance:
        """Post the last minutes of the radio that plays. Raises NothingPlaying or RequestError."""
        radio = self.now
        if not radio.piece.endless:
            raise RequestError(Text("button-over"))
        excerpt = kept(radio, member, self._engine)
        self._journal.follow(excerpt, self)
        if self._card is not None:
            self._card.follow_beside(excerpt)
        self._tasks.spawn(self._poster.post(excerpt), f"post seed {excerpt.piece.seed}")
        return excerpt

    def move(self, performance: Performance, place: int) -> None:
        """Put a waiting piece at `place`, from 1 on. Raises NotWaiting."""
        self._require_waiting(performance)
        self.queue.move(performance, place)
        self._change()

    def remove(self, performance: Performance) -> None:
        """Take a waiting piece off the queue. Raises NotWaiting."""
        self._require_waiting(performance)
        performance.dismiss()
        self._take_off(performance)

    def _require_waiting(self, performance: Performance) -> None:
        if performance not in self.queue.waiting or performance.is_next:
            raise NotWaiting(Text("queue-not-waiting"))

    def stop(self) -> int:
        """End the sound, at once or as a radio ends, and forget the queue; how many pieces that were. Raises
        NothingPlaying."""
        stopped = set(self.wanted)
        if self._making is not None:  # perhaps one that nobody hears, since the voice was lost
            stopped.add(self._making)
        if not stopped:
            raise NothingPlaying(Text("playback-nothing"))
        for performance in stopped:
            self._end(performance)
        for performance in self.queue.waiting:
            self._take_off(performance)
        self._change()
        return len(stopped)

    def steer(self, words: str, blend_seconds: float) -> Performance:
        """Let new words take over what plays, from where composing is. Raises NothingPlaying, PieceError, or
        RequestError where all of it is composed."""
        steered = self.now
        steered.steer(prompt_of(words), blend_seconds)
        self._journal.changed()
        return steered

    def pause(self) -> None:
        """Hold the sound where it is. Raises NothingPlaying."""
        playing = self.now
        if self._playing is not playing:
            raise NothingPlaying(Text("playback-not-yet"))
        self.voice.pause()
        playing.pause()

    def resume(self) -> None:
        """Go on from where the sound was held. Raises NothingPlaying."""
        playing = self.now
        if not playing.paused:
            raise NothingPlaying(Text("playback-not-paused"))
        self.voice.resume()
        playing.resume()

    @property
    def volume(self) -> float:
        """1 is −16 LUFS and the loudest there is."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = volume
        if self._programme.source is not None:
            self._programme.source.volume = volume

    def choose_volume(self, volume: float) -> None:
        """From now on, and again once Busker has left and comes back."""
        self._usual_volume = self.volume = volume

    def refresh_state(self) -> None:
        """Somebody's voice state has changed."""
        self.voice.refresh_state()

    async def close(self) -> None:
        """End everything of this session: sound, composing, cards, connection."""
        for task in self._engaged:
            task.cancel()
        for performance in list(self.queue):
            performance.dismiss()
            self._take_off(performance)
        # Past Discord's limit of messages it takes too long: all seats end with the connection.
        leaving = asyncio.create_task(self.voice.leave(), name=f"{self._name} is left")
        await self._tasks.close([leaving], within_seconds=CLOSE_SECONDS)

    # What follows from it

    async def _play_queue(self) -> None:
        """Play the queue, wait a while for more, leave."""
        while True:
            stay = False
            while self.queue:
                await self._play(self.queue[0], stay=stay)
                stay = True
            self._asked.clear()
            asked = await self._asked_within(self._leave_after_seconds)
            if not asked and not await self._asked_within(self._leave_limiter.reserve()):
                await self._leave()
                await self._asked.wait()

    async def _leave(self) -> None:
        """Leave the channel; what was chosen for this stay ends with it."""
        self._volume = self._usual_volume
        await self.voice.leave()

    async def _play(self, performance: Performance, *, stay: bool) -> None:
        """Join while the piece is being composed, play it to its end, and take it off the queue.

        The first piece of a queue is played where its asker sits; the others stay where the bot is by then,
        for a moderator may have moved it.
        """
        charging: asyncio.Task[None] | None = None
        try:
            if not performance.dismissed:
                here = self.voice.channel if stay and self.voice.hold is not Hold.ALONE else None
                await self.voice.join(here or performance.request.voice_channel)
            if await performance.wait_playable():
                self._playing = performance
                performance.start_playback()
                if performance.piece.endless:
                    charging = self._tasks.spawn(self._charge_for(performance), f"radio of {self._name}")
                self._voice_changed()
                self._make_room()
                await self._programme.play(performance, self._volume)
        except VoiceLost as lost:
            self._unheard(performance, lost.text)
            if self._playing is not None:
                self._forget_waiting()
        except Exception:
            _log.exception("playing %r failed", performance.piece)
            self._unheard(performance, Text("trouble-playing"))
        finally:
            if charging is not None:
                charging.cancel()
            if self._playing is not None:
                self._playing = None
                self._count(performance)
            self._take_off(performance)

    def _unheard(self, performance: Performance, trouble: Text) -> None:
        """The voice is lost: a piece is made and posted all the same, a radio has nobody to be made for."""
        if performance.piece.endless:
            performance.set_trouble(performance.trouble or trouble)
            performance.dismiss()
        elif not performance.dismissed:
            performance.set_trouble(Text("trouble-posted-anyway", trouble=trouble))

    def _count(self, performance: Performance) -> None:
        self._counters.played(performance)
        source = self._programme.source
        if performance.queue_was_empty and source is not None and source.began_at is not None:
            self._counters.first_sound.observe(source.began_at - performance.requested_at)

    def _follower(self, performance: Performance) -> Performance | None:
        """What follows a piece that plays, as things are."""
        wanted = self.wanted
        return wanted[1] if wanted[:1] == [performance] and len(wanted) > 1 else None

    def _voice_changed(self) -> None:
        """Say on the card of what plays why it is silent; compose nothing for an empty channel."""
        hold = self.voice.hold
        if self._playing is not None:
            self._playing.hold_for(None if hold is None else Text("voice-waits", hold=hold.value))
            if hold is not None and self._playing.dismissed:
                self.voice.stop()  # a radio that fades out: nobody hears how
        if (hold is Hold.ALONE) is (self._empty_channel_timeout is not None):
            return
        if self._empty_channel_timeout is None:
            self._empty_channel_timeout = self._tasks.spawn(
                self._wait_for_anybody(), f"empty channel timeout of {self._name}"
            )
            if self._making is not None:
                self._making.hold_composing()
        else:
            self._empty_channel_timeout.cancel()
            self._empty_channel_timeout = None
            if self._making is not None:
                self._making.resume_composing()
            self._moved.set()

    async def _wait_for_anybody(self) -> None:
        """Nobody listens any more. Give them some time to come back, a radio more of it, then forget the
        queue and leave."""
        slot_seconds = min(SLOT_SECONDS, self._leave_after_seconds)
        await asyncio.sleep(slot_seconds)
        if self._making is not None:
            self._put_off(self._making)
        sleeps = any(performance.piece.endless for performance in self.wanted)
        await asyncio.sleep((self._sleep_seconds if sleeps else self._leave_after_seconds) - slot_seconds)
        await asyncio.sleep(self._leave_limiter.reserve())
        self._empty_channel_timeout = None  # or leaving, which ends it, would end this task
        self._desert()
        await self._leave()

    def _desert(self) -> None:
        """Nobody has come back: forget the queue."""
        if self._empty_channel_timeout is not None:
            self._empty_channel_timeout.cancel()
            self._empty_channel_timeout = None
        for performance in self.wanted:
            performance.set_trouble(Text("trouble-deserted"))
        with contextlib.suppress(NothingPlaying):
            self.stop()
        self._moved.set()

    def _end(self, performance: Performance) -> None:
        """Play no more of it: a radio that is heard fades out, whatever else sounds breaks off."""
        performance.dismiss()
        if self._playing is not None and performance is not self._playing:
            return
        if performance.piece.endless and self._playing and not (self.voice.hold or performance.paused):
            performance.buffer.fade_out(TRANSITION_NOTICE_FRAMES, FADE_FRAMES)
        else:
            self.voice.stop()

    def _make_room(self) -> None:
        """Let what was asked for go before a radio, whether that is heard or only made ahead."""
        radio = next((each for each in self.wanted if each.piece.endless), None)
        if radio is None or len(self.wanted) < 2:
            return
        if radio is self.wanted[0]:
            if radio is self._playing or not radio.buffer.frames_played:
                self._put_off(radio)
        elif radio is self._making and not radio.is_next and self.queue.to_compose() is not None:
            radio.interrupt()

    def _put_off(self, performance: Performance) -> None:
        """Make no more of it for now. A piece is made again from its start; a radio goes on with another
        stretch, after everything else."""
        if not performance.piece.endless:
            performance.interrupt()
            return
        following = successor(performance, self._engine, self.queue.seconds_until)
        if self._empty_channel_timeout is not None:
            following.hold_for(Text("radio-asleep"))
        self._end(performance)
        self.restore(following)

    async def _charge_for(self, radio: Performance) -> None:
        """End a radio when who asked for it has had enough music for the day."""
        await charge_for(radio, self._charge)
        self._end(radio)
        self._change()

    def _forget_waiting(self) -> None:
        """There is nowhere to play any more: what is begun is finished and posted, the rest forgotten."""
        for waiting in self.queue.waiting:
            waiting.dismiss()
            self._take_off(waiting)

    def _take_off(self, performance: Performance) -> None:
        self.queue.take_off(performance)
        self._change()

    def _change(self) -> None:
        """Something is in another place than before: composing looks again, and the journal notes it."""
        self._make_room()
        for performance in self.queue:
            performance.report_playhead()  # its turn may come sooner
        self._moved.set()
        self._journal.changed()

    async def _asked_within(self, seconds: float) -> bool:
        """Wait for a new piece, not for ever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._asked.wait()
        return self._asked.is_set()

    async def _compose_queue(self) -> None:
        """Compose what was asked for, nothing while nobody listens; each piece is posted when it is made."""
        while True:
            performance = self.queue.to_compose() if self._empty_channel_timeout is None else None
            if performance is None:
                self._moved.clear()
                await self._moved.wait()
                continue
            self._making = performance
            await performance.compose()
            self._making = None
            if performance.piece.endless and performance.composition_state is not CompositionState.WAITING:
                self._counters.composed(performance)
                failed = (
                    performance.composition_state is CompositionState.FAILED and not performance.dismissed
                )
                if failed and lasted(performance.buffer.seconds_made):
                    self._put_off(performance)
            if performance.composition_state is CompositionState.COMPOSED:
                self._counters.composed(performance)
                self._tasks.spawn(self._poster.post(performance), f"post seed {performance.piece.seed}")
