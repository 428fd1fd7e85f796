"""Rights: who may act on the music of a guild, and how much music one person may request.

`decide` is the whole rule as a pure function. `bot/commands/checks.py` and `bot/rules/quota.py` collect the
facts that it takes.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from bot.config.settings import RightsSettings
    from bot.store.records import Rights, RoleQuota

Limit = TypeVar("Limit", int, float)


class Action(enum.StrEnum):
    """An action of a member. The values select sentences in the catalogue."""

    COMPOSE = "compose"
    SKIP = "skip"
    STOP = "stop"
    PAUSE = "pause"
    RESUME = "resume"
    VOLUME = "volume"
    STEER = "steer"
    REMOVE = "remove"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a guild; a limit of 0 is no limit."""

    mode: Rights = "free"
    most_waiting: int = 0
    seconds_a_day: float = 0.0


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """The facts about a member that decide over an action."""

    manages: bool = False
    """Owner of the guild, or has the Manage Server permission."""
    listens: bool = True
    """Is in the voice channel where the music plays or is about to play."""
    requested: bool = False
    """Requested every piece that the action would end or change."""
    has_role: bool = False
    """Has the DJ role of the guild."""
    listeners: int = 1
    """People in the voice channel, this member included."""
    votes: int = 1
    """Listeners who voted for the same action, this member included."""
    waiting: int = 0
    """This member's pieces that play or wait."""
    seconds_today: float = 0.0
    """Music that this member has requested today, before this request [s]."""
    seconds: float = 0.0
    """Length of the requested piece [s]."""


class Decision(enum.Enum):
    """The outcome of `decide`."""

    ALLOWED = enum.auto()
    NOT_LISTENING = enum.auto()
    VOTED = enum.auto()
    """The vote is counted; more votes are needed."""
    ROLE_NEEDED = enum.auto()
    TOO_MANY_WAITING = enum.auto()
    DAILY_LIMIT = enum.auto()


def decide(action: Action, rules: Rules, status: MemberStatus) -> Decision:
    """Decide about an action of a member with this status under these rules."""
    if status.manages:
        return Decision.ALLOWED
    if not status.listens and not (action is Action.REMOVE and status.requested):
        return Decision.NOT_LISTENING
    if action is Action.COMPOSE:
        return _within_limits(rules, status)
    if status.requested or status.listeners <= 1 or rules.mode == "free":
        return Decision.ALLOWED
    if rules.mode == "dj":
        return Decision.ALLOWED if status.has_role else Decision.ROLE_NEEDED
    return Decision.ALLOWED if status.votes >= votes_needed(status.listeners) else Decision.VOTED


def votes_needed(listeners: int) -> int:
    """Return the smallest majority of `listeners`."""
    return listeners // 2 + 1


def _within_limits(rules: Rules, status: MemberStatus) -> Decision:
    if 0 < rules.most_waiting <= status.waiting:
        return Decision.TOO_MANY_WAITING
    if 0 < rules.seconds_a_day < status.seconds_today + status.seconds:
        return Decision.DAILY_LIMIT
    return Decision.ALLOWED


class Votes:
    """Votes about pieces; they are forgotten with the piece. Used on the event loop."""

    def __init__(self) -> None:
        self._cast: WeakKeyDictionary[object, dict[str, set[int]]] = WeakKeyDictionary()

    def vote(self, piece: object, motion: str, member_id: int, listeners: Iterable[int]) -> int:
        """Count a vote on a performance of a piece; return how many current listeners voted the same."""
        votes = self._cast.setdefault(piece, {}).setdefault(motion, set())
        votes.add(member_id)
        return len(votes & {member_id, *listeners})


def rules_of(rights: RightsSettings) -> Rules:
    """Return the rules in a section of the settings."""
    return Rules(rights.mode, rights.most_waiting, rights.seconds_a_day)


def with_role_quotas(rules: Rules, quotas: Iterable[RoleQuota]) -> Rules:
    """Return the rules for a member whose roles have these quotas: of each limit the most generous counts.

    A role that states a limit comes before the limit for everybody, also if it is narrower.
    """
    quotas = [*quotas]
    waiting = [quota.most_waiting for quota in quotas if quota.most_waiting is not None]
    seconds = [quota.seconds_a_day for quota in quotas if quota.seconds_a_day is not None]
    return replace(
        rules,
        most_waiting=_most_generous(waiting, rules.most_waiting),
        seconds_a_day=_most_generous(seconds, rules.seconds_a_day),
    )


def _most_generous(limits: Sequence[Limit], otherwise: Limit) -> Limit:
    """Return the highest limit, where 0 is none at all."""
    return otherwise if not limits else type(otherwise)(0) if 0 in limits else max(limits)


def end_of_day(now: datetime) -> datetime:
    """Return when the daily limits reset: the next midnight, UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
