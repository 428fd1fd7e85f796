"""AutoMod's keyword rules of a guild: Discord exempts bots from them, so Busker honours them itself.

Honoured are enabled rules about messages that block them, with their words, the words that they allow, and
the roles and channels that they exempt. Discord's own lists of words cannot be read.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import discord

from bot.config.word_list import Form, WordList, forms
from bot.rules.patterns import Patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

FRESH_SECONDS: Final = 600.0
"""Time after which the rules are fetched again [s], if no event says earlier that they changed."""

RETRY_SECONDS: Final = 60.0
"""Time after which rules that could not be fetched are tried again [s]."""

FETCH_SECONDS: Final = 1.5
"""Timeout of a fetch that somebody waits for [s]: Discord wants an answer to a command within 3 s."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeywordRule:
    """What one rule blocks, and for whom it does not apply."""

    blocked: WordList
    patterns: Patterns
    allowed: WordList
    allowed_words: tuple[str, ...]
    """What is allowed as it was written, without wildcards."""
    exempt_roles: frozenset[int]
    exempt_channels: frozenset[int]

    def finds(self, text: str) -> bool:
        """True if a text has a blocked word, or what a pattern matches, that is not within an allowed one."""
        return self.patterns.finds(text, self.allowed_words) or (
            self.blocked.finds(text) and any(self._finds(form) for form in forms(text))
        )

    def _finds(self, form: Form) -> bool:
        ends = [0] * (len(form.text) + 1)
        for begin, end in self.allowed.spans(form):
            ends[begin] = max(ends[begin], end)
        covered = [*itertools.accumulate(ends, max)]  # how far allowed words reach that begin here or before
        return any(covered[begin] < end for begin, end in self.blocked.spans(form))


@dataclass(slots=True)
class _Known:
    rules: Sequence[KeywordRule] | None = None
    """None until they are fetched."""
    fetched_at: float = float("-inf")
    fetching: asyncio.Task[None] | None = None


class AutoMod:
    """Fetches and remembers the rules of guilds. Made once by the client; used on the event loop."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    async def refresh(self, guild: discord.Guild) -> None:
        """Fetch the rules if they are old; only the first time is waited for. A failure is logged."""
        if not can_read(guild):
            self._known.pop(guild.id, None)
            return
        known = self._known.setdefault(guild.id, _Known())
        if asyncio.get_running_loop().time() - known.fetched_at >= FRESH_SECONDS:
            self._fetch_soon(guild, known)
        if known.rules is None and known.fetching is not None:
            await asyncio.wait([known.fetching], timeout=FETCH_SECONDS)

    def changed(self, guild: discord.Guild) -> None:
        """Fetch the rules again if they were fetched before."""
        if (known := self._known.get(guild.id)) is not None:
            self._fetch_soon(guild, known)

    def forget(self, guild_id: int) -> None:
        """Drop the rules of a guild that the bot has left."""
        known = self._known.pop(guild_id, None)
        if known is not None and known.fetching is not None:
            known.fetching.cancel()

    def rules_of(self, guild_id: int) -> Sequence[KeywordRule]:
        """Return the rules as far as they are known."""
        known = self._known.get(guild_id)
        return () if known is None or known.rules is None else known.rules

    def unread_patterns_of(self, guild_id: int) -> int:
        """Return how many regular expressions of the rules cannot be read."""
        return sum(rule.patterns.unread for rule in self.rules_of(guild_id))

    async def close(self) -> None:
        """End what is being fetched."""
        tasks = [known.fetching for known in self._known.values() if known.fetching is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _fetch_soon(self, guild: discord.Guild, known: _Known) -> None:
        # Also counts if it fails: it is not tried again with each command.
        known.fetched_at = asyncio.get_running_loop().time()
        fetch = self._fetch(guild, known, before=known.fetching)
        known.fetching = asyncio.create_task(fetch, name=f"automod of {guild.id}")

    async def _fetch(self, guild: discord.Guild, known: _Known, *, before: asyncio.Task[None] | None) -> None:
        if before is not None:  # it may have read the rules before they changed
            await asyncio.wait([before])
        try:
            rules = [rule for rule in await guild.fetch_automod_rules() if _blocks_messages(rule)]
            known.rules = [_keyword_rule(rule) for rule in rules]
        except Exception:  # of the network, or of rules that discord.py does not understand
            known.fetched_at += RETRY_SECONDS - FRESH_SECONDS
            _log.exception("the AutoMod rules of %s were not fetched; those of before apply", guild.id)


def can_read(guild: discord.Guild) -> bool:
    """True if Discord shows Busker the rules."""
    return guild.me.guild_permissions.manage_guild


def applying(
    rules: Iterable[KeywordRule], member: discord.Member, channel_ids: Iterable[int]
) -> list[KeywordRule]:
    """Return the rules for a member in a channel, given as its own id and that of its parent.

    As at Discord, none apply to members who may manage the guild.
    """
    if member.guild_permissions.manage_guild:
        return []
    channels = {*channel_ids}
    return [
        rule
        for rule in rules
        if not rule.exempt_channels & channels and not any(map(member.get_role, rule.exempt_roles))
    ]


def _blocks_messages(rule: discord.AutoModRule) -> bool:
    return (
        rule.enabled
        and rule.event_type is discord.AutoModRuleEventType.message_send
        and rule.trigger.type is discord.AutoModRuleTriggerType.keyword
        and any(action.type is discord.AutoModRuleActionType.block_message for action in rule.actions)
    )


def _keyword_rule(rule: discord.AutoModRule) -> KeywordRule:
    return KeywordRule(
        WordList(rule.trigger.keyword_filter),
        Patterns(rule.trigger.regex_patterns),
        WordList(rule.trigger.allow_list),
        tuple(word.strip("* ") for word in rule.trigger.allow_list if word.strip("* ")),
        frozenset(rule.exempt_role_ids),
        frozenset(rule.exempt_channel_ids),
    )
