"""Quotas per person, over a real store."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.config.guild_settings import GuildSettings
from bot.config.settings import RightsSettings, Settings
from bot.errors import CapReached, StoreError
from bot.rules.quota import Quota
from bot.store.repository import Store


def quota(store: Store, **rights: Any) -> Quota:
    return Quota(GuildSettings(Settings(rights=RightsSettings(**rights)), store), store)


def member(*, manages: bool = False) -> Any:
    """A fake discord.Member of guild 1."""
    return SimpleNamespace(
        id=7, guild=SimpleNamespace(id=1), guild_permissions=SimpleNamespace(manage_guild=manages)
    )


async def reserve(limits: Quota, seconds: float, *, manages: bool = False, waiting: int = 0) -> None:
    async with limits.reserve(member(), seconds, manages=manages, count_waiting=lambda: waiting):
        pass


async def test_music_is_charged_up_to_the_daily_limit_and_not_beyond(store: Store) -> None:
    limits = quota(store, seconds_a_day=60.0)
    assert await limits.charge(member(), 40.0)
    assert not await limits.charge(member(), 30.0)
    assert await limits.charge(member(), 20.0), "a refused charge was not refunded"


async def test_managers_are_never_charged(store: Store) -> None:
    limits = quota(store, seconds_a_day=60.0)
    assert await limits.charge(member(manages=True), 1000.0)
    await reserve(limits, 1000.0, manages=True)
    assert await limits.charge(member(), 60.0)


async def test_a_request_that_fails_is_refunded(store: Store) -> None:
    limits = quota(store, seconds_a_day=60.0)
    with pytest.raises(ZeroDivisionError):
        async with limits.reserve(member(), 60.0, manages=False, count_waiting=lambda: 0):
            raise ZeroDivisionError
    await reserve(limits, 60.0)
    with pytest.raises(CapReached):
        await reserve(limits, 1.0)


async def test_pieces_are_counted_after_the_charge_so_that_no_request_slips_in_between(store: Store) -> None:
    limits = quota(store, seconds_a_day=60.0, most_waiting=1)
    waiting = 0

    async def request() -> None:
        nonlocal waiting
        async with limits.reserve(member(), 10.0, manages=False, count_waiting=lambda: waiting):
            waiting += 1

    await request()
    with pytest.raises(CapReached):
        await request()
    assert waiting == 1
    assert await limits.charge(member(), 50.0), "the refused request was not refunded"


async def test_music_goes_on_uncounted_while_the_store_fails(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def charge(*_: object) -> float:
        raise StoreError("the disk is full")

    limits = quota(store, seconds_a_day=60.0)
    monkeypatch.setattr(store, "charge", charge)
    await reserve(limits, 30.0)
    assert await limits.charge(member(), 30.0)
    assert "30 s of music are not counted" in caplog.text
