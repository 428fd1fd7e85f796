"""Members can do what Discord's client lets them do, and no more."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord import app_commands

from rehearsal.discord_here import DiscordHere
from rehearsal.people.typing_in import CannotType
from rehearsal.permissions import Permission
from rehearsal.rest.uploads import Upload
from tests.rehearsal.loopback import Bot, Json, SilentVoice, logged_in

Interaction = discord.Interaction[Any]


def add_commands(bot: Bot) -> None:
    @bot.tree.command()
    async def compose(
        interaction: Interaction,
        prompt: app_commands.Range[str, 3, 300],
        length: app_commands.Range[int, 10, 30] = 20,
        interval: app_commands.Range[float, 0.5, 2.5] | None = None,
        mood: app_commands.Choice[str] | None = None,
        loud: bool = False,
    ) -> None:
        """Compose."""
        await interaction.response.send_message(f"{prompt}|{length}|{interval}|{mood and mood.name}|{loud}")

    app_commands.choices(mood=[app_commands.Choice(name="Calm", value="calm")])(compose)

    @bot.tree.command()
    async def about(
        interaction: Interaction,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
        file: discord.Attachment,
    ) -> None:
        """Point at things."""
        text = f"{who.display_name} {where.name} {role.name} {(await file.read()).decode()}"
        await interaction.response.send_message(text)

    settings = app_commands.Group(name="settings", description="Settings")

    @settings.command()
    async def volume(interaction: Interaction, percent: int) -> None:
        """Volume."""
        assert isinstance(interaction.user, discord.Member)
        await interaction.response.send_message(f"{interaction.user.name} {percent}")

    bot.tree.add_command(settings)

    @bot.tree.command()
    @app_commands.default_permissions(manage_guild=True)
    async def reset(interaction: Interaction) -> None:
        """For moderators."""
        await interaction.response.send_message("done")

    @bot.tree.context_menu(name="Play again")
    async def play_again(interaction: Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"again: {message.content}")


async def test_typed_options_reach_the_command() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        text, role = guild.text_channel("music"), guild.role("band")
        ada = here.person(guild, "Ada")
        async with logged_in(here, add_commands):
            reply = await ada.use("/compose", {"prompt": "rain"})
            assert reply.content == "rain|20|None|None|False"
            reply = await ada.use(
                "compose", {"prompt": "rain", "length": 30, "interval": 0.5, "mood": "calm", "loud": True}
            )
            assert reply.content == "rain|30|0.5|Calm|True"
            reply = await ada.use("settings volume", {"percent": 40})
            assert reply.content == "Ada 40"
            options = {"who": ada.user, "where": text, "role": role, "file": Upload("a.txt", b"words")}
            assert (await ada.use("about", options)).content == "Ada music band words"
            assert (await ada.use_on("Play again", ada.say("that one", text))).content == "again: that one"


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("compose", {}, "required"),
        ("compose", {"prompt": "ab"}, "3 to 300 characters"),
        ("compose", {"prompt": "x" * 301}, "3 to 300 characters"),
        ("compose", {"prompt": 7}, "takes text"),
        ("compose", {"prompt": "rain", "length": 31}, "10 to 30"),
        ("compose", {"prompt": "rain", "length": 10.5}, "whole number"),
        ("compose", {"prompt": "rain", "length": True}, "whole number"),
        ("compose", {"prompt": "rain", "interval": 0.4}, "0.5 to 2.5"),
        ("compose", {"prompt": "rain", "mood": "angry"}, "offers only"),
        ("compose", {"prompt": "rain", "loud": "yes"}, "true or false"),
        ("compose", {"prompt": "rain", "key": "C"}, "no option 'key'"),
        ("settings", {}, "needs one of its subcommands"),
        ("settings colour", {}, "no subcommand"),
        ("reset", {}, "not offered to Ada"),
    ],
)
async def test_options_that_the_client_would_not_send_cannot_be_typed(
    name: str, options: Json, sentence: str
) -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        guild.text_channel("music")
        async with logged_in(here, add_commands):
            with pytest.raises(CannotType, match=sentence):
                await here.person(guild, "Ada").use(name, options)


async def test_commands_need_their_permission_and_moderators_get_theirs() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        text = guild.text_channel("music")
        ada = here.person(guild, "Ada", guild.role("moderators", Permission.MANAGE_GUILD))
        async with logged_in(here, add_commands):
            assert (await ada.use("reset")).content == "done"
            with pytest.raises(LookupError, match="No command 'sing'"):
                await ada.use("sing")
            text.overwrite(guild.everyone, deny=Permission.USE_APPLICATION_COMMANDS)
            with pytest.raises(CannotType, match="may not use commands"):
                await ada.use("reset")


async def test_a_command_in_a_direct_message_has_no_guild() -> None:
    def prepare(bot: Bot) -> None:
        @bot.tree.command()
        async def where(interaction: Interaction) -> None:
            """Where am I?"""
            await interaction.response.send_message(f"{interaction.guild} {interaction.user.name}")

        @bot.tree.command()
        @app_commands.guild_only()
        async def here_only(interaction: Interaction) -> None:
            """In guilds."""

    async with DiscordHere(voice=SilentVoice()) as here:
        ada = here.person(here.guild("Corner"), "Ada")
        direct = here.world.dm(ada.user)
        async with logged_in(here, prepare):
            assert (await ada.use("where", channel=direct)).content == "None Ada"
            with pytest.raises(CannotType, match="direct messages"):
                await ada.use("here_only", channel=direct)


async def test_commands_of_two_hundred_people_at_once_are_all_answered() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here, add_commands):
            replies = [await ada.use("compose", {"prompt": f"rain {n}"}, send_only=True) for n in range(200)]
            for reply in replies:
                await reply.acknowledged(seconds=10)
            assert replies[199].content.startswith("rain 199|")
        assert here.refusals == []
