from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.rules.rights import Action, Decision, Rules, Standing, decide, end_of_day, votes_needed

FREE, VOTE, DJ = Rules("free"), Rules("vote"), Rules("dj")
CAPPED = Rules("free", most_waiting=2, seconds_a_day=60.0)
CONTROLS = [act for act in Action if act is not Action.COMPOSE]
CROWD = Standing(listeners=5, votes=1)

TABLE = [
    # who acts under which rules, and what becomes of it
    ("any listener where all are free", FREE, CROWD, Decision.ALLOWED),
    ("somebody who does not listen", FREE, Standing(listens=False), Decision.NOT_LISTENING),
    ("who asked, but left", FREE, Standing(listens=False, asked=True), Decision.NOT_LISTENING),
    ("a manager who does not listen", DJ, Standing(manages=True, listens=False), Decision.ALLOWED),
    ("a manager in a crowd", VOTE, Standing(manages=True, listeners=5, votes=1), Decision.ALLOWED),
    ("who asked, in a crowd that votes", VOTE, Standing(asked=True, listeners=5), Decision.ALLOWED),
    ("who asked, without the role", DJ, Standing(asked=True, listeners=5), Decision.ALLOWED),
    ("a lone listener where all vote", VOTE, Standing(listeners=1), Decision.ALLOWED),
    ("a lone listener without the role", DJ, Standing(listeners=1), Decision.ALLOWED),
    ("a listener with the role", DJ, Standing(has_role=True, listeners=5), Decision.ALLOWED),
    ("a listener without the role", DJ, CROWD, Decision.ROLE_NEEDED),
    ("votes do not stand for the role", DJ, Standing(listeners=5, votes=5), Decision.ROLE_NEEDED),
    ("the role does not stand for votes", VOTE, Standing(has_role=True, listeners=5), Decision.VOTED),
    ("one vote of two", VOTE, Standing(listeners=2, votes=1), Decision.VOTED),
    ("two votes of two", VOTE, Standing(listeners=2, votes=2), Decision.ALLOWED),
    ("two votes of three", VOTE, Standing(listeners=3, votes=2), Decision.ALLOWED),
    ("half is not most", VOTE, Standing(listeners=4, votes=2), Decision.VOTED),
    ("three votes of four", VOTE, Standing(listeners=4, votes=3), Decision.ALLOWED),
    ("caps are no matter of control", CAPPED, Standing(waiting=9, listeners=5), Decision.ALLOWED),
]

CAPS = [
    ("no caps", FREE, Standing(waiting=99, seconds_today=9999, seconds=300), Decision.ALLOWED),
    ("nothing waits", CAPPED, Standing(waiting=0, seconds=20), Decision.ALLOWED),
    ("one below the cap", CAPPED, Standing(waiting=1, seconds=20), Decision.ALLOWED),
    ("at the cap", CAPPED, Standing(waiting=2, seconds=20), Decision.ENOUGH_WAITING),
    ("the day holds just this", CAPPED, Standing(seconds_today=40, seconds=20), Decision.ALLOWED),
    ("the day holds no more", CAPPED, Standing(seconds_today=41, seconds=20), Decision.ENOUGH_TODAY),
    ("a piece longer than the day", CAPPED, Standing(seconds=61), Decision.ENOUGH_TODAY),
    ("a manager", CAPPED, Standing(manages=True, waiting=9, seconds_today=99), Decision.ALLOWED),
    ("votes are no matter of asking", VOTE, CROWD, Decision.ALLOWED),
    ("the role is no matter of asking", DJ, CROWD, Decision.ALLOWED),
]


@pytest.mark.parametrize("act", CONTROLS)
@pytest.mark.parametrize(
    ("rules", "standing", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in TABLE]
)
def test_who_may_act_on_the_music(act: Action, rules: Rules, standing: Standing, verdict: Decision) -> None:
    if act is Action.REMOVE and standing.asked:
        verdict = Decision.ALLOWED  # one's own piece may be taken off the queue from anywhere
    assert decide(act, rules, standing) is verdict


@pytest.mark.parametrize(
    ("rules", "standing", "verdict"), [pytest.param(*row[1:], id=row[0]) for row in CAPS]
)
def test_how_much_a_person_may_ask_for(rules: Rules, standing: Standing, verdict: Decision) -> None:
    assert decide(Action.COMPOSE, rules, standing) is verdict


@pytest.mark.parametrize("listeners", range(1, 30))
def test_more_than_half_are_needed_and_never_more_than_there_are(listeners: int) -> None:
    assert listeners / 2 < votes_needed(listeners) <= listeners


def test_a_day_ends_at_midnight_utc_wherever_the_clock_is_read() -> None:
    west = datetime(2026, 1, 30, 20, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert end_of_day(west) == datetime(2026, 2, 1, tzinfo=UTC)
    assert end_of_day(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
