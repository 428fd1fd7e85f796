"""An unmodified client logs in to the one server, and nothing is left behind."""

from __future__ import annotations

import asyncio
import ssl
import threading

import aiohttp
import discord
import pytest

from rehearsal.discord_here import DiscordHere
from tests.rehearsal.loopback import Bot, SilentVoice, logged_in, requests


async def test_an_unmodified_client_logs_in_and_sees_its_guilds_and_channels() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        corner, square = here.guild("Corner"), here.guild("Square")
        text, hidden = corner.text_channel("music"), corner.text_channel("hidden")
        voice = corner.voice_channel("room", bitrate=96_000, user_limit=7)
        hidden.overwrite(corner.everyone, deny=discord.Permissions(view_channel=True).value)
        hidden.overwrite(corner.members[here.bot.id], deny=discord.Permissions(view_channel=True).value)
        async with logged_in(here) as bot:
            assert bot.user is not None
            assert bot.user.id == bot.application_id == here.bot.id
            assert {guild.name for guild in bot.guilds} == {"Corner", "Square"}
            assert bot.text(text.id).name == "music"
            assert bot.get_channel(hidden.id) is None
            room = bot.voice(voice.id)
            assert (room.bitrate, room.user_limit) == (96_000, 7)
            guild = bot.get_guild(square.id)
            assert guild is not None
            assert guild.filesize_limit == square.upload_limit
        assert here.refusals == []


async def test_a_wrong_token_is_refused_before_the_gateway() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        bot = Bot(here, discord.Intents.default())
        async with bot:
            with pytest.raises(discord.LoginFailure):
                await bot.login(here.bot.token + "x")
        assert [(refused.status, refused.path) for refused in here.refusals] == [(401, "/api/v10/users/@me")]


async def test_the_certificate_is_trusted_through_the_connector_alone() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, aiohttp.ClientSession() as stranger:
        with pytest.raises(aiohttp.ClientConnectorCertificateError) as caught:
            await stranger.get(f"https://127.0.0.1:{here.port}/")
        assert isinstance(caught.value.certificate_error, ssl.SSLCertVerificationError)
    async with DiscordHere(voice=SilentVoice()) as here, requests(here) as by_hand:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await by_hand.get("https://example.org/")


async def test_an_invitation_reaches_a_bot_that_is_logged_in() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, logged_in(here) as bot:
        assert not bot.guilds
        joining = asyncio.create_task(bot.wait_for("guild_join", timeout=5))
        await asyncio.sleep(0)
        guild = here.guild("Later")
        assert (await joining).id == guild.id


async def test_a_deleted_channel_disappears_for_its_members_and_for_the_bot() -> None:
    voice = SilentVoice()
    async with DiscordHere(voice=voice) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        ada = here.person(guild, "Ada")
        await ada.join_voice(room)
        async with logged_in(here) as bot:
            deleting = asyncio.create_task(bot.wait_for("guild_channel_delete", timeout=5))
            await asyncio.sleep(0)
            await here.delete_channel(room)
            assert (await deleting).id == room.id
            assert voice.events[-1] == ("leave", guild.id, ada.id)
            assert guild.voice_states == {}


async def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate()), asyncio.all_tasks()
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        guild.text_channel("music")
        async with logged_in(here):
            pass
        port = here.port
    await asyncio.to_thread(_join_threads, before[0])
    assert asyncio.all_tasks() == before[1]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


def _join_threads(before: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - before - {threading.current_thread()}:
        if not thread.name.startswith("asyncio_"):
            thread.join(5)
            assert not thread.is_alive(), thread.name
