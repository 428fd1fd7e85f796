"""Simulated failures at Discord's end of valid requests.

Discord developer documentation, Topics / Rate Limits and Topics / Opcodes and Status Codes / HTTP.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rehearsal.clock import Clock
from rehearsal.refusal import Json


@dataclass(slots=True, eq=False)
class Trouble:
    """The failure of the next `times` requests to some routes; None: of all requests until it is removed."""

    routes: frozenset[str]
    """Method and template, as in `POST /channels/{channel}/messages`."""
    status: int | None = None
    """Status of the answer; None: the request is served, but late."""
    times: int | None = 1
    retry_after_s: float = 0.0
    """Sent with a 429."""
    delay_s: float = 0.0
    """Delay of the answer [seconds]; infinity for a request that is never answered."""
    met: int = 0
    """Requests that met it."""


class Troubles:
    """All failures that are simulated now; a request meets the first that matches its route.

    Owned by the event loop of the rehearsal.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._now: list[Trouble] = []
        self._over = asyncio.Event()

    def begin(self, trouble: Trouble) -> Trouble:
        self._now.append(trouble)
        return trouble

    def end(self) -> None:
        """End all failures; requests that were never to be answered get 503."""
        self._now.clear()
        self._over.set()
        self._over = asyncio.Event()

    def of(self, method: str, template: str) -> Trouble | None:
        """Return the failure for a request, and count it; None if there is none."""
        for trouble in self._now:
            if f"{method} {template}" in trouble.routes and trouble.met != trouble.times:
                trouble.met += 1
                return trouble
        return None

    async def meet(self, trouble: Trouble) -> tuple[int | None, Json, dict[str, str]]:
        """Wait, then return status, body and headers of the answer; a status of None: serve the request."""
        if trouble.delay_s == float("inf"):
            await self._over.wait()
            return 503, {"message": "503: Service Unavailable", "code": 0}, {}
        await self._clock.sleep(trouble.delay_s)
        if trouble.status == 429:
            error_body: Json = {
                "message": "You are being rate limited.",
                "retry_after": trouble.retry_after_s,
                "global": False,
            }
            # `Via` tells Discord's own limit from a ban by its network, which no client waits for.
            waits = {"Retry-After": f"{trouble.retry_after_s:.3f}", "X-RateLimit-Scope": "user"}
            return 429, error_body, waits | {"Via": "1.1 google"}
        if trouble.status == 413:
            return 413, {"message": "Request entity too large", "code": 40005}, {}
        return trouble.status, {"message": f"{trouble.status}: Error", "code": 0}, {}
