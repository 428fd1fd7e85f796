"""Who can see a channel, compared with discord.py's own computation for members of every kind."""

from __future__ import annotations

import random
from functools import reduce
from operator import or_

import discord

from bot.rules.visibility import can_view, viewers_can_view
from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.world import Member, Role
from tests.rehearsal.loopback import SilentVoice, logged_in

VIEW = Permission.VIEW_CHANNEL
STATE = {"session_id": "x", "deaf": False, "mute": False}


async def test_whoever_sees_a_channel_surely_sees_another_only_if_every_member_does() -> None:
    draw = random.Random(5)
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        roles = [guild.role(f"role {n}", draw.choice([VIEW, Permission(0)])) for n in range(3)]
        people = [
            here.person(guild, f"person {n}", *draw.sample(roles, draw.randint(0, 3))) for n in range(25)
        ]
        targets: list[Role | Member] = [
            guild.everyone,
            *roles,
            *(guild.members[person.id] for person in people[:2]),
        ]
        for number in range(40):
            channel = guild.text_channel(f"channel {number}")
            for target in draw.sample(targets, draw.choice([0, 1, 1, 2, 3])):
                allow, deny = draw.choice([(VIEW, Permission(0)), (Permission(0), VIEW)])
                channel.overwrite(target, allow=allow, deny=deny)
        me = guild.members[here.bot.id]
        me.role_ids.append(guild.role("boss", reduce(or_, Permission)).id)
        async with logged_in(here) as bot:
            known = bot.get_guild(guild.id)
            assert known is not None
            members = [await known.fetch_member(person.id) for person in people]
            channels = known.text_channels
            sees = {channel: {m.id for m in members if can_view(m, channel)} for channel in channels}
            sure = wrong = possible = 0
            for shown_in in channels:
                for place in channels:
                    included = sees[shown_in] <= sees[place]
                    answer = viewers_can_view(shown_in, place)
                    wrong += answer and not included
                    sure += answer
                    possible += included
            assert wrong == 0
            assert sure > 0.5 * possible, "it doubts where there is nothing to doubt"


async def test_it_knows_threads_and_those_who_sit_in_a_channel() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        voice, text, hidden = (
            guild.voice_channel("voice"),
            guild.text_channel("text"),
            guild.text_channel("x"),
        )
        for channel in (voice, hidden):
            channel.overwrite(guild.everyone, deny=VIEW)
            channel.overwrite(guild.members[here.bot.id], allow=VIEW)
        person = here.person(guild, "person")
        async with logged_in(here) as bot:
            known = bot.get_guild(guild.id)
            assert known is not None
            member = await known.fetch_member(person.id)
            there = {channel.id: channel for channel in known.channels}
            assert can_view(member, there[text.id])
            assert not can_view(member, there[voice.id])
            known._voice_states[member.id] = discord.VoiceState(data=STATE, channel=there[voice.id])  # type: ignore[arg-type]
            assert can_view(member, there[voice.id]), "somebody moved them there"
            assert viewers_can_view(there[hidden.id], there[text.id])
            assert not viewers_can_view(there[text.id], there[hidden.id])
            for kind, inside, outside in ((11, True, True), (12, False, False)):
                thread = _thread(known, there[text.id], kind)
                assert viewers_can_view(thread, thread)
                assert viewers_can_view(there[text.id], thread) is inside
                assert can_view(member, thread) is outside
                assert viewers_can_view(thread, there[text.id])


def _thread(guild: discord.Guild, parent: discord.abc.GuildChannel, kind: int) -> discord.Thread:
    data = {
        "id": str(kind),
        "parent_id": str(parent.id),
        "owner_id": "1",
        "name": "thread",
        "type": kind,
        "message_count": 0,
        "member_count": 0,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 60,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
        },
    }
    return discord.Thread(guild=guild, state=guild._state, data=data)  # type: ignore[arg-type]
