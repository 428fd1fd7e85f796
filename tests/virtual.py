"""An event loop whose time passes only when nothing is left to do: an hour takes seconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` is the only clock; `asyncio.sleep` and `asyncio.timeout` follow it."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__(_Skipping(self))

    def time(self) -> float:
        return self.now


class _Skipping(selectors.DefaultSelector):
    """Waits by setting the clock forward."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for something that never comes"
            self._loop.now += max(0.0, timeout)
        return ready


def run_virtually(main: Coroutine[Any, Any, None]) -> None:
    """Like `asyncio.run`, in no time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main)
