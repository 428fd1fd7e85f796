"""GET /healthz: whether Busker is logged in, can compose, and is heard where it plays, for a container or a
supervisor to ask. GET /metrics: what it has done, for Prometheus."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from bot.errors import StartError
from bot.ops.metrics import CONTENT_TYPE

if TYPE_CHECKING:
    from bot.config.settings import HealthSettings


class Health:
    """Answers 200 when all are well and 503 when one is not, and says which as JSON.

    `gateway`, `engine` and `voice` are asked at each request, `metrics` for the text of one scrape, on the
    event loop; they must not wait.
    """

    def __init__(
        self,
        gateway: Callable[[], bool],
        engine: Callable[[], bool],
        voice: Callable[[], bool],
        metrics: Callable[[], str],
    ) -> None:
        self._checks = {"gateway": gateway, "engine": engine, "voice": voice}
        self._metrics = metrics
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int | None:
        """The TCP port it listens on; None when it does not."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else None

    async def start(self, settings: HealthSettings) -> None:
        """Listen as set; on no port when it is 0. Raises StartError when the address cannot be had."""
        if settings.port:
            await self.listen(settings.host, settings.port)

    async def listen(self, host: str, port: int) -> None:
        """Listen on `port` of `host`, or on a free one when it is 0. Raises StartError."""
        application = web.Application()
        application.router.add_get("/healthz", self._answer)
        application.router.add_get("/metrics", self._expose)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            await self.close()
            raise StartError(_sentence(host, port, error)) from error

    async def close(self) -> None:
        """Listen no more. Safe to call twice, and before the start."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        found = {name: check() for name, check in self._checks.items()}
        return web.json_response(found, status=200 if all(found.values()) else 503)

    async def _expose(self, request: web.Request) -> web.Response:
        return web.Response(text=self._metrics(), headers={"Content-Type": CONTENT_TYPE})


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"The port {port} of {host} is taken: set `health.port` to another one, or to 0 for none."
    why = error.strerror or str(error)
    return f"Cannot listen on {host}, port {port} ({why}): change `health.host` and `health.port`."
