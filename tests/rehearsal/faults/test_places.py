"""Voice servers, guilds and voice states change as each fault says."""

from __future__ import annotations

import asyncio

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from rehearsal.sessions import Op
from tests.rehearsal.faults.bare import WITHIN_S, packets_received, played, staged


async def test_a_channel_that_changes_its_region_gets_another_endpoint_and_token() -> None:
    async with staged() as (scene, bot):
        first = await bot.gateway.got(Op.DISPATCH, "VOICE_SERVER_UPDATE")
        await FAULTS["region-changed"].cause(scene)
        second = await bot.gateway.got(Op.DISPATCH, "VOICE_SERVER_UPDATE", number=2)
        assert second["endpoint"] != first["endpoint"]
        assert second["token"] != first["token"]
        bot.token = second["token"]
        await bot.identify()
        await bot.hear_from_server()


async def test_a_lost_server_is_announced_as_null_before_the_next_one() -> None:
    async with staged() as (scene, bot):
        await FAULTS["server-lost"].cause(scene)
        lost, available = [
            await bot.gateway.got(Op.DISPATCH, "VOICE_SERVER_UPDATE", number=number) for number in (2, 3)
        ]
        assert lost["endpoint"] is None
        assert available["endpoint"]
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)


async def test_an_outage_hides_the_guild_and_brings_it_back() -> None:
    async with staged() as (scene, bot):
        outage = asyncio.create_task(FAULTS["guild-unavailable"].cause(scene))
        hidden = await bot.gateway.got(Op.DISPATCH, "GUILD_DELETE")
        assert hidden["unavailable"] is True
        await outage
        back = await bot.gateway.got(Op.DISPATCH, "GUILD_CREATE", number=2)
        assert back["unavailable"] is False


async def test_a_removed_bot_loses_guild_and_voice_and_can_be_invited_again() -> None:
    async with staged() as (scene, bot):
        fault = FAULTS["guild-gone"]
        await fault.cause(scene)
        assert "unavailable" not in await bot.gateway.got(Op.DISPATCH, "GUILD_DELETE")
        assert scene.idle
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)
        assert fault.repair is not None
        await fault.repair(scene)
        await bot.gateway.got(Op.DISPATCH, "GUILD_CREATE", number=2)


async def test_a_bot_with_a_stale_voice_state_is_not_relayed_until_it_has_left() -> None:
    async with staged(connected=False) as (scene, bot):
        happening = asyncio.create_task(FAULTS["stale-seat"].cause(scene))
        await bot.gateway.got(Op.INVALID_SESSION)
        await bot.log_in()
        await happening
        guild = await bot.gateway.got(Op.DISPATCH, "GUILD_CREATE")
        voice_states = {
            voice_state["user_id"]: voice_state["channel_id"] for voice_state in guild["voice_states"]
        }
        assert voice_states[str(bot.id)] == str(scene.corner.id)
        await bot.connect()
        await played(scene, bot, 5)
        assert packets_received(scene) == 0
        await bot.leave()
        await until(lambda: scene.idle, WITHIN_S)
        await bot.connect()
        await played(scene, bot, 5)
        assert packets_received(scene) == 5
