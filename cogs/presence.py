"""The presence: what Busker does, beside its name in every list of members."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord
from discord.ext import commands

from bot.client import Busker
from words.text import Text

SPACING_SECONDS: Final = 5.0
"""Discord takes five changes in 20 s from a connection; what changes meanwhile is said together."""

_log = logging.getLogger(__name__)


class Presence(commands.Cog):
    """Says in how many voice channels music plays, or how to ask for some.

    One presence is for all servers, so it is in English. It is looked at while Busker is in any channel.
    """

    def __init__(self, bot: Busker) -> None:
        self._bot = bot
        self._said: Text | None = None
        self._next_at = 0.0
        """When something may be said again, on the event loop's clock."""
        self._looking: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new connection begins without a presence."""
        self._said = None
        self._look()

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Look once Busker enters a channel."""
        if member == member.guild.me:
            self._look()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep(), name="presence")

    async def _keep(self) -> None:
        """Say what is so, while Busker is in any channel and once more when it has left."""
        staying = True
        while staying:
            await asyncio.sleep(max(0.0, self._next_at - asyncio.get_running_loop().time()))
            staying = bool(self._bot.voice_clients)
            await self._say(self._due())
            if staying:
                await asyncio.sleep(SPACING_SECONDS)

    async def _say(self, due: Text) -> None:
        if due == self._said or self._bot.is_closed():
            return
        self._next_at = asyncio.get_running_loop().time() + SPACING_SECONDS
        try:
            await self._bot.change_presence(activity=discord.CustomActivity(str(due)))
        except (OSError, discord.DiscordException) as error:
            _log.info("the presence was not changed: %r", error)
        else:
            self._said = due

    def _due(self) -> Text:
        channels = self._bot.channels_playing
        return Text("presence-playing", channels=channels) if channels else Text("presence-idle")


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Presence(bot))
