"""Commands while nothing plays: refused values and their sentences, and the command tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest

from rehearsal.clock import WallClock
from rehearsal.commands import Commands, CommandType
from rehearsal.people.typing_in import CannotType
from rehearsal.world import Snowflakes
from tests.server import a_server
from tests.words.test_catalogue import sentences
from words.catalogue import ENGLISH, language_of
from words.text import Text

README = Path(__file__).parents[2] / "README.md"


async def test_compose_without_a_voice_channel_says_what_to_do(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        said = await server.said("compose", prompt="bells")
        assert said == "You're not in a voice channel. Join one and try again."


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "   \u200b "}, "The prompt has 0 readable characters. It needs 3 to 300."),
        ({"prompt": "\u202e\u202d\u200f!"}, "The prompt has one readable character. It needs 3 to 300."),
        ({"prompt": "<@123456789>"}, "The prompt has 0 readable characters. It needs 3 to 300."),
        ({"prompt": "bells", "length": 40}, "A length of 40 s is out of range. Choose 10 to 30 s."),
    ],
)
async def test_an_invalid_piece_is_refused_in_a_sentence(
    tmp_path: Path, options: dict[str, object], sentence: str
) -> None:
    async with a_server(tmp_path) as server:
        await server.ann.join_voice(server.voice)
        assert await server.said("compose", **options) == sentence


@pytest.mark.parametrize(
    "options",
    [
        {"prompt": "x" * 6000},
        {"prompt": "ab"},
        {"prompt": "bells", "length": 9},
        {"prompt": "bells", "length": "long"},
        {"prompt": "bells", "interval": 0.4},
        {"prompt": "bells", "interval": 3},
        {"prompt": "bells", "seed": -1},
        {"prompt": "bells", "seed": 1.5},
    ],
)
async def test_discord_itself_refuses_values_that_the_options_exclude(
    tmp_path: Path, options: dict[str, object]
) -> None:
    async with a_server(tmp_path) as server:
        await server.ann.join_voice(server.voice)
        with pytest.raises(CannotType):
            await server.ann.use("compose", dict(options), server.text)


@pytest.mark.parametrize("command", ["stop", "skip", "pause", "resume", "queue show", "nowplaying"])
async def test_where_nothing_plays_every_command_says_so(tmp_path: Path, command: str) -> None:
    async with a_server(tmp_path) as server:
        assert await server.said(command) == "Nothing is playing. Start something with /compose."


async def test_an_unforeseen_error_is_a_sentence_for_the_member_and_a_traceback_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path) as server:

        def broken(guild: discord.Guild) -> None:
            raise ZeroDivisionError("of all things")

        monkeypatch.setattr(server.bot.sessions, "of", broken)
        said = await server.said("stop")
        assert (
            said
            == "Something went wrong. Please try again; if it keeps happening, tell whoever runs this bot."
        )
        assert "ZeroDivisionError: of all things" in caplog.text


async def test_the_commands_are_those_of_the_readme(tmp_path: Path) -> None:
    readme = README.read_text(encoding="utf-8")
    async with a_server(tmp_path) as server:
        documented = set(re.findall(r"^\| .*", readme, re.MULTILINE))
        rows = [row.split("|")[1] for row in documented]
        commands = {name for row in rows for name in re.findall(r"`/(\w+)", row)}
        typed = server.bot.tree.get_commands(type=discord.AppCommandType.chat_input)
        assert {command.name for command in typed} == commands
        for name in commands:  # Max manages the server and may use all of them, Ann all but one
            command = server.here.commands.choose(name, None, CommandType.CHAT_INPUT, "en-US")
            assert (command["default_member_permissions"] is not None) == (name == "settings")
        await server.max.use("settings", {}, server.text)
        with pytest.raises(CannotType, match="not offered to ann"):
            await server.ann.use("settings", {}, server.text)


async def test_the_command_tree_fits_discords_limits_and_describes_every_option(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        tree = server.bot.tree
        assert tree.translator is not None
        bodies = [
            await command.get_translated_payload(tree, tree.translator) for command in tree.get_commands()
        ]
        # The loopback Discord refuses with the first violation of the documented limits.
        checked = Commands(1, Snowflakes(WallClock())).overwrite(None, bodies)
        assert len(checked) == len(bodies)
        for body in bodies:
            for option in body.get("options", []):  # context menus have none
                assert option["description"] not in ("", "…"), f"{body['name']} {option['name']}"


async def test_every_command_says_where_it_is_installed_and_where_it_is_offered(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        synced = server.here.commands.listed(None)
        assert [command["integration_types"] for command in synced] == [[0]] * len(synced)
        private = {command["name"] for command in synced if command["contexts"] == [0, 1]}
        assert private == {"about", "help", "privacy"}
        assert all(command["contexts"] in ([0], [0, 1]) for command in synced)


@pytest.mark.parametrize(
    "locale", [locale for locale in discord.Locale if language_of(str(locale)) != ENGLISH]
)
async def test_every_name_and_description_is_translated(tmp_path: Path, locale: discord.Locale) -> None:
    async with a_server(tmp_path) as server:
        tree = server.bot.tree
        assert tree.translator is not None
        for command in tree.get_commands():
            body = await command.get_translated_payload(tree, tree.translator)
            for said in _said(body):
                assert {str(locale)} <= said.get("name_localizations", {}).keys(), said
                if said.get("description"):
                    assert {str(locale)} <= said["description_localizations"].keys(), said


async def test_names_in_the_catalogue_are_those_of_the_code_and_no_others_are_there(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        tree = server.bot.tree
        names = {"command-choice": "everything"}
        for command in tree.walk_commands():
            key = "-".join(("command", *command.qualified_name.split()))
            names[key] = command.name
            names[f"{key}.description"] = command.description
            for option in getattr(command, "parameters", []):
                names[f"{key}.{option.name}-name"] = option.display_name
                names[f"{key}.{option.name}"] = str(option.description)
        for menu in tree.get_commands(type=discord.AppCommandType.message):
            names["-".join(("command", *menu.name.lower().split()))] = menu.name
    catalogue = {key for key in sentences(ENGLISH) if key.startswith("command-")}
    assert catalogue == names.keys()
    assert [key for key in names if str(Text(key, choice="everything")) != names[key]] == []


def _said(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, its options and their choices."""
    yield body
    for inner in (*body.get("options", []), *body.get("choices", [])):
        yield from _said(inner)
