"""The main gateway does what each fault says."""

from __future__ import annotations

import asyncio

import pytest

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from rehearsal.sessions import Op
from tests.rehearsal.faults.bare import WITHIN_S, staged


@pytest.mark.parametrize(("name", "resumes"), [("gateway-dropped", True), ("gateway-forgot", False)])
async def test_a_dropped_bot_may_resume_or_gets_an_invalid_session(name: str, resumes: bool) -> None:
    async with staged() as (scene, bot):
        session = await bot.gateway.got(Op.DISPATCH, "READY")
        happening = asyncio.create_task(FAULTS[name].cause(scene))
        await until(lambda: bot.gateway.closed_with == 4000, WITHIN_S)
        await bot.open_gateway()
        resume = {"token": scene.here.bot.token, "session_id": session["session_id"], "seq": 0}
        await bot.gateway.send(Op.RESUME, resume)
        if resumes:
            await bot.gateway.got(Op.DISPATCH, "RESUMED")
        else:
            assert await bot.gateway.got(Op.INVALID_SESSION) is False
            await bot.log_in()
        await asyncio.wait_for(happening, WITHIN_S)
        assert scene.voice_state is not None


async def test_an_invalid_session_is_announced_and_forgotten() -> None:
    async with staged() as (scene, bot):
        happening = asyncio.create_task(FAULTS["gateway-invalid"].cause(scene))
        assert await bot.gateway.got(Op.INVALID_SESSION) is False
        assert not scene.here.sessions.by_id
        await bot.log_in()
        await asyncio.wait_for(happening, WITHIN_S)


async def test_a_bot_that_is_asked_to_reconnect_keeps_its_session() -> None:
    async with staged() as (scene, bot):
        await asyncio.wait_for(FAULTS["gateway-reconnect"].cause(scene), WITHIN_S)
        await bot.gateway.got(Op.RECONNECT)
        assert len(scene.here.sessions.by_id) == 1
