"""Who is served when, on a clock of the test's own."""

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
    made = StreamState(1, Piece("drums", seconds, 1), clock, delivered=delivered)
    if position is not None:
        made.set_playhead(position)
    return made


def test_between_two_reports_the_listeners_are_taken_to_play_on(clock: Clock) -> None:
    playing = stream(clock, delivered=10.0, position=4.0)
    assert playing.buffered == pytest.approx(6.0)
    clock.now += 2.5
    assert playing.buffered == pytest.approx(3.5)
    playing.set_playhead(4.0)  # they had paused
    assert playing.buffered == pytest.approx(6.0)


def test_listeners_who_do_not_say_where_they_are_hold_all_that_was_delivered(clock: Clock) -> None:
    silent = stream(clock, delivered=60.0)
    clock.now += 30.0
    assert silent.buffered == 60.0
    assert schedule([silent]) == [silent]


def test_a_piece_that_begins_later_is_less_needy_than_one_that_begins_now(clock: Clock) -> None:
    later, now = stream(clock, position=-20.0), stream(clock, position=0.0)
    assert most_urgent([later, now]) is now
    assert most_urgent([now, now]) is now
    assert schedule([later, now]) == [now]


def test_whoever_holds_little_is_served_alone_until_it_holds_enough(clock: Clock) -> None:
    rich, poor = stream(clock, delivered=9.0, position=0.0), stream(clock, position=0.0)
    assert schedule([rich, poor]) == [poor]
    poor.delivered = URGENT_SECONDS
    assert schedule([rich, poor]) == [rich, poor]
    clock.now += 0.1
    assert schedule([rich, poor]) == [poor]


def test_nothing_is_made_for_whoever_is_far_ahead_until_it_has_been_played(clock: Clock) -> None:
    playing = stream(clock, delivered=LEAD_SECONDS + 1, position=0.0, seconds=90.0)
    assert schedule([playing]) == []
    clock.now += 1.5
    assert schedule([playing]) == [playing]


@pytest.mark.parametrize("speed", [0.5, 0.9])
def test_a_short_lead_starves_nobody_where_sound_is_made_slower_than_it_plays(
    clock: Clock, speed: float
) -> None:
    one = StreamState(1, Piece("drums", 30.0, 1, lead=4.0), clock, speed=speed)
    one.set_playhead(0.0)
    waited = 0
    while schedule([one]):  # the listeners wait until as much is held as ever will be
        one.delivered += 0.02 * speed
        clock.now += 0.02
        one.set_playhead(0.0)
        waited += 1
        assert one.remaining > 0, "it need not wait for all of it"
    assert waited
    while one.remaining > 0:
        clock.now += 0.02
        if schedule([one]):
            one.delivered += 0.02 * speed
        assert one.buffered >= 0, f"dry with {one.remaining:.1f} s to make"


def test_a_short_lead_is_longer_than_the_pause_where_a_window_moves_on(clock: Clock) -> None:
    one = StreamState(
        1, Piece("drums", 120.0, 1, lead=3.0), clock, speed=2.0, window_pause=4.0, delivered=6.9
    )
    one.set_playhead(0.0)
    assert not one.far_ahead
    one.delivered = 7.1
    assert one.far_ahead


def test_a_short_lead_is_kept_where_sound_is_made_faster_than_it_plays(clock: Clock) -> None:
    one = StreamState(1, Piece("drums", 30.0, 1, lead=4.0), clock, speed=2.0, delivered=4.1)
    one.set_playhead(0.0)
    assert one.far_ahead


def test_for_listeners_who_are_gone_nothing_is_made_until_they_are_back_where_they_were(clock: Clock) -> None:
    gone = stream(clock, delivered=1.0, position=0.5)
    clock.now += 0.2
    gone.hold()
    clock.now += 60.0
    assert gone.buffered == pytest.approx(0.3)
    assert schedule([gone], contended=True) == []
    gone.set_playhead(0.7)
    assert schedule([gone]) == [gone]


def test_listeners_who_say_no_more_where_they_are_do_not_hold_up_the_making(clock: Clock) -> None:
    silent = stream(clock, delivered=40.0, position=0.0, seconds=90.0)
    assert schedule([silent]) == []
    silent.set_playhead(None)
    assert schedule([silent]) == [silent]


def test_while_others_wait_for_a_slot_a_piece_that_ends_soon_is_made_to_its_end(clock: Clock) -> None:
    ahead = stream(clock, delivered=10.0, position=0.0)
    ahead.piece = replace(ahead.piece, lead=5.0)
    assert schedule([ahead]) == []
    assert schedule([ahead], contended=True) == [ahead]
    ahead.piece = replace(ahead.piece, seconds=300.0)
    assert schedule([ahead], contended=True) == [], "it would not free its slot, only be steered later"


def test_the_first_always_fits_and_a_second_where_the_capacity_allows(clock: Clock) -> None:
    slow = 0.5
    assert can_admit(stream(clock), [], slow)
    assert not can_admit(stream(clock), [stream(clock)], 1.9)
    assert can_admit(stream(clock), [stream(clock)], 2.0)


def test_a_piece_that_hears_itself_again_counts_for_more(clock: Clock) -> None:
    long = stream(clock, seconds=60.0)
    long.cost = Window().cost(long.piece.steps)
    assert long.cost == pytest.approx(5 / 3)
    assert Window().cost(1500) == 1.0
    assert can_admit(stream(clock, seconds=60.0), [long], 8 / 3 + 0.01)
    assert not can_admit(stream(clock, seconds=60.0), [long], 8 / 3 - 0.01)


def test_a_newcomer_fits_beside_whoever_holds_enough_to_spare_the_time(clock: Clock) -> None:
    """At 1.5 times real time a newcomer's 10 s leave 5 s of work for the other, who has 5 s in hand."""
    other = stream(clock, delivered=20.0, position=15.0)
    newcomer = stream(clock, seconds=10.0)
    # after 10 s: 10 + 5 of 15 are made; after 15 s: 20 of 22.5
    assert can_admit(newcomer, [other], 1.5)
    assert not can_admit(newcomer, [other], 1.45)


def test_what_fits_is_served_without_a_gap_and_what_does_not_runs_dry(clock: Clock) -> None:
    """The rule against a whole evening, played in steps of 20 ms by `due` itself."""

    def gaps(capacity: float) -> int:
        first, second = stream(clock, delivered=8.0, position=0.0), stream(clock, seconds=20.0)
        second.set_playhead(-0.5)
        foreseen = can_admit(second, [first], capacity)
        dry = 0
        while first.remaining > 0 or second.remaining > 0:
            unmade = [one for one in (first, second) if one.remaining > 0]
            turns = schedule(unmade)
            for one in turns:
                one.delivered = min(one.piece.seconds, one.delivered + 0.02 * capacity / len(turns))
            clock.now += 0.02
            dry += any(one.buffered < 0 for one in unmade)
        assert foreseen == (dry == 0), capacity
        return dry

    assert gaps(2.0) == 0
    assert gaps(1.1) > 0
