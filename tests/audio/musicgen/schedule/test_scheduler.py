"""Admission and scheduling on a virtual clock."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audio.musicgen.schedule.scheduler import URGENT_SECONDS, StreamState, can_admit, most_urgent, schedule
from audio.musicgen.schedule.window import Window
from audio.piece import LEAD_SECONDS, Piece


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stream(
    clock: Clock, delivered: float = 0.0, position: float | None = None, seconds: float = 30.0
) -> StreamState:
    state = StreamState(1, Piece("drums", seconds, 1), clock, delivered=delivered)
    if position is not None:
        state.set_playhead(position)
    return state


def test_between_two_reports_playback_is_assumed_to_continue(clock: Clock) -> None:
    playing = stream(clock, delivered=10.0, position=4.0)
    assert playing.buffered == pytest.approx(6.0)
    clock.now += 2.5
    assert playing.buffered == pytest.approx(3.5)
    playing.set_playhead(4.0)  # they had paused
    assert playing.buffered == pytest.approx(6.0)


def test_without_a_playhead_all_that_was_delivered_counts_as_buffered(clock: Clock) -> None:
    silent = stream(clock, delivered=60.0)
    clock.now += 30.0
    assert silent.buffered == 60.0
    assert schedule([silent]) == [silent]


def test_a_piece_that_begins_later_is_less_urgent_than_one_that_begins_now(clock: Clock) -> None:
    later, now = stream(clock, position=-20.0), stream(clock, position=0.0)
    assert most_urgent([later, now]) is now
    assert most_urgent([now, now]) is now
    assert schedule([later, now]) == [now]


def test_an_urgent_stream_is_stepped_alone_until_it_has_enough(clock: Clock) -> None:
    rich, poor = stream(clock, delivered=9.0, position=0.0), stream(clock, position=0.0)
    assert schedule([rich, poor]) == [poor]
    poor.delivered = URGENT_SECONDS
    assert schedule([rich, poor]) == [rich, poor]
    clock.now += 0.1
    assert schedule([rich, poor]) == [poor]


def test_a_stream_far_ahead_is_not_stepped_until_playback_catches_up(clock: Clock) -> None:
    playing = stream(clock, delivered=LEAD_SECONDS + 1, position=0.0, seconds=90.0)
    assert schedule([playing]) == []
    clock.now += 1.5
    assert schedule([playing]) == [playing]


@pytest.mark.parametrize("speed", [0.5, 0.9])
def test_a_short_lead_does_not_run_dry_where_composing_is_slower_than_playback(
    clock: Clock, speed: float
) -> None:
    one = StreamState(1, Piece("drums", 30.0, 1, lead=4.0), clock, speed=speed)
    one.set_playhead(0.0)
    steps = 0
    while schedule([one]):  # playback has not begun: the jitter buffer fills
        one.delivered += 0.02 * speed
        clock.now += 0.02
        one.set_playhead(0.0)
        steps += 1
        assert one.remaining > 0, "it does not wait for the whole piece"
    assert steps
    while one.remaining > 0:
        clock.now += 0.02
        if schedule([one]):
            one.delivered += 0.02 * speed
        assert one.buffered >= 0, f"dry with {one.remaining:.1f} s to compose"


def test_a_short_lead_is_raised_above_the_pause_at_a_new_window(clock: Clock) -> None:
    one = StreamState(
        1, Piece("drums", 120.0, 1, lead=3.0), clock, speed=2.0, window_pause=4.0, delivered=6.9
    )
    one.set_playhead(0.0)
    assert not one.far_ahead
    one.delivered = 7.1
    assert one.far_ahead


def test_a_short_lead_holds_where_composing_is_faster_than_playback(clock: Clock) -> None:
    one = StreamState(1, Piece("drums", 30.0, 1, lead=4.0), clock, speed=2.0, delivered=4.1)
    one.set_playhead(0.0)
    assert one.far_ahead


def test_a_stream_on_hold_is_not_stepped_and_its_buffer_does_not_drain(clock: Clock) -> None:
    held = stream(clock, delivered=1.0, position=0.5)
    clock.now += 0.2
    held.hold()
    clock.now += 60.0
    assert held.buffered == pytest.approx(0.3)
    assert schedule([held], contended=True) == []
    held.set_playhead(0.7)
    assert schedule([held]) == [held]


def test_withdrawing_the_playhead_resumes_composing(clock: Clock) -> None:
    silent = stream(clock, delivered=40.0, position=0.0, seconds=90.0)
    assert schedule([silent]) == []
    silent.set_playhead(None)
    assert schedule([silent]) == [silent]


def test_while_others_wait_for_a_slot_a_piece_that_ends_soon_is_finished(clock: Clock) -> None:
    ahead = stream(clock, delivered=10.0, position=0.0)
    ahead.piece = replace(ahead.piece, lead=5.0)
    assert schedule([ahead]) == []
    assert schedule([ahead], contended=True) == [ahead]
    ahead.piece = replace(ahead.piece, seconds=300.0)
    assert schedule([ahead], contended=True) == [], "it would not free its slot soon"


def test_the_first_is_always_admitted_and_a_second_if_the_capacity_allows(clock: Clock) -> None:
    slow = 0.5
    assert can_admit(stream(clock), [], slow)
    assert not can_admit(stream(clock), [stream(clock)], 1.9)
    assert can_admit(stream(clock), [stream(clock)], 2.0)


def test_a_piece_of_several_windows_costs_more(clock: Clock) -> None:
    long = stream(clock, seconds=60.0)
    long.cost = Window().cost(long.piece.steps)
    assert long.cost == pytest.approx(5 / 3)
    assert Window().cost(1500) == 1.0
    assert can_admit(stream(clock, seconds=60.0), [long], 8 / 3 + 0.01)
    assert not can_admit(stream(clock, seconds=60.0), [long], 8 / 3 - 0.01)


def test_a_newcomer_is_admitted_beside_a_stream_with_enough_buffered(clock: Clock) -> None:
    """At 1.5 times real time the newcomer's 10 s leave time for 5 s of the other, which has 5 s buffered."""
    other = stream(clock, delivered=20.0, position=15.0)
    newcomer = stream(clock, seconds=10.0)
    # after 10 s: 10 + 5 of 15 s are composed; after 15 s: 20 of 22.5 s
    assert can_admit(newcomer, [other], 1.5)
    assert not can_admit(newcomer, [other], 1.45)


def test_streams_that_can_be_admitted_play_without_a_gap_and_others_run_dry(clock: Clock) -> None:
    """Compare `can_admit` to a simulation in steps of 20 ms, with the streams that `schedule` returns."""

    def gaps(capacity: float) -> int:
        first, second = stream(clock, delivered=8.0, position=0.0), stream(clock, seconds=20.0)
        second.set_playhead(-0.5)
        admitted = can_admit(second, [first], capacity)
        dry = 0
        while first.remaining > 0 or second.remaining > 0:
            unfinished = [one for one in (first, second) if one.remaining > 0]
            scheduled = schedule(unfinished)
            for one in scheduled:
                one.delivered = min(one.piece.seconds, one.delivered + 0.02 * capacity / len(scheduled))
            clock.now += 0.02
            dry += any(one.buffered < 0 for one in unfinished)
        assert admitted == (dry == 0), capacity
        return dry

    assert gaps(2.0) == 0
    assert gaps(1.1) > 0
