"""REST fails as each fault says, for messages and their edits and for nothing else."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from rehearsal.discord_here import DEFAULT_BOT_PERMISSIONS, DiscordHere
from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import Scene
from rehearsal.voice.server import VoiceServer

API = "https://discord.com/api/v10"


@asynccontextmanager
async def troubled(name: str) -> AsyncIterator[tuple[Scene, aiohttp.ClientSession]]:
    voice = VoiceServer()
    async with DiscordHere(voice=voice) as here:
        scene = Scene.build(here, voice, DEFAULT_BOT_PERMISSIONS, lambda: None)
        await FAULTS[name].cause(scene)
        own = {"Authorization": f"Bot {here.bot.token}"}
        async with aiohttp.ClientSession(connector=here.connector(), headers=own) as http:
            yield scene, http


def messages(scene: Scene) -> str:
    return f"{API}/channels/{scene.text.id}/messages"


async def test_too_many_requests_get_a_retry_time_and_are_then_served() -> None:
    async with troubled("rest-429") as (scene, http):
        for _ in range(2):
            async with http.post(messages(scene), json={"content": "track"}) as answer:
                assert answer.status == 429
                assert float(answer.headers["Retry-After"]) == 1.0
                assert answer.headers["Via"]  # without it a client takes the answer for a ban
                assert (await answer.json())["retry_after"] == 1.0
        async with http.post(messages(scene), json={"content": "track"}) as answer:
            assert answer.status == 200
        assert len(scene.text.messages) == 1


@pytest.mark.parametrize(("name", "status", "times"), [("rest-500", 500, 2), ("rest-413", 413, 1)])
async def test_an_error_is_answered_the_given_number_of_times_and_nothing_is_posted(
    name: str, status: int, times: int
) -> None:
    async with troubled(name) as (scene, http):
        for _ in range(times):
            async with http.post(messages(scene), json={"content": "track"}) as answer:
                assert answer.status == status
        assert scene.text.messages == []
        async with http.post(messages(scene), json={"content": "track"}) as answer:
            assert answer.status == 200
        async with http.get(f"{API}/users/@me") as answer:
            assert answer.status == 200


async def test_a_slow_answer_comes_late_and_is_served() -> None:
    async with troubled("rest-slow") as (scene, http):
        begun = time.monotonic()
        async with http.post(messages(scene), json={"content": "track"}) as answer:
            assert answer.status == 200
        assert time.monotonic() - begun >= 4.0


async def test_a_request_is_never_answered_and_the_next_one_is() -> None:
    async with troubled("rest-never") as (scene, http):
        waiting = asyncio.create_task(http.post(messages(scene), json={"content": "lost"}))
        await asyncio.sleep(0.2)
        async with http.post(messages(scene), json={"content": "track"}) as answer:
            assert answer.status == 200
        assert not waiting.done()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert [message.content for message in scene.text.messages] == ["track"]
