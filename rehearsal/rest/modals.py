"""What Discord demands of modals beyond its description (documentation, Interactions / Modal)."""

from __future__ import annotations

from typing import Final

from rehearsal.refusal import Json, bad_length, invalid_form, required, too_long
from rehearsal.rest.components import MENUS, Kind, check_ids, check_menu, walk

MAX_INPUTS: Final = 5
MAX_INPUT_CHARACTERS: Final = 4_000


def check_modal(data: Json) -> Json:
    """Check a modal: one to five inputs, each with one label. Raises Refusal."""
    inputs = data["components"]
    if len(inputs) > MAX_INPUTS:
        raise bad_length("data.components", 1, MAX_INPUTS)
    walked = list(walk(inputs, "data.components"))
    check_ids(walked)
    for path, component in walked:
        if component["type"] == Kind.ROW:
            if len(component["components"]) > 1:
                raise bad_length(f"{path}.components", 1, 1)
        elif component["type"] == Kind.TEXT_INPUT:
            _check_input(component, path, labelled=path.endswith(".component"))
        elif component["type"] in MENUS:
            check_menu(component, path)
    return data


def _check_input(component: Json, path: str, *, labelled: bool) -> None:
    """Check a text input, which needs a label of its own unless one is around it (`labelled`)."""
    if component.get("label") and labelled:
        raise invalid_form(f"{path}.label", "LABEL_NOT_ALLOWED", "The label around it has the name")
    if not component.get("label") and not labelled:
        raise required(f"{path}.label")
    least, most = limits_of(component)
    if least > most:
        raise invalid_form(f"{path}.min_length", "NUMBER_TYPE_MAX", f"{least} should be {most} or less.")
    if len(component.get("value") or "") > most:
        raise too_long(f"{path}.value", most)


def limits_of(component: Json) -> tuple[int, int]:
    """Return the fewest and the most characters that a text input takes."""
    return int(component.get("min_length") or 0), int(component.get("max_length") or MAX_INPUT_CHARACTERS)
