"""The options of a command as Discord's client lets a member fill them in, against what the bot synced."""

from __future__ import annotations

import mimetypes
from typing import Any

from rehearsal.commands import GROUPING, MAX_INTEGER, MAX_STRING_CHARACTERS, OptionType
from rehearsal.refusal import Json
from rehearsal.rest.uploads import LINK_LIFE_SECONDS, Upload
from rehearsal.wire import attachment_json, channel_json, member_json, role_json, user_json
from rehearsal.world import Attachment, Channel, Guild, Role, User, World


class CannotType(ValueError):
    """Discord's client would not send this, for the reason in the message."""


def find_subcommand(command: Json, words: list[str]) -> tuple[list[tuple[OptionType, str]], list[Json]]:
    """Return the path to a subcommand, from the words after the command's name, and the options it takes.

    Raises CannotType.
    """
    path: list[tuple[OptionType, str]] = []
    options: list[Json] = command["options"]
    for word in words:
        inner = next(
            (known for known in options if known["name"] == word and known["type"] in GROUPING), None
        )
        if inner is None:
            raise CannotType(f"/{command['name']} has no subcommand {word!r}.")
        path.append((OptionType(inner["type"]), word))
        options = inner.get("options") or []
    if any(option["type"] in GROUPING for option in options):
        raise CannotType(f"/{command['name']} needs one of its subcommands.")
    return path, options


class TypedOptions:
    """The options of one command being filled in; `resolved` collects the objects that they name."""

    def __init__(self, world: World, guild: Guild, channel_id: int, known: list[Json]) -> None:
        self._world = world
        self._guild = guild
        self._channel_id = channel_id
        self._known = {option["name"]: option for option in known}
        self.resolved: Json = {}

    def fill(self, values: Json, *, partial: bool = False) -> list[Json]:
        """Return the `options` of INTERACTION_CREATE; `partial` allows required ones to be missing.

        Raises CannotType.
        """
        for name in values:
            if name not in self._known:
                raise CannotType(f"There is no option {name!r}.")
        for name, option in self._known.items():
            if option.get("required") and name not in values and not partial:
                raise CannotType(f"The option {name!r} is required.")
        return [
            {"type": self._known[name]["type"], "name": name, "value": self._value(self._known[name], value)}
            for name, value in values.items()
        ]

    def _value(self, option: Json, value: Any) -> Any:
        kind = OptionType(option["type"])
        choices = option.get("choices") or []
        if choices and value not in [choice["value"] for choice in choices]:
            raise CannotType(f"{option['name']!r} offers only {[choice['name'] for choice in choices]}.")
        if kind is OptionType.STRING:
            return _text(option, value)
        if kind in (OptionType.INTEGER, OptionType.NUMBER):
            return _number(option, kind, value)
        if kind is OptionType.BOOLEAN:
            if not isinstance(value, bool):
                raise CannotType(f"{option['name']!r} takes true or false.")
            return value
        return self._point_at(option, kind, value)

    def _point_at(self, option: Json, kind: OptionType, value: Any) -> str:
        """Return the id of a user, role, channel or file, and add the object to `resolved`."""
        if isinstance(value, User) and kind in (OptionType.USER, OptionType.MENTIONABLE):
            self._resolve("users", value.id, user_json(value))
            if value.id in self._guild.members:
                member = member_json(self._guild.members[value.id], with_user=False) | {"permissions": "0"}
                self._resolve("members", value.id, member)
            return str(value.id)
        if isinstance(value, Role) and kind in (OptionType.ROLE, OptionType.MENTIONABLE):
            self._resolve("roles", value.id, role_json(value, 0))
            return str(value.id)
        if isinstance(value, Channel) and kind is OptionType.CHANNEL:
            wanted = option.get("channel_types") or [value.type]
            if value.type in wanted:
                self._resolve("channels", value.id, channel_json(value) | {"permissions": "0"})
                return str(value.id)
        if isinstance(value, Upload) and kind is OptionType.ATTACHMENT:
            attachment = self._upload(value)
            self._resolve("attachments", attachment.id, attachment_json(attachment))
            return str(attachment.id)
        raise CannotType(f"{option['name']!r} does not take {value!r}.")

    def _upload(self, upload: Upload) -> Attachment:
        kind = mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
        expires = self._world.clock.now() + LINK_LIFE_SECONDS
        attachment_id = self._world.snowflakes.mint()
        attachment = Attachment(
            attachment_id, self._channel_id, upload.filename, upload.data, kind, expires, ephemeral=True
        )
        self._world.attachments[attachment.id] = attachment
        return attachment

    def _resolve(self, kind: str, thing_id: int, data: Json) -> None:
        self.resolved.setdefault(kind, {})[str(thing_id)] = data


def _text(option: Json, value: Any) -> str:
    if not isinstance(value, str):
        raise CannotType(f"{option['name']!r} takes text.")
    min_length, max_length = option.get("min_length") or 0, option.get("max_length") or MAX_STRING_CHARACTERS
    if not min_length <= len(value) <= max_length:
        raise CannotType(f"{option['name']!r} takes {min_length} to {max_length} characters.")
    return value


def _number(option: Json, kind: OptionType, value: Any) -> float:
    whole = kind is OptionType.INTEGER
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise CannotType(f"{option['name']!r} takes a {'whole ' if whole else ''}number.")
    minimum = option.get("min_value", -MAX_INTEGER)
    maximum = option.get("max_value", MAX_INTEGER)
    if not minimum <= value <= maximum:
        raise CannotType(f"{option['name']!r} takes {minimum} to {maximum}.")
    number: float = value
    return number
