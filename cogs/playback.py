"""What can be asked of the music that plays: /stop /skip /pause /resume /nowplaying /volume."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from audio.units import MAX_VOLUME
from bot.client import Busker
from bot.commands.checks import permitted
from bot.rules.rights import Action
from bot.session.session import Session
from bot.ui.card import card_of
from words.text import Text

MAX_PERCENT = round(100 * MAX_VOLUME)
"""The loudest that listeners can ask for."""


class Playback(commands.Cog):
    """Acts on the session of the guild. Errors become sentences in `cogs/errors.py`."""

    @app_commands.command()
    @app_commands.guild_only()
    async def stop(self, interaction: discord.Interaction[Busker]) -> None:
        """End the sound, the composing and the queue."""
        if (session := await permitted(interaction, Action.STOP)) is None:
            return
        stopped = session.stop()
        await _tell(interaction, Text("playback-stopped", forgotten=stopped - 1))

    @app_commands.command()
    @app_commands.guild_only()
    async def skip(self, interaction: discord.Interaction[Busker]) -> None:
        """End the piece that plays."""
        if (session := await permitted(interaction, Action.SKIP)) is None:
            return
        skipped = session.skip()
        await _tell(interaction, Text("playback-skipped", seed=str(skipped.piece.seed)))

    @app_commands.command()
    @app_commands.guild_only()
    async def pause(self, interaction: discord.Interaction[Busker]) -> None:
        """Hold the sound."""
        if (session := await permitted(interaction, Action.PAUSE)) is None:
            return
        session.pause()
        await _tell(interaction, Text("playback-paused"))

    @app_commands.command()
    @app_commands.guild_only()
    async def resume(self, interaction: discord.Interaction[Busker]) -> None:
        """Go on."""
        if (session := await permitted(interaction, Action.RESUME)) is None:
            return
        session.resume()
        await _tell(interaction, Text("playback-resumed"))

    @app_commands.command()
    @app_commands.guild_only()
    async def nowplaying(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the card of the piece that plays."""
        session = _session(interaction)
        view = card_of(session.now, session.wanted[1:], interaction.locale)
        await interaction.response.send_message(view=view, ephemeral=True)

    @app_commands.command()
    @app_commands.guild_only()
    async def volume(
        self, interaction: discord.Interaction[Busker], percent: app_commands.Range[int, 0, MAX_PERCENT]
    ) -> None:
        """Set the volume of what plays, until Busker leaves the channel."""
        _ = _session(interaction).now  # raises NothingPlaying: an empty channel has nobody to be asked
        if (session := await permitted(interaction, Action.VOLUME, str(percent))) is None:
            return
        session.volume = percent / 100
        await _tell(interaction, Text("playback-volume", percent=percent))


def _session(interaction: discord.Interaction[Busker]) -> Session:
    assert interaction.guild is not None  # guild_only
    return interaction.client.session_of(interaction.guild)


async def _tell(interaction: discord.Interaction[Busker], text: Text) -> None:
    """To all who read there; who pressed a button is told alone, for the card tells the others."""
    pressed = interaction.type is discord.InteractionType.component
    locale = interaction.locale if pressed else interaction.guild_locale
    await interaction.response.send_message(text.in_(locale), ephemeral=pressed)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Playback())
