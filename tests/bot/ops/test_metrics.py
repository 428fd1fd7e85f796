"""The exposition, read by Prometheus' own parser."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client.parser import text_string_to_metric_families

from audio.engine import EngineInfo
from bot.ops.metrics import Metrics
from bot.session.counters import Counters
from tests.loopback_guild import loopback_guild

OLD_NAMES = {
    "busker_channels",
    "busker_composed_seconds_total",
    "busker_composing_seconds_total",
    "busker_first_sound_seconds_bucket",
    "busker_first_sound_seconds_count",
    "busker_first_sound_seconds_sum",
    "busker_frames_hurried_total",
    "busker_frames_late_total",
    "busker_frames_sent_total",
    "busker_frames_silent_total",
    "busker_queue",
    "busker_realtime_factor",
    "busker_reconnects_total",
    "busker_slots",
    "busker_starvations_total",
    "busker_starved_seconds_total",
}
"""Names that operators may already scrape."""


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and label."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def exposed(counters: Counters, *, frames_sent: int = 0) -> dict[tuple[str, str], float]:
    """Return the samples of a bot with one session that has sent `frames_sent`."""
    voice = SimpleNamespace(frames_sent=frames_sent, frames_late=0, frames_hurried=0, channel=None)
    session = cast(Any, SimpleNamespace(voice=voice, wanted=[]))
    engine = EngineInfo("tone", "1", "MIT", "cpu", 32_000, 1, speed=5.0)
    return samples(Metrics(counters.registry, lambda: [session], lambda: engine).exposition())


async def test_played_and_composed_music_is_counted(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        for seed in (1, 2):
            await loopback.play(loopback.ask(seconds=0.5, seed=seed))
        found = samples(loopback.bot.metrics())
        assert found["busker_frames_sent_total", ""] == 50
        assert found["busker_frames_silent_total", ""] == 0
        assert found["busker_composed_seconds_total", ""] == 1.0
        assert 0 < found["busker_composing_seconds_total", ""] < 60
        assert found["busker_realtime_factor", ""] == loopback.bot.engine.info.speed
        assert found["busker_channels", ""] == 1
        assert found["busker_queue", ""] == 0
        assert found["busker_first_sound_seconds_count", ""] == 2
        assert loopback.bot.is_sending()


def test_single_packets_still_count_after_a_day_of_sixty_channels() -> None:
    a_day = 60 * 50 * 86_400
    before = exposed(Counters(), frames_sent=a_day)["busker_frames_sent_total", ""]
    assert exposed(Counters(), frames_sent=a_day + 1)["busker_frames_sent_total", ""] == before + 1


def test_names_that_were_scraped_before_are_there() -> None:
    found = {name for name, _ in exposed(Counters())}
    assert found >= OLD_NAMES
    assert not [name for name in found if name.endswith("_created")]


def test_the_process_and_its_garbage_collector_are_measured_too() -> None:
    found = {name for name, _ in exposed(Counters())}
    assert {"process_resident_memory_bytes", "python_gc_collections_total"} <= found


def test_bots_in_one_process_count_for_themselves() -> None:
    one, other = Counters(), Counters()
    one.reconnected("4006")
    assert exposed(one)["busker_reconnects_total", "4006"] == 1
    assert exposed(other)["busker_reconnects_total", "4006"] == 0


def test_an_unknown_cause_gets_no_label_of_its_own() -> None:
    counters = Counters()
    for cause in ("4006", "4999", "5000"):
        counters.reconnected(cause)
    found = exposed(counters)
    assert found["busker_reconnects_total", "4006"] == 1
    assert found["busker_reconnects_total", "other"] == 2
    assert ("busker_reconnects_total", "4999") not in found
