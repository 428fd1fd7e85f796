"""Rights: who may act on the music of a guild, and how much of it a person may ask for.

`decide` is the whole rule, as a function of what is known; `bot/commands/checks.py` finds that out.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from bot.config.settings import RightsSettings
    from bot.playback.performance import Performance
    from bot.store.records import Rights


class Action(enum.StrEnum):
    """What a person wants to do; sentences of the catalogue choose by it."""

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
    """What holds in a guild; a cap of 0 is none."""

    mode: Rights = "free"
    most_waiting: int = 0
    seconds_a_day: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about the person who wants to act."""

    manages: bool = False
    """Owner of the guild, or allowed to manage it."""
    listens: bool = True
    """Sits where the music is, or where it is to be."""
    asked: bool = False
    """Everything that the act would end or change was asked for by this person."""
    has_role: bool = False
    """Has the role that managers chose for those who act on the music."""
    listeners: int = 1
    """People in the channel, this person among them."""
    votes: int = 1
    """Listeners who want the same, this person among them."""
    waiting: int = 0
    """Pieces of this person that wait or play."""
    seconds_today: float = 0.0
    """Music that this person has asked for today, before this."""
    seconds: float = 0.0
    """The length of the piece that is asked for now."""


class Decision(enum.Enum):
    """What becomes of it."""

    ALLOWED = enum.auto()
    NOT_LISTENING = enum.auto()
    VOTED = enum.auto()
    """Counted, and not enough yet."""
    ROLE_NEEDED = enum.auto()
    ENOUGH_WAITING = enum.auto()
    ENOUGH_TODAY = enum.auto()


def decide(act: Action, rules: Rules, standing: Standing) -> Decision:
    """Whether a person in this standing may do this under these rules."""
    if standing.manages:
        return Decision.ALLOWED
    if not standing.listens and not (act is Action.REMOVE and standing.asked):
        return Decision.NOT_LISTENING
    if act is Action.COMPOSE:
        return _within_caps(rules, standing)
    if standing.asked or standing.listeners <= 1 or rules.mode == "free":
        return Decision.ALLOWED
    if rules.mode == "dj":
        return Decision.ALLOWED if standing.has_role else Decision.ROLE_NEEDED
    return Decision.ALLOWED if standing.votes >= votes_needed(standing.listeners) else Decision.VOTED


def votes_needed(listeners: int) -> int:
    """More than half of those who listen."""
    return listeners // 2 + 1


def _within_caps(rules: Rules, standing: Standing) -> Decision:
    if 0 < rules.most_waiting <= standing.waiting:
        return Decision.ENOUGH_WAITING
    if 0 < rules.seconds_a_day < standing.seconds_today + standing.seconds:
        return Decision.ENOUGH_TODAY
    return Decision.ALLOWED


class Votes:
    """Votes on the piece that plays; they end with it. Owned by whoever asks for decisions."""

    def __init__(self) -> None:
        self._cast: WeakKeyDictionary[Performance, dict[str, set[int]]] = WeakKeyDictionary()

    def vote(self, performance: Performance, motion: str, member_id: int, listeners: Iterable[int]) -> int:
        """Count a vote; how many of those who listen now want the same."""
        votes = self._cast.setdefault(performance, {}).setdefault(motion, set())
        votes.add(member_id)
        return len(votes & {member_id, *listeners})


def rules_of(rights: RightsSettings) -> Rules:
    """The rules as they are set."""
    return Rules(rights.mode, rights.most_waiting, rights.seconds_a_day)


def end_of_day(now: datetime) -> datetime:
    """When the day of the caps ends: the next midnight, UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)
