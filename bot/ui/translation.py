"""Names and descriptions of commands in Discord's menus, from the catalogue.

Each command has one message, named after it: `command-compose`, or `command-queue-remove` in a group. Its
value is the command's name, its attribute `.description` the description. An option `prompt` has the
attributes `.prompt-name` for its name and `.prompt` for its description. All choices are in the message
`command-choice`.
"""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from words.catalogue import ENGLISH, language_of
from words.text import Text

_Named = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

_NAMES: Final = (Location.command_name, Location.group_name)
_DESCRIPTIONS: Final = (Location.command_description, Location.group_description)


def describe(tree: app_commands.CommandTree[Any]) -> None:
    """Set the English descriptions of all commands and options. Raises LookupError if one is missing."""
    for command in tree.walk_commands():
        command.description = str(Text(f"{_key(command)}.description"))
        if isinstance(command, app_commands.Command):
            options = {
                option.name: app_commands.locale_str(str(Text(f"{_key(command)}.{option.name}")))
                for option in command.parameters
            }
            app_commands.describe(**options)(command)


class Translator(app_commands.Translator):
    """Translates each name and description into each of Discord's languages, for discord.py."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the text in `locale`; None if that is English."""
        if language_of(str(locale)) == ENGLISH:
            return None
        return _text(context.location, context.data).in_(locale)


def _text(location: Location, named: Any) -> Text:
    """Return the catalogue's text for one place of a command."""
    if location in _NAMES:
        return Text(_key(named))
    if location in _DESCRIPTIONS:
        return Text(f"{_key(named)}.description")
    if location is Location.parameter_name:
        return Text(f"{_key(named.command)}.{named.name}-name")
    if location is Location.parameter_description:
        return Text(f"{_key(named.command)}.{named.name}")
    return Text("command-choice", choice=str(named.value))


def _key(command: _Named) -> str:
    return "-".join(("command", *command.qualified_name.lower().split()))
