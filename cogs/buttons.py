"""Buttons of the card and of posted tracks, and the commands in the context menu of a posted track.

The `custom_id` of a button and the file in its message hold all of its state. So buttons work after a restart
of the bot, and an outdated one answers with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import discord
from discord import app_commands

from bot.client import Busker
from bot.commands.checks import member_of
from bot.errors import RequestError
from bot.playback.performance import Performance
from bot.store.records import MadeTrack
from bot.ui.card import BUTTON_ID, TRACK_BUTTON_ID
from cogs.context_menus import ContextMenuCog
from cogs.errors import Paced, errors_answered
from cogs.extending import Extension
from cogs.interactions import visible_to
from cogs.library import play_again
from cogs.radio import save_excerpt
from cogs.remaking import Remix, posted_origin, posted_track, replay, replay_posted
from cogs.steer import SteerForm, require_playing
from words.text import Text

COMMAND_ACTIONS: Final = ("pause", "resume", "skip", "stop")
"""Actions of buttons that run the command of the same name."""


class CardButton(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=BUTTON_ID):
    """A button under a card."""

    def __init__(self, action: str, seed: int, number: int) -> None:
        self._action, self._seed, self._number = action, seed, number
        super().__init__(discord.ui.Button(custom_id=f"card:{action}:{seed}:{number}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> CardButton:
        return cls(match["action"], int(match["seed"]), int(match["track_id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        async with errors_answered(interaction):
            if self._action in COMMAND_ACTIONS:
                await self._run_command(interaction)
            elif self._action == "steer":
                require_playing(interaction, self._seed)
                piece = (await self._shown(interaction)).piece
                await interaction.response.send_modal(SteerForm(interaction.locale, piece))
            elif self._action == "keep":
                require_playing(interaction, self._seed)
                await save_excerpt(interaction)
            elif self._action == "again":
                await self._replay(interaction)
            elif self._action == "remix":
                piece = (await self._shown(interaction)).piece
                await interaction.response.send_modal(Remix(interaction.locale, piece))
            else:
                track = await self._shown(interaction)
                if not isinstance(track, MadeTrack):
                    raise RequestError(Text("extend-unfinished"))
                await interaction.response.send_modal(Extension(interaction, track))

    async def _run_command(self, interaction: discord.Interaction[Busker]) -> None:
        """Run the command of the button's name if the piece of the card plays: an old card ends no other."""
        require_playing(interaction, self._seed)
        command: Any = interaction.client.tree.get_command(self._action)
        await command.callback(command.binding, interaction)

    async def _shown(self, interaction: discord.Interaction[Busker]) -> Performance | MadeTrack:
        """Return the piece of the card: from the library once its track is written, else from the session."""
        guild, bot = member_of(interaction).guild, interaction.client
        performance = bot.sessions.of(guild).find(self._seed)
        if performance is not None and not visible_to(interaction)(performance):
            performance = None  # another piece with this seed, from elsewhere
        number = self._number or (performance.track_id if performance else 0)
        if number and (track := await bot.store.track(guild.id, number)) is not None:
            return track
        if performance is None:
            raise RequestError(Text("button-gone"))
        return performance

    async def _replay(self, interaction: discord.Interaction[Busker]) -> None:
        shown = await self._shown(interaction)
        if isinstance(shown, MadeTrack):
            await play_again(interaction, shown)
        else:
            await replay(interaction, shown.piece, shown.request.saved_file)


class TrackButton(Paced, discord.ui.DynamicItem[discord.ui.Button[Any]], template=TRACK_BUTTON_ID):
    """A button under a posted track."""

    def __init__(self, action: str) -> None:
        self._action = action
        super().__init__(discord.ui.Button(custom_id=f"track:{action}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> TrackButton:
        return cls(match["action"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        assert interaction.message is not None  # a component has one
        async with errors_answered(interaction):
            await ON_MESSAGE[self._action](interaction, interaction.message)


@app_commands.guild_only()
async def again(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Play the track of a message once more."""
    await replay_posted(interaction, await posted_track(interaction.client, message))


@app_commands.guild_only()
async def remix(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Open a form for a piece like the one of a message, which the library or its file describes."""
    attachment = await posted_track(interaction.client, message)
    track = await interaction.client.store.track_by_message(member_of(interaction).guild.id, message.id)
    piece = (track or await posted_origin(interaction, attachment)).piece
    await interaction.response.send_modal(Remix(interaction.locale, piece))


@app_commands.guild_only()
async def extend(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Open a form to extend the track of a message."""
    track = await posted_track(interaction.client, message)
    await interaction.response.send_modal(Extension(interaction, track))


ON_MESSAGE: Final[dict[str, Callable[[discord.Interaction[Busker], discord.Message], Awaitable[None]]]] = {
    "again": again,
    "remix": remix,
    "extend": extend,
}


class Buttons(ContextMenuCog):
    """The commands on a posted track, which its buttons run too."""

    def __init__(self, bot: Busker) -> None:
        super().__init__(
            bot,
            app_commands.ContextMenu(name="Again", callback=again),
            app_commands.ContextMenu(name="Remix", callback=remix),
            app_commands.ContextMenu(name="Extend", callback=extend),
        )


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    bot.add_dynamic_items(CardButton, TrackButton)
    await bot.add_cog(Buttons(bot))
