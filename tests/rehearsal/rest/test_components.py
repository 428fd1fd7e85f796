"""Layouts and forms: valid ones are accepted, others are refused by name as in Discord."""

from __future__ import annotations

from typing import Any

from rehearsal.discord_here import DiscordHere
from rehearsal.interactions import InteractionType
from rehearsal.world import MessageFlag
from tests.rehearsal.loopback import Json, SilentVoice, requests, where

TEXT = {"type": 10, "content": "hello"}
BUTTON = {"type": 2, "style": 2, "label": "Skip", "custom_id": "skip"}
ROW = {"type": 1, "components": [BUTTON]}
PICTURE = {"media": {"url": "https://example.com/a.png"}}
OPTION = {"label": "Dub", "value": "dub"}
INPUT = {"type": 4, "custom_id": "words", "style": 2}


def box(*inside: Json, **more: object) -> Json:
    return {"type": 17, "components": list(inside), **more}


def gallery(*items: Json) -> Json:
    return {"type": 12, "items": list(items)}


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def changed(whole: Json, **changes: Any) -> Json:
    """The same with other fields; without those that are None."""
    return {name: value for name, value in (whole | changes).items() if value is not None}


def button(**changes: Any) -> Json:
    return row(changed(BUTTON, **changes))


def menu(*options: Json, **changes: Any) -> Json:
    return row(changed({"type": 3, "custom_id": "menu", "options": list(options or [OPTION])}, **changes))


EVERYTHING = [
    box(
        TEXT,
        {"type": 9, "components": [TEXT], "accessory": {**BUTTON, "custom_id": "more"}},
        {"type": 9, "components": [TEXT], "accessory": {"type": 11, **PICTURE}},
        gallery(PICTURE, {**PICTURE, "description": "x" * 1_024}),
        {"type": 14},
        row(
            {**BUTTON, "label": "x" * 80, "id": 7},
            changed(BUTTON, style=5, custom_id=None, url="https://example.com"),
        ),
        menu({"label": "x" * 100, "value": "y" * 100}, placeholder="z" * 150),
        accent_color=0xFFFFFF,
    )
]

CHILD = "components.0.components.0"
CHOICE = f"{CHILD}.options.0"

WRONG: list[tuple[list[Json], str]] = [
    ([box()], "components.0.components BASE_TYPE_BAD_LENGTH"),
    ([box(box(TEXT))], f"{CHILD} UNION_TYPE_CHOICES"),
    ([BUTTON], "components.0 UNION_TYPE_CHOICES"),
    ([box(BUTTON)], f"{CHILD} UNION_TYPE_CHOICES"),
    ([box(TEXT, accent_color=1 << 24)], "components.0.accent_color NUMBER_TYPE_MAX"),
    ([box(TEXT, accent_color=-1)], "components.0.accent_color NUMBER_TYPE_MIN"),
    ([gallery()], "components.0.items BASE_TYPE_BAD_LENGTH"),
    ([gallery(*[PICTURE] * 11)], "components.0.items BASE_TYPE_BAD_LENGTH"),
    ([gallery({})], "components.0.items.0.media BASE_TYPE_REQUIRED"),
    ([gallery({"media": {}})], "components.0.items.0.media.url BASE_TYPE_REQUIRED"),
    ([gallery({"media": {"url": "a.png"}})], "components.0.items.0.media.url URL_TYPE_INVALID_SCHEME"),
    ([gallery({"media": {"url": "attachment://a.png"}})], "components.0.items.0.media.url UNFURLED_MEDIA"),
    ([gallery({**PICTURE, "description": "x" * 1_025})], "components.0.items.0.description BASE_TYPE_BAD"),
    ([{"type": 9, "components": [TEXT]}], "components.0.accessory BASE_TYPE_REQUIRED"),
    ([{"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}], "components.0.components BASE_TYPE_BAD"),
    ([{"type": 9, "components": [ROW], "accessory": BUTTON}], f"{CHILD}.content BASE_TYPE_REQUIRED"),
    ([{"type": 9, "components": [TEXT], "accessory": TEXT}], "components.0.accessory UNION_TYPE_CHOICES"),
    ([{"type": 13, "file": {"url": "https://example.com"}}], "components.0.file.url UNFURLED_MEDIA"),
    ([row(*({**BUTTON, "custom_id": str(n)} for n in range(6)))], "components.0.components BASE_TYPE_BAD"),
    ([row()], "components.0.components BASE_TYPE_BAD_LENGTH"),
    ([row(TEXT)], f"{CHILD} UNION_TYPE_CHOICES"),
    ([row(INPUT)], f"{CHILD} UNION_TYPE_CHOICES"),
    ([row({**BUTTON, "type": 99})], f"{CHILD} UNION_TYPE_CHOICES"),
    ([row(*menu()["components"], BUTTON)], "components.0.components BASE_TYPE_BAD_LENGTH"),
    ([button(custom_id="x" * 101)], f"{CHILD}.custom_id BASE_TYPE_BAD_LENGTH"),
    ([button(custom_id="")], f"{CHILD}.custom_id BASE_TYPE_BAD_LENGTH"),
    ([button(custom_id=None)], f"{CHILD}.custom_id BASE_TYPE_REQUIRED"),
    ([button(label="x" * 81)], f"{CHILD}.label BASE_TYPE_MAX_LENGTH"),
    ([button(label=None)], f"{CHILD} BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED"),
    ([button(style=None)], f"{CHILD}.style BASE_TYPE_REQUIRED"),
    ([button(style=9)], f"{CHILD}.style BASE_TYPE_CHOICES"),
    ([button(style=5, custom_id=None)], f"{CHILD}.url BASE_TYPE_REQUIRED"),
    ([button(style=5, custom_id=None, url="javascript:1")], f"{CHILD}.url URL_TYPE_INVALID_SCHEME"),
    ([button(style=5, url="https://example.com")], f"{CHILD} BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY"),
    ([ROW, ROW], "components.1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED"),
    ([{**TEXT, "id": 3}, {**TEXT, "id": 3}], "components.1.id COMPONENT_ID_DUPLICATED"),
    ([menu({**OPTION, "label": ""})], f"{CHOICE}.label BASE_TYPE_BAD_LENGTH"),
    ([menu({**OPTION, "label": "x" * 101})], f"{CHOICE}.label BASE_TYPE_BAD_LENGTH"),
    ([menu({**OPTION, "value": ""})], f"{CHOICE}.value BASE_TYPE_BAD_LENGTH"),
    ([menu({**OPTION, "value": "x" * 101})], f"{CHOICE}.value BASE_TYPE_BAD_LENGTH"),
    ([menu({"label": "Dub"})], f"{CHOICE}.value BASE_TYPE_REQUIRED"),
    ([menu({**OPTION, "description": "x" * 101})], f"{CHOICE}.description BASE_TYPE_MAX_LENGTH"),
    ([menu(OPTION, OPTION)], f"{CHILD}.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
    ([menu(placeholder="x" * 151)], f"{CHILD}.placeholder BASE_TYPE_MAX_LENGTH"),
    ([menu(custom_id=None)], f"{CHILD}.custom_id BASE_TYPE_REQUIRED"),
    ([menu(min_values=2)], f"{CHILD}.options BASE_TYPE_BAD_LENGTH"),
    ([menu(max_values=26)], f"{CHILD}.max_values NUMBER_TYPE_MAX"),
    ([menu(*({**OPTION, "value": str(n)} for n in range(26)))], f"{CHILD}.options BASE_TYPE_BAD_LENGTH"),
    ([TEXT] * 41, "components BASE_TYPE_MAX_LENGTH"),
    ([box(*[TEXT] * 40)], "components BASE_TYPE_MAX_LENGTH"),
    ([{"type": 10, "content": "x" * 4_001}], "components.0.content BASE_TYPE_BAD_LENGTH"),
    ([{"type": 10, "content": ""}], "components.0.content BASE_TYPE_BAD_LENGTH"),
    ([{"type": 10, "content": "x" * 2_001}] * 2, "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
]


async def test_a_layout_with_every_component_is_taken_and_others_are_refused_where_they_are_wrong() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        channel = here.guild("Corner").text_channel("music")
        path = f"/channels/{channel.id}/messages"
        for components, wrong in WRONG:
            body = {"components": components, "flags": int(MessageFlag.COMPONENTS_V2)}
            status, answer = await by_hand.ask("POST", path, body)
            assert (status, answer["code"]) == (400, 50035), wrong
            assert where(answer).startswith(wrong)
        assert not channel.messages
        body = {"components": EVERYTHING, "flags": int(MessageFlag.COMPONENTS_V2)}
        assert (await by_hand.ask("POST", path, body))[0] == 200


async def test_layout_components_need_the_flag() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        path = f"/channels/{here.guild('Corner').text_channel('music').id}/messages"
        assert (await by_hand.ask("POST", path, {"components": [TEXT]}))[0] == 400
        assert (await by_hand.ask("POST", path, {"components": [ROW]}))[0] == 200


async def test_an_answer_has_the_fields_that_the_sender_left_out() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        path = f"/channels/{here.guild('Corner').text_channel('music').id}/messages"
        body = {"components": EVERYTHING, "flags": int(MessageFlag.COMPONENTS_V2)}
        _, message = await by_hand.ask("POST", path, body)
        (container,) = message["components"]
        text, _, thumbnail, pictures, separator, buttons, menus = container["components"]
        ids = [container["id"], text["id"], pictures["id"], *(each["id"] for each in buttons["components"])]
        assert len(set(ids)) == len(ids)
        assert buttons["components"][0]["id"] == 7
        assert (separator["spacing"], separator["divider"], container["spoiler"]) == (1, True, False)
        assert menus["components"][0]["min_values"] == menus["components"][0]["max_values"] == 1
        for media in (thumbnail["accessory"]["media"], pictures["items"][0]["media"]):
            assert media["url"] == PICTURE["media"]["url"]
            assert media["proxy_url"].startswith("https://images-ext-1.discordapp.net/")
            assert int(media["id"])
        assert pictures["items"][0]["description"] is None


def label(text: str = "Words", component: Json | None = INPUT, **more: object) -> Json:
    return {"type": 18, "label": text, "component": component, **more}


def modal(*components: Json, title: str = "Remix") -> Json:
    return {"title": title, "custom_id": "remix", "components": list(components)}


def field(**changes: Any) -> Json:
    return modal(label(component=changed(INPUT, **changes)))


FIELD = "data.components.0.component"

WRONG_MODALS: list[tuple[Json, str]] = [
    (modal(), "data.components BASE_TYPE_BAD_LENGTH"),
    (modal(label(), title="x" * 46), "data.title BASE_TYPE_BAD_LENGTH"),
    (modal(label("x" * 46)), "data.components.0.label BASE_TYPE_BAD_LENGTH"),
    (modal(label("")), "data.components.0.label BASE_TYPE_BAD_LENGTH"),
    (modal(label(component=None)), f"{FIELD} UNION_TYPE_CHOICES"),
    (modal(label(component=TEXT)), f"{FIELD} UNION_TYPE_CHOICES"),
    (modal(label(description="x" * 101)), "data.components.0.description BASE_TYPE_BAD_LENGTH"),
    (field(label="twice"), f"{FIELD}.label LABEL_NOT_ALLOWED"),
    (field(value="x" * 4_001), f"{FIELD}.value BASE_TYPE_MAX_LENGTH"),
    (field(value="xx", max_length=1), f"{FIELD}.value BASE_TYPE_MAX_LENGTH"),
    (field(placeholder="x" * 101), f"{FIELD}.placeholder BASE_TYPE_MAX_LENGTH"),
    (field(style=None), f"{FIELD}.style BASE_TYPE_REQUIRED"),
    (field(style=3), f"{FIELD}.style BASE_TYPE_CHOICES"),
    (field(custom_id=None), f"{FIELD}.custom_id BASE_TYPE_REQUIRED"),
    (field(max_length=0), f"{FIELD}.max_length NUMBER_TYPE_MIN"),
    (field(max_length=4_001), f"{FIELD}.max_length NUMBER_TYPE_MAX"),
    (field(min_length=-1), f"{FIELD}.min_length NUMBER_TYPE_MIN"),
    (field(min_length=9, max_length=8), f"{FIELD}.min_length NUMBER_TYPE_MAX"),
    (modal(row(INPUT)), "data.components.0.components.0.label BASE_TYPE_REQUIRED"),
    (modal(row(BUTTON)), "data.components.0.components.0.type BASE_TYPE_CHOICES"),
    (modal(INPUT), "data.components.0 UNION_TYPE_CHOICES"),
    (modal(label(), label()), "data.components.1.component.custom_id COMPONENT_CUSTOM_ID_DUPLICATED"),
    (
        modal(*(label(component={**INPUT, "custom_id": str(number)}) for number in range(6))),
        "data.components BASE_TYPE_BAD_LENGTH",
    ),
]

RIGHT_MODALS = [modal(label()), modal(row({**INPUT, "label": "Words"})), modal(TEXT, label())]


async def test_forms_of_labels_or_rows_are_taken_and_others_are_refused_where_they_are_wrong() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        guild = here.guild("Corner")
        channel, ada = guild.text_channel("music"), here.person(guild, "Ada")
        for form, wrong in [*WRONG_MODALS, *((form, "") for form in RIGHT_MODALS)]:
            asked = here.interactions.begin(InteractionType.COMMAND, ada.user, channel, guild)
            path = f"/interactions/{asked.id}/{asked.token}/callback"
            status, answer = await by_hand.ask("POST", path, {"type": 9, "data": form})
            assert status == (400 if wrong else 204), wrong
            assert not wrong or where(answer).startswith(wrong)
            assert asked.modal == (None if wrong else form)
