"""Where every failed command ends. Errors are judged in this order:

1. a BuskerError is a sentence already: the member reads it;
2. an error of discord.py's own checks (values, permissions, wrong place) becomes a sentence;
3. an interaction that Discord has given up on is logged in one line: nobody waits for it any more;
4. everything else reaches the log whole, and the member as a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
from discord import app_commands
from discord.ext import commands

from audio.errors import BuskerError
from bot.client import Busker
from bot.rules.markdown import quoted
from words.text import Text

UNKNOWN_INTERACTION = 10062
"""Discord's code for an interaction that was answered after 3 s (Discord API docs, JSON error codes)."""

_log = logging.getLogger(__name__)


class Errors(commands.Cog):
    """Owns the command tree's error handler while it is loaded."""

    def __init__(self, bot: Busker) -> None:
        self._tree = bot.tree
        self._before = bot.tree.on_error

    async def cog_load(self) -> None:
        """Take the handler over."""
        self._tree.error(judge)

    async def cog_unload(self) -> None:
        """Give the handler back."""
        self._tree.error(self._before)


async def judge(interaction: discord.Interaction[Busker], error: Exception) -> None:
    """Tell the member one sentence, and the log what it should know."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.NotFound) and cause.code == UNKNOWN_INTERACTION:
        _log.warning("%s was answered too late", _name(interaction))
        return
    told = _told(cause)
    if told is None:
        _log.error("%s failed", _name(interaction), exc_info=cause)
        told = Text("error-unforeseen")
    await _answer(interaction, told.in_(interaction.locale))


@asynccontextmanager
async def tell_fault(interaction: discord.Interaction[Busker]) -> AsyncIterator[None]:
    """Judge an error within this block like one of a command: what buttons raise reaches no handler."""
    try:
        yield
    except Exception as error:
        await judge(interaction, error)


def _told(cause: Exception) -> Text | None:
    if isinstance(cause, BuskerError):
        return cause.text
    if isinstance(cause, app_commands.NoPrivateMessage):
        return Text("error-servers-only")
    if isinstance(cause, app_commands.TransformerError):
        return Text("error-value", value=quoted(str(cause.value)))
    if isinstance(cause, app_commands.CheckFailure):
        return Text("error-forbidden")
    if isinstance(cause, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return Text("error-old-command")
    return None


def _name(interaction: discord.Interaction[Busker]) -> str:
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    if interaction.type is discord.InteractionType.component:
        return "a button"
    return "a command"


async def _answer(interaction: discord.Interaction[Busker], sentence: str) -> None:
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except discord.HTTPException as error:
        _log.warning("%s: the answer did not arrive", _name(interaction), exc_info=error)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Errors(bot))
