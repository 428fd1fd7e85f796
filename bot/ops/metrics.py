"""What happened since the start, counted, and how Prometheus reads it (text format 0.0.4).

Labels are bounded: no guild, no person, no words of anybody's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from audio.units import FRAME_SECONDS
from bot.voice.supervisor import CAUSES

if TYPE_CHECKING:
    from audio.engine import EngineInfo
    from bot.playback.performance import Performance
    from bot.session.session import Session

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
FIRST_SOUND_SECONDS: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
OTHER: Final = "other"


@dataclass(slots=True)
class Histogram:
    """How many values were at most each bound."""

    bounds: tuple[float, ...]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def samples(self, name: str) -> Iterator[str]:
        """Its lines: cumulative buckets, sum and count."""
        below = 0
        for bound, count in zip((*map(repr, self.bounds), "+Inf"), self.counts, strict=True):
            below += count
            yield f'{name}_bucket{{le="{bound}"}} {below}'
        yield f"{name}_sum {self.total:g}"
        yield f"{name}_count {below}"


@dataclass(slots=True)
class Counters:
    """What the sessions count, from the start of the bot on. Touched on the event loop alone."""

    reconnects: Counter[str] = field(default_factory=Counter)
    frames_silent: int = 0
    starvations: int = 0
    seconds_composed: float = 0.0
    composing_seconds: float = 0.0
    first_sound: Histogram = field(default_factory=lambda: Histogram(FIRST_SOUND_SECONDS))

    def reconnected(self, cause: str) -> None:
        """A voice line was lost and another one is made."""
        self.reconnects[cause if cause in CAUSES else OTHER] += 1

    def played(self, performance: Performance) -> None:
        """A piece has left the queue."""
        self.frames_silent += performance.buffer.frames_starved
        self.starvations += performance.buffer.starvations

    def composed(self, performance: Performance) -> None:
        """A piece was made to its end, or a radio as far as it was wanted; one that was made before and is
        played again does not count."""
        if performance.request.kept is not None:
            return
        made, seconds = performance.buffer.seconds_made, performance.piece.seconds
        self.seconds_composed += made if performance.piece.endless else seconds
        self.composing_seconds += performance.composing_seconds


def exposition(counters: Counters, sessions: list[Session], engine: EngineInfo) -> str:
    """All of it as text, for one scrape."""
    voices = [session.voice for session in sessions]
    starved_seconds = counters.frames_silent * FRAME_SECONDS
    causes = {f'cause="{cause}"': counters.reconnects[cause] for cause in (*CAUSES, OTHER)}
    counts: dict[str, tuple[str, float | Mapping[str, float]]] = {
        "frames_sent": ("Packets of 20 ms of music sent.", sum(voice.frames_sent for voice in voices)),
        "frames_late": ("Those that left over 10 ms late.", sum(voice.frames_late for voice in voices)),
        "frames_hurried": (
            "Those on whose encoding less was spent, for want of time.",
            sum(voice.frames_hurried for voice in voices),
        ),
        "frames_silent": ("Those that were silent for want of music.", counters.frames_silent),
        "starved_seconds": ("Seconds of silence for want of music.", starved_seconds),
        "starvations": ("Times that a buffer ran dry.", counters.starvations),
        "reconnects": ("Voice lines lost and made again.", causes),
        "composed_seconds": ("Seconds of music made.", counters.seconds_composed),
        "composing_seconds": (
            "Seconds that it took, waiting for a slot included.",
            counters.composing_seconds,
        ),
    }
    gauges: dict[str, tuple[str, float]] = {
        "realtime_factor": ("Seconds of music made in a second, one piece alone.", engine.speed),
        "slots": ("Pieces made at once, each faster than it plays.", engine.listeners),
        "channels": ("Voice channels.", sum(voice.channel is not None for voice in voices)),
        "queue": ("Pieces that play or wait.", sum(len(session.wanted) for session in sessions)),
    }
    lines = [
        *(line for name, found in counts.items() for line in _metric(f"{name}_total", "counter", *found)),
        *(line for name, found in gauges.items() for line in _metric(name, "gauge", *found)),
        "# HELP busker_first_sound_seconds From the command to the first sound, where nothing played before.",
        "# TYPE busker_first_sound_seconds histogram",
        *counters.first_sound.samples("busker_first_sound_seconds"),
    ]
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, about: str, value: float | Mapping[str, float]) -> Iterator[str]:
    name = f"busker_{name}"
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    if isinstance(value, Mapping):
        yield from (f"{name}{{{label}}} {number:g}" for label, number in value.items())
    else:
        yield f"{name} {value:g}"
