"""What people do to a bot reaches it as Discord tells it."""

from __future__ import annotations

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from rehearsal.gateway import Op
from tests.rehearsal.faults.bare import WITHIN_S, staged


async def test_a_moved_bot_is_told_its_new_channel_and_server_and_the_old_connection_closes() -> None:
    async with staged() as (scene, bot):
        await FAULTS["moved"].happen(scene)
        update = await bot.gateway.got(Op.DISPATCH, "VOICE_SERVER_UPDATE", number=2)
        assert update["endpoint"]
        states = [m["d"] for m in bot.gateway.messages if m.get("t") == "VOICE_STATE_UPDATE"]
        assert states[-1]["channel_id"] == str(scene.attic.id)
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)


async def test_a_kicked_bot_sits_nowhere_and_is_told_so() -> None:
    async with staged() as (scene, bot):
        await FAULTS["kicked"].happen(scene)
        assert scene.idle
        await until(lambda: bot.voice.closed_with == 4014, WITHIN_S)
        states = [m["d"] for m in bot.gateway.messages if m.get("t") == "VOICE_STATE_UPDATE"]
        assert (states[-1]["channel_id"], states[-1]["user_id"]) == (None, str(scene.bot_id))
