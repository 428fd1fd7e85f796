"""Every failed command ends here. Errors are judged in this order:

1. a BuskerError is a sentence already: the member reads it, except for what the store says to operators;
2. an error of discord.py's own checks (values, permissions, direct messages) becomes a sentence;
3. an interaction that has expired at Discord is logged in one line: the member cannot be answered;
4. everything else reaches the log with its traceback, and the member as a sentence.

If the sentence itself fails, or Discord refuses it, both tracebacks are logged, and the member reads the
plain sentence for what was not foreseen, which was worded when this file was loaded.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import discord
from discord import app_commands
from discord.ext import commands

from audio.errors import BuskerError
from bot.client import Busker
from bot.errors import RequestError, StoreError, TooFast
from bot.rules.markdown import escape, truncate
from words.catalogue import LANGUAGES, language_of
from words.text import Text

UNKNOWN_INTERACTION: Final = 10062
"""Discord's code for an interaction that was answered after 3 s (Discord API docs, JSON error codes)."""

EXPIRED: Final = (UNKNOWN_INTERACTION, 10015, 50027)
"""Discord's codes for an interaction that takes no answer any more: also its webhook is unknown, or the token
of the webhook is invalid after 15 minutes."""

ALREADY_ANSWERED: Final = 40060
"""Discord's code for a first answer to an interaction that has one."""

MAX_MESSAGE_CHARS: Final = 2000
"""Longest message (Discord API docs, Create Message)."""

_UNFORESEEN: Final = {language: Text("error-unforeseen").in_(language) for language in LANGUAGES}
"""Worded now: a member reads it when wording fails."""

_Cog = TypeVar("_Cog")
_Choices = list[app_commands.Choice[str]]
_Suggest = Callable[[_Cog, discord.Interaction[Busker], str], Coroutine[Any, Any, _Choices]]

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
    """Answer the member with one sentence, and log what is unexpected. Raises nothing."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.HTTPException) and cause.code in EXPIRED:
        _log.warning("%s was answered too late", _name(interaction))
        return
    plain = _UNFORESEEN[language_of(str(interaction.locale))]
    try:
        sentence = _sentence(cause)
        answer = plain if sentence is None else sentence.in_(interaction.locale)
    except Exception:
        _log.exception("%s: the sentence for the next error failed", _name(interaction))
        sentence, answer = None, plain
    if sentence is None:
        _log.error("%s failed", _name(interaction), exc_info=cause)
    await _answer(interaction, answer, plain, cause)


class Paced:
    """Mixin of buttons, menus and forms: one press too many is answered with a sentence and does nothing."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Called by discord.py before the callback."""
        try:
            interaction.client.pace.require(interaction.user.id)
        except TooFast as error:
            await handle_error(interaction, error)
            return False
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /, *_: Any) -> None:
        """Called by discord.py for what fails around the callback of a form."""
        await handle_error(interaction, error)


@asynccontextmanager
async def errors_answered(interaction: discord.Interaction[Busker]) -> AsyncIterator[None]:
    """Handle an error in this block like one of a command: discord.py's handler ignores those of buttons."""
    try:
        yield
    except Exception as error:
        await handle_error(interaction, error)


def choices_answered(suggest: _Suggest[_Cog]) -> _Suggest[_Cog]:
    """Decorate an autocompletion: if it fails, that is logged, and nothing is suggested.

    discord.py would not answer, and Discord would tell the member that loading failed.
    """

    @functools.wraps(suggest)
    async def answered(cog: _Cog, interaction: discord.Interaction[Busker], typed: str) -> _Choices:
        try:
            return await suggest(cog, interaction, typed)
        except RequestError:
            return []  # a direct message, or a restart: the command itself says so
        except Exception:
            _log.exception("the autocompletion of %s failed", _name(interaction))
            return []

    return answered


def _sentence(cause: Exception) -> Text | None:
    """Return the sentence for an expected error, None for any other."""
    if isinstance(cause, StoreError):  # for operators: it names a file
        return None
    if isinstance(cause, BuskerError):
        return cause.text
    if isinstance(cause, app_commands.NoPrivateMessage):
        return Text("error-servers-only")
    if isinstance(cause, app_commands.TransformerError):
        return Text("error-value", value=escape(truncate(str(cause.value))))
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


async def _answer(
    interaction: discord.Interaction[Busker], sentence: str, plain: str, cause: Exception
) -> None:
    """Send the sentence; if that fails, the plain one. `cause` is logged along with the failure."""
    done = interaction.response.is_done()
    thinking = interaction.response.type is discord.InteractionResponseType.deferred_channel_message
    try:
        if done:
            await interaction.followup.send(truncate(sentence, MAX_MESSAGE_CHARS), ephemeral=True)
        else:
            await interaction.response.send_message(truncate(sentence, MAX_MESSAGE_CHARS), ephemeral=True)
        return
    except Exception as failure:
        if isinstance(failure, discord.HTTPException) and failure.code in EXPIRED:
            _log.warning("%s: the answer came too late", _name(interaction))
            return
        _log.warning("%s: the answer did not arrive", _name(interaction), exc_info=failure)
        _log.warning("%s: this was to be answered", _name(interaction), exc_info=cause)
        done = done or (isinstance(failure, discord.HTTPException) and failure.code == ALREADY_ANSWERED)
    try:
        if thinking:
            await interaction.edit_original_response(content=plain)
        elif done:
            await interaction.followup.send(plain, ephemeral=True)
        else:
            await interaction.response.send_message(plain, ephemeral=True)
    except Exception:
        _log.warning("%s: the plain answer did not arrive either", _name(interaction), exc_info=True)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Errors(bot))
