"""A Player: plays pieces on one guild's voice, one after the other or crossfaded into each other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Final

from audio.playout.crossfade import make_transition, overlap_frames
from audio.playout.source import PieceSource

if TYPE_CHECKING:
    from bot.playback.performance import Performance

TRANSITION_LEAD_SECONDS: Final = 1.5
"""Time before its start at which a transition is made [s]: that takes some 20 ms, and the source needs it
half a second ahead."""

POLL_SECONDS: Final = 0.1
"""Interval at which the next piece is checked [s]: is it ready by now, is it still wanted?"""


class Player:
    """Plays one piece per call of `play`. As long as pieces crossfade, they share one source.

    `play_source` plays a source to its end, as `Voice.play` does. `next_of` returns the piece that follows
    another one, None if none does. A transition lasts `crossfade_seconds`; 0 turns transitions off. Owned by
    the guild's PlayerLoop, used on the event loop.
    """

    def __init__(
        self,
        play_source: Callable[[PieceSource], Coroutine[None, None, None]],
        next_of: Callable[[Performance], Performance | None],
        crossfade_seconds: float,
    ) -> None:
        self._play_source = play_source
        self._next_of = next_of
        self._crossfade_seconds = crossfade_seconds
        self._source: PieceSource | None = None
        self._source_task: asyncio.Task[None] | None = None
        self._next: Performance | None = None
        """The piece after the transition, once that is set."""
        self._changed = asyncio.Event()

    @property
    def source(self) -> PieceSource | None:
        """The source that plays, or played last."""
        return self._source

    async def play(self, performance: Performance, volume: float) -> None:
        """Play a piece to its end, from its current frame on: a transition may have played its beginning.

        Raises VoiceLost.
        """
        source = self._source
        if source is None or source.buffer is not performance.buffer or self._source_ended:
            await self.end()
            source = self._start(performance, volume)
        self._next = None
        try:
            while source.buffer is performance.buffer and not self._source_ended:
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds_until_check(performance)):
                        await self._changed.wait()
                await self._prepare_transition(performance, source)
            if self._source_ended:
                await self.end()
        except BaseException:
            await self.end(cancel=True)
            raise

    async def end(self, *, cancel: bool = False) -> None:
        """End the source. Raises the exception that ended it before, unless `cancel`."""
        task, self._source_task = self._source_task, None
        if task is not None:
            if cancel or not task.done():
                task.cancel()
                await asyncio.wait([task])
            else:
                await task

    @property
    def _source_ended(self) -> bool:
        return self._source_task is None or self._source_task.done()

    def _start(self, performance: Performance, volume: float) -> PieceSource:
        loop = asyncio.get_running_loop()

        def wake() -> None:  # called on the thread that sends
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._changed.set)

        source = self._source = PieceSource(performance.buffer, volume, wake)
        self._source_task = asyncio.create_task(
            self._play_source(source), name=f"sound of seed {performance.piece.seed}"
        )
        self._source_task.add_done_callback(lambda _: self._changed.set())
        return source

    def _seconds_until_check(self, performance: Performance) -> float | None:
        """Return the time until the next piece must be checked [s]; None if there is no transition."""
        if not self._crossfade_seconds or performance.piece.endless:
            return None
        if self._next is not None:
            return POLL_SECONDS
        left_seconds = performance.piece.seconds - performance.buffer.seconds_played
        return max(POLL_SECONDS, left_seconds - self._crossfade_seconds - TRANSITION_LEAD_SECONDS)

    async def _prepare_transition(self, performance: Performance, source: PieceSource) -> None:
        """Set the transition into the next piece once that is ready and the end is near."""
        if self._next is not None:
            if self._next.dismissed:
                source.cancel_transition()
            return
        following = self._next_of(performance)
        if following is None or not performance.composed or not following.buffer.ready:
            return
        buffer, seconds = performance.buffer, performance.piece.seconds
        left_seconds = seconds - buffer.seconds_played
        frames = overlap_frames(self._crossfade_seconds, seconds, following.piece.seconds)
        if left_seconds > self._crossfade_seconds + TRANSITION_LEAD_SECONDS + POLL_SECONDS or not frames:
            return
        transition = await asyncio.to_thread(make_transition, buffer, following.buffer, seconds, frames)
        if transition is None or self._next_of(performance) is not following:
            return
        if source.set_transition(transition):
            self._next = following
            following.mark_next()
