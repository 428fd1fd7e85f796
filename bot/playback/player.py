"""The programme: plays pieces on one guild's voice, one after the other or one into the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Final

from audio.playout.crossfade import make_transition, overlap_frames
from audio.playout.source import PieceSource

if TYPE_CHECKING:
    from bot.playback.performance import Performance

AHEAD_SECONDS: Final = 1.5
"""How long before it begins a joint is made: it takes some 20 ms, and must be known half a second before."""

AGAIN_SECONDS: Final = 0.1
"""How often to look whether what follows is ready by now, or whether it is no longer wanted."""


class Player:
    """Owned by the guild's Session, on the event loop. One source sounds as long as pieces go over into each
    other; each is played in a call of its own.

    `play` plays a source to its end, as `Voice.play` does, and `follower` says what follows a piece, if
    anything does. A joint lasts `crossfade_seconds`, 0 is none.
    """

    def __init__(
        self,
        play: Callable[[PieceSource], Coroutine[None, None, None]],
        follower: Callable[[Performance], Performance | None],
        crossfade_seconds: float,
    ) -> None:
        self.source: PieceSource | None = None
        """What sounds, or sounded last."""
        self._play = play
        self._follower = follower
        self._crossfade_seconds = crossfade_seconds
        self._sounding: asyncio.Task[None] | None = None
        self._next: Performance | None = None
        """What the piece that plays goes over into."""
        self._moved = asyncio.Event()

    async def play(self, performance: Performance, volume: float) -> None:
        """Play a piece to its end, from where it is: its beginning may have been heard with the end of the
        one before. Raises VoiceLost."""
        source = self.source
        if source is None or source.buffer is not performance.buffer or self._silent:
            await self.end()
            source = self._begin(performance, volume)
        self._next = None
        try:
            while source.buffer is performance.buffer and not self._silent:
                self._moved.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._rest(performance)):
                        await self._moved.wait()
                await self._look(performance, source)
            if self._silent:
                await self.end()
        except BaseException:
            await self.end(cancel=True)
            raise

    async def end(self, *, cancel: bool = False) -> None:
        """Play nothing any more. Raises what ended the sound."""
        sounding, self._sounding = self._sounding, None
        if sounding is not None:
            if cancel or not sounding.done():
                sounding.cancel()
                await asyncio.wait([sounding])
            else:
                await sounding

    @property
    def _silent(self) -> bool:
        return self._sounding is None or self._sounding.done()

    def _begin(self, performance: Performance, volume: float) -> PieceSource:
        loop = asyncio.get_running_loop()

        def tell() -> None:  # called on the thread that sends
            with contextlib.suppress(RuntimeError):  # the loop has gone
                loop.call_soon_threadsafe(self._moved.set)

        source = self.source = PieceSource(performance.buffer, volume, tell)
        self._sounding = asyncio.create_task(
            self._play(source), name=f"sound of seed {performance.piece.seed}"
        )
        self._sounding.add_done_callback(lambda _: self._moved.set())
        return source

    def _rest(self, performance: Performance) -> float | None:
        """In how many seconds there is something to look at; None if never."""
        if not self._crossfade_seconds or performance.piece.endless:
            return None
        if self._next is not None:
            return AGAIN_SECONDS
        left = performance.piece.seconds - performance.buffer.seconds_played
        return max(AGAIN_SECONDS, left - self._crossfade_seconds - AHEAD_SECONDS)

    async def _look(self, performance: Performance, source: PieceSource) -> None:
        """Let the piece go over into the next one once that is near and ready."""
        if self._next is not None:
            if self._next.dismissed:
                source.cancel_transition()
            return
        left = performance.piece.seconds - performance.buffer.seconds_played
        following = self._follower(performance)
        if following is None or not performance.composed or not following.buffer.ready:
            return
        seconds, buffer = performance.piece.seconds, performance.buffer
        frames = overlap_frames(self._crossfade_seconds, seconds, following.piece.seconds)
        if left > self._crossfade_seconds + AHEAD_SECONDS + AGAIN_SECONDS or not frames:
            return
        transition = await asyncio.to_thread(make_transition, buffer, following.buffer, seconds, frames)
        if (
            transition is not None
            and self._follower(performance) is following
            and source.set_transition(transition)
        ):
            self._next = following
            following.mark_next()
