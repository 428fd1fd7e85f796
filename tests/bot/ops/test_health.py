"""Health: 200 only when all are well, over a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.config.settings import HealthSettings
from bot.errors import StartError
from bot.ops.health import Health


@dataclass
class Pulse:
    gateway: bool = True
    engine: bool = True
    voice: bool = True

    def health(self) -> Health:
        return Health(
            gateway=lambda: self.gateway,
            engine=lambda: self.engine,
            voice=lambda: self.voice,
            metrics=lambda: "busker_slots 8\n",
        )


@pytest.fixture
def pulse() -> Pulse:
    return Pulse()


@pytest.fixture
async def health(pulse: Pulse) -> AsyncIterator[Health]:
    health = pulse.health()
    await health.listen("127.0.0.1", 0)
    yield health
    await health.close()


async def asked(health: Health, path: str = "/healthz") -> tuple[int, object]:
    url = f"http://127.0.0.1:{health.port}{path}"
    async with aiohttp.ClientSession() as web, web.get(url) as answer:
        return answer.status, await answer.json() if answer.content_type == "application/json" else None


async def test_it_is_200_when_all_are_well(health: Health) -> None:
    assert await asked(health) == (200, {"gateway": True, "engine": True, "voice": True})


@pytest.mark.parametrize("ill", ["gateway", "engine", "voice"])
async def test_it_is_503_and_says_which_when_one_is_not(health: Health, pulse: Pulse, ill: str) -> None:
    setattr(pulse, ill, False)
    status, found = await asked(health)
    assert (status, found) == (503, {"gateway": True, "engine": True, "voice": True} | {ill: False})


async def test_metrics_are_served_as_prometheus_reads_them(health: Health) -> None:
    url = f"http://127.0.0.1:{health.port}/metrics"
    async with aiohttp.ClientSession() as web, web.get(url) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await answer.text() == "busker_slots 8\n"


async def test_nothing_else_is_served(health: Health) -> None:
    assert (await asked(health, "/"))[0] == 404


async def test_a_port_that_is_taken_is_named_in_the_sentence(health: Health) -> None:
    assert health.port is not None
    second = Pulse().health()
    with pytest.raises(StartError, match=f"The port {health.port} of 127.0.0.1 is taken: set `health.port`"):
        await second.start(HealthSettings(port=health.port))
    await second.close()
    assert (await asked(health))[0] == 200


async def test_an_address_of_another_machine_is_refused_in_a_sentence() -> None:
    health = Pulse().health()
    with pytest.raises(StartError, match=r"^Cannot listen on 192\.0\.2\.1, port 8080"):
        await health.listen("192.0.2.1", 8080)


async def test_port_0_of_the_settings_listens_on_none() -> None:
    health = Pulse().health()
    await health.start(HealthSettings())
    assert health.port is None
    await health.close()
    await health.close()
