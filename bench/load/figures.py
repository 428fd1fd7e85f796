"""The figures of a load test, and their table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from statistics import median
from typing import Any

from audio.units import FRAME_SECONDS
from bench.load.arrivals import Arrivals
from bench.load.messages import Played


@dataclass(frozen=True, slots=True)
class Row:
    """One way to play in `channels` channels: figures of one run, or the medians of several."""

    way: str
    channels: int
    core_share: float
    """Processor time of the bot's process, encoding included, as a share of one core."""
    starved_frames: float
    """Silent frames played because the buffer was empty."""
    hurried_share: float
    """The share of frames encoded with less effort because time was short."""
    composed: float
    """Seconds of music that an engine composed per second meanwhile."""
    stolen_share: float
    """The share of all processors' time that the host gave to other guests while work waited here."""
    arrivals: Arrivals


def row_of(way: str, channels: int, arrivals: Arrivals, played: Played) -> Row:
    """Combine both processes' figures of one run."""
    seconds = played.ended - played.began
    return Row(
        way=way,
        channels=channels,
        core_share=played.cpu_seconds / seconds,
        starved_frames=played.starved_frames,
        hurried_share=played.hurried_frames / (channels * seconds / FRAME_SECONDS),
        composed=played.composed_seconds / seconds,
        stolen_share=played.stolen_share,
        arrivals=arrivals,
    )


def medians(rows: Sequence[Row]) -> Row:
    """Return the medians, figure by figure, of runs of the same way and number of channels."""
    arrivals = [astuple(row.arrivals) for row in rows]
    return Row(
        way=rows[0].way,
        channels=rows[0].channels,
        core_share=median(row.core_share for row in rows),
        starved_frames=median(row.starved_frames for row in rows),
        hurried_share=median(row.hurried_share for row in rows),
        composed=median(row.composed for row in rows),
        stolen_share=median(row.stolen_share for row in rows),
        arrivals=Arrivals(*map(median, zip(*arrivals, strict=True))),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """All results of one load test."""

    machine: str
    seconds: float
    """Length of a run."""
    rounds: int
    load: tuple[float, float]
    """The load average of the minute before, and of the last minute."""
    join_seconds: float
    """Seconds until the bot had joined all channels."""
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        before, after = self.load
        heads = (
            "p50",
            "p99",
            "worst",
            "max",
            "arrived",
            "behind",
            "of a core",
            "starved",
            "hurried",
            "lost",
            "composed",
            "stolen",
        )
        lines = [
            f"One bot process on {self.machine}; load {before:.1f} before, {after:.1f} at the end.",
            f"Medians of {self.rounds} runs of {self.seconds:g} s, all ways interleaved; times in ms.",
            "",
            f"{'channels':>8}  {'played by':20}" + "".join(f"{head:>10}" for head in heads),
        ]
        for row in self.rows:
            arrivals = row.arrivals
            cells = (
                *(
                    f"{ms:.1f}"
                    for ms in (arrivals.p50_ms, arrivals.p99_ms, arrivals.worst_p99_ms, arrivals.max_ms)
                ),
                f"{arrivals.arrived_share:.1%}",
                f"{arrivals.behind_ms:.0f}",
                f"{row.core_share:.1%}",
                f"{row.starved_frames:g}",
                f"{row.hurried_share:.1%}",
                f"{arrivals.lost:g}",
                f"{row.composed:.1f}×",
                f"{row.stolen_share:.1%}",
            )
            lines.append(f"{row.channels:8d}  {row.way:20}" + "".join(f"{cell:>10}" for cell in cells))
        return "\n".join(
            [
                *lines,
                "",
                "Gaps between packets at the listeners' socket: all channels, p99 of the worst, longest.",
                "Arrived: packets, of those due. Behind: how far the worst channel fell behind its clock.",
                "Hurried: packets encoded with less effort because time was short; with over 30 channels",
                "the pacer spends less on each of them anyway.",
                "Stolen: share of all processors' time that other guests of the host took. A run with more",
                "than 2 % of it is repeated; the least disturbed counts.",
            ]
        )
