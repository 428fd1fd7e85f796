"""Rate limit for leaving voice channels, so that many idle guilds do not delay a new request.

Each join and each leave is a message on the gateway, of which Discord takes 120 a minute (developer
documentation, "Gateway", "Rate Limiting"). discord.py sends at most 110 and queues the rest in order. Leaves
that are spread out keep that queue short for whoever requests music meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import Final

MAX_LEAVES_PER_MINUTE: Final = 50
"""Less than half of what discord.py sends; the rest is for joins."""


class LeaveLimiter:
    """Spaces the leaves of all guilds. On the event loop, by its clock."""

    def __init__(self) -> None:
        self._next = 0.0
        """The earliest time of the next leave."""

    def reserve(self) -> float:
        """Reserve the next leave. Return the seconds until then; an unused reservation is not given back."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + 60 / MAX_LEAVES_PER_MINUTE
        return at - now
