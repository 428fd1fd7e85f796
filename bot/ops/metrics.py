"""The exposition for Prometheus: session counters, gauges read at each scrape, process and GC metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, Protocol

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Sized

    from prometheus_client import CollectorRegistry

    from audio.engine import EngineInfo

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
"""The text format that every version of Prometheus reads."""


class CountedVoice(Protocol):
    """The part of a guild's voice that metrics read."""

    @property
    def frames_sent(self) -> int: ...
    @property
    def frames_late(self) -> int: ...
    @property
    def frames_hurried(self) -> int: ...
    @property
    def channel(self) -> object | None: ...


class CountedSession(Protocol):
    """The part of a guild's session that metrics read."""

    @property
    def voice(self) -> CountedVoice: ...
    @property
    def wanted(self) -> Sized: ...


class Metrics:
    """The exposition of one bot. `sessions` and `engine` are called at each scrape, on the event loop."""

    def __init__(
        self,
        registry: CollectorRegistry,
        sessions: Callable[[], Iterable[CountedSession]],
        engine: Callable[[], EngineInfo],
    ) -> None:
        self._registry = registry
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(_Gauges(sessions, engine))

    def exposition(self) -> str:
        """Return everything in the text format of CONTENT_TYPE, for one scrape."""
        return generate_latest(self._registry).decode()


class _Gauges(Collector):
    """Gauges, and the counters that the voice connections keep themselves."""

    def __init__(
        self, sessions: Callable[[], Iterable[CountedSession]], engine: Callable[[], EngineInfo]
    ) -> None:
        self._sessions = sessions
        self._engine = engine

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the registry would otherwise scrape at registration, before the engine runs."""
        return ()

    def collect(self) -> Iterator[Metric]:
        sessions = list(self._sessions())
        voices = [session.voice for session in sessions]
        engine = self._engine()
        for name, about, count in (
            ("frames_sent", "20 ms packets of music sent.", sum(voice.frames_sent for voice in voices)),
            ("frames_late", "Packets sent over 10 ms late.", sum(voice.frames_late for voice in voices)),
            (
                "frames_hurried",
                "Packets encoded at a lower complexity for lack of time.",
                sum(voice.frames_hurried for voice in voices),
            ),
        ):
            yield CounterMetricFamily(f"busker_{name}", about, value=count)
        for name, about, value in (
            ("realtime_factor", "Seconds of music composed per second, one piece alone.", engine.speed),
            (
                "slots",
                "Pieces that can be composed at once, each faster than it plays.",
                engine.realtime_streams,
            ),
            ("channels", "Voice channels joined.", sum(voice.channel is not None for voice in voices)),
            ("queue", "Pieces that play or wait.", sum(len(session.wanted) for session in sessions)),
        ):
            yield GaugeMetricFamily(f"busker_{name}", about, value=value)
