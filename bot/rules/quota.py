"""Quotas: how much music one person may have in a guild."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import discord

from bot.errors import CapReached, StoreError
from bot.rules.rights import (
    Action,
    Decision,
    MemberStatus,
    Rules,
    decide,
    end_of_day,
    rules_of,
    with_role_quotas,
)
from words.text import Text

if TYPE_CHECKING:
    from bot.config.guild_settings import GuildSettings
    from bot.store.repository import Store

_log = logging.getLogger(__name__)


class Quota:
    """Counts the seconds of music per member and day (UTC) in the store, against the limits of the guild.

    Made once by the client; used on the event loop.
    """

    def __init__(self, guild_settings: GuildSettings, store: Store) -> None:
        self._guild_settings = guild_settings
        self._store = store

    async def charge(self, member: discord.Member, seconds: float) -> bool:
        """Charge a member for `seconds` of music today. False, and nothing is charged, over the limit."""
        limit = self._limits(member).seconds_a_day
        if not limit or member.guild_permissions.manage_guild:
            return True
        today = datetime.now(UTC).date()
        used = await self._charge(member, today, seconds)
        fits = used + seconds <= limit
        if not fits:
            await self._charge(member, today, -seconds)
        return fits

    @asynccontextmanager
    async def reserve(
        self, member: discord.Member, seconds: float, *, manages: bool, count_waiting: Callable[[], int]
    ) -> AsyncIterator[None]:
        """Charge a member for `seconds` of music within this block; an error in it refunds them.

        `count_waiting` returns how many pieces of the member play or wait. Adding a piece inside the block
        must not await, or two requests could pass with the same count. Raises CapReached with the reason.
        """
        limits = self._limits(member)
        now = datetime.now(UTC)
        counted = limits.seconds_a_day > 0 and not manages
        used = await self._charge(member, now.date(), seconds) if counted else 0.0
        try:
            waiting = count_waiting()
            status = MemberStatus(manages=manages, waiting=waiting, seconds_today=used, seconds=seconds)
            decision = decide(Action.COMPOSE, limits, status)
            if decision is Decision.TOO_MANY_WAITING:
                raise CapReached(Text("rights-enough-waiting", most=limits.most_waiting))
            if decision is Decision.DAILY_LIMIT:
                raise CapReached(
                    Text(
                        "rights-enough-today",
                        used=used,
                        cap=limits.seconds_a_day,
                        seconds=seconds,
                        again=discord.utils.format_dt(end_of_day(now), "R"),
                    )
                )
            yield
        except BaseException:
            if counted:
                await self._charge(member, now.date(), -seconds)
            raise

    async def _charge(self, member: discord.Member, day: date, seconds: float) -> float:
        """Add `seconds` to the count of a day and return what it was; 0 if the store fails: music goes on."""
        try:
            return await self._store.charge(member.guild.id, member.id, day, seconds)
        except StoreError:
            _log.exception("%g s of music are not counted", seconds)
            return 0.0

    def _limits(self, member: discord.Member) -> Rules:
        """Return the rules for a member: those of the guild, and of the member's roles."""
        quotas = self._store.choices_of(member.guild.id).role_quotas or ()
        rules = rules_of(self._guild_settings.of(member.guild.id).rights)
        return with_role_quotas(rules, (quota for quota in quotas if member.get_role(quota.role_id)))
