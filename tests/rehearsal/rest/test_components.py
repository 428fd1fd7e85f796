"""Layouts and modals: valid ones are accepted, others are refused by name as in Discord."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.refusal import Refusal
from rehearsal.rest.components import check_components, check_modal

TEXT = {"type": 10, "content": "hello"}
BUTTON = {"type": 2, "style": 2, "label": "Skip", "custom_id": "skip"}
ROW = {"type": 1, "components": [BUTTON]}
PICTURE = {"media": {"url": "attachment://a.png"}}
INPUT = {"type": 4, "custom_id": "words", "style": 2}


def box(*inside: dict[str, Any]) -> dict[str, Any]:
    return {"type": 17, "components": list(inside)}


def gallery(*items: dict[str, Any]) -> dict[str, Any]:
    return {"type": 12, "items": list(items)}


def label(text: str = "Words", component: dict[str, Any] | None = INPUT, **more: object) -> dict[str, Any]:
    return {"type": 18, "label": text, "component": component, **more}


def test_a_layout_with_every_component_is_accepted() -> None:
    section = {"type": 9, "components": [TEXT], "accessory": {**BUTTON, "custom_id": "more"}}
    card = [box(TEXT, section, gallery(PICTURE), {"type": 14}, ROW)]
    assert check_components(card, v2=True) == card


@pytest.mark.parametrize(
    "wrong",
    [
        [box()],
        [box(box(TEXT))],
        [{**BUTTON}],
        [box(BUTTON)],
        [gallery()],
        [gallery(*[PICTURE] * 11)],
        [gallery({**PICTURE, "description": "x" * 1_025})],
        [{"type": 9, "components": [TEXT]}],
        [{"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}],
        [{"type": 9, "components": [ROW], "accessory": BUTTON}],
        [{"type": 1, "components": [{**BUTTON, "custom_id": str(number)} for number in range(6)]}],
        [{"type": 1, "components": [{**BUTTON, "custom_id": "x" * 101}]}],
        [ROW, ROW],
        [TEXT] * 41,
        [{"type": 10, "content": "x" * 4_001}],
        [{"type": 10, "content": ""}],
    ],
)
def test_a_layout_that_discord_refuses_is_refused(wrong: list[dict[str, Any]]) -> None:
    with pytest.raises(Refusal) as refused:
        check_components(wrong, v2=True)
    assert refused.value.code == 50035


def test_layout_components_need_the_flag() -> None:
    with pytest.raises(Refusal):
        check_components([TEXT], v2=False)
    assert check_components([ROW], v2=False) == [ROW]


def modal(*components: dict[str, Any], title: str = "Remix") -> dict[str, Any]:
    return {"title": title, "custom_id": "remix", "components": list(components)}


def test_a_modal_of_labels_or_of_rows_is_taken() -> None:
    assert check_modal(modal(label()))
    assert check_modal(modal({"type": 1, "components": [{**INPUT, "label": "Words"}]}))


@pytest.mark.parametrize(
    "wrong",
    [
        modal(),
        modal(label(), title="x" * 46),
        modal(label("x" * 46)),
        modal(label("")),
        modal(label(component=None)),
        modal(label(description="x" * 101)),
        modal(label(component={**INPUT, "label": "twice"})),
        modal(label(component={**INPUT, "value": "x" * 4_001})),
        modal(label(component={**INPUT, "placeholder": "x" * 101})),
        modal({"type": 1, "components": [INPUT]}),
        modal(INPUT),
        modal(label(), label()),
        modal(*(label(component={**INPUT, "custom_id": str(number)}) for number in range(6))),
    ],
)
def test_a_modal_that_discord_refuses_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        check_modal(wrong)
    assert refused.value.code == 50035
