"""The empty-channel time-out: how long Busker stays in a voice channel without listeners."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.config.settings import VoiceSettings
    from bot.session.tasks import Tasks
    from bot.voice.leave_limiter import LeaveLimiter

SLOT_SECONDS: Final = 20.0
"""A piece keeps its engine slot this long [s] while nobody listens, which covers a change of channel or of
network. After that it is composed again from its start when somebody returns."""


class EmptyChannelTimeout:
    """Runs while a voice channel has no listeners. Owned by a Session, used on the event loop.

    `on_slot_timeout` is called when the piece that is being composed should free the engine, `on_timeout`
    when the channel is still empty after the time-out, which is longer if `has_radio` returns True by then.
    """

    def __init__(
        self,
        name: str,
        tasks: Tasks,
        settings: VoiceSettings,
        leave_limiter: LeaveLimiter,
        *,
        has_radio: Callable[[], bool],
        on_slot_timeout: Callable[[], None],
        on_timeout: Callable[[], Awaitable[None]],
    ) -> None:
        self._name = name
        self._tasks = tasks
        self._seconds = settings.leave_after_seconds
        self._radio_seconds = max(settings.leave_after_seconds, settings.radio_sleeps_seconds)
        self._leave_limiter = leave_limiter
        self._has_radio = has_radio
        self._on_slot_timeout = on_slot_timeout
        self._on_timeout = on_timeout
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """True while nobody listens."""
        return self._task is not None

    def start(self) -> None:
        """Start the time-out: the last listener has left."""
        self._task = self._tasks.spawn(self._run(), f"empty channel timeout of {self._name}")

    def cancel(self) -> None:
        """Cancel the time-out: somebody listens again, or there is no music any more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        slot_seconds = min(SLOT_SECONDS, self._seconds)
        await asyncio.sleep(slot_seconds)
        self._on_slot_timeout()
        await asyncio.sleep((self._radio_seconds if self._has_radio() else self._seconds) - slot_seconds)
        await asyncio.sleep(self._leave_limiter.reserve())
        self._task = None  # so that leaving the channel does not cancel this task
        await self._on_timeout()
