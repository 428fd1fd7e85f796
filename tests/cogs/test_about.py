"""/about and /help."""

from __future__ import annotations

import re
from pathlib import Path

import discord

from audio.worker.tone_engine import ToneEngine
from bot.ui.presets import PRESETS
from tests.loopback_guild import loopback_guild
from tests.server import a_server


async def test_about_shows_model_licence_and_speed_and_invites_with_exact_permissions(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        message = await server.answer(server.ann, "about")
        (embed,) = message.embeds
        fields = {field["name"]: field["value"] for field in embed["fields"]}
        assert fields["Model"] == "tone (1) on none"
        assert fields["Licence of the model"] == "MIT"
        assert fields["Speed"] == "8.0 times real time; 16 pieces at once"
        assert set(re.split(",? and |, ", embed["footer"]["text"].removeprefix("It needs "))) >= {
            "Connect",
            "Speak",
        }
        (button,) = message.components[0]["components"]
        # View Channels 1 << 10, Send Messages 11, Embed Links 14, Attach Files 15, Connect 20, Speak 21.
        assert f"permissions={sum(1 << bit for bit in (10, 11, 14, 15, 20, 21))}" in button["url"]
        assert f"client_id={server.bot.application_id}" in button["url"]


async def test_help_mentions_every_command_as_a_link(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        description = (await server.answer(server.ann, "help")).embeds[0]["description"]
        mentioned = set(re.findall(r"</(\w+)[\w ]*:\d+>", description))
        unneeded = {"help", "nowplaying"}
        typed = server.bot.tree.get_commands(type=discord.AppCommandType.chat_input)
        assert mentioned == {command.name for command in typed} - unneeded
        assert "{" not in description


async def test_an_example_of_help_is_composed_when_it_is_clicked(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        message = await (await loopback.asker.use("help", channel=loopback.text)).said()
        reply = await loopback.asker.click(message, "help:compose:1")
        assert reply.content.startswith("Composing 20 s of “slow dub with brushed drums")
        assert loopback.session.now.piece.prompt == PRESETS[1]
        outsider = loopback.here.person(loopback.guild, "outsider")
        answer = await outsider.click(message, "help:compose:0")
        assert answer.content == "You're not in a voice channel. Join one and try again."


async def test_an_example_clicked_in_a_direct_message_says_where_busker_plays(tmp_path: Path) -> None:
    async with a_server(tmp_path) as server:
        direct = server.here.world.dm(server.ann.user)
        message = await (await server.ann.use("help", {}, direct)).said()
        answer = await server.ann.click(message, "help:compose:0")
        assert answer.content == "Busker plays in voice channels of servers. Use this command in a server."
