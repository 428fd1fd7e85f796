"""/stop /skip /pause /resume /nowplaying /volume."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.units import MAX_VOLUME
from bot.client import Busker
from bot.commands.checks import member_of
from bot.rules.markdown import escape, truncate
from bot.rules.permissions import require_view
from bot.rules.rights import Action
from bot.ui.card import render_card
from cogs.interactions import session_of, shows_publicly, visible_to
from words.text import Text

MAX_PERCENT: Final = round(100 * MAX_VOLUME)
"""Highest value of `/volume`."""


class Playback(commands.Cog):
    """Commands that act on the session of the guild."""

    @app_commands.command()
    @app_commands.guild_only()
    async def stop(self, interaction: discord.Interaction[Busker]) -> None:
        """Stop the music and clear the queue."""
        if (session := await interaction.client.checks.authorize(interaction, Action.STOP)) is None:
            return
        stopped = session.stop()
        await _reply(interaction, Text("playback-stopped", forgotten=stopped - 1))

    @app_commands.command()
    @app_commands.guild_only()
    async def skip(self, interaction: discord.Interaction[Busker]) -> None:
        """End the piece that plays; the next one follows."""
        if (session := await interaction.client.checks.authorize(interaction, Action.SKIP)) is None:
            return
        skipped = session.skip()
        answer = Text("playback-skipped", prompt=escape(truncate(skipped.piece.typed_prompt)))
        await _reply(interaction, answer, public=shows_publicly(interaction, skipped))

    @app_commands.command()
    @app_commands.guild_only()
    async def pause(self, interaction: discord.Interaction[Busker]) -> None:
        """Pause the music."""
        if (session := await interaction.client.checks.authorize(interaction, Action.PAUSE)) is None:
            return
        session.pause()
        await _reply(interaction, Text("playback-paused"))

    @app_commands.command()
    @app_commands.guild_only()
    async def resume(self, interaction: discord.Interaction[Busker]) -> None:
        """Resume the music."""
        if (session := await interaction.client.checks.authorize(interaction, Action.RESUME)) is None:
            return
        session.resume()
        await _reply(interaction, Text("playback-resumed"))

    @app_commands.command()
    @app_commands.guild_only()
    async def nowplaying(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the card of the piece that plays."""
        session = session_of(interaction)
        require_view(member_of(interaction), session.channel)
        view = render_card(
            session.now, session.wanted[1:], interaction.locale, visible=visible_to(interaction)
        )
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command()
    @app_commands.guild_only()
    async def volume(
        self, interaction: discord.Interaction[Busker], percent: app_commands.Range[int, 0, MAX_PERCENT]
    ) -> None:
        """Set the volume of what plays, until Busker leaves the channel."""
        _ = session_of(interaction).now  # raises NothingPlaying; there is nothing to vote on then
        if (
            session := await interaction.client.checks.authorize(interaction, Action.VOLUME, str(percent))
        ) is None:
            return
        session.volume = percent / 100
        await _reply(interaction, Text("playback-volume", percent=percent))


async def _reply(interaction: discord.Interaction[Busker], text: Text, *, public: bool = True) -> None:
    """Answer in the channel, or else to the member alone.

    So is a button press answered: the card shows it to the others.
    """
    public = public and interaction.type is not discord.InteractionType.component
    locale = interaction.guild_locale if public else interaction.locale
    await interaction.response.send_message(text.in_(locale), ephemeral=not public)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Playback())
