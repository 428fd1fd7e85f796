"""A server for tests that need no voice: the real bot in simcord, which keeps Discord in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord
import simcord

from audio.worker.tone_engine import ToneEngine
from bot.client import Busker
from bot.config.settings import Settings
from tests.house import quiet_settings


@dataclass
class Server:
    """A guild of simcord with a text channel, a voice channel, a member, Ann, and a manager, Max."""

    env: simcord.Env
    guild: simcord.GuildHandle
    text: simcord.ChannelHandle
    voice: simcord.ChannelHandle
    ann: simcord.MemberActor
    max: simcord.MemberActor

    @property
    def bot(self) -> Busker:
        """The bot under test."""
        assert isinstance(self.env.bot, Busker)
        return self.env.bot

    @property
    def discord_guild(self) -> discord.Guild:
        """The guild as the bot knows it."""
        me = self.guild.me
        assert me is not None
        return me.guild

    async def said(self, command: str, **options: object) -> str:
        """What Ann alone reads when she uses a command."""
        result = await self.ann.slash(self.text, command, **options)
        assert result.ephemeral
        assert result.response is not None
        return result.response.content


@asynccontextmanager
async def a_server(folder: Path, settings: Settings | None = None) -> AsyncIterator[Server]:
    engine = ToneEngine()
    await engine.start()
    async with simcord.run(Busker(settings or quiet_settings(folder), engine)) as env:
        guild = env.create_guild()
        text = guild.create_text_channel("music")
        voice = guild.create_voice_channel("The Corner")
        managers = guild.create_role("managers", permissions=discord.Permissions(manage_guild=True))
        ann = guild.add_member(env.create_user("ann"))
        yield Server(env, guild, text, voice, ann, guild.add_member(env.create_user("max"), roles=[managers]))
