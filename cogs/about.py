"""/about and /help: what Busker is and composes with, and how to begin."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.card import COLOUR
from bot.client import Busker
from bot.permissions import NEEDED, invite_link
from bot.presets import PRESETS
from cogs.compose import ask_for
from cogs.errors import tell_fault

EXAMPLES: Final = (0, 1, 4)
"""Places of the presets that `/help` has buttons for."""

LABEL_SIGNS: Final = 80
"""The longest label of a button (Discord developer documentation, Button)."""

ABOUT: Final = "Busker composes music while you listen."
MODEL, LICENCE, SPEED, VERSION, INVITE = (
    "Model",
    "Licence of its weights",
    "Speed",
    "Version",
    "Invite Busker",
)
MADE_ON: Final = "{checkpoint} ({revision}) on {device}"
TIMES: Final = "{speed:.1f} times real time; {listeners} pieces at once"
PERMISSIONS: Final = "It needs {needed}, and nothing else."
UNKNOWN: Final = "not installed as a package"
REVISION_SIGNS: Final = 12

HELP: Final = """Join a voice channel and type {compose} with your words: style, instruments, mood, tempo. \
Music starts while it is being made, and the finished track is posted.

{compose} `prompt: {first}`
{compose} `prompt: {second}` `length: 30` `seed: 7` makes the same music whenever it is asked for
{compose} with `melody:` or `continue:` takes a sound file, as does Apps in the menu of a voice message
{steer} lets other words take over what plays · {queue} shows what follows
{skip} {pause} {resume} {stop} {volume} act on what plays
{library} finds what was made here, to play it again · {settings} is for managers
{privacy} shows and deletes what Busker remembers about you · {about} says what it composes with

Or begin with one of these:"""
HELP_TITLE: Final = "How to begin"


class About(commands.Cog):
    """Says what there is to know."""

    @app_commands.command(description="What Busker is, what it composes with, and how to invite it")
    async def about(self, interaction: discord.Interaction[Busker]) -> None:
        """Show the model, its licence, its speed and the invite link."""
        info, bot = interaction.client.engine.info, interaction.client
        embed = discord.Embed(title="Busker", description=ABOUT, colour=COLOUR)
        made_on = MADE_ON.format(
            checkpoint=info.checkpoint, revision=info.revision[:REVISION_SIGNS], device=info.device
        )
        embed.add_field(name=MODEL, value=made_on, inline=False)
        embed.add_field(name=LICENCE, value=info.licence)
        embed.add_field(name=SPEED, value=TIMES.format(speed=info.speed, listeners=info.listeners))
        embed.add_field(name=VERSION, value=_version())
        needed = ", ".join(name.replace("_", " ").title() for name, granted in NEEDED if granted)
        embed.set_footer(text=PERMISSIONS.format(needed=needed))
        view = discord.ui.View(timeout=None)
        assert bot.application_id is not None  # known since the login
        view.add_item(discord.ui.Button(label=INVITE, url=invite_link(bot.application_id)))
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    @app_commands.command(description="How to begin, with examples to click")
    async def help(self, interaction: discord.Interaction[Busker]) -> None:
        """Show commands that can be clicked, and buttons that compose an example."""
        known = interaction.client.mentions
        names = {name: known.get(name, f"/{name}") for name in re.findall(r"{(\w+)}", HELP)}
        words = names | {"first": PRESETS[EXAMPLES[0]], "second": PRESETS[EXAMPLES[1]]}
        embed = discord.Embed(title=HELP_TITLE, description=HELP.format(**words), colour=COLOUR)
        view = discord.ui.View(timeout=None)
        for place in EXAMPLES:
            view.add_item(Example(place))
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class Example(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"help:compose:(?P<place>\d{1,3})"):
    """A button that asks for a preset, as `/compose` does."""

    def __init__(self, place: int) -> None:
        self._prompt = PRESETS[place]
        super().__init__(
            discord.ui.Button(label=self._prompt[:LABEL_SIGNS], custom_id=f"help:compose:{place}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Example:
        return cls(min(int(match["place"]), len(PRESETS) - 1))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            await ask_for(interaction, self._prompt)


def _version() -> str:
    try:
        return version("busker")
    except PackageNotFoundError:
        return UNKNOWN


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(Example)
    await bot.add_cog(About())
