"""What reached the listeners: how evenly, and how much of what was due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.units import FRAME_SECONDS
from rehearsal.voice.recording import Recording, steps


class Unheard(ValueError):
    """A channel of which nothing arrived."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """A stretch of all channels, by the times at which packets reached the listeners' socket."""

    p50_ms: float
    """Of the gaps between neighbouring packets of a channel, all channels together."""
    p99_ms: float
    worst_p99_ms: float
    """Of the channel where it is greatest."""
    max_ms: float
    arrived_share: float
    """Packets that arrived, of those that were due."""
    behind_ms: float
    """How far the worst channel fell behind the clock on which it began."""
    lost: float
    """Packets that never came."""


def judged(recordings: Sequence[Recording], began: float, ended: float) -> Arrivals:
    """Judge what was heard from `began` to `ended`, a recording for each channel. Raises Unheard."""
    heard = [recording.between(began, ended) for recording in recordings]
    if any(len(recording) < 2 for recording in heard):
        raise Unheard("A channel was not heard at all.")
    arrived = [np.array([packet.arrival_s for packet in recording.packets]) for recording in heard]
    gaps_ms = [np.diff(arrival_s) * 1e3 for arrival_s in arrived]
    places = [_places(recording) for recording in heard]
    behind_s = [np.ptp(at - place * FRAME_SECONDS) for at, place in zip(arrived, places, strict=True)]
    p50, p99, longest = np.percentile(np.concatenate(gaps_ms), [50, 99, 100])
    return Arrivals(
        p50_ms=float(p50),
        p99_ms=float(p99),
        worst_p99_ms=max(float(np.percentile(gaps, 99)) for gaps in gaps_ms),
        max_ms=float(longest),
        arrived_share=sum(map(len, arrived)) / (len(heard) * (ended - began) / FRAME_SECONDS),
        behind_ms=float(max(behind_s)) * 1e3,
        lost=sum(int(np.ptp(place)) + 1 - len(np.unique(place)) for place in places),
    )


def _places(recording: Recording) -> npt.NDArray[np.int64]:
    """Where each packet belongs, in frames after the first."""
    return np.cumsum([0, *steps((packet.sequence for packet in recording.packets), 1 << 16)])
