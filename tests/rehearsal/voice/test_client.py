"""An unmodified client logs in, joins a channel of the loopback Discord and is received."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord

from rehearsal.discord_here import DiscordHere
from rehearsal.voice.analysis import analyse_recording
from rehearsal.voice.recording import Recording
from tests.rehearsal.loopback import Bot, logged_in
from tests.rehearsal.voice.stage import close_session, melody, play, until


@asynccontextmanager
async def connected(
    channel: discord.VoiceChannel | discord.StageChannel,
) -> AsyncIterator[discord.VoiceClient]:
    """Join the channel, and leave it again without discord.py's reader thread."""
    client: discord.VoiceClient = await channel.connect(timeout=5)
    try:
        yield client
    finally:
        await close_session(client)


def encrypts(client: discord.VoiceClient) -> bool:
    return bool(client._connection.can_encrypt)


async def test_a_bot_logs_in_is_received_and_leaves() -> None:
    async with DiscordHere() as here:
        guild = here.guild("The Corner")
        channel = guild.voice_channel("Stage door")
        anna = here.person(guild, "anna")
        await anna.join_voice(channel)
        async with logged_in(here) as bot:
            listener = here.voice.listener(guild.id, anna.id)
            async with connected(bot.voice(channel.id)) as client:
                await until(lambda: listener.ready and encrypts(client))
                sound = melody(1)
                await play(client, sound)
                await until(lambda: len(listener.recording(here.bot.id)) == 55)
            await until(lambda: not listener.ready)
    received = analyse_recording(listener.recording(here.bot.id), sound)
    assert received.frames_heard == received.encrypted_frames == received.frames_spanned == 50
    assert received.correlation > 0.95


async def test_a_bot_that_is_moved_goes_on_in_the_other_channel() -> None:
    async with DiscordHere() as here:
        guild = here.guild("The Corner")
        first, second = guild.voice_channel("First"), guild.voice_channel("Second")
        anna, ben = here.person(guild, "anna"), here.person(guild, "ben")
        await anna.join_voice(first)
        await ben.join_voice(second)
        async with logged_in(here) as bot:
            stays, waits = (here.voice.listener(guild.id, person.id) for person in (anna, ben))
            async with connected(bot.voice(first.id)) as client:
                await until(lambda: stays.ready and encrypts(client))
                playing = asyncio.create_task(play(client, melody(1.5)))
                await until(lambda: len(stays.recording(here.bot.id)) >= 20)
                await move(here, bot, guild.id, second.id)
                await playing
                await until(lambda: waits.group == {ben.id, here.bot.id})
                await until(lambda: len(waits.recording(here.bot.id)) >= 20)
    parts = [listener.recording(here.bot.id).trimmed() for listener in (stays, waits)]
    assert len(Recording.joined(parts)) >= 70
    assert parts[1].packets[-1].decrypted


async def move(here: DiscordHere, bot: Bot, guild_id: int, channel_id: int) -> None:
    guild = here.world.guilds[guild_id]
    await here.calls.join(guild, guild.channels[channel_id], here.bot.id, by_moderator=True)
    state: Any = bot.get_guild(guild_id)
    await until(lambda: state.me.voice.channel.id == channel_id)
