"""/about and /help: facts about Busker, and how to begin."""

from __future__ import annotations

import re
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.rules.permissions import NEEDED, invite_link, permission_named
from bot.ui.card import COLOUR
from bot.ui.presets import PRESETS
from bot.version import version
from cogs.compose import request_piece
from cogs.errors import Paced, errors_answered
from words.text import Text

EXAMPLES: Final = (0, 1, 4)
"""Indices of the presets that have a button under `/help`."""

MAX_LABEL_CHARS: Final = 80
"""Longest label of a button (Discord developer documentation, Button)."""

REVISION_CHARS: Final = 12
"""Characters of a revision that are shown: a commit is recognised by them."""


class About(commands.Cog):
    """/about and /help."""

    @app_commands.command()
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def about(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the model, its licence, its speed and the invite link."""
        bot, locale = interaction.client, interaction.locale
        info = bot.engine.info
        embed = discord.Embed(title="Busker", description=Text("about-busker").in_(locale), colour=COLOUR)
        model = Text(
            "about-made-on",
            checkpoint=info.checkpoint,
            revision=info.revision[:REVISION_CHARS],
            device=info.device,
        )
        speed = Text("about-times", speed=info.speed, listeners=info.realtime_streams)
        embed.add_field(name=Text("about-model").in_(locale), value=model.in_(locale), inline=False)
        embed.add_field(name=Text("about-licence").in_(locale), value=info.licence)
        embed.add_field(name=Text("about-speed").in_(locale), value=speed.in_(locale))
        embed.add_field(
            name=Text("about-version").in_(locale), value=version() or Text("about-no-version").in_(locale)
        )
        needed = tuple(permission_named(name) for name, granted in NEEDED if granted)
        embed.set_footer(text=Text("about-permissions", needed=needed).in_(locale))
        view = discord.ui.View(timeout=None)
        assert bot.application_id is not None  # known since the login
        view.add_item(
            discord.ui.Button(label=Text("about-invite").in_(locale), url=invite_link(bot.application_id))
        )
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    @app_commands.command()
    @app_commands.allowed_contexts(guilds=True, dms=True)
    async def help(self, interaction: discord.Interaction[Busker]) -> None:
        """Show clickable commands, and buttons that compose an example."""
        mentions = interaction.client.mentions
        description = Text(
            "help-text",
            compose=mentions["compose"],
            radio=mentions["radio"],
            steer=mentions["steer"],
            queue=mentions["queue"],
            skip=mentions["skip"],
            pause=mentions["pause"],
            resume=mentions["resume"],
            stop=mentions["stop"],
            volume=mentions["volume"],
            library=mentions["library"],
            settings=mentions["settings"],
            privacy=mentions["privacy"],
            about=mentions["about"],
            first=PRESETS[EXAMPLES[0]],
            second=PRESETS[EXAMPLES[1]],
        )
        title = Text("help-title").in_(interaction.locale)
        embed = discord.Embed(title=title, description=description.in_(interaction.locale), colour=COLOUR)
        view = discord.ui.View(timeout=None)
        for index in EXAMPLES:
            view.add_item(Example(index))
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class Example(
    Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"help:compose:(?P<index>\d{1,3})"
):
    """A button that requests a preset, as `/compose` does."""

    def __init__(self, index: int) -> None:
        self._prompt = PRESETS[index]
        super().__init__(
            discord.ui.Button(label=self._prompt[:MAX_LABEL_CHARS], custom_id=f"help:compose:{index}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Example:
        return cls(min(int(match["index"]), len(PRESETS) - 1))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with errors_answered(interaction):
            await request_piece(interaction, self._prompt)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(Example)
    await bot.add_cog(About())
