"""Scheduling: which waiting piece is admitted to a slot, and which slots are stepped next.

Streams with the least buffered sound have priority. All times are in seconds. The playhead is the position of
playback in a piece, negative before playback begins. What a stream has buffered is the sound delivered less
the playhead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from audio.engine import PRIOR_TRUST
from audio.piece import HORIZON_SECONDS, LEAD_SECONDS, Piece, PromptChange
from audio.units import STEP_RATE

URGENT_SECONDS: Final = 3.0
"""Streams with less buffered are stepped before all others: the longest chunk (2.5 s) must be composed in
that time."""


@dataclass(slots=True)
class StreamState:
    """A piece, waiting or in a slot, and its playhead; owned by the engine core."""

    key: int
    piece: Piece
    clock: Callable[[], float]
    cost: float = 1.0
    """Seconds decoded per second of new sound: above 1 where windows decode their overlap again."""
    speed: float = math.inf
    """Seconds of this piece composed per second if it is alone in the engine. Admission control keeps it at
    real time or above beside others, if it is so alone."""
    window_pause: float = 0.0
    """Seconds without new sound while the overlap of a new window is decoded, if alone."""
    delivered: float = 0.0
    """Seconds of sound delivered."""
    _playhead: float | None = None
    """The last position reported; None if none was, or if reports were withdrawn."""
    _reported_at: float = 0.0
    _held_since: float | None = None

    def set_playhead(self, position: float | None) -> None:
        """Set the playhead to `position` [s], advancing in real time from now on, and end a hold.

        None withdraws the reports: the piece is then composed to its end without regard to playback.
        """
        self._playhead, self._reported_at = position, self.clock()
        self._held_since = None

    def hold(self) -> None:
        """Freeze the playhead and compose nothing until the next `set_playhead`."""
        if self._held_since is None:
            self._held_since = self.clock()

    @property
    def on_hold(self) -> bool:
        """True from `hold` until the next `set_playhead`."""
        return self._held_since is not None

    @property
    def buffered(self) -> float:
        """Seconds delivered and not played yet. Between two reports playback is assumed to continue."""
        if self._playhead is None:
            return self.delivered
        now = self.clock() if self._held_since is None else self._held_since
        return self.delivered - self._playhead - (now - self._reported_at)

    @property
    def remaining(self) -> float:
        """Seconds still to be delivered; of a piece without end, the planning horizon."""
        return HORIZON_SECONDS if self.piece.endless else self.piece.seconds - self.delivered

    @property
    def lead(self) -> float:
        """Seconds to have buffered before composing pauses.

        At least the lead that the piece asks for and enough to bridge the beginning of a window. Where
        composing is slower than playback, at least as much as the jitter buffer waits for before it begins.
        """
        bridge = self.window_pause + URGENT_SECONDS if self.window_pause else 0.0
        return max(self.piece.lead, bridge, self.remaining * (1 / (PRIOR_TRUST * self.speed) - 1))

    @property
    def far_ahead(self) -> bool:
        """True if nothing needs to be composed now. False if playback is not reported, unless on hold."""
        return self._has_buffered(self.lead)

    def is_satisfied(self, *, contended: bool = False) -> bool:
        """True if `far_ahead`; if others wait for a slot, pieces near their end are composed to it first."""
        finishes = contended and self.remaining <= LEAD_SECONDS
        return self._has_buffered(max(LEAD_SECONDS, self.lead)) if finishes else self.far_ahead

    def _has_buffered(self, seconds: float) -> bool:
        return self.on_hold or (self._playhead is not None and self.buffered > seconds)

    def change_prompt(self, prompt: str, step: int, blend_seconds: float) -> PromptChange:
        """Let `prompt` condition the piece from `step` on; returns the change, which `piece` now includes."""
        change = PromptChange(prompt, step, round(blend_seconds * STEP_RATE))
        self.piece = self.piece.steered(change)
        return change


def most_urgent(streams: Iterable[StreamState]) -> StreamState:
    """Return the stream with the least buffered, the first of equals. `streams` must not be empty."""
    return min(streams, key=lambda stream: stream.buffered)


def can_admit(newcomer: StreamState, running: Iterable[StreamState], capacity: float) -> bool:
    """True if `newcomer` can be composed beside the `running` streams and none of them runs dry.

    `capacity` is how many seconds of sound are decoded per second for all streams together. A stream that has
    b seconds buffered and r remaining needs min(r, t − b) more within the next t seconds, and the sum over
    all streams must be within capacity · t at any t. Demand is linear except where a piece ends, so it is
    enough to check there. A stream is always admitted if no other runs.
    """
    streams = [newcomer, *running]
    needs = [(stream.cost, max(0.0, stream.buffered), stream.remaining) for stream in streams]
    for end in [buffered + remaining for _, buffered, remaining in needs]:
        demand = sum(cost * min(remaining, max(0.0, end - buffered)) for cost, buffered, remaining in needs)
        if demand > capacity * end:
            return len(streams) == 1
    return True


def schedule(running: Iterable[StreamState], *, contended: bool = False) -> list[StreamState]:
    """Return the streams to step next: only the urgent ones if there are any, else all that need more.

    `contended` says that others wait for a slot.
    """
    pending = [stream for stream in running if not stream.is_satisfied(contended=contended)]
    urgent = [stream for stream in pending if stream.buffered < URGENT_SECONDS]
    return urgent or pending
