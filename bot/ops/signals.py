"""Signals of the system as events of the loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def arrival_of(*signals: signal.Signals) -> Iterator[asyncio.Event]:
    """Provide an event that is set when one of `signals` arrives.

    On Windows it never is: there Ctrl-C raises KeyboardInterrupt instead.
    """
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows
        for each in signals:
            loop.add_signal_handler(each, arrived.set)
    try:
        yield arrived
    finally:
        with contextlib.suppress(NotImplementedError):
            for each in signals:
                loop.remove_signal_handler(each)
