"""The voice channel's status: the prompt that plays, where permissions and managers allow it.

It shows no prompt that was typed where not everybody who sees the status can read it.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import discord
from discord.ext import commands

from bot.client import Busker
from bot.playback.visibility import in_channel
from bot.rules.markdown import truncate
from bot.ui.posted_card import UNPOSTED
from words.text import Text

if TYPE_CHECKING:
    from bot.playback.performance import Performance

UPDATE_SECONDS: Final = 5.0
"""Time between two updates [s]: pieces last longer, and Discord accepts five updates in five seconds."""

MAX_STATUS_CHARS: Final = 500
"""Longest status (Discord API docs)."""

_log = logging.getLogger(__name__)


class Status(commands.Cog):
    """Updates the status of every voice channel that Busker is in, and clears it afterwards.

    A task compares what plays with what is shown every few seconds, so it never delays sound.
    """

    def __init__(self, bot: Busker) -> None:
        self._bot = bot
        self._shown: dict[discord.VoiceChannel, str] = {}
        self._task: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        """End the task and clear every status."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        for channel in list(self._shown):
            await self._show(channel, None)

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        """Start the task when Busker enters a channel."""
        running = self._task is not None and not self._task.done()
        if member == member.guild.me and after.channel is not None and not running:
            self._task = asyncio.create_task(self._keep(), name="voice channel status")

    async def _keep(self) -> None:
        """Update while Busker is in any channel, and until every other status is cleared."""
        while self._bot.voice_clients or self._shown:
            wanted = self._wanted()
            for channel in {*self._shown, *wanted}:
                if self._shown.get(channel) != wanted.get(channel):
                    await self._show(channel, wanted.get(channel))
            await asyncio.sleep(UPDATE_SECONDS)

    def _wanted(self) -> dict[discord.VoiceChannel, str]:
        """Return the current status of each channel."""
        wanted = {}
        for client in self._bot.voice_clients:
            channel = client.channel
            if isinstance(channel, discord.VoiceChannel) and self._is_allowed(channel):
                playing = self._bot.sessions.of(channel.guild).wanted[:1]
                if playing and playing[0].buffer.frames_played and self._may_show(playing[0], channel):
                    status = Text("track-prompt", prompt=playing[0].piece.typed_prompts[-1])
                    wanted[channel] = truncate(status.in_(channel.guild.preferred_locale), MAX_STATUS_CHARS)
        return wanted

    def _is_allowed(self, channel: discord.VoiceChannel) -> bool:
        granted = channel.permissions_for(channel.guild.me).set_voice_channel_status
        return granted and self._bot.guild_settings.of(channel.guild.id).voice.announce

    def _may_show(self, performance: Performance, channel: discord.VoiceChannel) -> bool:
        """True if all who see the channel may learn of the piece, and its words are allowed there."""
        requester, piece = performance.request.requester, performance.piece
        if not in_channel(channel)(performance):
            return False
        return self._bot.moderation.allows(requester, channel, piece.prompts[-1], piece.typed_prompts[-1])

    async def _show(self, channel: discord.VoiceChannel, status: str | None) -> None:
        if status is not None:
            self._shown[channel] = status
        try:
            await channel.edit(status=status)
        except UNPOSTED as error:  # the next change tries again
            _log.info("the status of %s was not changed: %s", channel, error)
        if status is None:  # and not before: the end of the bot may come between
            self._shown.pop(channel, None)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Status(bot))
