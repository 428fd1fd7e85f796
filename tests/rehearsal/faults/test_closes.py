"""The voice connection really closes as a fault says, whatever the client makes of it."""

from __future__ import annotations

import pytest

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from tests.rehearsal.faults.bare import WITHIN_S, staged


@pytest.mark.parametrize("code", [4006])
async def test_the_websocket_is_closed_with_that_code_and_the_bot_still_sits(code: int) -> None:
    async with staged() as (scene, bot):
        events = len(bot.gateway.messages)
        await FAULTS[f"close-{code}"].happen(scene)
        await until(lambda: bot.voice.closed_with is not None, WITHIN_S)
        assert bot.voice.closed_with == code
        assert scene.seat is not None
        assert scene.voice.session(scene.guild.id, scene.bot_id) is None
        assert len(bot.gateway.messages) == events
