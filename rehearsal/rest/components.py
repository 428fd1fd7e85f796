"""The limits of buttons, menus and the newer layout components (documentation, Components / Reference)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from rehearsal.refusal import Json, bad_length, invalid_form, required, too_long

MAX_ROWS: Final = 5
MAX_BUTTONS_PER_ROW: Final = 5
MAX_MENU_CHOICES: Final = 25
MAX_LABEL_CHARACTERS: Final = 80
MAX_ID_CHARACTERS: Final = 100
MAX_V2_COMPONENTS: Final = 40
MAX_V2_CHARACTERS: Final = 4_000
MAX_GALLERY_ITEMS: Final = 10
MAX_SECTION_TEXTS: Final = 3
MAX_PICTURE_CHARACTERS: Final = 1_024
"""Limit of a picture's description."""

MAX_MODAL_TITLE_CHARACTERS: Final = 45
MAX_INPUT_LABEL_CHARACTERS: Final = 45
MAX_INPUT_HINT_CHARACTERS: Final = 100
MAX_INPUT_CHARACTERS: Final = 4_000


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


TOP: Final = {Kind.ROW, Kind.SECTION, Kind.TEXT, Kind.GALLERY, Kind.FILE, Kind.SEPARATOR, Kind.CONTAINER}
"""Components allowed at the top of a layout."""

BOXED: Final = TOP - {Kind.CONTAINER}
"""Components allowed inside a container."""

MENUS: Final = {Kind.STRING_MENU, Kind.USER_MENU, Kind.ROLE_MENU, Kind.MENTIONABLE_MENU, Kind.CHANNEL_MENU}
"""Components from which a member chooses values."""

LINK_STYLES: Final = {5, 6}
"""Styles of link and premium buttons, which have no custom_id."""


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


def check_components(components: object, *, v2: bool) -> list[Json]:
    """Return the components of a message. Raises Refusal, naming the first error."""
    if components is None:
        return []
    if not isinstance(components, list):
        raise invalid_form("components", "LIST_TYPE_CONVERT", "Must be a list.")
    if not v2 and len(components) > MAX_ROWS:
        raise too_long("components", MAX_ROWS)
    _check_kinds(components, TOP if v2 else {Kind.ROW}, "components")
    walked = list(walk(components))
    if v2 and len(walked) > MAX_V2_COMPONENTS:
        raise too_long("components", MAX_V2_COMPONENTS)
    if v2 and sum(map(len, texts(components))) > MAX_V2_CHARACTERS:
        raise invalid_form(
            "components",
            "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
            f"Displayable text size exceeds maximum size of {MAX_V2_CHARACTERS}",
        )
    _check_ids(walked)
    for path, component in walked:
        _check(component, path)
    return components


def _check_kinds(components: list[Json], allowed: set[Kind], path: str) -> None:
    for index, component in enumerate(components):
        if component.get("type") not in allowed:
            choices = ", ".join(str(int(kind)) for kind in sorted(allowed))
            raise invalid_form(
                f"{path}.{index}",
                "UNION_TYPE_CHOICES",
                f'Value of field "type" must be one of ({choices}{"," * (len(allowed) == 1)}).',
            )


def _check_ids(walked: list[tuple[str, Json]]) -> None:
    seen: set[str] = set()
    for path, component in walked:
        custom_id = component.get("custom_id")
        if custom_id is None:
            continue
        if not 1 <= len(custom_id) <= MAX_ID_CHARACTERS:
            raise bad_length(f"{path}.custom_id", 1, MAX_ID_CHARACTERS)
        if custom_id in seen:
            raise invalid_form(
                f"{path}.custom_id",
                "COMPONENT_CUSTOM_ID_DUPLICATED",
                "Component custom id cannot be duplicated",
            )
        seen.add(custom_id)


def _check(component: Json, path: str) -> None:
    kind = component.get("type")
    if kind == Kind.ROW:
        inside = component.get("components") or []
        menus = sum(child.get("type") in MENUS for child in inside)
        if not 1 <= len(inside) <= MAX_BUTTONS_PER_ROW or (menus and len(inside) > 1):
            raise bad_length(f"{path}.components", 1, 1 if menus else MAX_BUTTONS_PER_ROW)
    elif kind == Kind.BUTTON:
        if len(component.get("label") or "") > MAX_LABEL_CHARACTERS:
            raise too_long(f"{path}.label", MAX_LABEL_CHARACTERS)
        if component.get("style") in LINK_STYLES:
            if component.get("custom_id") is not None:
                raise invalid_form(
                    path,
                    "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                    "A custom id and url cannot both be specified",
                )
        elif component.get("custom_id") is None:
            raise required(f"{path}.custom_id")
        elif not component.get("label") and not component.get("emoji"):
            raise invalid_form(
                path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or emoji is required"
            )
    elif kind == Kind.STRING_MENU:
        choices = component.get("options") or []
        if not 1 <= len(choices) <= MAX_MENU_CHOICES:
            raise bad_length(f"{path}.options", 1, MAX_MENU_CHOICES)
    elif kind == Kind.TEXT and not component.get("content"):
        raise required(f"{path}.content")
    elif kind in (Kind.CONTAINER, Kind.SECTION, Kind.GALLERY):
        _check_box(component, path)


def _check_box(component: Json, path: str) -> None:
    """Check a container, a section or a gallery."""
    kind, inside = component["type"], component.get("components") or []
    if kind == Kind.CONTAINER:
        if not inside:
            raise bad_length(f"{path}.components", 1, MAX_V2_COMPONENTS)
        _check_kinds(inside, BOXED, f"{path}.components")
    elif kind == Kind.SECTION:
        if not 1 <= len(inside) <= MAX_SECTION_TEXTS:
            raise bad_length(f"{path}.components", 1, MAX_SECTION_TEXTS)
        _check_kinds(inside, {Kind.TEXT}, f"{path}.components")
        if not component.get("accessory"):
            raise required(f"{path}.accessory")
    else:
        items = component.get("items") or []
        if not 1 <= len(items) <= MAX_GALLERY_ITEMS:
            raise bad_length(f"{path}.items", 1, MAX_GALLERY_ITEMS)
        for index, item in enumerate(items):
            if len(item.get("description") or "") > MAX_PICTURE_CHARACTERS:
                raise too_long(f"{path}.items.{index}.description", MAX_PICTURE_CHARACTERS)


def check_modal(data: Json) -> Json:
    """Check a modal: a title, an id and one to five inputs (documentation, Interactions / Modal)."""
    for name, limit in (("title", MAX_MODAL_TITLE_CHARACTERS), ("custom_id", MAX_ID_CHARACTERS)):
        if not 1 <= len(str(data.get(name) or "")) <= limit:
            raise bad_length(f"data.{name}", 1, limit)
    inputs = data.get("components") or []
    if not 1 <= len(inputs) <= MAX_ROWS:
        raise bad_length("data.components", 1, MAX_ROWS)
    _check_kinds(inputs, {Kind.ROW, Kind.LABEL, Kind.TEXT}, "data.components")
    walked = list(walk(inputs, "data.components"))
    _check_ids(walked)
    for path, component in walked:
        if component.get("type") in (Kind.LABEL, Kind.TEXT_INPUT):
            _check_input(component, path, labelled=path.endswith(".component"))
    return data


def _check_input(component: Json, path: str, *, labelled: bool) -> None:
    """Check a label, or a text input, which needs a label of its own unless one is around it (`labelled`)."""
    label = len(component.get("label") or "")
    if component["type"] == Kind.LABEL or not labelled:
        if not 1 <= label <= MAX_INPUT_LABEL_CHARACTERS:
            raise bad_length(f"{path}.label", 1, MAX_INPUT_LABEL_CHARACTERS)
    elif label:
        raise invalid_form(f"{path}.label", "LABEL_NOT_ALLOWED", "The label around it has the name")
    if component["type"] == Kind.LABEL:
        if not component.get("component"):
            raise required(f"{path}.component")
        if len(component.get("description") or "") > MAX_INPUT_HINT_CHARACTERS:
            raise too_long(f"{path}.description", MAX_INPUT_HINT_CHARACTERS)
    else:
        for name, limit in (("placeholder", MAX_INPUT_HINT_CHARACTERS), ("value", MAX_INPUT_CHARACTERS)):
            if len(component.get(name) or "") > limit:
                raise too_long(f"{path}.{name}", limit)
