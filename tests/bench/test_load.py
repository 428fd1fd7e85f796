"""The figures of a load test, and one small run of it: two processes, two channels, a tone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from bench.load import benchmark
from bench.load.arrivals import Arrivals, NothingReceived, measure_arrivals
from bench.load.benchmark import LoadError, Plan, measure
from bench.load.bot_process import WAYS
from bench.load.figures import Row, medians, row_of
from bench.load.messages import Played
from bench.machine import Ticks, read, ticks
from bot.config.settings import EngineSettings, Settings
from rehearsal.voice.recording import Kind, ReceivedPacket, Recording


def recording(arrivals_ms: Iterable[float], sequences: Iterable[int] | None = None) -> Recording:
    times = list(arrivals_ms)
    return Recording(
        tuple(
            ReceivedPacket(at / 1000, 1, sequence, 960 * sequence, True, True, Kind.CELT, b"x")
            for at, sequence in zip(times, sequences or range(len(times)), strict=True)
        )
    )


def test_punctual_packets_are_all_there_and_behind_nothing() -> None:
    results = measure_arrivals([recording(range(0, 10_000, 20))], 0.0, 10.0)
    assert (results.p50_ms, results.p99_ms, results.max_ms) == pytest.approx((20, 20, 20))
    assert results.arrived_share == 1.0
    assert results.behind_ms == pytest.approx(0, abs=1e-6)
    assert results.lost == 0


def test_a_player_that_cannot_keep_up_falls_behind_and_misses_what_was_due() -> None:
    results = measure_arrivals([recording(range(0, 10_000, 25))], 0.0, 10.0)
    assert results.arrived_share == pytest.approx(0.8)
    assert results.behind_ms == pytest.approx(399 * 5)


def test_one_bad_channel_is_seen_among_many_good_ones() -> None:
    good = recording(range(0, 2_000, 20))
    bad = recording(at + 15 * (at % 40 > 0) for at in range(0, 2_000, 20))
    results = measure_arrivals([*[good] * 200, bad], 0.0, 2.0)
    assert results.p99_ms == pytest.approx(20)
    assert results.worst_p99_ms == pytest.approx(35)


def test_what_never_came_is_counted_also_where_sequence_numbers_wrap() -> None:
    results = measure_arrivals([recording([0, 20, 60, 80], [65_534, 65_535, 1, 2])], 0.0, 0.1)
    assert results.lost == 1
    assert results.behind_ms == pytest.approx(0, abs=1e-6)


def test_only_the_measured_time_counts() -> None:
    assert measure_arrivals([recording([0, 20, 40, 60, 200])], 0.01, 0.07).max_ms == pytest.approx(20)


def test_a_channel_without_packets_is_an_error() -> None:
    with pytest.raises(NothingReceived):
        measure_arrivals([recording(range(0, 200, 20)), recording([])], 0.0, 0.2)


def played(cpu_seconds: float = 1.0, stolen_share: float = 0.0) -> Played:
    return Played(10.0, 20.0, cpu_seconds, stolen_share, 0, hurried_frames=250, composed_seconds=30.0)


def test_rows_of_several_runs_become_their_medians() -> None:
    def row(ms: float, cpu_seconds: float) -> Row:
        return row_of("pacer", 5, Arrivals(ms, ms, ms, ms, 1.0, 0.0, 0), played(cpu_seconds))

    middle = medians([row(20, 9.0), row(90, 1.0), row(21, 2.0)])
    assert middle.arrivals.p99_ms == 21
    assert middle.core_share == 0.2
    assert middle.composed == 3.0
    assert middle.hurried_share == 0.1


@pytest.mark.parametrize(
    ("stolen", "counts", "plays"),
    [([0.01, 0.0], 0.01, 1), ([0.3, 0.02, 0.0], 0.02, 2), ([0.3, 0.1, 0.2, 0.0], 0.1, 3)],
    ids=["a quiet one", "a quiet one at last", "never a quiet one"],
)
async def test_a_run_that_the_host_disturbs_is_repeated_and_the_quietest_counts(
    monkeypatch: pytest.MonkeyPatch, stolen: list[float], counts: float, plays: int
) -> None:
    runs = [
        row_of("pacer", 1, Arrivals(20, 20, 20, 20, 1.0, 0.0, 0), played(stolen_share=share))
        for share in stolen
    ]
    remaining = iter(runs)

    async def run(*_: object) -> Row:
        return next(remaining)

    monkeypatch.setattr(benchmark, "_run", run)
    nobody: Any = None
    row = await benchmark._quietest_run(nobody, nobody, [], Plan(), "pacer", lambda line: None)
    assert row.stolen_share == counts
    assert len(list(remaining)) == len(stolen) - plays


def test_stolen_time_is_a_share_of_all_processors_since_then() -> None:
    assert Ticks(1_400, 130).stolen_share_since(Ticks(1_000, 30)) == 0.25
    assert Ticks(0, 0).stolen_share_since(Ticks(0, 0)) == 0.0
    assert read("cpu  100 20 30 4000 5 0 6 77 50 0\n") == Ticks(4_238, 77)
    assert read("cpu  100 20 30 4000\n") == Ticks(0, 0)
    assert ticks().whole >= ticks().stolen >= 0


async def test_one_run_plays_every_way_in_a_process_of_its_own_and_makes_a_table() -> None:
    lines: list[str] = []
    plan = Plan(channels=(2,), seconds=0.4, warm_seconds=0.1, music_seconds=2.0)
    figures = await measure(plan, Settings(engine=EngineSettings(kind="tone")), lines.append)
    assert [row.way for row in figures.rows] == list(WAYS)
    for row in figures.rows:
        assert row.channels == 2
        assert row.core_share > 0
        assert row.arrivals.arrived_share > 0
        assert row.starved_frames == 0
    table = str(figures)
    for word in (*WAYS, "p99", "of a core", "starved", "stolen"):
        assert word in table
    assert json.loads(json.dumps(figures.as_dict()))["rows"][0]["arrivals"]["lost"] == 0
    assert lines


async def test_a_bot_that_dies_is_a_sentence() -> None:
    plan = Plan(channels=(1,), ways=("no such way",), seconds=0.1, music_seconds=2.0)
    with pytest.raises(LoadError, match="ended before its time"):
        await measure(plan, Settings(engine=EngineSettings(kind="tone")), lambda line: None)
