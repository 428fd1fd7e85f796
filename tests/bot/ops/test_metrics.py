"""Metrics: every line as Prometheus' text format wants it, and counted from what was really played."""

from __future__ import annotations

import re
from pathlib import Path

from bot.ops.metrics import Counters, Histogram
from tests.house import a_house

SAMPLE = re.compile(r'busker_[a-z_]+(\{[a-z]+="[^"]*"\})? [0-9.e+-]+|# (HELP|TYPE) busker_[a-z_]+ .+')


def values(text: str) -> dict[str, float]:
    samples = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in samples}


async def test_what_was_played_and_composed_is_counted(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        for seed in (1, 2):
            await house.play(house.ask(seconds=0.5, seed=seed))
        text = house.bot.metrics()
        assert all(SAMPLE.fullmatch(line) for line in text.splitlines())
        found = values(text)
        assert found["busker_frames_sent_total"] == 50
        assert found["busker_frames_silent_total"] == 0
        assert found["busker_composed_seconds_total"] == 1.0
        assert 0 < found["busker_composing_seconds_total"] < 60
        assert found["busker_realtime_factor"] == house.bot.engine.info.speed
        assert found["busker_channels"] == 1
        assert found["busker_queue"] == 0
        assert found["busker_first_sound_seconds_count"] == 2
        assert house.bot.is_heard()


def test_a_cause_that_nobody_foresaw_makes_no_label_of_its_own() -> None:
    counters = Counters()
    for cause in ("4006", "4999", "5000"):
        counters.reconnected(cause)
    assert counters.reconnects == {"4006": 1, "other": 2}


def test_buckets_count_what_is_at_most_their_bound() -> None:
    histogram = Histogram((0.5, 1.0))
    for value in (0.5, 0.6, 7.0):
        histogram.observe(value)
    assert list(histogram.samples("x")) == [
        'x_bucket{le="0.5"} 1',
        'x_bucket{le="1.0"} 2',
        'x_bucket{le="+Inf"} 3',
        "x_sum 8.1",
        "x_count 3",
    ]
