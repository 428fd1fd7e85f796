"""One guild's music: the commands on it, and the objects that carry them out."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from audio.piece import prompt_of
from audio.playout.source import TRANSITION_NOTICE_FRAMES
from bot.errors import NothingPlaying, NotWaiting, RequestError
from bot.playback.performance import Performance, Request
from bot.playback.queue import Queue
from bot.playback.radio import FADE_FRAMES, charge_radio, make_excerpt, next_segment
from bot.session.composer_loop import ComposerLoop
from bot.session.empty_channel import EmptyChannelTimeout
from bot.session.player_loop import PlayerLoop
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
"""Finished tracks and the last edits of cards may delay the end this long [s]; a container has 10 in all."""


class Session:
    """Plays one guild's requests in one voice channel. It lives as long as the bot.

    Tasks, all owned by the session and ended by `close`: the player loop and the composer loop from the first
    request on, one that keeps the card while there is something to show, one for each track that is posted,
    one that charges for a radio while it plays, and the empty-channel time-out.

    `charge` adds seconds of music to a member's quota; it returns False if that is used up.
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
        self._engine = engine
        self._poster = poster
        self._journal = journal
        self._charge = charge
        self._tasks = Tasks(name)
        self.voice = Voice(client, sink, on_change=self._voice_changed, on_rebuild=counters.reconnected)
        self.queue = Queue(settings.music.queue_length)
        self._composer = ComposerLoop(self.queue, counters, self._post, self._interrupt)
        self._player = PlayerLoop(
            self.queue,
            self.voice,
            settings.voice,
            counters,
            leave_limiter,
            on_start=self._playback_started,
            on_end=self._playback_ended,
            on_voice_lost=self._dismiss_waiting,
        )
        self._empty_channel = EmptyChannelTimeout(
            name,
            self._tasks,
            settings.voice,
            leave_limiter,
            has_radio=lambda: self._radio is not None,
            on_slot_timeout=self._free_engine,
            on_timeout=self._leave_empty_channel,
        )
        self._card: PostedCard | None = None
        self._loops: list[asyncio.Task[None]] = []
        self._charging: asyncio.Task[None] | None = None

    # State

    @property
    def wanted(self) -> list[Performance]:
        """The queue without pieces that were ended just now."""
        return self.queue.wanted

    @property
    def now(self) -> Performance:
        """The piece that plays or is about to. Raises NothingPlaying."""
        return self.queue.now

    @property
    def channel(self) -> VocalChannel | None:
        """The voice channel of the listeners; None if nothing is in the queue or nobody listens."""
        if self._empty_channel.running or not self.queue:
            return None
        return self.voice.channel or self.queue[0].request.voice_channel

    def find(self, seed: int) -> Performance | None:
        """Return the piece of this seed if it is in the queue or on the card."""
        on_card = [] if self._card is None else self._card.performances[::-1]
        return next((each for each in [*self.queue, *on_card] if each.piece.seed == seed), None)

    @property
    def live_card(self) -> int | None:
        """Id of the message of the card, unless that shows its end already."""
        return None if self._card is None or self._card.ended else self._card.message_id

    @property
    def _radio(self) -> Performance | None:
        return next((each for each in self.wanted if each.piece.endless), None)

    # Requests

    def request(self, request: Request) -> Performance:
        """Add a piece to the queue at its requester's turn; a radio makes room for it.

        Raises QueueFull, or RequestError for a second radio.
        """
        if self._empty_channel.running and request.voice_channel != self.voice.channel:
            self._give_up_channel()  # so that it plays in the channel of the request, where somebody listens
        if request.piece.endless and self._radio is not None:
            raise RequestError(Text("radio-already"))
        self.queue.require_room()
        performance = Performance(
            request, self._engine, self.queue.seconds_until, queue_was_empty=not self.queue
        )
        self.queue.add(performance)
        self._take_up(performance)
        return performance

    def restore(self, performance: Performance) -> None:
        """Continue a piece from before a restart. One that has ended is only composed and posted."""
        self.queue.restore(performance)
        self._take_up(performance)

    def _take_up(self, performance: Performance) -> None:
        self._journal.follow(performance, self)
        self._player.wake()
        self._queue_changed()
        if not self._loops:
            self._loops = [
                self._tasks.spawn(self._composer.run(), f"composer of {self._name}"),
                self._tasks.spawn(self._player.run(), f"player of {self._name}"),
            ]
        if not performance.ended:
            self._show(performance)

    def _show(self, performance: Performance) -> None:
        """Show a piece on the current card, or on a new one if that shows its end already."""
        if self._card is not None and not self._card.ended:
            self._card.add(performance)
            return
        self._card = PostedCard(self.queue, performance, self._poster.note_card)
        self._tasks.spawn(self._card.run(), f"card of {self._name}")

    def _post(self, performance: Performance) -> None:
        self._tasks.spawn(self._poster.post(performance), f"post seed {performance.piece.seed}")

    # Commands

    def skip(self) -> Performance:
        """End the piece that plays and return it. Raises NothingPlaying."""
        skipped = self.now
        self._end(skipped)
        self._queue_changed()
        return skipped

    def save_excerpt(self, member: discord.Member) -> Performance:
        """Post the last minutes of the radio that plays. Raises NothingPlaying or RequestError."""
        radio = self.now
        if not radio.piece.endless:
            raise RequestError(Text("button-over"))
        excerpt = make_excerpt(radio, member, self._engine)
        self._journal.follow(excerpt, self)
        if self._card is not None:
            self._card.add_unplayed(excerpt)
        self._post(excerpt)
        return excerpt

    def move(self, performance: Performance, place: int) -> None:
        """Put a waiting piece at `place`, from 1 on. Raises NotWaiting."""
        self._require_waiting(performance)
        self.queue.move(performance, place)
        self._queue_changed()

    def remove(self, performance: Performance) -> None:
        """Take a waiting piece off the queue. Raises NotWaiting."""
        self._require_waiting(performance)
        performance.dismiss()
        self._remove(performance)

    def _require_waiting(self, performance: Performance) -> None:
        if performance not in self.queue.waiting or performance.is_next:
            raise NotWaiting(Text("queue-not-waiting"))

    def stop(self) -> int:
        """End what plays, clear the queue and return how many pieces that ended. Raises NothingPlaying."""
        stopped = set(self.wanted)
        if self._composer.composing is not None:  # it may have left the queue when the voice was lost
            stopped.add(self._composer.composing)
        if not stopped:
            raise NothingPlaying(Text("playback-nothing"))
        for performance in stopped:
            self._end(performance)
        for performance in self.queue.waiting:
            self._remove(performance)
        self._queue_changed()
        return len(stopped)

    def steer(self, prompt: str, blend_seconds: float, translated_from: str | None = None) -> Performance:
        """Let another prompt take over what plays, from where composing is.

        `translated_from` is what the member typed, if that is not `prompt`. Raises NothingPlaying, PieceError
        for an unusable prompt, or RequestError if all of the piece is composed.
        """
        steered = self.now
        steered.steer(prompt_of(prompt), blend_seconds, translated_from)
        self._journal.changed()
        return steered

    def pause(self) -> None:
        """Hold the sound where it is. Raises NothingPlaying."""
        playing = self.now
        if self._player.playing is not playing:
            raise NothingPlaying(Text("playback-not-yet"))
        self.voice.pause()
        playing.pause()

    def resume(self) -> None:
        """Continue the sound after `pause`. Raises NothingPlaying."""
        playing = self.now
        if not playing.paused:
            raise NothingPlaying(Text("playback-not-paused"))
        self.voice.resume()
        playing.resume()

    @property
    def volume(self) -> float:
        """Factor on every sample, from 0 to 1; 1 is −16 LUFS."""
        return self._player.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._player.volume = volume

    def set_default_volume(self, volume: float) -> None:
        """Set the volume for now and for each later stay in a voice channel."""
        self._player.set_default_volume(volume)

    def refresh_state(self) -> None:
        """Update the voice: somebody's voice state has changed."""
        self.voice.refresh_state()

    async def close(self) -> None:
        """End everything of this session: sound, composing, cards, connection."""
        for task in self._loops:
            task.cancel()
        for performance in list(self.queue):
            performance.dismiss()
            self._remove(performance)
        # Past Discord's rate limit this takes too long; when the gateway connection ends, Discord removes the
        # bot from its channels anyway.
        leaving = asyncio.create_task(self.voice.leave(), name=f"leave {self._name}")
        await self._tasks.close([leaving], within_seconds=CLOSE_SECONDS)

    # Events

    def _playback_started(self, performance: Performance) -> None:
        if performance.piece.endless:
            self._charging = self._tasks.spawn(self._charge_for(performance), f"radio of {self._name}")
        self._voice_changed()
        self._make_room()

    def _playback_ended(self, performance: Performance) -> None:
        if self._charging is not None:
            self._charging.cancel()
            self._charging = None
        self._remove(performance)

    async def _charge_for(self, radio: Performance) -> None:
        """Charge for a radio while it plays, and end it when its requester's quota is used up."""
        await charge_radio(radio, self._charge)
        self._end(radio)
        self._queue_changed()

    def _voice_changed(self) -> None:
        """Show why what plays is silent, and compose nothing for an empty channel."""
        hold, playing = self.voice.hold, self._player.playing
        if playing is not None:
            playing.hold_for(None if hold is None else Text("voice-waits", hold=hold.value))
            if hold is not None and playing.dismissed:
                self.voice.stop()  # a radio that was fading out
        empty = hold is Hold.ALONE
        if empty and not self._empty_channel.running:
            self._empty_channel.start()
            self._composer.hold()
        elif not empty and self._empty_channel.running:
            self._empty_channel.cancel()
            self._composer.resume()

    def _free_engine(self) -> None:
        if self._composer.composing is not None:
            self._interrupt(self._composer.composing)

    async def _leave_empty_channel(self) -> None:
        self._give_up_channel()
        await self._player.leave()

    def _give_up_channel(self) -> None:
        """Clear the queue: nobody has come back to the voice channel."""
        self._empty_channel.cancel()
        for performance in self.wanted:
            performance.set_trouble(Text("trouble-deserted"))
        with contextlib.suppress(NothingPlaying):
            self.stop()
        self._composer.resume()

    def _end(self, performance: Performance) -> None:
        """End a piece early: a radio that is audible fades out, any other piece stops at once."""
        performance.dismiss()
        playing = self._player.playing
        if playing is not None and performance is not playing:
            return
        if performance.piece.endless and playing and not (self.voice.hold or performance.paused):
            performance.buffer.fade_out(TRANSITION_NOTICE_FRAMES, FADE_FRAMES)
        else:
            self.voice.stop()

    def _make_room(self) -> None:
        """Interrupt a radio that plays or is composed ahead if other requests wait."""
        radio = self._radio
        if radio is None or len(self.wanted) < 2:
            return
        if radio is self.wanted[0]:
            if radio is self._player.playing or not radio.buffer.frames_played:
                self._interrupt(radio)
        elif (
            radio is self._composer.composing
            and not radio.is_next
            and self.queue.next_to_compose() is not None
        ):
            radio.interrupt()

    def _interrupt(self, performance: Performance) -> None:
        """Stop composing a piece for now. It is composed again later; a radio continues with its next segment
        after everything else."""
        if not performance.piece.endless:
            performance.interrupt()
            return
        segment = next_segment(performance, self._engine, self.queue.seconds_until)
        if self._empty_channel.running:
            segment.hold_for(Text("radio-asleep"))
        self._end(performance)
        self.restore(segment)

    def _dismiss_waiting(self) -> None:
        """Drop all pieces but the one that played: there is no voice channel to play in."""
        for waiting in self.queue.waiting:
            waiting.dismiss()
            self._remove(waiting)

    def _remove(self, performance: Performance) -> None:
        self.queue.remove(performance)
        self._queue_changed()

    def _queue_changed(self) -> None:
        self._make_room()
        for performance in self.queue:
            performance.report_playhead()  # it may start sooner than at the last report
        self._composer.wake()
        self._journal.changed()
