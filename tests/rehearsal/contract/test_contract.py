"""The loopback Discord ends with an error if a request or an answer is not as Discord describes it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import discord
import pytest

from rehearsal import calls
from rehearsal.contract.contract import DATA, ContractError, contract
from rehearsal.contract.extract import extract, write
from rehearsal.discord_here import DiscordHere
from rehearsal.rest import application
from rehearsal.wire import own_user_json, voice_state_json
from rehearsal.world import Member, User, VoiceState
from tests.rehearsal.loopback import Json, Requests, SilentVoice, logged_in, requests

Act = Callable[[DiscordHere, Requests], Awaitable[None]]


async def run(act: Act) -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        await act(here, by_hand)


async def end_of(act: Act) -> str:
    """What the loopback Discord ends with."""
    with pytest.raises(ContractError) as caught:
        await run(act)
    return str(caught.value)


async def ask_who_i_am(_: DiscordHere, by_hand: Requests) -> None:
    assert (await by_hand.ask("GET", "/users/@me"))[0] == 200


def test_everything_that_is_served_is_described_and_nothing_else() -> None:
    served = DiscordHere(voice=SilentVoice()).rest.operations
    assert [operation for operation in served if not contract().describes(operation)] == []
    assert len(served) == len(json.loads(DATA.read_text(encoding="utf-8"))["operations"])


async def test_an_answer_without_a_field_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    await run(ask_who_i_am)

    def forgetful(user: User) -> Json:
        return {name: value for name, value in own_user_json(user).items() if name != "locale"}

    monkeypatch.setattr(application, "own_user_json", forgetful)
    assert "the answer to GET /users/@me: locale: is missing" in await end_of(ask_who_i_am)


async def test_an_answer_of_another_type_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "own_user_json", lambda user: own_user_json(user) | {"id": user.id})
    assert "is not of the type string" in await end_of(ask_who_i_am)


async def test_an_answer_with_a_field_of_its_own_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "own_user_json", lambda user: own_user_json(user) | {"mood": "good"})
    assert "mood: is unknown" in await end_of(ask_who_i_am)


async def test_an_event_without_a_field_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(state: VoiceState, member: Member | None = None, *, has_left: bool = False) -> Json:
        whole = voice_state_json(state, member, has_left=has_left)
        return {name: value for name, value in whole.items() if name != "suppress"}

    async def act(here: DiscordHere, _: Requests) -> None:
        guild = here.guild("Corner")
        ada, room = here.person(guild, "Ada"), guild.voice_channel("room")
        async with logged_in(here):
            await ada.join_voice(room)

    await run(act)
    monkeypatch.setattr(calls, "voice_state_json", forgetful)
    assert "VOICE_STATE_UPDATE: suppress: is missing" in await end_of(act)


async def test_a_bot_that_hides_its_malformed_request_does_not_pass() -> None:
    async def act(here: DiscordHere, _: Requests) -> None:
        here.expects_bad_requests = False
        channel = here.guild("Corner").text_channel("music")
        async with logged_in(here) as bot:
            view = discord.ui.View()
            view.add_item(discord.ui.Button(label="x" * 81, custom_id="a"))
            with pytest.raises(discord.HTTPException):
                await bot.text(channel.id).send("hello", view=view)
        assert not channel.messages

    said = await end_of(act)
    assert "'label'" in said
    assert "Must be 80 or fewer in length" in said


async def test_a_field_that_discord_would_pass_over_is_an_error() -> None:
    async def act(here: DiscordHere, by_hand: Requests) -> None:
        path = f"/channels/{here.guild('Corner').text_channel('music').id}/messages"
        assert (await by_hand.ask("POST", path, {"content": "a", "contents": "b"}))[0] == 200

    assert "POST /channels/{channel}/messages: contents is unknown" in await end_of(act)


async def test_queries_are_judged_too() -> None:
    async def act(here: DiscordHere, by_hand: Requests) -> None:
        path = f"/channels/{here.guild('Corner').text_channel('music').id}/messages"
        assert (await by_hand.ask("GET", f"{path}?limit=101"))[0] == 400
        assert (await by_hand.ask("GET", f"{path}?limit=100&limits=1"))[0] == 200

    assert "limits is unknown" in await end_of(act)


async def test_the_error_of_a_test_is_not_replaced() -> None:
    async def act(here: DiscordHere, _: Requests) -> None:
        here.deviations.append("something")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run(act)


def test_only_facts_are_kept_of_what_is_served() -> None:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    assert write(data) == DATA.read_text(encoding="utf-8"), "made by extract.py alone"
    assert not {"description", "title", "summary", "example"} & _keywords(data["schemas"])
    schema = {"type": "integer", "oneOf": [{"title": "ONE", "description": "One.", "const": 1}], "x-y": 2}
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}}
    paths: Json = {}
    for name in data["operations"]:
        method, _, path = name.partition(" ")
        paths.setdefault(path, {})[method.lower()] = {"responses": {"200": answer, "204": {}}}
    made = extract({"paths": paths, "components": {"schemas": {"A": schema, "Unused": schema}}}, "commit")
    assert made["schemas"] == {"A": {"type": "integer", "enum": [1]}}
    assert made["operations"]["GET /users/@me"] == {"answers": {"200": {"$ref": "A"}, "204": None}}


def _keywords(schema: object, *, named: bool = True) -> set[str]:
    """Return every keyword of some schemas; with `named` the keys are names."""
    if isinstance(schema, list):
        return set().union(*(_keywords(each, named=False) for each in schema))
    if not isinstance(schema, dict):
        return set()
    found = set() if named else set(schema)
    for key, value in schema.items():
        if key not in ("enum", "required"):
            found |= _keywords(value, named=not named and key == "properties")
    return found
