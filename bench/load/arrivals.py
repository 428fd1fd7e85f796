"""Arrivals of packets at the listeners: gaps, delays and losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audio.units import FRAME_SECONDS
from rehearsal.voice.recording import Recording, steps


class NothingReceived(ValueError):
    """No packets arrived in a channel."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One run of all channels, by the times at which packets reached the listeners' socket."""

    p50_ms: float
    """Median gap between neighbouring packets of a channel, over all channels."""
    p99_ms: float
    worst_p99_ms: float
    """The p99 of the worst channel."""
    max_ms: float
    arrived_share: float
    """Packets that arrived, of those that were due."""
    behind_ms: float
    """Largest delay of a channel behind its own clock."""
    lost: float
    """Packets that never came."""


def measure_arrivals(recordings: Sequence[Recording], began: float, ended: float) -> Arrivals:
    """Measure the packets from `began` to `ended`, one recording a channel. Raises NothingReceived."""
    measured = [recording.between(began, ended) for recording in recordings]
    if any(len(recording) < 2 for recording in measured):
        raise NothingReceived("No packets of a channel were received.")
    arrived = [np.array([packet.arrival_s for packet in recording.packets]) for recording in measured]
    gaps_ms = [np.diff(arrival_s) * 1e3 for arrival_s in arrived]
    frame_numbers = [_frame_numbers(recording) for recording in measured]
    behind_s = [
        np.ptp(at - frame_number * FRAME_SECONDS)
        for at, frame_number in zip(arrived, frame_numbers, strict=True)
    ]
    p50, p99, longest = np.percentile(np.concatenate(gaps_ms), [50, 99, 100])
    return Arrivals(
        p50_ms=float(p50),
        p99_ms=float(p99),
        worst_p99_ms=max(float(np.percentile(gaps, 99)) for gaps in gaps_ms),
        max_ms=float(longest),
        arrived_share=sum(map(len, arrived)) / (len(measured) * (ended - began) / FRAME_SECONDS),
        behind_ms=float(max(behind_s)) * 1e3,
        lost=sum(
            int(np.ptp(frame_number)) + 1 - len(np.unique(frame_number)) for frame_number in frame_numbers
        ),
    )


def _frame_numbers(recording: Recording) -> npt.NDArray[np.int64]:
    """Return each packet's position, in frames after the first."""
    return np.cumsum([0, *steps((packet.sequence for packet in recording.packets), 1 << 16)])
