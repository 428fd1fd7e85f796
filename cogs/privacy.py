"""/privacy: the data about a person, and its deletion."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from cogs.errors import Paced, errors_answered
from words.text import Text


class Privacy(commands.Cog):
    """/privacy."""

    @app_commands.command()
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def privacy(self, interaction: discord.Interaction[Busker]) -> None:
        """Report the stored data and offer to delete it."""
        tracks = await interaction.client.store.count_tracks_of(interaction.user.id)
        if not tracks:
            nothing = Text("privacy-nothing").in_(interaction.locale)
            await interaction.response.send_message(nothing, ephemeral=True)
            return
        remembered = Text("privacy-remembered", tracks=_track_count(tracks))
        view = discord.ui.View(timeout=None)
        view.add_item(DeleteAll(interaction.locale))
        await interaction.response.send_message(remembered.in_(interaction.locale), view=view, ephemeral=True)


class DeleteAll(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"privacy:delete"):
    """The button under `/privacy`."""

    def __init__(self, locale: discord.Locale) -> None:
        super().__init__(
            discord.ui.Button(
                label=Text("privacy-delete").in_(locale),
                style=discord.ButtonStyle.danger,
                custom_id="privacy:delete",
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> DeleteAll:
        return cls(interaction.locale)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        bot: Busker = interaction.client
        async with errors_answered(interaction):
            # Whoever presses the button deletes their own data only.
            tracks = await bot.store.count_tracks_of(interaction.user.id)
            await bot.library.forget_all_of(interaction.user.id)
            deleted = Text("privacy-deleted", tracks=_track_count(tracks))
            await interaction.response.edit_message(content=deleted.in_(interaction.locale), view=None)


def _track_count(tracks: int) -> Text:
    return Text("privacy-tracks", count=tracks)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(DeleteAll)
    await bot.add_cog(Privacy())
