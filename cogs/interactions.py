"""Helpers of all commands: the session of an interaction's guild, and a private answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.commands.checks import member_of

if TYPE_CHECKING:
    import discord

    from bot.client import Busker
    from bot.session.session import Session
    from words.text import Text


def session_of(interaction: discord.Interaction[Busker]) -> Session:
    """Return the session of the guild. Raises RequestError in a direct message and during shutdown."""
    return interaction.client.sessions.of(member_of(interaction).guild)


async def reply(interaction: discord.Interaction[Busker], *sentences: Text) -> None:
    """Answer the member alone, also after a deferred response."""
    content = " ".join(sentence.in_(interaction.locale) for sentence in sentences)
    if interaction.response.is_done():
        await interaction.edit_original_response(content=content)
    else:
        await interaction.response.send_message(content, ephemeral=True)
