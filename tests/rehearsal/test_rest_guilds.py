"""Guilds, their members and the application, as a client fetches them."""

from __future__ import annotations

import discord
import pytest

from rehearsal.discord_here import DiscordHere
from tests.rehearsal.loopback import SilentVoice, logged_in


async def test_a_guild_and_what_is_in_it_can_be_fetched() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner", premium_tier=1)
        room, text = guild.voice_channel("room", bitrate=128_000), guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here) as bot:
            fetched = await bot.fetch_guild(guild.id)
            assert (fetched.name, fetched.premium_tier) == ("Corner", 1)
            assert {channel.id for channel in await fetched.fetch_channels()} == {room.id, text.id}
            assert [role.name for role in await fetched.fetch_roles()] == ["@everyone", "Busker"]
            member = await fetched.fetch_member(ada.id)
            assert member.display_name == "Ada"
            with pytest.raises(discord.NotFound) as caught:
                await fetched.fetch_member(1)
            assert caught.value.code == 10007
            with pytest.raises(discord.NotFound) as caught:
                await member.fetch_voice()
            assert caught.value.code == 10065
            await ada.join_voice(room)
            assert (await member.fetch_voice()).self_mute
            channel = await bot.fetch_channel(room.id)
            assert isinstance(channel, discord.VoiceChannel)
            assert channel.bitrate == 128_000


async def test_the_application_says_who_owns_it() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, logged_in(here) as bot:
        about = await bot.application_info()
        assert (about.id, about.owner.id) == (here.bot.id, here.bot.owner.id)


def test_bitrates_follow_the_boost_tier() -> None:
    here = DiscordHere(voice=SilentVoice())
    assert here.guild("Corner").voice_channel("room", bitrate=96_000).bitrate == 96_000
    with pytest.raises(ValueError, match="128000"):
        here.guild("Corner").voice_channel("room", bitrate=128_000)
    assert here.guild("Square").stage_channel("stage").bitrate == 64_000
