"""Commands in the context menu of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.client import Busker


class ContextMenuCog(commands.Cog):
    """Adds commands to the context menu of messages while it is loaded."""

    def __init__(self, bot: Busker, *menus: app_commands.ContextMenu) -> None:
        self._tree = bot.tree
        self._menus = menus

    async def cog_load(self) -> None:
        """Add the commands."""
        for menu in self._menus:
            self._tree.add_command(menu)

    async def cog_unload(self) -> None:
        """Remove the commands."""
        for menu in self._menus:
            self._tree.remove_command(menu.name, type=menu.type)
