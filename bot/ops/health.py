"""HTTP endpoints for operators.

GET /healthz, for a container or a supervisor: 200 if Busker is logged in, can compose, and sends voice
wherever it plays. GET /metrics: the exposition for Prometheus.
"""

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
    """Answers 200 if all checks pass and 503 otherwise, with the result of each check as JSON.

    Each request calls `gateway`, `engine` and `voice`; each scrape calls `metrics` for its text. All are
    called on the event loop and must not block.
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
        """The TCP port it listens on, or None."""
        addresses = self._runner.addresses if self._runner else []
        return int(addresses[0][1]) if addresses else None

    async def start(self, settings: HealthSettings) -> None:
        """Listen as set; a port of 0 means not at all. Raises StartError if the address is unavailable."""
        if settings.port:
            await self.listen(settings.host, settings.port)

    async def listen(self, host: str, port: int) -> None:
        """Listen on `port` of `host`; 0 picks a free port. Raises StartError."""
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
        """Stop listening. Safe to call twice, and before the start."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        results = {name: check() for name, check in self._checks.items()}
        return web.json_response(results, status=200 if all(results.values()) else 503)

    async def _expose(self, request: web.Request) -> web.Response:
        return web.Response(text=self._metrics(), headers={"Content-Type": CONTENT_TYPE})


def _sentence(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"The port {port} of {host} is taken: set `health.port` to another one, or to 0 for none."
    why = error.strerror or str(error)
    return f"Cannot listen on {host}, port {port} ({why}): change `health.host` and `health.port`."
