"""Requests to Discord about the bot's place in a voice channel. A failure is logged, not raised."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import discord

SPEAK_SECONDS: Final = 4.0
"""Timeout for a request to speak."""

_log = logging.getLogger(__name__)


async def request_to_speak(guild: discord.Guild) -> None:
    """On a Stage, become a speaker if Busker may, else raise a hand."""
    try:
        async with asyncio.timeout(SPEAK_SECONDS):
            try:
                await guild.me.edit(suppress=False)
            except discord.Forbidden:
                await guild.me.request_to_speak()
    except (TimeoutError, OSError, discord.DiscordException) as error:
        _log.warning("Busker could not ask to speak on the Stage in %s: %s", guild, error)


async def leave_channel(guild: discord.Guild) -> None:
    """Tell Discord that the bot leaves its voice channel.

    Needed before joining again: to a bot that it still sees in the channel, Discord names no voice server.
    """
    try:
        await guild.change_voice_state(channel=None)
    except (OSError, RuntimeError, discord.DiscordException) as error:
        _log.info("Discord could not be told that Busker leaves the channel in %s: %r", guild, error)
