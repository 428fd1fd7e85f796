"""The failed requirements of an outcome, and the table of outcomes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from acceptance.trials.outcome import Outcome, table

SURVIVED = Outcome(
    fault="moved",
    sentence="Somebody moves the bot.",
    kind="survivable",
    dead_air_ms=270.0,
    frames_lost=3,
    frames_lost_by_network=0,
    frames_repeated=0,
    packets_doubled=0,
    frames_left=0,
    track="posted",
    track_wanted="posted",
    track_as_made=True,
    idle_after_s=None,
    next_sound_s=None,
    left_over=(),
    late_ms=12.0,
    late_at_fault_ms=12.0,
    seconds=16.0,
)
ENDED = dataclasses.replace(
    SURVIVED, fault="kicked", kind="ending", frames_left=375, idle_after_s=0.1, next_sound_s=0.8
)


def changed(outcome: Outcome, **figures: Any) -> tuple[str, ...]:
    return dataclasses.replace(outcome, **figures).failures


def test_good_outcomes_have_no_failures() -> None:
    assert SURVIVED.failures == ENDED.failures == ()


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({"dead_air_ms": 2001.0}, "2.0 s of dead air; 2 s are allowed."),
        ({"dead_air_ms": None}, "Nothing was received."),
        ({"frames_left": 300}, "The last 300 frames were not received."),
        (
            {"frames_lost": 99},
            "It did not continue in the right place: 99 frames were skipped, 0 played twice.",
        ),
        (
            {"frames_repeated": 1},
            "It did not continue in the right place: 3 frames were skipped, 1 played twice.",
        ),
        ({"track": "none"}, "The track should be posted; it is none."),
        ({"track_as_made": False}, "The track is not what the engine makes of this piece."),
        ({"left_over": ("1 × thread reader",)}, "Left over: 1 × thread reader."),
        ({"trouble": "It stood still."}, "It stood still."),
    ],
)
def test_each_failure_of_a_survivable_fault_is_a_sentence(figures: dict[str, Any], sentence: str) -> None:
    assert changed(SURVIVED, **figures) == (sentence,)


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        ({"idle_after_s": None}, "The guild did not become idle."),
        ({"idle_after_s": 2.5}, "The guild was idle after 2.5 s; 2 s are allowed."),
        ({"next_sound_s": None}, "The next /compose was not received."),
        ({"left_over": ("1 × slot of the engine",)}, "Left over: 1 × slot of the engine."),
    ],
)
def test_each_failure_of_a_fault_that_ends_music_is_a_sentence(
    figures: dict[str, Any], sentence: str
) -> None:
    assert changed(ENDED, **figures) == (sentence,)


def test_frames_dropped_by_the_network_are_not_failures() -> None:
    assert changed(SURVIVED, frames_lost=53, frames_lost_by_network=50) == ()
    assert changed(SURVIVED, frames_lost=70, frames_lost_by_network=50) != ()


def test_only_a_loop_blocked_during_the_fault_excuses_lost_frames() -> None:
    assert changed(SURVIVED, frames_lost=30) != ()
    assert changed(SURVIVED, frames_lost=30, late_ms=400.0) != ()
    assert changed(SURVIVED, frames_lost=30, late_ms=400.0, late_at_fault_ms=400.0) == ()


def test_the_table_has_a_line_for_each_fault_and_its_result() -> None:
    failures = dataclasses.replace(SURVIVED, fault="close-4006", dead_air_ms=2157.4)
    lines = table([SURVIVED, ENDED, failures]).splitlines()
    assert lines[2].split()[:3] == ["moved", "270", "ms"]
    assert [line.split()[-1] for line in lines[2:5]] == ["passed", "passed", "failed"]
    assert lines[6] == "2 of 3 faults passed."
    assert lines[7] == "close-4006: 2.2 s of dead air; 2 s are allowed."
