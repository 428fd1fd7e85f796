from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.rules.rights import (
    Action,
    Decision,
    MemberStatus,
    Rules,
    decide,
    end_of_day,
    votes_needed,
    with_role_quotas,
)
from bot.store.records import RoleQuota

FREE, VOTE, DJ = Rules("free"), Rules("vote"), Rules("dj")
CAPPED = Rules("free", most_waiting=2, seconds_a_day=60.0)
CONTROLS = [action for action in Action if action is not Action.COMPOSE]
CROWD = MemberStatus(listeners=5, votes=1)

TABLE = [
    # name, rules, status, decision
    ("a listener in free mode", FREE, CROWD, Decision.ALLOWED),
    ("somebody who does not listen", FREE, MemberStatus(listens=False), Decision.NOT_LISTENING),
    (
        "the requester after leaving the channel",
        FREE,
        MemberStatus(listens=False, requested=True),
        Decision.NOT_LISTENING,
    ),
    ("a manager who does not listen", DJ, MemberStatus(manages=True, listens=False), Decision.ALLOWED),
    ("a manager in a crowd", VOTE, MemberStatus(manages=True, listeners=5, votes=1), Decision.ALLOWED),
    ("the requester in vote mode", VOTE, MemberStatus(requested=True, listeners=5), Decision.ALLOWED),
    ("the requester without the role", DJ, MemberStatus(requested=True, listeners=5), Decision.ALLOWED),
    ("a lone listener in vote mode", VOTE, MemberStatus(listeners=1), Decision.ALLOWED),
    ("a lone listener without the role", DJ, MemberStatus(listeners=1), Decision.ALLOWED),
    ("a listener with the role", DJ, MemberStatus(has_role=True, listeners=5), Decision.ALLOWED),
    ("a listener without the role", DJ, CROWD, Decision.ROLE_NEEDED),
    ("votes do not replace the role", DJ, MemberStatus(listeners=5, votes=5), Decision.ROLE_NEEDED),
    ("the role does not replace votes", VOTE, MemberStatus(has_role=True, listeners=5), Decision.VOTED),
    ("one vote of two", VOTE, MemberStatus(listeners=2, votes=1), Decision.VOTED),
    ("two votes of two", VOTE, MemberStatus(listeners=2, votes=2), Decision.ALLOWED),
    ("two votes of three", VOTE, MemberStatus(listeners=3, votes=2), Decision.ALLOWED),
    ("half is no majority", VOTE, MemberStatus(listeners=4, votes=2), Decision.VOTED),
    ("three votes of four", VOTE, MemberStatus(listeners=4, votes=3), Decision.ALLOWED),
    ("limits do not apply to other actions", CAPPED, MemberStatus(waiting=9, listeners=5), Decision.ALLOWED),
]

CAPS = [
    ("no limits", FREE, MemberStatus(waiting=99, seconds_today=9999, seconds=300), Decision.ALLOWED),
    ("nothing waits", CAPPED, MemberStatus(waiting=0, seconds=20), Decision.ALLOWED),
    ("one below the limit of waiting pieces", CAPPED, MemberStatus(waiting=1, seconds=20), Decision.ALLOWED),
    (
        "at the limit of waiting pieces",
        CAPPED,
        MemberStatus(waiting=2, seconds=20),
        Decision.TOO_MANY_WAITING,
    ),
    ("exactly at the daily limit", CAPPED, MemberStatus(seconds_today=40, seconds=20), Decision.ALLOWED),
    ("above the daily limit", CAPPED, MemberStatus(seconds_today=41, seconds=20), Decision.DAILY_LIMIT),
    ("a piece above the daily limit by itself", CAPPED, MemberStatus(seconds=61), Decision.DAILY_LIMIT),
    ("a manager", CAPPED, MemberStatus(manages=True, waiting=9, seconds_today=99), Decision.ALLOWED),
    ("requests need no votes", VOTE, CROWD, Decision.ALLOWED),
    ("requests need no role", DJ, CROWD, Decision.ALLOWED),
]


@pytest.mark.parametrize("action", CONTROLS)
@pytest.mark.parametrize(
    ("rules", "status", "decision"), [pytest.param(*row[1:], id=row[0]) for row in TABLE]
)
def test_who_may_act_on_the_music(
    action: Action, rules: Rules, status: MemberStatus, decision: Decision
) -> None:
    if action is Action.REMOVE and status.requested:
        decision = Decision.ALLOWED  # requesters may remove their own piece from anywhere
    assert decide(action, rules, status) is decision


@pytest.mark.parametrize(("rules", "status", "decision"), [pytest.param(*row[1:], id=row[0]) for row in CAPS])
def test_how_much_a_person_may_request(rules: Rules, status: MemberStatus, decision: Decision) -> None:
    assert decide(Action.COMPOSE, rules, status) is decision


@pytest.mark.parametrize("listeners", range(1, 30))
def test_a_majority_is_more_than_half_and_at_most_everybody(listeners: int) -> None:
    assert listeners / 2 < votes_needed(listeners) <= listeners


def test_a_day_ends_at_midnight_utc_in_every_time_zone() -> None:
    west = datetime(2026, 1, 30, 20, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert end_of_day(west) == datetime(2026, 2, 1, tzinfo=UTC)
    assert end_of_day(datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quotas", "waiting", "seconds"),
    [
        ([], 2, 60.0),
        ([RoleQuota(1)], 2, 60.0),
        ([RoleQuota(1, most_waiting=1)], 1, 60.0),
        ([RoleQuota(1, most_waiting=1), RoleQuota(2, most_waiting=5, seconds_a_day=30.0)], 5, 30.0),
        ([RoleQuota(1, most_waiting=9), RoleQuota(2, most_waiting=0)], 0, 60.0),
        ([RoleQuota(1, seconds_a_day=600.0), RoleQuota(2, 1, 0.0)], 1, 0.0),
    ],
)
def test_the_most_generous_limit_of_a_members_roles_counts(
    quotas: list[RoleQuota], waiting: int, seconds: float
) -> None:
    rules = with_role_quotas(CAPPED, quotas)
    assert (rules.most_waiting, rules.seconds_a_day, rules.mode) == (waiting, seconds, "free")
