"""Application commands as they are synced: Discord's checks, and the list a member chooses from.

Limits: Discord developer documentation, Interactions / Application Commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Final

from rehearsal.refusal import Json, Refusal, bad_choice, bad_length, invalid_form, required, too_long, unknown
from rehearsal.world import Snowflakes


class CommandType(IntEnum):
    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3


class OptionType(IntEnum):
    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


MAX_COMMANDS: Final = {CommandType.CHAT_INPUT: 100, CommandType.USER: 15, CommandType.MESSAGE: 15}
"""Maximum commands of each type, both global and for each guild."""

MAX_OPTIONS: Final = 25
MAX_CHOICES: Final = 25
MAX_COMMAND_CHARACTERS: Final = 8_000
"""Names, descriptions and values of a command, its options and its choices."""

MAX_NAME_CHARACTERS: Final = 32
MAX_DESCRIPTION_CHARACTERS: Final = 100
MAX_CHOICE_CHARACTERS: Final = 100
MAX_STRING_CHARACTERS: Final = 6_000
MAX_INTEGER: Final = 2**53 - 1
"""The largest integer that JSON numbers hold exactly."""

NAME: Final = re.compile(r"[-_'\w]{1,32}")
"""Letters, digits, hyphen, underscore and apostrophe of any script."""

LOCALES: Final = (
    *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl"),
    *("pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja"),
    *("zh-TW", "ko"),
)
"""Developer documentation, Reference / Locales."""

GROUPING: Final = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
"""Options that contain other options."""


class Commands:
    """The commands that the application has synced: a global list (key None), and one for each guild."""

    def __init__(self, application_id: int, snowflakes: Snowflakes) -> None:
        self._application_id = application_id
        self._snowflakes = snowflakes
        self._synced: dict[int | None, dict[int, Json]] = {}

    def listed(self, guild_id: int | None) -> list[Json]:
        return list(self._synced.get(guild_id, {}).values())

    def get(self, guild_id: int | None, command_id: int) -> Json:
        try:
            return self._synced[guild_id][command_id]
        except KeyError:
            raise unknown("application command") from None

    def delete(self, guild_id: int | None, command_id: int) -> None:
        self.get(guild_id, command_id)
        del self._synced[guild_id][command_id]

    def overwrite(self, guild_id: int | None, bodies: Any) -> list[Json]:
        """Replace the synced commands; a command of the same name and type keeps its id."""
        if not isinstance(bodies, list):
            raise invalid_form("_", "LIST_TYPE_CONVERT", "Must be a list.")
        checked = [check_command(body, str(index)) for index, body in enumerate(bodies)]
        for kind, limit in MAX_COMMANDS.items():
            if sum(body["type"] == kind for body in checked) > limit:
                raise Refusal(400, 30032, f"Maximum number of application commands reached ({limit})")
        names = [(body["type"], body["name"]) for body in checked]
        for index, name in enumerate(names):
            if name in names[:index]:
                raise invalid_form(
                    str(index),
                    "APPLICATION_COMMANDS_DUPLICATE_NAME",
                    "Application command names must be unique",
                )
        before = {(old["type"], old["name"]): old["id"] for old in self.listed(guild_id)}
        synced: dict[int, Json] = {}
        for body in checked:
            command_id = int(before.get((body["type"], body["name"])) or self._snowflakes.mint())
            synced[command_id] = self._as_synced(body, command_id, guild_id)
        self._synced[guild_id] = synced
        return self.listed(guild_id)

    def upsert(self, guild_id: int | None, body: Any) -> Json:
        """Add one command, or put it in the place of the one of the same name and type."""
        others = [
            old
            for old in self.listed(guild_id)
            if (old["name"], old["type"]) != (body.get("name"), body.get("type", CommandType.CHAT_INPUT))
        ]
        return self.overwrite(guild_id, [*others, body])[-1]

    def choose(self, name: str, guild_id: int | None, kind: CommandType, locale: str = "en-US") -> Json:
        """Return the command that a member gets by typing `name`: the guild's own before the global one."""
        for scope in (guild_id, None):
            for command in self._synced.get(scope, {}).values():
                shown = (command.get("name_localizations") or {}).get(locale, command["name"])
                if name in (command["name"], shown) and command["type"] == kind:
                    return command
        raise LookupError(f"No command {name!r} has been synced.")

    def _as_synced(self, body: Json, command_id: int, guild_id: int | None) -> Json:
        permissions = body.get("default_member_permissions")
        synced = body | {
            "id": str(command_id),
            "application_id": str(self._application_id),
            "version": str(self._snowflakes.mint()),
            "default_member_permissions": None if permissions is None else str(permissions),
            "nsfw": bool(body.get("nsfw", False)),
            "dm_permission": body.get("dm_permission", True),
            "contexts": body.get("contexts"),
            "integration_types": body.get("integration_types") or [0],
            "options": _without_nulls(body.get("options") or []),
        }
        if guild_id is not None:
            synced["guild_id"] = str(guild_id)
        return synced


def _without_nulls(value: Any) -> Any:
    """Return the same JSON without the fields that are null, which answers leave out."""
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    return value


def check_command(body: Any, path: str) -> Json:
    """Return one command of a sync, with its type filled in. Raises Refusal, naming the first error."""
    if not isinstance(body, dict):
        raise invalid_form(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    kind = body.get("type", CommandType.CHAT_INPUT)
    if kind not in list(CommandType):
        raise bad_choice(f"{path}.type", kind)
    if kind == CommandType.CHAT_INPUT:
        _check_characters(body, path)
        _check_options(body.get("options") or [], f"{path}.options", depth=0)
    else:
        for name, here in _in_every_language(body, "name", path):
            _check_length(name, here, MAX_NAME_CHARACTERS)
        if body.get("description"):
            raise invalid_form(
                f"{path}.description",
                "APPLICATION_COMMAND_INVALID_DESCRIPTION",
                "Context menu commands cannot have description",
            )
        if body.get("options"):
            raise invalid_form(
                f"{path}.options", "APPLICATION_COMMAND_INVALID_OPTIONS", "Context menus take no options"
            )
    if _count_characters(body) > MAX_COMMAND_CHARACTERS:
        raise invalid_form(
            path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_COMMAND_CHARACTERS})"
        )
    return {"description": "", **body, "type": int(kind)}


def _check_characters(body: Json, path: str) -> None:
    """Check the name and the description of a command or an option, and their translations."""
    for name, here in _in_every_language(body, "name", path):
        _check_name(name, here)
    for description, here in _in_every_language(body, "description", path):
        _check_length(description, here, MAX_DESCRIPTION_CHARACTERS)


def _in_every_language(body: Json, field: str, path: str) -> Iterator[tuple[Any, str]]:
    """Yield a field and its translations, each with its dotted path."""
    yield body.get(field), f"{path}.{field}"
    for locale, translation in (body.get(f"{field}_localizations") or {}).items():
        here = f"{path}.{field}_localizations"
        if locale not in LOCALES:
            raise bad_choice(here, locale)
        yield translation, f"{here}.{locale}"


def _check_name(name: Any, path: str) -> None:
    _check_length(name, path, MAX_NAME_CHARACTERS)
    if not NAME.fullmatch(name) or name != name.lower():
        raise invalid_form(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _check_length(text: Any, path: str, longest: int) -> None:
    if text is None:
        raise required(path)
    if not 1 <= len(text) <= longest:
        raise bad_length(path, 1, longest)


def _check_options(options: list[Json], path: str, *, depth: int) -> None:
    if len(options) > MAX_OPTIONS:
        raise too_long(path, MAX_OPTIONS)
    optional_seen = False
    for index, option in enumerate(options):
        here = f"{path}.{index}"
        _check_characters(option, here)
        for locale in (None, *LOCALES):
            if _name_in(option, locale) in [_name_in(other, locale) for other in options[:index]]:
                raise invalid_form(
                    here, "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE", "Option names must be unique"
                )
        kind = option.get("type")
        if kind not in list(OptionType):
            raise bad_choice(f"{here}.type", kind)
        if kind in GROUPING:
            if depth + (kind == OptionType.SUB_COMMAND) > 2:
                raise bad_choice(f"{here}.type", kind)
            _check_options(option.get("options") or [], f"{here}.options", depth=depth + 1)
            continue
        if option.get("required") and optional_seen:
            raise invalid_form(
                here,
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            )
        optional_seen |= not option.get("required")
        _check_value_option(option, kind, here)


def _check_value_option(option: Json, kind: int, path: str) -> None:
    choices = option.get("choices") or []
    if len(choices) > MAX_CHOICES:
        raise too_long(f"{path}.choices", MAX_CHOICES)
    if choices and option.get("autocomplete"):
        raise invalid_form(
            path,
            "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            "Choices and autocomplete exclude each other",
        )
    for index, choice in enumerate(choices):
        for name, here in _in_every_language(choice, "name", f"{path}.choices.{index}"):
            _check_length(name, here, MAX_CHOICE_CHARACTERS)
        if kind == OptionType.STRING:
            _check_length(choice.get("value"), f"{path}.choices.{index}.value", MAX_CHOICE_CHARACTERS)
    for name in ("min_length", "max_length"):
        length = option.get(name)
        if length is not None and not (name == "max_length") <= length <= MAX_STRING_CHARACTERS:
            raise invalid_form(f"{path}.{name}", "NUMBER_TYPE_MAX", f"Between 0 and {MAX_STRING_CHARACTERS}.")
    for name in ("min_value", "max_value"):
        value = option.get(name)
        if value is not None and abs(value) > MAX_INTEGER:
            raise invalid_form(f"{path}.{name}", "NUMBER_TYPE_MAX", "Between -2^53+1 and 2^53-1.")


def _name_in(option: Json, locale: str | None) -> Any:
    return (option.get("name_localizations") or {}).get(locale, option.get("name"))


def _count_characters(body: Json) -> int:
    """Count the characters of a command, its options and its choices.

    Of a text and its translations the longest one counts.
    """
    own = sum(
        max(len(str(text)) for text in (body[field], *(body.get(f"{field}_localizations") or {}).values()))
        for field in ("name", "description", "value")
        if field in body
    )
    inside = [*(body.get("options") or []), *(body.get("choices") or [])]
    return own + sum(map(_count_characters, inside))
