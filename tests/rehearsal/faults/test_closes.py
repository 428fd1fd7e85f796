"""The voice connection closes as each fault says."""

from __future__ import annotations

import pytest

from rehearsal.faults.closes import FAULTS
from rehearsal.faults.every import FAULTS as EVERY
from rehearsal.faults.scene import until
from rehearsal.voice.opcodes import Op
from tests.rehearsal.faults.bare import WITHIN_S, packets_received, staged

CODES = [fault.name for fault in FAULTS if fault.name.startswith("close-4") or fault.name == "close-1000"]


@pytest.mark.parametrize("name", CODES)
async def test_the_websocket_closes_with_that_code_and_the_voice_state_stays(name: str) -> None:
    async with staged() as (scene, bot):
        events = len(bot.gateway.messages)
        await EVERY[name].cause(scene)
        await until(lambda: bot.voice.closed_with is not None, WITHIN_S)
        assert f"close-{bot.voice.closed_with}" == name
        assert scene.voice_state is not None
        assert len(bot.gateway.messages) == events
        bot.play(3)
        bot.keep_alive()
        await until(lambda: bool(bot.received()), WITHIN_S)
        # A session that may be resumed is there still, and its sound goes on.
        assert packets_received(scene) == (3 if name == "close-4015" else 0)


async def test_a_connection_that_is_cut_ends_without_a_closing_word_and_may_be_resumed() -> None:
    async with staged() as (scene, bot):
        await EVERY["cut"].cause(scene)
        await until(lambda: bot.voice.closed_with is not None, WITHIN_S)
        assert bot.voice.closed_with == 1006
        await until(lambda: scene.voice.connections == 0, WITHIN_S)
        await bot.resume()
        await bot.voice.got(Op.RESUMED)


async def test_a_session_that_is_lost_can_be_neither_resumed_nor_identified_with_again() -> None:
    async with staged() as (scene, bot):
        await EVERY["close-4006"].cause(scene)
        await until(lambda: bot.voice.closed_with is not None, WITHIN_S)
        for again in (bot.resume, bot.identify):
            await again()
            await until(lambda: bot.voice.closed_with is not None, WITHIN_S)
            assert bot.voice.closed_with == 4006
