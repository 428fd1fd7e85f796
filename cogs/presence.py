"""Busker's presence: in how many channels it plays, shown beside its name in lists of members."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord
from discord.ext import commands

from bot.client import Busker
from words.text import Text

UPDATE_SECONDS: Final = 5.0
"""Shortest time between two updates [s]: Discord accepts five per connection in 20 s."""

_log = logging.getLogger(__name__)


class Presence(commands.Cog):
    """Shows the number of voice channels with music, or else a hint how to begin.

    All servers see the same presence, so it is in English. A task updates it while Busker is in any channel.
    """

    def __init__(self, bot: Busker) -> None:
        self._bot = bot
        self._shown: Text | None = None
        self._next_at = 0.0
        """Earliest next update, on the event loop's clock [s]."""
        self._task: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        """End the task."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Set the presence again: a new connection begins without one."""
        self._shown = None
        self._start()

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Start the task when Busker enters a channel."""
        if member == member.guild.me:
            self._start()

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep(), name="presence")

    async def _keep(self) -> None:
        """Update the presence while Busker is in any channel, and once more after it has left."""
        staying = True
        while staying:
            await asyncio.sleep(max(0.0, self._next_at - asyncio.get_running_loop().time()))
            staying = bool(self._bot.voice_clients)
            await self._update(self._current())
            if staying:
                await asyncio.sleep(UPDATE_SECONDS)

    async def _update(self, text: Text) -> None:
        if text == self._shown or self._bot.is_closed():
            return
        self._next_at = asyncio.get_running_loop().time() + UPDATE_SECONDS
        try:
            await self._bot.change_presence(activity=discord.CustomActivity(str(text)))
        except (OSError, discord.DiscordException) as error:
            _log.info("the presence was not changed: %r", error)
        else:
            self._shown = text

    def _current(self) -> Text:
        channels = self._bot.sessions.playing
        return Text("presence-playing", channels=channels) if channels else Text("presence-idle")


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Presence(bot))
