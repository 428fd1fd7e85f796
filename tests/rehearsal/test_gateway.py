"""The gateway: identifying, resuming, close codes, and the events that each intent allows."""

from __future__ import annotations

import asyncio
import json
import zlib

import aiohttp
import discord
import pytest

from rehearsal.clock import ManualClock
from rehearsal.discord_here import DiscordHere
from rehearsal.gateway import MAX_MESSAGES
from rehearsal.sessions import Intent
from tests.rehearsal.loopback import SilentVoice, logged_in

GATEWAY = "wss://gateway.discord.gg/?v=10&encoding=json"


async def close_code(here: DiscordHere, *payloads: object) -> int | None:
    """Return the code with which a connection ends that begins with these payloads."""
    async with (
        aiohttp.ClientSession(connector=here.connector()) as session,
        session.ws_connect(GATEWAY) as websocket,
    ):
        for payload in payloads:
            await websocket.send_str(payload if isinstance(payload, str) else json.dumps(payload))
        while (await websocket.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            pass
        return websocket.close_code


async def test_each_broken_rule_closes_with_its_own_code() -> None:
    async with DiscordHere(voice=SilentVoice(), clock=ManualClock()) as here:
        token = here.bot.token
        beat = {"op": 1, "d": None}
        login = {"op": 2, "d": {"token": token, "intents": 1}}
        assert await close_code(here, {"op": 2, "d": {"token": "wrong", "intents": 1}}) == 4004
        assert await close_code(here, {"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 0}}) == 4004
        assert await close_code(here, {"op": 4, "d": {"guild_id": "1", "channel_id": None}}) == 4003
        assert await close_code(here, {"op": 2, "d": {"token": token, "intents": 1 << 40}}) == 4013
        assert await close_code(here, {"op": 2, "d": {"token": token, "intents": 1 << 15}}) == 4014
        assert await close_code(here, "{") == 4002
        assert await close_code(here, {"op": 1, "d": "x" * 4_096}) == 4002
        assert await close_code(here, login, login) == 4005
        assert await close_code(here, login, {"op": 99, "d": {}}) == 4001
        assert await close_code(here, *[beat] * (MAX_MESSAGES + 1)) == 4008


async def test_events_come_compressed_if_the_client_asks_for_it() -> None:
    async with (
        DiscordHere(voice=SilentVoice()) as here,
        aiohttp.ClientSession(connector=here.connector()) as session,
        session.ws_connect(GATEWAY + "&compress=zlib-stream") as websocket,
    ):
        frame = await websocket.receive(timeout=5)
        assert frame.type is aiohttp.WSMsgType.BINARY
        assert frame.data.endswith(b"\x00\x00\xff\xff")
        assert json.loads(zlib.decompressobj().decompress(frame.data))["op"] == 10


async def test_a_dropped_connection_resumes_and_misses_nothing() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        text = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        async with logged_in(here) as bot:
            received = asyncio.create_task(bot.wait_for("message", timeout=5))
            await asyncio.sleep(0)
            session_id = bot.ws.session_id
            (session,) = here.sessions.by_id.values()
            await here.gateway.drop(4000)
            await here.until(lambda: session.connection is None)
            message = ada.say("while you were out", text)
            assert (await received).id == message.id
            await asyncio.wait_for(bot.resumed.wait(), 5)
            assert bot.ws.session_id == session_id


async def test_asking_to_reconnect_resumes_the_session() -> None:
    async with DiscordHere(voice=SilentVoice()) as here, logged_in(here) as bot:
        here.gateway.ask_to_reconnect()
        await asyncio.wait_for(bot.resumed.wait(), 5)
        assert len(here.sessions.by_id) == 1


async def test_an_unknown_session_is_invalid_and_the_client_may_log_in_again() -> None:
    resume = {"op": 6, "d": {"session_id": "gone", "seq": 3}}
    async with (
        DiscordHere(voice=SilentVoice()) as here,
        aiohttp.ClientSession(connector=here.connector()) as session,
        session.ws_connect(GATEWAY) as websocket,
    ):
        assert (await websocket.receive_json(timeout=5))["op"] == 10
        resume["d"] = {"session_id": "gone", "seq": 3, "token": here.bot.token}
        await websocket.send_json(resume)
        answer = await websocket.receive_json(timeout=5)
        assert (answer["op"], answer["d"]) == (9, False)
        await websocket.send_json({"op": 2, "d": {"token": here.bot.token, "intents": 1}})
        assert (await websocket.receive_json(timeout=5))["t"] == "READY"


async def test_an_invalid_session_leaves_a_stale_voice_state_that_the_next_login_sees() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        async with logged_in(here):
            assert await here.calls.join(guild, room, here.bot.id)
            here.gateway.invalidate()
            assert here.sessions.by_id == {}
        async with logged_in(here) as bot:
            assert bot.voice(room.id).guild.me.voice is not None


async def test_a_client_that_says_goodbye_leaves_voice_and_one_that_breaks_off_does_not() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        room = guild.voice_channel("room")
        for code, stays in ((4000, True), (1000, False)):
            async with (
                aiohttp.ClientSession(connector=here.connector()) as session,
                session.ws_connect(GATEWAY) as websocket,
            ):
                await websocket.send_json({"op": 2, "d": {"token": here.bot.token, "intents": 0}})
                await here.until(lambda: bool(here.sessions.by_id))
                assert await here.calls.join(guild, room, here.bot.id)
                await websocket.close(code=code)
            await here.until(lambda: not any(known.connection for known in here.sessions.by_id.values()))
            assert (here.bot.id in guild.voice_states) is stays
            here.sessions.by_id.clear()


async def test_content_is_hidden_without_its_intent_unless_the_bot_is_mentioned() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        text = guild.text_channel("music")
        ada = here.person(guild, "Ada")
        for granted, seen in ((0, ""), (Intent.MESSAGE_CONTENT, "hello")):
            here.bot.privileged_intents = int(granted)
            intents = discord.Intents.default()
            intents.message_content = bool(granted)
            async with logged_in(here, intents=intents) as bot:
                for said, expected in (
                    ("hello", seen),
                    (f"hello <@{here.bot.id}>", f"hello <@{here.bot.id}>"),
                ):
                    hearing = asyncio.create_task(bot.wait_for("message", timeout=5))
                    await asyncio.sleep(0)
                    ada.say(said, text)
                    assert (await hearing).content == expected


async def test_members_are_sent_only_with_the_intent_for_them() -> None:
    async with DiscordHere(voice=SilentVoice()) as here:
        guild = here.guild("Corner")
        here.person(guild, "Ada")
        async with logged_in(here) as bot:
            known = bot.get_guild(guild.id)
            assert known is not None
            assert [member.name for member in known.members] == ["Busker"]
            assert [member.name for member in await known.query_members("ad")] == ["Ada"]
        here.bot.privileged_intents = int(Intent.GUILD_MEMBERS)
        intents = discord.Intents.default()
        intents.members = True
        async with logged_in(here, intents=intents) as bot:
            known = bot.get_guild(guild.id)
            assert known is not None
            assert {member.name for member in known.members} == {"Ada", "Busker", "owner"}


async def test_a_privileged_intent_that_was_not_granted_ends_the_client() -> None:
    intents = discord.Intents.default()
    intents.members = True
    async with DiscordHere(voice=SilentVoice()) as here:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with logged_in(here, intents=intents):
                pass
