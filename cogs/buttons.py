"""What the buttons of the card and of posted tracks do, and the commands in the menu of a posted track.

All that a button needs stands in its `custom_id`, or in the file that its message brought; so buttons work
after a restart of the bot, and one whose time is over says so in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Busker
from bot.commands.requests import member_of
from bot.errors import RequestError
from bot.playback.performance import Performance
from bot.store.records import MadeTrack
from bot.ui.card import BUTTON_ID, TRACK_BUTTON_ID
from cogs.errors import tell_fault
from cogs.extending import Extension
from cogs.library import play_again
from cogs.radio import keep
from cogs.remaking import Remix, again, asked_again, origin_of, posted_by
from cogs.steer import Steering, require_playing
from words.text import Text

LIKE_COMMANDS: Final = ("pause", "resume", "skip", "stop")


class OnCard(discord.ui.DynamicItem[discord.ui.Button[Any]], template=BUTTON_ID):
    """A button under a card."""

    def __init__(self, act: str, seed: int, number: int) -> None:
        self._act, self._seed, self._number = act, seed, number
        super().__init__(discord.ui.Button(custom_id=f"card:{act}:{seed}:{number}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> OnCard:
        return cls(match["act"], int(match["seed"]), int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with tell_fault(interaction):
            if self._act in LIKE_COMMANDS:
                await self._act_on_music(interaction)
            elif self._act == "steer":
                require_playing(interaction, self._seed)
                piece = (await self._shown(interaction)).piece
                await interaction.response.send_modal(Steering(interaction.locale, piece))
            elif self._act == "keep":
                require_playing(interaction, self._seed)
                await keep(interaction)
            elif self._act == "again":
                await self._again(interaction)
            elif self._act == "remix":
                piece = (await self._shown(interaction)).piece
                await interaction.response.send_modal(Remix(interaction.locale, piece))
            else:
                track = await self._shown(interaction)
                if not isinstance(track, MadeTrack):
                    raise RequestError(Text("extend-unfinished"))
                await interaction.response.send_modal(Extension(interaction, track))

    async def _act_on_music(self, interaction: discord.Interaction[Busker]) -> None:
        """What the command of this name does, if the piece of the card plays: an old card ends no other."""
        require_playing(interaction, self._seed)
        command: Any = interaction.client.tree.get_command(self._act)
        await command.callback(command.binding, interaction)

    async def _shown(self, interaction: discord.Interaction[Busker]) -> Performance | MadeTrack:
        """The piece of the card: in the library once its track is made, else in the session."""
        guild, bot = member_of(interaction).guild, interaction.client
        performance = bot.session_of(guild).shown(self._seed)
        number = self._number or (performance.number if performance else 0)
        if number and (track := await bot.store.track(guild.id, number)) is not None:
            return track
        if performance is None:
            raise RequestError(Text("button-gone"))
        return performance

    async def _again(self, interaction: discord.Interaction[Busker]) -> None:
        shown = await self._shown(interaction)
        if isinstance(shown, MadeTrack):
            await play_again(interaction, shown)
        else:
            await asked_again(interaction, shown.piece, shown.request.kept)


class OnTrack(discord.ui.DynamicItem[discord.ui.Button[Any]], template=TRACK_BUTTON_ID):
    """A button under a posted track."""

    def __init__(self, act: str) -> None:
        self._act = act
        super().__init__(discord.ui.Button(custom_id=f"track:{act}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> OnTrack:
        return cls(match["act"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert interaction.message is not None  # a component has one
        async with tell_fault(interaction):
            await ON_MESSAGE[self._act](interaction, interaction.message)


@app_commands.guild_only()
async def play_exactly_again(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Play the track of a message once more."""
    await again(interaction, posted_by(interaction.client, message))


@app_commands.guild_only()
async def remix(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Ask for the words of another piece like the one of a message, as the library or its file knows it."""
    attachment = posted_by(interaction.client, message)
    known = await interaction.client.store.track_of(member_of(interaction).guild.id, message.id)
    piece = (known or await origin_of(interaction, attachment)).piece
    await interaction.response.send_modal(Remix(interaction.locale, piece))


@app_commands.guild_only()
async def extend(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Ask how long the track of a message is to go on."""
    track = posted_by(interaction.client, message)
    await interaction.response.send_modal(Extension(interaction, track))


ON_MESSAGE: Final[dict[str, Callable[[discord.Interaction[Busker], discord.Message], Awaitable[None]]]] = {
    "again": play_exactly_again,
    "remix": remix,
    "extend": extend,
}


class Buttons(commands.Cog):
    """Owns the commands in the menu of messages while it is loaded."""

    def __init__(self, bot: Busker) -> None:
        self._tree = bot.tree
        self._menus = [
            app_commands.ContextMenu(name=name, callback=callback)
            for name, callback in (("Again", play_exactly_again), ("Remix", remix), ("Extend", extend))
        ]

    async def cog_load(self) -> None:
        """Put them into the menu."""
        for menu in self._menus:
            self._tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Take them out again."""
        for menu in self._menus:
            self._tree.remove_command(menu.name, type=menu.type)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(OnCard, OnTrack)
    await bot.add_cog(Buttons(bot))
