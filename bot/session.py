"""One guild's music: the queue, what plays, and the voice it plays with."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from audio.source import PieceSource
from bot.card import keep_card
from bot.errors import NothingPlaying, QueueFull, VoiceLost
from bot.performance import Making, Performance, Request
from bot.voice import Voice

if TYPE_CHECKING:
    from audio.engine import Engine
    from bot.posting import Poster
    from bot.settings import Settings

_log = logging.getLogger(__name__)


class Session:
    """Plays what a guild asks for, one piece after the other; ends itself when nothing more comes.

    The head of the queue is what plays, or is about to. One task plays the queue and one composes it, at
    most one piece ahead of the one that plays, so that no guild hoards the engine. Each piece has a task
    that keeps its card and, once made, one that posts it. All belong to this session and end with it.
    """

    def __init__(
        self, name: str, engine: Engine, poster: Poster, settings: Settings, on_end: Callable[[], None]
    ) -> None:
        self.voice = Voice()
        self.queue: deque[Performance] = deque()
        self._engine = engine
        self._poster = poster
        self._longest_queue = settings.music.queue_length
        self._leave_after_seconds = settings.voice.leave_after_seconds
        self._on_end = on_end
        self._volume = settings.voice.volume
        self._source: PieceSource | None = None
        self._queue_moved = asyncio.Event()
        self._asked = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._compose_queue(), f"composer of {name}")
        self._spawn(self._play_queue(), f"player of {name}")

    # What members ask for

    def ask(self, request: Request) -> Performance:
        """Put a piece at the end of the queue. Raises QueueFull."""
        if len(self.queue) >= self._longest_queue:
            raise QueueFull(f"{len(self.queue)} pieces wait already; ask again when one has played.")
        performance = Performance(request, self._engine)
        self.queue.append(performance)
        self._asked.set()
        self._queue_moved.set()
        self._spawn(keep_card(performance), f"card seed {request.piece.seed}")
        return performance

    @property
    def now(self) -> Performance:
        """The piece that plays or is about to. Raises NothingPlaying."""
        if not self.queue:
            raise NothingPlaying("Nothing is playing; /compose starts something.")
        return self.queue[0]

    def skip(self) -> Performance:
        """End the piece that plays; the next one follows. Raises NothingPlaying."""
        skipped = self.now
        skipped.dismiss()
        self.voice.stop()
        return skipped

    def stop(self) -> int:
        """End the sound at once and forget the queue; how many pieces that were. Raises NothingPlaying."""
        stopped = [self.now, *list(self.queue)[1:]]
        for performance in stopped:
            performance.dismiss()
        self.voice.stop()
        return len(stopped)

    def pause(self) -> None:
        """Hold the sound where it is. Raises NothingPlaying."""
        if self._source is None:
            raise NothingPlaying("Nothing is playing yet.")
        self.voice.pause()

    def resume(self) -> None:
        """Go on from where the sound was held. Raises NothingPlaying."""
        if self._source is None:
            raise NothingPlaying("Nothing is paused.")
        self.voice.resume()

    @property
    def volume(self) -> float:
        """1 is as loud as the posted track."""
        return self._volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._volume = volume
        if self._source is not None:
            self._source.volume = volume

    async def close(self) -> None:
        """End everything of this session: sound, composing, connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.voice.leave()

    # What follows from it

    async def _play_queue(self) -> None:
        """The guild's task: play the queue, wait a while for more, leave."""
        while True:
            while self.queue:
                await self._play(self.queue[0])
            if await self._asked_in_time():
                continue
            await self.voice.leave()
            if not self.queue:  # nobody asked while it was leaving
                break
        self._on_end()

    async def _play(self, performance: Performance) -> None:
        """Join while the piece is being composed, play it to its end, and take it off the queue."""
        try:
            if not performance.dismissed:
                await self.voice.join(performance.request.voice_channel)
            if await performance.audible():
                self._source = PieceSource(performance.buffer, self._volume)
                await self.voice.play(self._source)
        except VoiceLost as lost:
            performance.trouble = f"{lost} The track is posted all the same."
        except Exception:
            _log.exception("playing %r failed", performance.piece)
            performance.trouble = "Something went wrong while playing; the track is posted all the same."
        finally:
            self._source = None
            performance.over = True
            self.queue.remove(performance)
            self._queue_moved.set()

    async def _asked_in_time(self) -> bool:
        """Wait for a new piece, not for ever."""
        self._asked.clear()
        try:
            async with asyncio.timeout(self._leave_after_seconds):
                await self._asked.wait()
        except TimeoutError:
            return False
        return True

    async def _compose_queue(self) -> None:
        """Compose the piece that plays and the next one, in this order; each is posted when it is made."""
        while True:
            nearest = list(self.queue)[:2]
            waiting = next((one for one in nearest if one.making is Making.WAITING), None)
            if waiting is None:
                self._queue_moved.clear()
                await self._queue_moved.wait()
                continue
            await waiting.compose()
            if waiting.making is Making.COMPOSED:
                self._spawn(self._poster.post(waiting), f"post seed {waiting.piece.seed}")

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run `work` as a task of this session; a failure reaches the log whole."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the task %r failed", task.get_name(), exc_info=error)
