"""/privacy: the data about a person, and its deletion."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from math import ceil
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.tracks.eraser import ERASE_SECONDS, Erased
from cogs.errors import Paced, errors_answered
from words.text import Text

REPORT_SECONDS: Final = 840.0
"""Time to wait for the outcome [s]: Discord takes changes of an answer for 15 minutes."""

MAX_LINKS: Final = 10
"""Messages that are named because they could not be deleted."""


class Privacy(commands.Cog):
    """/privacy."""

    @app_commands.command()
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def privacy(self, interaction: discord.Interaction[Busker]) -> None:
        """Report the stored data and offer to delete it."""
        store, user_id = interaction.client.store, interaction.user.id
        tracks, cards = await store.count_tracks_of(user_id), await store.count_cards_of(user_id)
        if not tracks and not cards:
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
            user_id = interaction.user.id
            await interaction.response.defer()
            tracks = _track_count(await bot.store.count_tracks_of(user_id))
            messages, erasing = await bot.library.forget_all_of(user_id, bot.sessions.live_cards)
            deleted = Text("privacy-deleted", tracks=tracks)
            begun = Text("privacy-erasing", messages=messages, minutes=ceil(messages * ERASE_SECONDS / 60))
            await _show(interaction, deleted, *([begun] if messages else []))
            done, _ = await asyncio.wait([erasing], timeout=REPORT_SECONDS)
            if messages and done and not erasing.cancelled():
                await _show(interaction, deleted, *_outcome(erasing.result()))


async def _show(interaction: discord.Interaction[Any], *sentences: Text) -> None:
    content = " ".join(sentence.in_(interaction.locale) for sentence in sentences)
    await interaction.edit_original_response(content=content, view=None)


def _outcome(erased: Erased) -> Iterator[Text]:
    """Say how many messages were deleted, and which were not."""
    yield Text("privacy-erased", messages=erased.deleted)
    if erased.kept:
        links = " ".join(message.link for message in erased.kept[:MAX_LINKS])
        yield Text("privacy-kept", messages=len(erased.kept), links=links)


def _track_count(tracks: int) -> Text:
    return Text("privacy-tracks", count=tracks)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(DeleteAll)
    await bot.add_cog(Privacy())
