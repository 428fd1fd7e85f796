"""The outcome of one fault: what became of the music, and the failed requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from audio.units import FRAME_SECONDS

DEAD_AIR_SECONDS: Final = 2.0
"""The longest silence allowed in a survivable fault."""

IDLE_SECONDS: Final = 2.0
"""Maximum time until a guild is idle after a fault that ends its music."""

IN_FLIGHT_FRAMES: Final = 10
"""Frames (0.2 s) that may be sent before a bot can know that its connection is gone: one round of the event
loop on a busy machine, during which its other threads keep sending."""

NEXT_SOUND_SECONDS: Final = 5.0
"""Maximum time until the next piece is received after a fault that ended one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of one fault. A figure is None where it has no meaning. The fields are keys of the JSON
    report."""

    fault: str
    sentence: str
    kind: str
    """"survivable" or "ending"."""
    dead_air_ms: float | None
    """The longest silence inside the music, while a listener could be reached."""
    frames_lost: int | None
    """Posted frames (20 ms), between the first and the last one received, that no listener received."""
    frames_lost_by_network: int
    """Packets that the network dropped, by design of the fault."""
    frames_repeated: int | None
    """Frames of the piece that the bot played twice."""
    packets_doubled: int | None
    """Packets that a listener received twice."""
    frames_left: int | None
    """Posted frames after the last one received."""
    track: str
    """"posted", "saved", "cancelled", "late" if it was still being written or posted, or "none"."""
    track_wanted: str
    track_as_made: bool | None
    """True if the track equals the engine's own result, sample for sample; None without a track."""
    idle_after_s: float | None
    """Seconds from the fault to an idle guild."""
    next_sound_s: float | None
    """Seconds from the next `/compose` to its first sound."""
    left_over: tuple[str, ...]
    """Threads, tasks, sockets and engine slots that a healthy bot in an idle guild would not have."""
    late_ms: float
    """The worst lateness of the event loop, which the bot shares with the loopback Discord: it shows whether
    the machine is too busy for a trial."""
    late_at_fault_ms: float
    """The same, from the start of the fault until shortly after its end."""
    seconds: float
    """Duration of the trial."""
    trouble: str | None = None
    """Why the trial could not be finished."""
    said: tuple[str, ...] = field(default=())
    """The sentences that members read about it, in order."""

    @property
    def survivable(self) -> bool:
        return self.kind == "survivable"

    @property
    def in_place(self) -> bool | None:
        """True if the music continued where it had stopped, apart from packets that the network dropped.

        While the event loop is blocked the bot cannot know of a loss, and its threads keep sending. That
        excuses only losses during the fault.
        """
        if self.frames_lost is None or self.frames_repeated is None:
            return None
        blocked_frames = round(self.late_at_fault_ms / 1000 / FRAME_SECONDS)
        allowed = IN_FLIGHT_FRAMES + blocked_frames + self.frames_lost_by_network
        return self.frames_lost <= allowed and not self.frames_repeated

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for each failed requirement."""
        return tuple(self._failures())

    def _failures(self) -> Iterator[str]:
        if self.trouble:
            yield self.trouble
        if self.frames_lost is None:
            return  # the trial ended before the music
        if self.survivable:
            yield from self._survivable_failures()
        else:
            yield from self._ending_failures()
        if self.in_place is False:
            yield (
                f"It did not continue in the right place: {self.frames_lost} frames were skipped, "
                f"{self.frames_repeated} played twice."
            )
        if self.track != self.track_wanted:
            yield f"The track should be {self.track_wanted}; it is {self.track}."
        elif self.track_as_made is False:
            yield "The track is not what the engine makes of this piece."
        if self.left_over:
            yield f"Left over: {', '.join(self.left_over)}."

    def _survivable_failures(self) -> Iterator[str]:
        if self.dead_air_ms is None:
            yield "Nothing was received."
        elif self.dead_air_ms > DEAD_AIR_SECONDS * 1000:
            yield f"{self.dead_air_ms / 1000:.1f} s of dead air; {DEAD_AIR_SECONDS:g} s are allowed."
        if self.frames_left and self.frames_left > IN_FLIGHT_FRAMES:
            yield f"The last {self.frames_left} frames were not received."

    def _ending_failures(self) -> Iterator[str]:
        if self.idle_after_s is None:
            yield "The guild did not become idle."
        elif self.idle_after_s > IDLE_SECONDS:
            yield f"The guild was idle after {self.idle_after_s:.1f} s; {IDLE_SECONDS:g} s are allowed."
        if self.next_sound_s is None:
            yield "The next /compose was not received."

    def as_dict(self) -> dict[str, Any]:
        """Return all figures by name, ready for JSON."""
        return asdict(self) | {"in_place": self.in_place, "failures": list(self.failures)}


def table(outcomes: Sequence[Outcome]) -> str:
    """Return a line for each fault, then a sentence for each failed requirement."""
    heads = (
        "fault",
        "dead air",
        "lost",
        "twice",
        "place",
        "track",
        "idle",
        "left over",
        "loop late",
        "verdict",
    )
    rows = [heads, *(_row(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(heads))]
    rows.insert(1, tuple("─" * width for width in widths))
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    passed = sum(not outcome.failures for outcome in outcomes)
    lines += ["", f"{passed} of {len(outcomes)} faults passed."]
    lines += [f"{outcome.fault}: {sentence}" for outcome in outcomes for sentence in outcome.failures]
    return "\n".join(lines)


def _row(outcome: Outcome) -> tuple[str, ...]:
    lost = str(outcome.frames_lost)
    if outcome.frames_lost_by_network:
        lost += f" ({outcome.frames_lost_by_network} by network)"
    return (
        outcome.fault,
        "–" if outcome.dead_air_ms is None or not outcome.survivable else f"{outcome.dead_air_ms:.0f} ms",
        "–" if outcome.frames_lost is None else lost,
        "–" if outcome.frames_repeated is None else str(outcome.frames_repeated),
        {True: "right", False: "wrong", None: "–"}[outcome.in_place],
        outcome.track,
        "–" if outcome.idle_after_s is None else f"{outcome.idle_after_s:.1f} s",
        str(len(outcome.left_over)) if outcome.left_over else "nothing",
        f"{outcome.late_ms:.0f} ms",
        "failed" if outcome.failures else "passed",
    )
