"""The command tree: discord.py's, with the pace of each person looked at before anything else."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.errors import TooFast


class CommandTree(app_commands.CommandTree[Any]):
    """Judges a command that comes too fast like any other error."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Return False, after an answer, for one command too many. Autocompletions do not count."""
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        try:
            interaction.client.pace.require(interaction.user.id)
        except TooFast as error:
            judge: Any = self.on_error  # `cogs/errors.py` takes errors of any kind
            await judge(interaction, error)
            return False
        return True
