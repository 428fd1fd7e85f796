"""A guild for tests that need no sound: the real bot in the loopback Discord, with a member and a manager."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import discord

from audio.worker.tone_engine import ToneEngine
from bot.client import Busker
from bot.config.settings import Settings
from rehearsal.discord_here import DiscordHere
from rehearsal.people.members import Person
from rehearsal.people.reply import Reply
from rehearsal.permissions import Permission
from rehearsal.rest.components import MENUS, walk
from rehearsal.world import Channel, Guild, Message, Role
from tests.loopback_guild import logged_in, quiet_settings


@dataclass
class Server:
    """A guild with a text channel, a voice channel, a member, Ann, and a manager, Max. Nobody is in voice."""

    here: DiscordHere
    bot: Busker
    guild: Guild
    text: Channel
    voice: Channel
    dj: Role
    ann: Person
    max: Person

    @property
    def discord_guild(self) -> discord.Guild:
        """The guild as the bot knows it."""
        guild = self.bot.get_guild(self.guild.id)
        assert guild is not None
        return guild

    async def said(self, command: str, **options: object) -> str:
        """The text that Ann alone reads when she uses a command."""
        return (await self.answer(self.ann, command, **options)).content

    async def answer(self, who: Person, command: str, **options: object) -> Message:
        """The message that `who` alone reads when they use a command."""
        return await private(await who.use(command, options, self.text))


async def private(reply: Reply) -> Message:
    """The answer that only one member sees."""
    message = await reply.said()
    assert reply.ephemeral
    return message


async def choose_from(message: Message, who: Person, value: str) -> Message:
    """The answer after `who` has chosen a value in the menu of a message."""
    (menu,) = (part for _, part in walk(message.components) if part.get("type") in MENUS)
    return await private(await who.click(message, str(menu["custom_id"]), [value]))


@asynccontextmanager
async def a_server(
    folder: Path, settings: Settings | None = None, *, locale: str = "en-US"
) -> AsyncIterator[Server]:
    """Open a server whose members speak the language of `locale`; everything in it ends with the block."""
    engine = ToneEngine()
    await engine.start()
    async with DiscordHere() as here:
        guild = here.guild("Guild")
        text, voice = guild.text_channel("music"), guild.voice_channel("The Corner")
        managers = guild.role("managers", Permission.MANAGE_GUILD)
        dj = guild.role("DJ")
        ann, manager = here.person(guild, "ann"), here.person(guild, "max", managers)
        guild.locale = ann.user.locale = manager.user.locale = locale
        async with logged_in(here, engine, settings or quiet_settings(folder), guild) as bot:
            yield Server(here, bot, guild, text, voice, dj, ann, manager)
