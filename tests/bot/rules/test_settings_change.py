"""What one use of /settings makes of the choices of before."""

from __future__ import annotations

import pytest

from bot.errors import RequestError
from bot.rules.settings_change import (
    EVERYTHING,
    MAX_BLOCKED_IDS,
    MAX_BLOCKED_WORDS,
    MAX_ROLE_QUOTAS,
    SettingsChange,
    words_of,
)
from bot.store.records import GuildChoices, RoleQuota

BEFORE = GuildChoices(
    volume=0.5,
    most_waiting=2,
    blocked_words=("bad", "Worse"),
    blocked_ids=(7, 8),
    role_quotas=(RoleQuota(1, 5, 60.0), RoleQuota(2, 1)),
)


def test_nothing_changes_nothing() -> None:
    assert SettingsChange().apply(BEFORE) == BEFORE
    assert SettingsChange().apply(GuildChoices()) == GuildChoices()


def test_words_are_added_and_removed_whatever_their_case() -> None:
    change = SettingsChange(block_words=("new", "BAD"), allow_words=("worse", "unknown"))
    assert change.apply(BEFORE).blocked_words == ("BAD", "new")
    assert SettingsChange(allow_words=("bad", "worse")).apply(BEFORE).blocked_words is None


def test_members_and_roles_are_blocked_and_allowed() -> None:
    assert SettingsChange(block_id=9).apply(BEFORE).blocked_ids == (7, 8, 9)
    assert SettingsChange(block_id=7, allow_id=8).apply(BEFORE).blocked_ids == (7,)
    assert SettingsChange(allow_id=99).apply(BEFORE) == BEFORE


def test_with_a_role_the_limits_are_those_of_the_role() -> None:
    after = SettingsChange(GuildChoices(most_waiting=9, volume=0.1), role_id=2).apply(BEFORE)
    assert (after.most_waiting, after.volume) == (2, 0.1)
    assert after.role_quotas == (RoleQuota(1, 5, 60.0), RoleQuota(2, 9))
    after = SettingsChange(GuildChoices(seconds_a_day=0.0), role_id=3).apply(BEFORE)
    assert after.role_quotas == (*(BEFORE.role_quotas or ()), RoleQuota(3, None, 0.0))


def test_what_is_reset_of_a_role_is_its_limit_alone() -> None:
    assert SettingsChange(role_id=1, reset="most_waiting").apply(BEFORE).role_quotas == (
        RoleQuota(2, 1),
        RoleQuota(1, None, 60.0),
    )
    assert SettingsChange(role_id=1, reset="role_quotas").apply(BEFORE).role_quotas == (RoleQuota(2, 1),)
    assert SettingsChange(role_id=1, reset="role_quotas").apply(BEFORE).most_waiting == 2
    assert SettingsChange(reset="role_quotas").apply(BEFORE).role_quotas is None
    assert SettingsChange(reset="blocked_words").apply(BEFORE).blocked_words is None
    assert SettingsChange(reset=EVERYTHING, block_id=1).apply(BEFORE) == GuildChoices(blocked_ids=(1,))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (SettingsChange(role_id=2), "To set the limits of a role, also give waiting or minutes."),
        (SettingsChange(role_id=2, reset="volume"), "also give waiting or minutes"),
        (
            SettingsChange(block_words=tuple(f"w{n}" for n in range(MAX_BLOCKED_WORDS))),
            "This list takes 500 entries. Remove some first.",
        ),
    ],
)
def test_what_cannot_be_is_a_sentence(change: SettingsChange, sentence: str) -> None:
    with pytest.raises(RequestError, match=sentence):
        change.apply(BEFORE)


def test_lists_end() -> None:
    full = GuildChoices(
        blocked_ids=tuple(range(1, MAX_BLOCKED_IDS + 1)),
        role_quotas=tuple(RoleQuota(n, 1) for n in range(MAX_ROLE_QUOTAS)),
    )
    assert SettingsChange(block_id=1).apply(full) == full
    with pytest.raises(RequestError, match="takes 100 entries"):
        SettingsChange(block_id=999).apply(full)
    with pytest.raises(RequestError, match="takes 10 entries"):
        SettingsChange(GuildChoices(most_waiting=1), role_id=999).apply(full)


def test_words_are_separated_by_commas_of_any_keyboard() -> None:
    assert words_of(" bad,  *worse* ，馬鹿、bad   day,,\n,last") == (
        "bad",
        "*worse*",
        "馬鹿",
        "bad day",
        "last",
    )
    assert words_of(None) == words_of(" , ") == ()


@pytest.mark.parametrize("typed", ["good, *", "...", "x" * 61, "\u200b\u200b"])
def test_what_is_no_word_is_refused(typed: str) -> None:
    with pytest.raises(RequestError, match="can't be blocked"):
        words_of(typed)
