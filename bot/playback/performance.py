"""A Performance: one requested piece on its way from the queue to the listeners."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from bot.playback.composition import FINAL_STATES, Composition, CompositionState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import discord

    from audio.engine import Engine
    from audio.files.track import Track
    from audio.piece import Piece
    from audio.units import Pcm
    from bot.rules.permissions import PostingChannel, VocalChannel
    from bot.store.records import MadeTrack
    from words.text import Text

_REQUEST_IDS = itertools.count(time.time_ns() // 1_000_000)
"""Starts at the milliseconds since the epoch, so that no id comes again after a restart."""


@dataclass(frozen=True, slots=True)
class Request:
    """A Piece, the member who requested it, the voice channel to play in and the channel for its track."""

    piece: Piece
    requester: discord.Member
    voice_channel: VocalChannel
    text_channel: PostingChannel
    saved_file: Path | None = None
    """File of an earlier track, which is played instead of composing."""
    unposted_track: MadeTrack | None = None
    """The library's record of that track if Busker ended before it was posted."""


class PlaybackState(enum.Enum):
    """Position of a piece between the queue and its end. A piece only moves down this list."""

    QUEUED = "queued"
    NEXT = "next"
    """The transition from the piece that plays is settled: this one follows."""
    PLAYING = "playing"
    """It is played, or held for a while: see `paused` and `hold_reason`."""
    ENDED = "ended"
    """It has left the queue, played to its end or not."""


_ORDER: Final = list(PlaybackState)


class Performance:
    """A request, its composition and its playback.

    The states change by methods alone. Owned by the guild's Session and used on the event loop; only `buffer`
    is also read by the thread that encodes. `seconds_until_start` returns the time that the pieces before it
    in the queue still take [s].
    """

    def __init__(
        self,
        request: Request,
        engine: Engine,
        seconds_until_start: Callable[[Performance], float] = lambda _: 0.0,
        *,
        queue_was_empty: bool = True,
        request_id: int | None = None,
        frames_played: int = 0,
        restarts: int = 0,
    ) -> None:
        self.request: Final = request
        self.requested_at: Final = time.monotonic()
        self.queue_was_empty: Final = queue_was_empty
        """True if nothing was in the queue when it was requested."""
        self.request_id: Final = next(_REQUEST_IDS) if request_id is None else request_id
        """A number of its own, which it keeps over restarts."""
        self.restarts: Final = restarts
        """Restarts of Busker since the request."""
        self._seconds_until_start = seconds_until_start
        self._composition = Composition(
            request.piece,
            engine,
            saved_file=request.saved_file,
            frames_played=frames_played,
            playhead=self._playhead,
            on_change=self._composition_changed,
            on_failure=self.set_trouble,
        )
        self.buffer: Final = self._composition.buffer
        """The sound to play."""
        self._playback = PlaybackState.QUEUED
        self._dismissed = False
        self._paused = False
        self._hold_reason: Text | None = None
        self._trouble: Text | None = None
        self._track: Track | None = None
        self._track_id = 0
        self._saved_until_seconds = 0.0
        self._charged_seconds = 0.0
        self._changed = asyncio.Event()
        self._settled = asyncio.Event()

    @classmethod
    def composed_before(cls, request: Request, engine: Engine, sound: Pcm) -> Self:
        """Make one of a piece that was played already, to be posted; `sound` is at the engine's rate."""
        performance = cls(request, engine, queue_was_empty=False)
        performance.leave_queue()
        performance._composition.adopt(sound)
        return performance

    # Composition

    @property
    def piece(self) -> Piece:
        """The piece with its prompt changes so far; see `Composition.piece`."""
        return self._composition.piece

    @property
    def composition_state(self) -> CompositionState:
        """Progress of composing and posting."""
        return self._composition.state

    @property
    def composed(self) -> bool:
        """True if all of its sound is there."""
        return self.composition_state in (CompositionState.COMPOSED, CompositionState.DELIVERED)

    @property
    def composing_seconds(self) -> float:
        """Duration of composing [s], waiting for listeners included; 0 until it ends."""
        return self._composition.seconds

    @property
    def composing_speed(self) -> float:
        """Seconds of sound composed per second, measured until the lead was reached."""
        return self._composition.speed

    @property
    def steerable(self) -> bool:
        """True if new words can still take effect."""
        return self._composition.steerable

    @property
    def sound(self) -> Pcm:
        """The sound so far, shaped (channels, samples), at the engine's rate and level."""
        return self._composition.sound

    def sound_between(self, begin_seconds: float, end_seconds: float) -> Pcm:
        """Return a part of `sound`, as far as it is remembered."""
        return self._composition.sound_between(begin_seconds, end_seconds)

    async def compose(self) -> None:
        """Compose until the piece is composed, dismissed, interrupted or failed; see `composition_state`."""
        if not self._dismissed:
            await self._composition.run()

    def steer(self, prompt: str, blend_seconds: float, translated_from: str | None = None) -> None:
        """See `Composition.steer`. Raises RequestError if it is too late."""
        self._composition.steer(prompt, blend_seconds, translated_from)

    def hold_composing(self) -> None:
        """Pause composing at the engine's next step and keep its slot."""
        self._composition.hold()

    def resume_composing(self) -> None:
        """Continue composing after `hold_composing`."""
        self._composition.resume()

    def report_playhead(self) -> None:
        """Tell the engine where the listeners are."""
        self._composition.report_playhead()

    def interrupt(self) -> None:
        """Stop composing and free the engine. `compose` starts again and skips what was made already."""
        self._composition.interrupt()

    def mark_delivered(self) -> None:
        """The track is posted, or saved where it could not be posted."""
        self._composition.mark_delivered()

    # Playback

    @property
    def playback_state(self) -> PlaybackState:
        """Position between the queue and its end."""
        return self._playback

    @property
    def is_next(self) -> bool:
        """True if the transition into it is settled, or it plays: it keeps its place in the queue."""
        return self._playback in (PlaybackState.NEXT, PlaybackState.PLAYING)

    @property
    def ended(self) -> bool:
        """True if it has left the queue, played to its end or not."""
        return self._playback is PlaybackState.ENDED

    @property
    def dismissed(self) -> bool:
        """True if it was ended early: skipped, stopped, or a radio that made room (may still fade out)."""
        return self._dismissed

    @property
    def paused(self) -> bool:
        """True if a person paused it."""
        return self._paused

    @property
    def hold_reason(self) -> Text | None:
        """A few words for the listeners while the sound waits for something other than a person."""
        return self._hold_reason

    @property
    def settled(self) -> bool:
        """True if it has ended and its track needs nothing more."""
        return self.ended and self.composition_state in FINAL_STATES

    async def wait_settled(self, within_seconds: float) -> bool:
        """Wait until it is settled, at most `within_seconds`; return True if it is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._settled.wait()
        return self.settled

    async def wait_playable(self) -> bool:
        """Wait until it can be played without a gap; return False if it was dismissed."""
        while not (self.buffer.ready or self._dismissed):
            self._changed.clear()
            await self._changed.wait()
        return not self._dismissed

    def mark_next(self) -> None:
        """The transition from the piece that plays is settled."""
        self._move_to(PlaybackState.NEXT)

    def start_playback(self) -> None:
        """It is played from now on."""
        self._move_to(PlaybackState.PLAYING)

    def pause(self) -> None:
        """A person has paused it."""
        self._paused = True

    def resume(self) -> None:
        """A person has resumed it."""
        self._paused = False

    def hold_for(self, reason: Text | None) -> None:
        """The sound waits for `reason`; None if it does not wait."""
        self._hold_reason = reason

    def dismiss(self) -> None:
        """End it early: cancel composing and wake whoever waits for it. A radio may still fade out."""
        self._dismissed = True
        self._composition.cancel()
        self._changed.set()

    def leave_queue(self) -> None:
        """End its playback; nothing of it is played from now on."""
        self._move_to(PlaybackState.ENDED)
        self.report_playhead()
        self._check_settled()

    # Track, trouble and charges

    @property
    def trouble(self) -> Text | None:
        """A sentence for the listeners if something went wrong."""
        return self._trouble

    def set_trouble(self, sentence: Text | None) -> None:
        """Replace the sentence for the listeners."""
        self._trouble = sentence

    @property
    def track(self) -> Track | None:
        """Its files, once they are written."""
        return self._track

    @property
    def track_id(self) -> int:
        """Id of its track in the library; 0 until it is there."""
        return self._track_id

    def set_track(self, track: Track, track_id: int) -> None:
        """Its files are written; `track_id` is 0 if the library did not take them."""
        self._track, self._track_id = track, track_id

    @property
    def saved_until_seconds(self) -> float:
        """Position in a radio at which its latest excerpt ended [s]."""
        return self._saved_until_seconds

    def mark_saved(self, until_seconds: float) -> None:
        """An excerpt of a radio was saved that ends at `until_seconds`."""
        self._saved_until_seconds = until_seconds

    @property
    def charged_seconds(self) -> float:
        """Seconds that were charged to its requester's quota."""
        return self._charged_seconds

    def add_charge(self, seconds: float) -> None:
        """Note that `seconds` were charged to its requester's quota."""
        self._charged_seconds += seconds

    def _playhead(self) -> float | None:
        """Return the playhead for the engine [s], negative before the piece begins: that is less urgent.

        None lets the engine compose at full speed, because the piece has ended and only its track is missing,
        or because listeners wait for more sound than the engine would compose ahead of them.
        """
        until_start = self._seconds_until_start(self)
        if self.ended or (until_start == 0 and not self.buffer.ready):
            return None
        return self.buffer.seconds_played - until_start

    def _move_to(self, state: PlaybackState) -> None:
        if _ORDER.index(state) < _ORDER.index(self._playback):
            raise RuntimeError(f"A piece that is {self._playback.value} cannot become {state.value}.")
        self._playback = state

    def _composition_changed(self) -> None:
        self._changed.set()
        self._check_settled()

    def _check_settled(self) -> None:
        if self.settled:
            self._settled.set()
            # Cards and their buttons may refer to it for a long time after.
            self._composition.discard()
