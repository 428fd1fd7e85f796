"""Voice channels: permission to join, the events about it, and the calls of the voice server."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from rehearsal.discord_here import DiscordHere
from rehearsal.people.typing_in import CannotType
from rehearsal.permissions import Permission
from tests.rehearsal.loopback import SilentVoice, logged_in


async def test_the_bot_joins_and_gets_a_voice_server() -> None:
    voice = SilentVoice()
    async with DiscordHere(voice=voice) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        async with logged_in(here) as bot:
            server = bot.ws.wait_for("VOICE_SERVER_UPDATE", lambda data: True)
            state = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: True)
            await bot.ws.voice_state(guild.id, room.id, self_deaf=True)
            events = await asyncio.wait_for(server, 5)
            where = await asyncio.wait_for(state, 5)
            assert events["endpoint"].partition(":")[0].endswith(".discord.media")
            assert events["token"] == voice.tokens[here.bot.id]
            assert (where["channel_id"], where["self_deaf"], where["suppress"]) == (str(room.id), True, False)
            assert voice.events == [("expect", room.id, here.bot.id)]
            left = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: data["channel_id"] is None)
            await bot.ws.voice_state(guild.id, None)
            await asyncio.wait_for(left, 5)
            assert voice.events[1:] == [("forget", guild.id, here.bot.id)]


@pytest.mark.parametrize("why", ["forbidden", "full", "hidden", "text"])
async def test_a_channel_that_may_not_be_entered_answers_nothing(why: str) -> None:
    voice = SilentVoice()
    async with DiscordHere(voice=voice) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room", user_limit=1)
        ada = here.person(guild, "Ada")
        me = guild.members[here.bot.id]
        if why == "forbidden":
            room.overwrite(me, deny=Permission.CONNECT)
        elif why == "hidden":
            room.overwrite(me, deny=Permission.VIEW_CHANNEL)
        elif why == "full":
            await ada.join_voice(room)
        elif why == "text":
            room = guild.text_channel("music")
        async with logged_in(here) as bot:
            events = list(voice.events)
            await bot.ws.voice_state(guild.id, room.id)
            # what is asked for later is answered later: once this is here, the first was dealt with
            free = guild.voice_channel("free")
            answered = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: True)
            await bot.ws.voice_state(guild.id, free.id)
            assert (await asyncio.wait_for(answered, 5))["channel_id"] == str(free.id)
            assert voice.events[len(events) :] == [("expect", free.id, here.bot.id)]


async def test_a_full_channel_lets_in_those_who_may_move_members() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner", bot_may=Permission.MOVE_MEMBERS)
        room = guild.voice_channel("room", user_limit=1)
        ada, ben = here.person(guild, "Ada"), here.person(guild, "Ben")
        await ada.join_voice(room)
        with pytest.raises(CannotType, match="full"):
            await ben.join_voice(room)
        assert await here.calls.join(guild, room, here.bot.id)


async def test_joins_and_leaves_reach_the_bot_and_the_voice_server() -> None:
    voice = SilentVoice()
    async with DiscordHere(voice=voice) as here:
        guild = here.guild("Corner")
        room, hall = guild.voice_channel("room"), guild.voice_channel("hall")
        ada = here.person(guild, "Ada")
        async with logged_in(here) as bot:
            seen: Any = bot.voice(room.id)
            for act, names in (
                (ada.join_voice(room), ["Ada"]),
                (ada.join_voice(hall), []),
                (ada.leave_voice(), []),
            ):
                changed = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: True)
                await act
                await asyncio.wait_for(changed, 5)
                assert [member.name for member in seen.members] == names
        assert voice.events == [
            ("join", room.id, ada.id),
            ("leave", guild.id, ada.id),
            ("join", hall.id, ada.id),
            ("leave", guild.id, ada.id),
        ]


async def test_a_person_moves_and_throws_out_the_bot_only_if_they_may() -> None:
    voice = SilentVoice()
    async with DiscordHere(voice=voice) as here:
        guild = here.guild("Corner")
        room, hall = guild.voice_channel("room"), guild.voice_channel("hall")
        ada = here.person(guild, "Ada")
        ben = here.person(
            guild, "Ben", guild.role("moderators", Permission.MOVE_MEMBERS | Permission.MUTE_MEMBERS)
        )
        with pytest.raises(CannotType, match="is in no voice channel"):
            await ben.disconnect(here.bot.user)
        async with logged_in(here) as bot:
            assert await here.calls.join(guild, room, here.bot.id)
            with pytest.raises(CannotType, match="MOVE_MEMBERS"):
                await ada.move(here.bot.user, hall)
            before = guild.voice_states[here.bot.id].session_id
            first = voice.tokens[here.bot.id]
            server = bot.ws.wait_for("VOICE_SERVER_UPDATE", lambda data: data["token"] != first)
            await ben.move(here.bot.user, hall)
            assert (await asyncio.wait_for(server, 5))["token"] == voice.tokens[here.bot.id]
            assert voice.events[1:] == [("forget", guild.id, here.bot.id), ("expect", hall.id, here.bot.id)]
            assert guild.voice_states[here.bot.id].session_id == before
            muted = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: data["mute"])
            ben.server_mute(here.bot.user)
            await asyncio.wait_for(muted, 5)
            gone = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: data["channel_id"] is None)
            await ben.disconnect(here.bot.user)
            await asyncio.wait_for(gone, 5)
            assert bot.voice(hall.id).guild.me.voice is None


async def test_on_a_stage_the_bot_is_suppressed_until_it_steps_up_or_asks_to() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        stage = guild.stage_channel("stage")
        async with logged_in(here) as bot:
            assert await here.calls.join(guild, stage, here.bot.id)
            voice_state = guild.voice_states[here.bot.id]
            assert voice_state.suppress
            me = bot.voice(stage.id).guild.me
            with pytest.raises(discord.Forbidden) as caught:
                await me.edit(suppress=False)
            assert caught.value.code == 50013
            await me.request_to_speak()
            assert voice_state.requested_to_speak_at is not None
            guild.roles[me.roles[-1].id].permissions |= Permission.MUTE_MEMBERS
            up = bot.ws.wait_for("VOICE_STATE_UPDATE", lambda data: not data["suppress"])
            await me.edit(suppress=False)
            await asyncio.wait_for(up, 5)
            assert not voice_state.suppress


async def test_without_the_right_to_speak_the_bot_is_suppressed_in_a_voice_channel() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        room.overwrite(guild.members[here.bot.id], deny=Permission.SPEAK)
        assert await here.calls.join(guild, room, here.bot.id)
        assert guild.voice_states[here.bot.id].suppress


class WatchedVoice(discord.VoiceClient):
    """An ordinary voice client that tells when it has a new server, and when it ends."""

    def __init__(self, client: discord.Client, channel: discord.abc.Connectable) -> None:
        super().__init__(client, channel)
        self.sent_elsewhere = asyncio.Event()
        self.over = asyncio.Event()

    async def on_voice_server_update(self, data: Any) -> None:
        await super().on_voice_server_update(data)
        self.sent_elsewhere.set()

    def cleanup(self) -> None:
        super().cleanup()
        self.over.set()


async def test_a_real_voice_client_connects_follows_a_move_and_ends_when_thrown_out() -> None:
    async with DiscordHere() as here:
        guild = here.guild("Corner")
        room, hall = guild.voice_channel("room"), guild.voice_channel("hall")
        ben = here.person(guild, "Ben", guild.role("moderators", Permission.MOVE_MEMBERS))
        await ben.join_voice(room)
        assert ben.listener.connected
        async with logged_in(here) as bot:
            client = await bot.voice(room.id).connect(timeout=5, cls=WatchedVoice)
            assert client.is_connected()
            before = client.token
            client.sent_elsewhere.clear()
            await ben.move(here.bot.user, hall)
            await asyncio.wait_for(client.sent_elsewhere.wait(), 5)
            assert await asyncio.to_thread(client.wait_until_connected, 5)
            assert client.channel.id == hall.id
            assert client.token != before
            await ben.disconnect(here.bot.user)
            await asyncio.wait_for(client.over.wait(), 5)
            assert not client.is_connected()
        assert here.refusals == []
