"""Counters over all sessions of one bot since its start.

Labels are bounded: no guild, no person, no text from members.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from audio.units import FRAME_SECONDS
from bot.voice.supervisor import CAUSES

if TYPE_CHECKING:
    from bot.playback.performance import Performance

FIRST_SOUND_SECONDS: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the histogram's buckets."""

OTHER: Final = "other"
"""Label of a reconnect whose cause is not in CAUSES, so that Discord cannot add labels."""

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second time series per counter, which nothing reads


class Counters:
    """Touched on the event loop alone. `registry` is this bot's own, since tests run several in a process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._reconnects = self._counter("reconnects", "Voice connections lost and rebuilt.", "cause")
        for cause in (*CAUSES, OTHER):
            self._reconnects.labels(cause)
        self._frames_silent = self._counter("frames_silent", "Frames of silence sent for lack of music.")
        self._starved_seconds = self._counter("starved_seconds", "Seconds of silence for lack of music.")
        self._starvations = self._counter("starvations", "Times that a buffer ran dry.")
        self._composed_seconds = self._counter("composed_seconds", "Seconds of music composed.")
        self._composing_seconds = self._counter(
            "composing_seconds", "Seconds spent composing, waiting for a slot included."
        )
        self.first_sound = Histogram(
            "busker_first_sound_seconds",
            "Seconds from the command to the first sound, where nothing played before.",
            buckets=FIRST_SOUND_SECONDS,
            registry=self.registry,
        )

    def reconnected(self, cause: str) -> None:
        """Count a voice connection that was lost and is rebuilt."""
        self._reconnects.labels(cause if cause in CAUSES else OTHER).inc()

    def played(self, performance: Performance) -> None:
        """Count a piece that has left the queue."""
        self._frames_silent.inc(performance.buffer.frames_starved)
        self._starved_seconds.inc(performance.buffer.frames_starved * FRAME_SECONDS)
        self._starvations.inc(performance.buffer.starvations)

    def composed(self, performance: Performance) -> None:
        """Count a piece that was composed to its end, or a radio as far as it was composed.

        A track that is played from its file is not counted.
        """
        if performance.request.saved_file is not None:
            return
        made, seconds = performance.buffer.seconds_received, performance.piece.seconds
        self._composed_seconds.inc(made if performance.piece.endless else seconds)
        self._composing_seconds.inc(performance.composing_seconds)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"busker_{name}", about, labels, registry=self.registry)
