"""What one use of `/settings` changes in the choices of a guild."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from bot.config.word_list import MAX_WORD_CHARS, is_word
from bot.errors import RequestError
from bot.rules.markdown import escape, truncate
from bot.store.records import GuildChoices, RoleQuota
from words.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYTHING: Final = "everything"
"""What to reset for all settings."""

MAX_BLOCKED_WORDS: Final = 500
MAX_BLOCKED_IDS: Final = 100
MAX_ROLE_QUOTAS: Final = 10
"""Longest lists of a guild."""

_COMMAS: Final = re.compile("[,，、\n]")
"""What separates words in an option."""

Item = TypeVar("Item", bound=str | int)


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """A change, to be applied on the event loop and again on the store's thread, where it meets the latest.

    `reset` is the name of a field, EVERYTHING or None. With a `role_id`, the limits and what is reset of them
    are those of that role.
    """

    choices: GuildChoices = field(default_factory=GuildChoices)
    """The plain settings that are chosen."""
    role_id: int | None = None
    block_words: tuple[str, ...] = ()
    allow_words: tuple[str, ...] = ()
    block_id: int | None = None
    allow_id: int | None = None
    reset: str | None = None

    def apply(self, before: GuildChoices) -> GuildChoices:
        """Return the choices after the reset and the change along with it. Raises RequestError."""
        wanted, quotas = self.choices, before.role_quotas or ()
        if self.role_id is not None:
            quota = next((each for each in quotas if each.role_id == self.role_id), RoleQuota(self.role_id))
            quota = self._changed(quota)
            others = tuple(each for each in quotas if each.role_id != self.role_id)
            quotas = others if quota == RoleQuota(self.role_id) else (*others, quota)
            wanted = dataclasses.replace(wanted, most_waiting=None, seconds_a_day=None)
        elif self.reset == "role_quotas":
            quotas = ()
        if self.reset == EVERYTHING:
            before, quotas = GuildChoices(), ()
        elif self.reset is not None and self.role_id is None:
            before = dataclasses.replace(before, **{self.reset: None})
        words, ids = before.blocked_words or (), before.blocked_ids or ()
        plain = {item.name: getattr(wanted, item.name) for item in dataclasses.fields(wanted)}
        after = dataclasses.replace(
            before, **{name: value for name, value in plain.items() if value is not None}
        )
        return dataclasses.replace(
            after,
            role_quotas=_limited(quotas, MAX_ROLE_QUOTAS),
            blocked_words=_limited(_edited(words, self.block_words, self.allow_words), MAX_BLOCKED_WORDS),
            blocked_ids=_limited(_edited(ids, _some(self.block_id), _some(self.allow_id)), MAX_BLOCKED_IDS),
        )

    def _changed(self, quota: RoleQuota) -> RoleQuota:
        limits = ("most_waiting", "seconds_a_day")
        given = {name: value for name in limits if (value := getattr(self.choices, name)) is not None}
        if not given and self.reset not in (*limits, "role_quotas"):
            raise RequestError(Text("settings-no-limit"))
        resets = limits if self.reset == "role_quotas" else [name for name in limits if name == self.reset]
        return dataclasses.replace(quota, **{**dict.fromkeys(resets), **given})


def words_of(typed: str | None) -> tuple[str, ...]:
    """Return the words in an option, which commas separate. Raises RequestError if one is no word."""
    words = tuple(" ".join(part.split()) for part in _COMMAS.split(typed or "") if part.strip())
    for word in words:
        if not is_word(word):
            shown = escape(truncate(word))
            raise RequestError(Text("settings-no-word", word=shown, longest=MAX_WORD_CHARS))
    return words


def _edited(before: Iterable[Item], added: Iterable[Item], removed: Iterable[Item]) -> tuple[Item, ...]:
    """Return a list with some items added at its end and others removed; case does not matter."""
    gone = {_folded(item) for item in removed}
    items: dict[str | int, Item] = {_folded(item): item for item in [*before, *added]}
    return tuple(item for folded, item in items.items() if folded not in gone)


def _folded(item: str | int) -> str | int:
    return item.casefold() if isinstance(item, str) else item


def _some(item: int | None) -> tuple[int, ...]:
    return () if item is None else (item,)


Listed = TypeVar("Listed")


def _limited(items: tuple[Listed, ...], most: int) -> tuple[Listed, ...] | None:
    """Return a list, None for an empty one. Raises RequestError if it is too long."""
    if len(items) > most:
        raise RequestError(Text("settings-list-full", most=most))
    return items or None
