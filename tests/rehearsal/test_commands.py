"""Syncing commands: Discord's limits, stable ids, and lists of guilds beside the global one."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from rehearsal.clock import ManualClock
from rehearsal.commands import Commands, CommandType, check_command
from rehearsal.discord_here import DiscordHere
from rehearsal.refusal import Refusal
from rehearsal.world import Snowflakes
from tests.rehearsal.loopback import Json, SilentVoice, logged_in, requests, where


def command(**changes: Any) -> Json:
    return {"name": "compose", "description": "Compose."} | changes


def option(**changes: Any) -> Json:
    return {"type": 3, "name": "prompt", "description": "What to play."} | changes


def choices(count: int) -> list[Json]:
    return [{"name": f"{n}", "value": f"{n}"} for n in range(count)]


WRONG: list[tuple[Json, str]] = [
    (command(name="Compose"), "0.name APPLICATION_COMMAND_INVALID_NAME"),
    (command(name="com pose"), "0.name APPLICATION_COMMAND_INVALID_NAME"),
    (command(name="x" * 33), "0.name BASE_TYPE_BAD_LENGTH"),
    (command(name=None), "0.name BASE_TYPE_REQUIRED"),
    (command(description=""), "0.description BASE_TYPE_BAD_LENGTH"),
    (command(description="x" * 101), "0.description BASE_TYPE_MAX_LENGTH"),
    (command(name_localizations={"xx": "a"}), "0.name_localizations BASE_TYPE_CHOICES"),
    (
        command(name_localizations={"de": "Komponieren"}),
        "0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
    ),
    (
        command(description_localizations={"ja": "曲" * 101}),
        "0.description_localizations.ja BASE_TYPE_BAD_LENGTH",
    ),
    (
        command(options=[option(name_localizations={"fr": "seed"}), option(name="seed")]),
        "0.options.1 APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE",
    ),
    (command(type=9), "0.type BASE_TYPE_CHOICES"),
    (command(type=3), "0.description APPLICATION_COMMAND_INVALID_DESCRIPTION"),
    (command(options=[option(name=f"o{n}") for n in range(26)]), "0.options BASE_TYPE_MAX_LENGTH"),
    (command(options=[option(description="")]), "0.options.0.description BASE_TYPE_BAD_LENGTH"),
    (command(options=[option(), option()]), "0.options.1 APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE"),
    (command(options=[option(type=12)]), "0.options.0 UNION_TYPE_CHOICES"),
    (
        command(options=[option(), option(name="late", required=True)]),
        "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    (command(options=[option(choices=choices(26))]), "0.options.0.choices BASE_TYPE_MAX_LENGTH"),
    (
        command(options=[option(choices=choices(2), autocomplete=True)]),
        "0.options.0 APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
    ),
    (command(contexts=[]), "0.contexts BASE_TYPE_MIN_LENGTH"),
    (command(contexts=[99]), "0.contexts.0 BASE_TYPE_CHOICES"),
    (command(contexts=[0, 0]), "0.contexts SET_TYPE_ALREADY_CONTAINS_VALUE"),
    (command(integration_types=[]), "0.integration_types BASE_TYPE_MIN_LENGTH"),
    (command(integration_types=[7]), "0.integration_types.0 BASE_TYPE_CHOICES"),
    (command(default_member_permissions="all"), "0.default_member_permissions NUMBER_TYPE_COERCE"),
    (
        command(options=[option(choices=[{"name": "", "value": "a"}])]),
        "0.options.0.choices.0.name BASE_TYPE_BAD_LENGTH",
    ),
    (command(options=[option(choices=[{"name": "a"}])]), "0.options.0.choices.0.value BASE_TYPE_REQUIRED"),
    (command(options=[option(max_length=6_001)]), "0.options.0.max_length NUMBER_TYPE_MAX"),
    (command(options=[option(type=4, max_value=2**53)]), "0.options.0.max_value NUMBER_TYPE_MAX"),
    (
        command(
            options=[
                option(name=f"o{n}", choices=[{"name": "x" * 100, "value": "y" * 100}] * 20) for n in range(3)
            ]
        ),
        "0 APPLICATION_COMMAND_TOO_LARGE",
    ),
]


async def test_each_limit_of_a_command_is_refused_by_name() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        for body, wrong in WRONG:
            status, answer = await by_hand.ask("PUT", f"/applications/{here.bot.id}/commands", [body])
            assert (status, answer["code"], where(answer)) == (400, 50035, wrong)
        assert here.commands.listed(None) == []


@pytest.mark.parametrize("name", ["compose", "now-playing", "remix_2", "été", "作曲"])
def test_names_of_every_script_are_taken(name: str) -> None:
    assert check_command(command(name=name), "0")["type"] == CommandType.CHAT_INPUT


async def test_a_hundred_commands_fit_and_one_more_does_not() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        path = f"/applications/{here.bot.id}/commands"
        hundred = [command(name=f"c{n}") for n in range(100)]
        assert (await by_hand.ask("PUT", path, hundred))[0] == 200
        status, answer = await by_hand.ask("PUT", path, [*hundred, command(name="one-more")])
        assert (status, answer["code"]) == (400, 30032)
        status, answer = await by_hand.ask("PUT", path, [command(), command()])
        assert where(answer) == "1 APPLICATION_COMMANDS_DUPLICATE_NAME"
        assert (await by_hand.ask("PUT", "/applications/1/commands", []))[1]["code"] == 10002


async def test_a_tree_fetches_the_commands_that_it_synced() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        async with logged_in(here) as bot:

            @bot.tree.command()
            @app_commands.describe(prompt="What to play")
            async def compose(
                interaction: discord.Interaction[Any], prompt: app_commands.Range[str, 3, 300]
            ) -> None:
                """Compose."""

            first = await bot.tree.sync()
            again = await bot.tree.sync()
            assert [command.id for command in first] == [command.id for command in again]
            (fetched,) = await bot.tree.fetch_commands()
            assert (fetched.name, fetched.options[0].name) == ("compose", "prompt")
            bot.tree.copy_global_to(guild=discord.Object(guild.id))
            (local,) = await bot.tree.sync(guild=discord.Object(guild.id))
            assert local.id != fetched.id
            await fetched.delete()
            assert await bot.tree.fetch_commands() == []
            assert len(await bot.tree.fetch_commands(guild=discord.Object(guild.id))) == 1
            with pytest.raises(discord.NotFound) as caught:
                await bot.tree.fetch_command(fetched.id)
            assert caught.value.code == 10063


def test_a_command_of_the_guild_precedes_the_global_one() -> None:
    commands = Commands(1, Snowflakes(ManualClock()))
    (everywhere,) = commands.overwrite(None, [command()])
    (local,) = commands.overwrite(7, [command()])
    assert commands.choose("compose", 7, CommandType.CHAT_INPUT) == local
    assert commands.choose("compose", 8, CommandType.CHAT_INPUT) == everywhere
    replaced = commands.upsert(None, command(description="Better."))
    assert [known["description"] for known in commands.listed(None)] == ["Better."]
    assert replaced["id"] == everywhere["id"]
    with pytest.raises(Refusal):
        commands.get(None, int(local["id"]))


def test_the_longest_translation_counts_for_the_size_of_a_command() -> None:
    options = [option(name=f"o{n}", description_localizations={"de": "x" * 100}) for n in range(25)]
    longest = [{"name": "x" * 100, "value": f"{n}"} for n in range(25)]
    check_command(command(options=options), "0")
    with pytest.raises(Refusal):
        check_command(command(options=[each | {"choices": longest} for each in options]), "0")


def test_a_command_can_be_typed_in_the_language_of_the_member() -> None:
    commands = Commands(1, Snowflakes(ManualClock()))
    (synced,) = commands.overwrite(None, [command(name_localizations={"ja": "作曲"})])
    assert commands.choose("作曲", None, CommandType.CHAT_INPUT, "ja") == synced
    with pytest.raises(LookupError):
        commands.choose("作曲", None, CommandType.CHAT_INPUT, "de")
