"""Where a member stands: what `bot/rules/rights.py` must know to decide, and what the member is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord

from bot.errors import CapReached, NotAllowed
from bot.rules.markdown import quoted
from bot.rules.permissions import listeners_in, require_listening
from bot.rules.rights import Action, Decision, Standing, decide, end_of_day, rules_of, votes_needed
from words.text import Text

if TYPE_CHECKING:
    from bot.client import Busker
    from bot.playback.performance import Performance
    from bot.session.session import Session


def manages(interaction: discord.Interaction[Busker]) -> bool:
    """Whether the rules do not bind this person: the owner of the guild, and who may manage it."""
    return interaction.permissions.manage_guild  # which an owner and an administrator have, too


async def permitted(
    interaction: discord.Interaction[Busker],
    act: Action,
    detail: str = "",
    touched: Sequence[Performance] | None = None,
) -> Session | None:
    """The session, if the member may act on what is heard; None if they were told that their vote counts.

    `detail` tells votes for different things apart, such as two volumes. `touched` are the pieces that it is
    about, and the votes end with the first of them; left out, it is what plays, or all for STOP. Raises
    NotListening or NotAllowed.
    """
    member, bot = interaction.user, interaction.client
    assert isinstance(member, discord.Member)  # guild_only
    session = bot.session_of(member.guild)
    rules = rules_of(bot.settings_in(member.guild).rights)
    listeners = listeners_in(session.channel)
    if touched is None:
        touched = session.wanted if act is Action.STOP else session.wanted[:1]
    role_id = bot.store.choices_of(member.guild.id).dj_role_id
    votes = bot.ballots.vote(touched[0], f"{act} {detail}", member.id, listeners) if touched else 0
    standing = Standing(
        manages=manages(interaction),
        listens=session.channel is None or member.id in listeners,
        asked=all(performance.request.requester.id == member.id for performance in touched),
        has_role=role_id is not None and member.get_role(role_id) is not None,
        listeners=len(listeners),
        votes=votes,
    )
    verdict = decide(act, rules, standing)
    if verdict is Decision.VOTED:
        told = Text(
            "rights-voted",
            name=quoted(member.display_name),
            act=act.value,
            votes=votes,
            needed=votes_needed(len(listeners)),
        )
        await interaction.response.send_message(told.in_(interaction.guild_locale))
        return None
    if verdict is Decision.ROLE_NEEDED:
        role = member.guild.get_role(role_id) if role_id is not None else None
        if role is None:
            raise NotAllowed(Text("rights-role-unset", act=act.value))
        raise NotAllowed(Text("rights-role-needed", act=act.value, role=role.mention))
    if verdict is Decision.NOT_LISTENING:
        require_listening(member, session.channel)
    return session


async def charge(bot: Busker, member: discord.Member, seconds: float) -> bool:
    """Let `seconds` more of music that plays count for a member today; False, and they do not, where that is
    more than one person may have."""
    cap = rules_of(bot.settings_in(member.guild).rights).seconds_a_day
    if not cap or member.guild_permissions.manage_guild:
        return True
    today = datetime.now(UTC).date()
    used = await bot.store.charge(member.guild.id, member.id, today, seconds)
    fits = used + seconds <= cap
    if not fits:
        await bot.store.charge(member.guild.id, member.id, today, -seconds)
    return fits


@asynccontextmanager
async def within_caps(interaction: discord.Interaction[Busker], seconds: float) -> AsyncIterator[None]:
    """Ask for `seconds` of music within this block: they count for the day if it ends without an error.

    The block must not wait, so that nobody gets between the count of waiting pieces and the queue. Raises
    CapReached with the plain reason.
    """
    member, bot = interaction.user, interaction.client
    assert isinstance(member, discord.Member)  # guild_only
    guild_id = member.guild.id
    rules = rules_of(bot.settings_in(member.guild).rights)
    now = datetime.now(UTC)
    counted = rules.seconds_a_day > 0 and not manages(interaction)
    used = await bot.store.charge(guild_id, member.id, now.date(), seconds) if counted else 0.0
    try:
        wanted = bot.session_of(member.guild).wanted
        waiting = sum(performance.request.requester.id == member.id for performance in wanted)
        standing = Standing(
            manages=manages(interaction), waiting=waiting, seconds_today=used, seconds=seconds
        )
        verdict = decide(Action.COMPOSE, rules, standing)
        if verdict is Decision.ENOUGH_WAITING:
            raise CapReached(Text("rights-enough-waiting", waiting=waiting))
        if verdict is Decision.ENOUGH_TODAY:
            told = Text(
                "rights-enough-today",
                used=used,
                cap=rules.seconds_a_day,
                seconds=seconds,
                again=discord.utils.format_dt(end_of_day(now), "R"),
            )
            raise CapReached(told)
        yield
    except BaseException:
        if counted:
            await bot.store.charge(guild_id, member.id, now.date(), -seconds)
        raise
