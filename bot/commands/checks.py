"""Checks of a command: who used it, and if they may act on the music that plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.errors import NotAllowed, RequestError
from bot.rules.markdown import escape
from bot.rules.permissions import listeners_in, require_listening, require_view
from bot.rules.rights import Action, Decision, MemberStatus, Votes, decide, rules_of, votes_needed
from words.text import Text

if TYPE_CHECKING:
    from bot.config.guild_settings import GuildSettings
    from bot.playback.performance import Performance
    from bot.session.session import Session
    from bot.session.sessions import Sessions
    from bot.store.repository import Store


def member_of(interaction: discord.Interaction) -> discord.Member:
    """Return the member who used a command. Raises RequestError in a direct message."""
    if not isinstance(interaction.user, discord.Member):
        raise RequestError(Text("error-servers-only"))
    return interaction.user


def manages(interaction: discord.Interaction) -> bool:
    """True if the user owns the guild or may manage it: the rules do not apply to them."""
    return interaction.permissions.manage_guild  # an owner and an administrator have it, too


class Checks:
    """Authorizes members to act on the music of their guild, and counts their votes.

    Made once by the client; used on the event loop.
    """

    def __init__(self, sessions: Sessions, guild_settings: GuildSettings, store: Store) -> None:
        self._sessions = sessions
        self._guild_settings = guild_settings
        self._store = store
        self._votes = Votes()

    async def authorize(
        self,
        interaction: discord.Interaction,
        action: Action,
        detail: str = "",
        affected: Sequence[Performance] | None = None,
    ) -> Session | None:
        """Return the session if the member may act on it; None if their vote was counted and answered.

        Votes for the same action with another `detail`, such as another volume, count separately. They
        belong to the first of the `affected` pieces: by default what plays, or for STOP the whole queue.
        Raises NotListening or NotAllowed.
        """
        member = member_of(interaction)
        guild_id = member.guild.id
        session = self._sessions.of(member.guild)
        rules = rules_of(self._guild_settings.of(guild_id).rights)
        listeners = listeners_in(session.channel)
        if affected is None:
            affected = session.wanted if action is Action.STOP else session.wanted[:1]
        role_id = self._store.choices_of(guild_id).dj_role_id
        votes = self._votes.vote(affected[0], f"{action} {detail}", member.id, listeners) if affected else 0
        status = MemberStatus(
            manages=manages(interaction),
            listens=session.channel is None or member.id in listeners,
            requested=all(performance.request.requester.id == member.id for performance in affected),
            has_role=role_id is not None and member.get_role(role_id) is not None,
            listeners=len(listeners),
            votes=votes,
        )
        decision = decide(action, rules, status)
        if decision is Decision.VOTED:
            answer = Text(
                "rights-voted",
                name=escape(member.display_name),
                act=action.value,
                votes=votes,
                needed=votes_needed(len(listeners)),
            )
            await interaction.response.send_message(answer.in_(interaction.guild_locale))
            return None
        if decision is Decision.ROLE_NEEDED:
            role = member.guild.get_role(role_id) if role_id is not None else None
            if role is None:
                raise NotAllowed(Text("rights-role-unset", act=action.value))
            raise NotAllowed(Text("rights-role-needed", act=action.value, role=role.mention))
        if decision is Decision.NOT_LISTENING:
            require_listening(member, session.channel)
        if not status.requested:
            require_view(member, session.channel)  # managers need not listen
        return session
