"""What Discord demands of buttons, menus and layouts beyond the fields, types and limits of its description.

Discord developer documentation, Components / Reference. `rehearsal/contract/` has checked the rest before.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from rehearsal.refusal import Json, bad_length, invalid_form, required, too_long

MAX_ROWS: Final = 5
MAX_MENU_CHOICES: Final = 25
MAX_V2_COMPONENTS: Final = 40
MAX_V2_CHARACTERS: Final = 4_000


class Kind(IntEnum):
    """Component types of the documentation."""

    ROW = 1
    BUTTON = 2
    STRING_MENU = 3
    TEXT_INPUT = 4
    USER_MENU = 5
    ROLE_MENU = 6
    MENTIONABLE_MENU = 7
    CHANNEL_MENU = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18


MENUS: Final = {Kind.STRING_MENU, Kind.USER_MENU, Kind.ROLE_MENU, Kind.MENTIONABLE_MENU, Kind.CHANNEL_MENU}
"""Components from which a member chooses values."""


class Style(IntEnum):
    """The styles of buttons without a `custom_id`."""

    LINK = 5
    PREMIUM = 6


def walk(components: list[Json], path: str = "components") -> Iterator[tuple[str, Json]]:
    """Yield every component of a message with its dotted path, parents before children."""
    for index, component in enumerate(components):
        here = f"{path}.{index}"
        yield here, component
        yield from walk(component.get("components") or [], f"{here}.components")
        for single in ("accessory", "component"):
            if component.get(single):
                yield f"{here}.{single}", component[single]


def texts(components: list[Json]) -> list[str]:
    """Return the texts that a message of layout components shows."""
    return [
        str(component.get("content", ""))
        for _, component in walk(components)
        if component.get("type") == Kind.TEXT
    ]


def media(components: list[Json]) -> Iterator[tuple[str, Json]]:
    """Yield every picture and file that layout components show, with its dotted path."""
    for path, component in walk(components):
        if component.get("type") == Kind.THUMBNAIL:
            yield f"{path}.media", component["media"]
        elif component.get("type") == Kind.FILE:
            yield f"{path}.file", component["file"]
        elif component.get("type") == Kind.GALLERY:
            yield from (
                (f"{path}.items.{n}.media", item["media"]) for n, item in enumerate(component["items"])
            )


def find(components: list[Json], custom_id: str) -> Json | None:
    """Return the button or menu with this `custom_id`."""
    return next(
        (component for _, component in walk(components) if component.get("custom_id") == custom_id), None
    )


def check_components(components: list[Json] | None, *, v2: bool) -> list[Json]:
    """Return the components of a message. Raises Refusal, naming the first error."""
    components = components or []
    if not v2:
        if len(components) > MAX_ROWS:
            raise too_long("components", MAX_ROWS)
        check_kinds(components, {Kind.ROW}, "components")
    walked = list(walk(components))
    if v2 and len(walked) > MAX_V2_COMPONENTS:
        raise too_long("components", MAX_V2_COMPONENTS)
    if v2 and sum(map(len, texts(components))) > MAX_V2_CHARACTERS:
        raise invalid_form(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Displayable text size exceeds maximum size of {MAX_V2_CHARACTERS}",
        )
    check_ids(walked)
    for path, component in walked:
        if component["type"] == Kind.ROW:
            _check_row(component, path)
        elif component["type"] == Kind.BUTTON:
            _check_button(component, path)
        elif component["type"] in MENUS:
            check_menu(component, path)
    return components


def check_kinds(components: list[Json], allowed: set[Kind], path: str) -> None:
    """Raise Refusal for a component of another type."""
    for index, component in enumerate(components):
        if component.get("type") not in allowed:
            choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
            raise invalid_form(
                f"{path}.{index}",
                "UNION_TYPE_CHOICES",
                f'Value of field "type" must be one of ({choices}{"," * (len(allowed) == 1)}).',
            )


def check_ids(walked: list[tuple[str, Json]]) -> None:
    """Raise Refusal for a `custom_id` or an `id` that is there twice; an `id` of 0 is none."""
    for field in ("custom_id", "id"):
        seen: set[object] = set()
        for path, component in walked:
            value = component.get(field)
            if value and value in seen:
                raise invalid_form(
                    f"{path}.{field}",
                    f"COMPONENT_{field.upper()}_DUPLICATED",
                    f"Component {field.replace('_', ' ')} cannot be duplicated",
                )
            seen.add(value)


def _check_row(component: Json, path: str) -> None:
    inside = component["components"]
    if len(inside) > 1 and any(child["type"] in MENUS for child in inside):
        raise bad_length(f"{path}.components", 1, 1)


def _check_button(component: Json, path: str) -> None:
    style, custom_id = component["style"], component.get("custom_id")
    own = {Style.LINK: "url", Style.PREMIUM: "sku_id"}.get(style, "custom_id")
    if not component.get(own):
        raise required(f"{path}.{own}")
    if own != "custom_id" and custom_id is not None:
        raise invalid_form(
            path,
            "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
            "A custom id and url cannot both be specified",
        )
    if own == "url" and not str(component["url"]).startswith(("https://", "http://", "discord://")):
        raise invalid_form(
            f"{path}.url",
            "URL_TYPE_INVALID_SCHEME",
            "Scheme must be one of ('http', 'https', 'discord').",
        )
    if own != "sku_id" and not component.get("label") and not component.get("emoji"):
        raise invalid_form(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required")


def check_menu(component: Json, path: str) -> None:
    """Raise Refusal for a menu whose values are ambiguous or of which no choice can be made."""
    values = [option["value"] for option in component.get("options") or []]
    for index, value in enumerate(values):
        if value in values[:index]:
            raise invalid_form(
                f"{path}.options.{index}.value",
                "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                "The specified option value is already used",
            )
    least, most = choices_of(component)
    if least > most or (component["type"] == Kind.STRING_MENU and most > len(values)):
        raise bad_length(f"{path}.options", max(least, most), MAX_MENU_CHOICES)


def choices_of(menu: Json) -> tuple[int, int]:
    """Return the least and the most values that a member may choose."""
    least, most = menu.get("min_values"), menu.get("max_values")
    return 1 if least is None else least, 1 if most is None else most
