"""REST fails: for the edits of cards and for the message with the track."""

from __future__ import annotations

from functools import partial
from typing import Final

from rehearsal.faults.fault import Fault, Kind
from rehearsal.faults.scene import Scene
from rehearsal.rest.troubles import Trouble

POST: Final = "POST /channels/{channel}/messages"
PATCH: Final = "PATCH /channels/{channel}/messages/{message}"


async def trouble(
    scene: Scene,
    *,
    routes: tuple[str, ...],
    status: int | None = None,
    times: int = 2,
    retry_after_s: float = 0.0,
    delay_s: float = 0.0,
) -> None:
    """Let the next `times` requests to each of `routes` fail; see `Trouble`."""
    for route in routes:
        scene.here.rest.troubles.begin(
            Trouble(frozenset([route]), status, times, retry_after_s=retry_after_s, delay_s=delay_s)
        )


FAULTS: Final = (
    Fault(
        "rest-429",
        "Two edits and two messages are too many (429); 1 s is to be waited.",
        Kind.SURVIVABLE,
        partial(trouble, routes=(POST, PATCH), status=429, retry_after_s=1.0),
    ),
    Fault(
        "rest-500",
        "Two edits and two messages meet an error of Discord's (500).",
        Kind.SURVIVABLE,
        partial(trouble, routes=(POST, PATCH), status=500),
    ),
    Fault(
        "rest-413",
        "The track is too large for Discord, whatever it had said (413).",
        Kind.SURVIVABLE,
        partial(trouble, routes=(POST,), status=413, times=1),
    ),
    Fault(
        "rest-slow",
        "Two edits and two messages are answered after 4 s.",
        Kind.SURVIVABLE,
        partial(trouble, routes=(POST, PATCH), delay_s=4.0),
    ),
    Fault(
        "rest-never",
        "An edit and a message are never answered.",
        Kind.SURVIVABLE,
        partial(trouble, routes=(POST, PATCH), delay_s=float("inf"), times=1),
    ),
)
