"""Health over a real socket: 200 only if all checks pass."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from bot.config.settings import HealthSettings
from bot.errors import StartError
from bot.ops.health import Health


@dataclass
class Checks:
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
def checks() -> Checks:
    return Checks()


@pytest.fixture
async def health(checks: Checks) -> AsyncIterator[Health]:
    health = checks.health()
    await health.listen("127.0.0.1", 0)
    yield health
    await health.close()


async def response_of(health: Health, path: str = "/healthz") -> tuple[int, object]:
    url = f"http://127.0.0.1:{health.port}{path}"
    async with aiohttp.ClientSession() as web, web.get(url) as response:
        return response.status, await response.json() if response.content_type == "application/json" else None


async def test_it_is_200_if_all_checks_pass(health: Health) -> None:
    assert await response_of(health) == (200, {"gateway": True, "engine": True, "voice": True})


@pytest.mark.parametrize("failing", ["gateway", "engine", "voice"])
async def test_it_is_503_and_names_the_check_that_fails(health: Health, checks: Checks, failing: str) -> None:
    setattr(checks, failing, False)
    status, results = await response_of(health)
    assert (status, results) == (503, {"gateway": True, "engine": True, "voice": True} | {failing: False})


async def test_metrics_are_served_as_prometheus_reads_them(health: Health) -> None:
    url = f"http://127.0.0.1:{health.port}/metrics"
    async with aiohttp.ClientSession() as web, web.get(url) as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await response.text() == "busker_slots 8\n"


async def test_nothing_else_is_served(health: Health) -> None:
    assert (await response_of(health, "/"))[0] == 404


async def test_a_port_that_is_taken_is_named_in_the_sentence(health: Health) -> None:
    assert health.port is not None
    second = Checks().health()
    with pytest.raises(StartError, match=f"The port {health.port} of 127.0.0.1 is taken: set `health.port`"):
        await second.start(HealthSettings(port=health.port))
    await second.close()
    assert (await response_of(health))[0] == 200


async def test_an_address_of_another_machine_is_refused_in_a_sentence() -> None:
    health = Checks().health()
    with pytest.raises(StartError, match=r"^Cannot listen on 192\.0\.2\.1, port 8080"):
        await health.listen("192.0.2.1", 8080)


async def test_port_0_of_the_settings_does_not_listen() -> None:
    health = Checks().health()
    await health.start(HealthSettings())
    assert health.port is None
    await health.close()
    await health.close()
