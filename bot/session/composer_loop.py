"""The composer loop: composes the pieces of one queue, one at a time."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.playback.composition import CompositionState
from bot.playback.radio import is_stable

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.playback.performance import Performance
    from bot.playback.queue import Queue
    from bot.session.counters import Counters


class ComposerLoop:
    """Composes the piece that plays and the one after it, and nothing while it is held.

    `post` is called with each piece that is composed, `restart_radio` with a radio whose engine failed after
    it had played for long. Owned by a Session, used on the event loop.
    """

    def __init__(
        self,
        queue: Queue,
        counters: Counters,
        post: Callable[[Performance], None],
        restart_radio: Callable[[Performance], None],
    ) -> None:
        self._queue = queue
        self._counters = counters
        self._post = post
        self._restart_radio = restart_radio
        self._composing: Performance | None = None
        self._held = False
        self._wake = asyncio.Event()

    @property
    def composing(self) -> Performance | None:
        """The piece that is being composed."""
        return self._composing

    def wake(self) -> None:
        """Look again for a piece to compose: the queue has changed."""
        self._wake.set()

    def hold(self) -> None:
        """Compose nothing until `resume`; the piece that is being composed keeps the engine's slot."""
        self._held = True
        if self._composing is not None:
            self._composing.hold_composing()

    def resume(self) -> None:
        """Continue after `hold`."""
        self._held = False
        if self._composing is not None and not self._composing.dismissed:
            self._composing.resume_composing()
        self.wake()

    async def run(self) -> None:
        """Compose until cancelled."""
        while True:
            performance = None if self._held else self._queue.next_to_compose()
            if performance is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            self._composing = performance
            await performance.compose()
            self._composing = None
            self._finish(performance)

    def _finish(self, performance: Performance) -> None:
        state = performance.composition_state
        if performance.piece.endless and state is not CompositionState.WAITING:
            self._counters.composed(performance)
            failed = state is CompositionState.FAILED and not performance.dismissed
            if failed and is_stable(performance.buffer.seconds_received):
                self._restart_radio(performance)
        if state is CompositionState.COMPOSED:
            self._counters.composed(performance)
            self._post(performance)
