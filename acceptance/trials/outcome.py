"""What became of the music when something went wrong, and which promises that broke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from audio.units import FRAME_SECONDS

DEAD_AIR_SECONDS: Final = 2.0
"""The longest silence in a fault that can be survived."""

IDLE_SECONDS: Final = 2.0
"""How long a guild may take to be idle after a fault that ends its music."""

IN_FLIGHT_FRAMES: Final = 10
"""Frames (0.2 s) that may be under way before a bot can know that its connection is gone: a round of the
event loop on a busy machine, during which its other threads go on sending."""

NEXT_SOUND_SECONDS: Final = 5.0
"""How soon the next piece must be heard after a fault that ended one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One fault and what followed from it. None where a figure has no meaning."""

    fault: str
    sentence: str
    kind: str
    """"survivable" or "ending"."""
    dead_air_ms: float | None
    """The longest silence inside the music, while there was somebody to hear and a way to them."""
    frames_lost: int | None
    """Posted frames (20 ms) between the first and the last one heard, that nobody heard."""
    frames_lost_by_network: int
    """Packets of sound that the network threw away, by design of the fault."""
    frames_repeated: int | None
    """Frames of the piece that the bot played twice."""
    packets_doubled: int | None
    """Packets that a listener got twice."""
    frames_left: int | None
    """Posted frames behind the last one heard."""
    track: str
    """"posted", "kept", "cancelled", "late" if it was still being written or posted, or "none"."""
    track_wanted: str
    track_as_made: bool | None
    """Whether the track is what the engine makes of the piece, sample for sample; None without a track."""
    idle_after_s: float | None
    """From the fault to an idle guild."""
    next_sound_s: float | None
    """From the next `/compose` to its first sound."""
    left_over: tuple[str, ...]
    """Threads, tasks, sockets and slots of the engine that a healthy bot in an idle guild would not have."""
    late_ms: float
    """The longest time that the event loop, which the bot shares with Discord here, was late: a machine that
    is too busy for a trial shows here."""
    late_at_fault_ms: float
    """The same from the fault's beginning until shortly after its end."""
    seconds: float
    """How long the trial took."""
    trouble: str | None = None
    """Why it was not played to its end."""
    said: tuple[str, ...] = field(default=())
    """Sentences that members read about it, in order."""

    @property
    def survivable(self) -> bool:
        return self.kind == "survivable"

    @property
    def in_place(self) -> bool | None:
        """Whether the music went on where it had stopped, as far as the network let it through.

        While the event loop stands still nobody in the bot can know of a loss, and its threads send on. That
        excuses no loss at another time.
        """
        if self.frames_lost is None or self.frames_repeated is None:
            return None
        unknowing = round(self.late_at_fault_ms / 1000 / FRAME_SECONDS)
        allowed = IN_FLIGHT_FRAMES + unknowing + self.frames_lost_by_network
        return self.frames_lost <= allowed and not self.frames_repeated

    @property
    def broken(self) -> tuple[str, ...]:
        """A sentence for each broken promise."""
        return tuple(self._broken())

    def _broken(self) -> Iterator[str]:
        if self.trouble:
            yield self.trouble
        if self.frames_lost is None:
            return  # it did not come as far as the music
        if self.survivable:
            yield from self._interrupted()
        else:
            yield from self._not_ended()
        if self.in_place is False:
            yield (
                f"It did not go on in the right place: {self.frames_lost} frames were skipped, "
                f"{self.frames_repeated} played twice."
            )
        if self.track != self.track_wanted:
            yield f"The track was to be {self.track_wanted}; it is {self.track}."
        elif self.track_as_made is False:
            yield "The track is not what the engine makes of this piece."
        if self.left_over:
            yield f"Left over: {', '.join(self.left_over)}."

    def _interrupted(self) -> Iterator[str]:
        if self.dead_air_ms is None:
            yield "Nothing was heard."
        elif self.dead_air_ms > DEAD_AIR_SECONDS * 1000:
            yield f"{self.dead_air_ms / 1000:.1f} s of dead air; {DEAD_AIR_SECONDS:g} s are allowed."
        if self.frames_left and self.frames_left > IN_FLIGHT_FRAMES:
            yield f"The last {self.frames_left} frames were not heard."

    def _not_ended(self) -> Iterator[str]:
        if self.idle_after_s is None:
            yield "The guild did not become idle."
        elif self.idle_after_s > IDLE_SECONDS:
            yield f"The guild was idle after {self.idle_after_s:.1f} s; {IDLE_SECONDS:g} s are allowed."
        if self.next_sound_s is None:
            yield "The next /compose was not heard."

    def as_dict(self) -> dict[str, Any]:
        """Everything by name, ready for JSON."""
        return asdict(self) | {"in_place": self.in_place, "broken": list(self.broken)}


def table(outcomes: Sequence[Outcome]) -> str:
    """A line for each fault, and below them a sentence for each broken promise."""
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
    kept = sum(not outcome.broken for outcome in outcomes)
    lines += ["", f"{kept} of {len(outcomes)} faults kept every promise."]
    lines += [f"{outcome.fault}: {sentence}" for outcome in outcomes for sentence in outcome.broken]
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
        "broken" if outcome.broken else "kept",
    )
