"""Every failed command ends here. Errors are judged in this order:

1. a BuskerError is a sentence already: the member reads it;
2. an error of discord.py's own checks (values, permissions, direct messages) becomes a sentence;
3. an interaction that has expired at Discord is logged in one line: the member cannot be answered;
4. everything else reaches the log with its traceback, and the member as a sentence.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.errors import BuskerError
from bot.client import Busker
from bot.rules.markdown import escape
from words.text import Text

UNKNOWN_INTERACTION: Final = 10062
"""Discord's code for an interaction that was answered after 3 s (Discord API docs, JSON error codes)."""

_log = logging.getLogger(__name__)


class Errors(commands.Cog):
    """Replaces the command tree's error handler while it is loaded."""

    def __init__(self, bot: Busker) -> None:
        self._tree = bot.tree
        self._original = bot.tree.on_error

    async def cog_load(self) -> None:
        """Install the handler."""
        self._tree.error(handle_error)

    async def cog_unload(self) -> None:
        """Restore the original handler."""
        self._tree.error(self._original)


async def handle_error(interaction: discord.Interaction[Busker], error: Exception) -> None:
    """Answer the member with one sentence, and log what is unexpected."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.NotFound) and cause.code == UNKNOWN_INTERACTION:
        _log.warning("%s was answered too late", _name(interaction))
        return
    sentence = _sentence(cause)
    if sentence is None:
        _log.error("%s failed", _name(interaction), exc_info=cause)
        sentence = Text("error-unforeseen")
    await _answer(interaction, sentence.in_(interaction.locale))


@asynccontextmanager
async def errors_answered(interaction: discord.Interaction[Busker]) -> AsyncIterator[None]:
    """Handle an error in this block like one of a command: discord.py's handler ignores those of buttons."""
    try:
        yield
    except Exception as error:
        await handle_error(interaction, error)


def _sentence(cause: Exception) -> Text | None:
    """Return the sentence for an expected error, None for any other."""
    if isinstance(cause, BuskerError):
        return cause.text
    if isinstance(cause, app_commands.NoPrivateMessage):
        return Text("error-servers-only")
    if isinstance(cause, app_commands.TransformerError):
        return Text("error-value", value=escape(str(cause.value)))
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
