"""A group of tasks with one owner, who ends them. Failures are logged with their traceback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable

_log = logging.getLogger(__name__)


class Tasks:
    """The tasks of one owner, which must call `close`."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        """Run `work` as a task; a failure is logged with its traceback."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def close(self, others: Iterable[asyncio.Task[None]], within_seconds: float) -> None:
        """Wait for all tasks and `others`, up to `within_seconds`, then cancel those that are left."""
        ending = {*others, *self._running}
        _, late = await asyncio.wait(ending, timeout=within_seconds)
        if late:
            _log.warning("%d tasks of %s did not end in time", len(late), self._owner)
        ending |= self._running  # including those spawned meanwhile
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the task %r failed", task.get_name(), exc_info=error)
