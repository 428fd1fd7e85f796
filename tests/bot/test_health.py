"""Health: 200 only when both are well, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.errors import StartError
from bot.health import Health
from bot.settings import HealthSettings


@dataclass
class Pulse:
    gateway: bool = True
    engine: bool = True


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


@pytest.fixture
async def health(pulse: Pulse) -> AsyncIterator[Health]:
    health = Health(gateway=lambda: pulse.gateway, engine=lambda: pulse.engine)
    await health.listen("127.0.0.1", 0)
    yield health
    await health.close()


async def asked(health: Health, path: str = "/healthz") -> tuple[int, object]:
    url = f"http://127.0.0.1:{health.port}{path}"
    async with aiohttp.ClientSession() as web, web.get(url) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


async def test_it_is_200_when_both_are_well(health: Health) -> None:
    assert await asked(health) == (200, {"gateway": True, "engine": True})


async def test_it_is_503_and_says_which_when_one_is_not(health: Health, pulse: Pulse) -> None:
    pulse.engine = False
    assert await asked(health) == (503, {"gateway": True, "engine": False})
    pulse.engine, pulse.gateway = True, False
    assert await asked(health) == (503, {"gateway": False, "engine": True})


async def test_nothing_else_is_served(health: Health) -> None:
    assert (await asked(health, "/"))[0] == 404


async def test_a_port_that_is_taken_is_named_in_the_sentence(health: Health) -> None:
    assert health.port is not None
    second = Health(gateway=lambda: True, engine=lambda: True)
    with pytest.raises(StartError, match=f"The port {health.port} of 127.0.0.1 is taken: set `health.port`"):
        await second.start(HealthSettings(port=health.port))
    await second.close()
    assert (await asked(health))[0] == 200


async def test_an_address_of_another_machine_is_refused_in_a_sentence() -> None:
    health = Health(gateway=lambda: True, engine=lambda: True)
    with pytest.raises(StartError, match=r"^Cannot listen on 192\.0\.2\.1, port 8080"):
        await health.listen("192.0.2.1", 8080)


async def test_port_0_of_the_settings_listens_on_none() -> None:
    health = Health(gateway=lambda: True, engine=lambda: True)
    await health.start(HealthSettings())
    assert health.port is None
    await health.close()
    await health.close()
