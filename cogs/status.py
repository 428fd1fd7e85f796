"""The voice channel's status: what plays there, where Busker may say so and managers want it."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord
from discord.ext import commands

from bot.client import Busker
from bot.rules.markdown import cut
from bot.ui.posted_card import UNPOSTED
from words.text import Text

LOOK_SECONDS: Final = 5.0
"""A piece lasts longer than that, and Discord takes five such changes in five seconds."""

STATUS_CHARS: Final = 500
"""The longest status (Discord API docs)."""

_log = logging.getLogger(__name__)


class Status(commands.Cog):
    """Compares what plays with what it said, every few seconds while Busker is in a channel. So it never
    holds up sound, and a channel that was left is cleared."""

    def __init__(self, bot: Busker) -> None:
        self._bot = bot
        self._said: dict[discord.VoiceChannel, str] = {}
        self._looking: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        """Look no more, and leave no status behind."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])
        for channel in list(self._said):
            await self._say(channel, None)

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Begin to look once Busker enters a channel."""
        looking = self._looking is not None and not self._looking.done()
        if member == member.guild.me and after.channel is not None and not looking:
            self._looking = asyncio.create_task(self._look(), name="voice channel status")

    async def _look(self) -> None:
        """Look while Busker is in any channel, and once more when it has left."""
        while self._bot.voice_clients or self._said:
            wanted = self._wanted()
            for channel in {*self._said, *wanted}:
                if self._said.get(channel) != wanted.get(channel):
                    await self._say(channel, wanted.get(channel))
            await asyncio.sleep(LOOK_SECONDS)

    def _wanted(self) -> dict[discord.VoiceChannel, str]:
        """What is to be said where."""
        wanted = {}
        for client in self._bot.voice_clients:
            channel = client.channel
            if isinstance(channel, discord.VoiceChannel) and self._may(channel):
                playing = self._bot.session_of(channel.guild).wanted[:1]
                if playing and playing[0].buffer.frames_played:
                    status = Text("track-prompt", prompt=playing[0].piece.prompts[-1])
                    wanted[channel] = cut(status.in_(channel.guild.preferred_locale), STATUS_CHARS)
        return wanted

    def _may(self, channel: discord.VoiceChannel) -> bool:
        granted = channel.permissions_for(channel.guild.me).set_voice_channel_status
        return granted and self._bot.settings_in(channel.guild).voice.announce

    async def _say(self, channel: discord.VoiceChannel, words: str | None) -> None:
        if words is not None:
            self._said[channel] = words
        try:
            await channel.edit(status=words)
        except UNPOSTED as error:  # said or not, the next change tries again
            _log.info("the status of %s was not changed: %s", channel, error)
        if words is None:  # and not before: the end of the bot may come between
            self._said.pop(channel, None)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Status(bot))
