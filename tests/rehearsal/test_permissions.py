"""Permissions, compared with discord.py's own computation."""

from __future__ import annotations

import random
from functools import reduce
from operator import or_

import discord

from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import EVERYTHING, Permission
from rehearsal.world import Member, Role
from tests.rehearsal.loopback import SilentVoice, logged_in

KNOWN = reduce(or_, Permission)


async def test_permissions_agree_with_those_that_the_client_computes() -> None:
    draw = random.Random(7)

    def some(likely: float) -> Permission:
        ordinary = [permission for permission in Permission if permission is not Permission.ADMINISTRATOR]
        return reduce(or_, (one for one in ordinary if draw.random() < likely), Permission(0))

    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner", bot_may=some(0.3))
        me = guild.members[here.bot.id]
        roles = [guild.role(f"role {n}", some(0.3)) for n in range(4)]
        me.role_ids += [role.id for role in roles[:2]]
        channels = []
        for number in range(120):
            make = draw.choice([guild.text_channel, guild.voice_channel, guild.stage_channel])
            channel = make(f"channel {number}")
            targets: list[Role | Member] = [guild.everyone, *roles, me]
            for target in draw.sample(targets, 3):
                channel.overwrite(target, allow=some(0.3), deny=some(0.2))
            channels.append(channel)
        async with logged_in(here) as bot:
            known = bot.get_guild(guild.id)
            assert known is not None
            seen = 0
            for channel in channels:
                ours = guild.permissions(channel, here.bot.id)
                theirs = known.get_channel(channel.id)
                assert (theirs is not None) == bool(ours & Permission.VIEW_CHANNEL)
                if theirs is not None:
                    seen += 1
                    # discord.py leaves out what concerns voice in a text channel; Discord does not
                    asked = KNOWN if channel.is_voice else KNOWN & ~discord.Permissions.voice().value
                    assert theirs.permissions_for(known.me).value & asked == ours & asked, channel.name
            assert 20 < seen < 100, "both kinds of channel were tried"


async def test_owners_and_administrators_may_do_everything_and_timed_out_members_only_read() -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    text = guild.text_channel("music")
    text.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    ada = here.person(guild, "Ada", guild.role("admins", Permission.ADMINISTRATOR))
    assert guild.permissions(text, ada.id) == EVERYTHING
    assert guild.permissions(text, guild.owner_id) == EVERYTHING
    ben = here.person(guild, "Ben")
    assert guild.permissions(text, ben.id) == Permission(0)
    text.overwrite(ben.member, allow=Permission.VIEW_CHANNEL)
    assert guild.permissions(text, ben.id) & Permission.SEND_MESSAGES
    ben.member.timed_out = True
    assert guild.permissions(text, ben.id) == Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY
    assert guild.permissions(text, 1) == Permission(0), "a stranger may do nothing"
