"""The commands in simcord, which has no voice: what is refused, and in which words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
import simcord

from audio.tone import ToneEngine
from bot.client import Busker
from tests.house import quiet_settings


@dataclass
class Server:
    """A guild of simcord with a text channel, a voice channel and a member, Ann."""

    env: simcord.Env
    guild: simcord.GuildHandle
    text: simcord.ChannelHandle
    voice: simcord.ChannelHandle
    ann: simcord.MemberActor

    async def said(self, command: str, **options: object) -> str:
        """What Ann alone reads when she uses a command."""
        result = await self.ann.slash(self.text, command, **options)
        assert result.ephemeral
        assert result.response is not None
        return result.response.content


@asynccontextmanager
async def a_server(folder: Path) -> AsyncIterator[Server]:
    engine = ToneEngine()
    await engine.start()
    async with simcord.run(Busker(quiet_settings(folder), engine)) as env:
        guild = env.create_guild()
        text = guild.create_text_channel("music")
        voice = guild.create_voice_channel("The Corner")
        yield Server(env, guild, text, voice, guild.add_member(env.create_user("ann")))


async def test_without_a_voice_channel_compose_says_what_to_do(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        said = await server.said("compose", prompt="bells")
        assert said == "You are in no voice channel; join one and ask again."


async def test_a_stage_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        stage = server.guild.create_stage_channel("Stage")
        await server.ann.join_voice(stage)
        assert "is a Stage" in await server.said("compose", prompt="bells")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "   \u200b "}, "The prompt has 0 readable characters; it needs 3 to 300."),
        ({"prompt": "\u202e\u202d\u200f!"}, "The prompt has 1 readable characters; it needs 3 to 300."),
        ({"prompt": "<@123456789>"}, "The prompt has 0 readable characters; it needs 3 to 300."),
        ({"prompt": "bells", "length": 40}, "The length of 40 s is out of range; 10 to 30 s will do."),
    ],
)
async def test_what_cannot_be_composed_is_refused_in_a_sentence(
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
async def test_discord_itself_refuses_what_the_options_exclude(
    tmp_path: Path, options: dict[str, object]
) -> None:
    async with a_server(tmp_path) as server:
        await server.ann.join_voice(server.voice)
        with pytest.raises(simcord.OptionError):
            await server.ann.slash(server.text, "compose", **options)


@pytest.mark.parametrize("command", ["stop", "skip", "pause", "resume", "queue", "nowplaying"])
async def test_where_nothing_plays_every_command_says_so(tmp_path: Path, command: str) -> None:
    async with a_server(tmp_path) as server:
        assert await server.said(command) == "Nothing is playing; /compose starts something."


async def test_an_unforeseen_error_is_a_sentence_for_the_member_and_whole_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_server(tmp_path) as server:
        assert isinstance(server.env.bot, Busker)

        def broken(guild: discord.Guild) -> None:
            raise ZeroDivisionError("of all things")

        monkeypatch.setattr(server.env.bot, "session_of", broken)
        said = await server.said("stop")
        assert said == "Something went wrong on Busker's side; it is in the log. Please try again."
        assert "ZeroDivisionError: of all things" in caplog.text


async def test_the_commands_are_those_of_the_readme(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        offered = set(server.ann.available_commands(server.text))
        assert offered == {"compose", "stop", "skip", "pause", "resume", "queue", "nowplaying", "volume"}
        for command in server.env.bot.tree.walk_commands():  # type: ignore[attr-defined]
            assert all(option.description != "…" for option in command.parameters)
