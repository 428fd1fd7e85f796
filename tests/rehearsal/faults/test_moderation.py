"""Moderation reaches a bot with the events of Discord, and has the same effect on sound."""

from __future__ import annotations

import asyncio

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from rehearsal.sessions import Op
from tests.rehearsal.faults.bare import WITHIN_S, BareBot, Json, packets_received, played, staged


def states(bot: BareBot) -> list[Json]:
    """Return the events about the bot's own voice state."""
    events = [m["d"] for m in bot.gateway.messages if m.get("t") == "VOICE_STATE_UPDATE"]
    return [state for state in events if state["user_id"] == str(bot.id)]


async def test_a_moved_bot_gets_its_new_channel_and_server_and_the_old_connection_closes() -> None:
    async with staged() as (scene, bot):
        await FAULTS["moved"].cause(scene)
        update = await bot.gateway.got(Op.DISPATCH, "VOICE_SERVER_UPDATE", number=2)
        assert update["endpoint"]
        assert states(bot)[-1]["channel_id"] == str(scene.attic.id)
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)


async def test_a_kicked_bot_has_no_voice_state_and_gets_the_event() -> None:
    async with staged() as (scene, bot):
        await FAULTS["kicked"].cause(scene)
        assert scene.idle
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)
        assert states(bot)[-1]["channel_id"] is None


async def test_a_muted_bot_gets_the_event_and_is_not_relayed_until_it_is_unmuted() -> None:
    async with staged() as (scene, bot):
        muting = asyncio.create_task(FAULTS["muted"].cause(scene))
        await until(lambda: states(bot)[-1]["mute"], WITHIN_S)
        await played(scene, bot, 5)
        assert packets_received(scene) == 0
        await muting
        await until(lambda: not states(bot)[-1]["mute"], WITHIN_S)
        await played(scene, bot, 5)
        assert packets_received(scene) == 5
        ((begin, end),) = scene.excused
        assert end > begin


async def test_a_deafened_bot_gets_the_event_and_is_still_received() -> None:
    async with staged() as (scene, bot):
        deafening = asyncio.create_task(FAULTS["deafened"].cause(scene))
        await until(lambda: states(bot)[-1]["deaf"], WITHIN_S)
        await played(scene, bot, 5)
        assert packets_received(scene) == 5
        await deafening
        await until(lambda: not states(bot)[-1]["deaf"], WITHIN_S)
        assert scene.excused == []


async def test_a_bot_on_a_stage_is_suppressed_until_somebody_lets_it_speak() -> None:
    async with staged() as (scene, bot):
        staging = asyncio.create_task(FAULTS["staged"].cause(scene))
        await until(lambda: states(bot)[-1]["suppress"], WITHIN_S)
        assert states(bot)[-1]["channel_id"] == str(scene.stage.id)
        await staging
        await until(lambda: not states(bot)[-1]["suppress"], WITHIN_S)


async def test_a_deleted_channel_disappears_with_its_members() -> None:
    async with staged() as (scene, bot):
        await FAULTS["channel-deleted"].cause(scene)
        deleted = await bot.gateway.got(Op.DISPATCH, "CHANNEL_DELETE")
        assert deleted["id"] == str(scene.corner.id)
        assert scene.idle
        assert set(scene.guild.voice_states) == {scene.neighbour.id, scene.audience.id}
