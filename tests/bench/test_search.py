from __future__ import annotations

from pathlib import Path

from bench.search.typing import HEADER, Figures, measure, p99


async def test_both_ways_are_measured_in_one_run_alone_and_together(tmp_path: Path) -> None:
    figures = await measure(tmp_path, tracks=1500, people=5, rounds=1)
    assert list(figures) == ["every track", "newest, then index"]
    for name, each in figures.items():
        assert len(each.together) == 5
        assert all(seconds > 0 for seconds in (*each.alone, *each.together))
        assert len(each.row(name)) == len(HEADER)


def test_the_table_shows_milliseconds() -> None:
    times = [0.001 * number for number in range(1, 101)]
    assert p99(times) == 0.1
    assert Figures([0.002], times).row("way").split() == ["way", "2.0", "2.0", "50.5", "100.0"]
