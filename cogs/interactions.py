"""Helpers of all commands: the session of an interaction's guild, and a private answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.checks import member_of
from bot.playback.visibility import in_channel, to_member
from bot.rules.permissions import PostingChannel

if TYPE_CHECKING:
    import discord

    from bot.client import Busker
    from bot.playback.performance import Performance
    from bot.playback.visibility import Visible
    from bot.session.session import Session
    from words.text import Text


def session_of(interaction: discord.Interaction[Busker]) -> Session:
    """Return the session of the guild. Raises RequestError in a direct message and during shutdown."""
    return interaction.client.sessions.of(member_of(interaction).guild)


def visible_to(interaction: discord.Interaction[Busker]) -> Visible:
    """Return which pieces of the guild's session the member may learn of."""
    member = member_of(interaction)
    return to_member(member, session_of(interaction).channel)


def shows_publicly(interaction: discord.Interaction[Busker], performance: Performance) -> bool:
    """True if an answer that all of the channel read may name this piece."""
    channel = interaction.channel
    return isinstance(channel, PostingChannel) and in_channel(channel)(performance)


async def reply(interaction: discord.Interaction[Busker], *sentences: Text) -> None:
    """Answer the member alone, also after a deferred response."""
    content = " ".join(sentence.in_(interaction.locale) for sentence in sentences)
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content)
    else:
        await interaction.response.send_message(content, ephemeral=True)
