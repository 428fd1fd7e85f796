"""Garbage collection, kept away from what was loaded to stay.

While CPython's collector walks, every thread waits, the pacer's too. What the bot has loaded when it has
logged in is 125,000 objects that no collection will free, and a walk over all of them takes 50 to 100 ms
(measured): up to five packets late in every channel.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def settled() -> Iterator[None]:
    """Until it is left, collections pass over all that there is now; what is garbage goes first. Of several
    within each other, the first to be left ends it."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
