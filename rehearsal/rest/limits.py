"""Rate limits as given in headers: the requests left in a window, and the end of the window.

Discord developer documentation, Topics / Rate Limits. It gives no numbers by route; these were observed by
bots: five messages or edits in five seconds a channel, and far more elsewhere.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from rehearsal.clock import Clock

DEFAULT_LIMIT: Final = (50, 1.0)
"""Requests and seconds of a window, by route; each channel, guild and webhook has windows of its own."""

STRICT_LIMITS: Final = {
    "POST /channels/{channel}/messages": (5, 5.0),
    "PATCH /channels/{channel}/messages/{message}": (5, 5.0),
    "POST /webhooks/{webhook}/{token}": (5, 2.0),
    "PATCH /webhooks/{webhook}/{token}/messages/{message}": (5, 2.0),
    "PUT /channels/{channel}/voice-status": (5, 5.0),
}


@dataclass(slots=True)
class Window:
    """A running window: `remaining` requests until `ends`, in seconds since the Unix epoch."""

    remaining: int
    ends: float


class Buckets:
    """All running windows. Owned by the event loop of the rehearsal."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, ...], Window] = {}

    def spend(self, route: str, major: list[str]) -> dict[str, str]:
        """Count one request and write the headers of its answer."""
        limit, seconds = STRICT_LIMITS.get(route, DEFAULT_LIMIT)
        now = self._clock.now()
        key = (route, *major)
        window = self._windows.get(key)
        if window is None or window.ends <= now:
            window = self._windows[key] = Window(limit, now + seconds)
        window.remaining = max(0, window.remaining - 1)
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(route.encode(), digest_size=16).hexdigest(),
        }
