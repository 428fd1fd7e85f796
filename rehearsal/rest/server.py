"""REST: finds the route of a request, reads its body, checks its token, and answers or refuses.

A request outside the routes of `rehearsal/rest/` gets 404 with code 0. One that Discord's own description of
its interface forbids is refused as an invalid form before anything else looks at it.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiohttp import BodyPartReader, web

from rehearsal.contract.contract import contract
from rehearsal.contract.schema import UNKNOWN_FIELD, Fault
from rehearsal.refusal import Json, Refusal, invalid_form, unauthorized, unknown, unknown_route
from rehearsal.rest.limits import Buckets
from rehearsal.rest.troubles import Troubles
from rehearsal.rest.uploads import Upload

if TYPE_CHECKING:
    from rehearsal.state import DiscordState

PREFIX: Final = "/api/v10"
MAJOR: Final = ("channel", "guild", "webhook", "token")
"""Parts of a path with rate limits of their own."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request that found its route. `parts` are the pieces of the path that the route names."""

    here: DiscordState
    parts: dict[str, str]
    query: dict[str, str]
    body: Any
    uploads: dict[int, Upload]

    def id(self, name: str) -> int:
        """Return a snowflake of the path."""
        part = self.parts[name]
        if not part.isascii() or not part.isdigit():
            raise invalid_form(f"{name}_id", "NUMBER_TYPE_COERCE", f'Value "{part}" is not snowflake.')
        return int(part)

    def truth(self, name: str) -> bool:
        """Return a boolean of the query."""
        return self.query.get(name, "").lower() in ("1", "true")

    def own_application(self) -> None:
        """Refuse a request about another application."""
        if self.id("application") != self.here.bot.id:
            raise unknown("Application")


Handler = Callable[[Call], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    handler: Handler
    needs_token: bool


class Routes:
    """A table of routes, filled by the files that hold their handlers."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def add(self, method: str, template: str, *, needs_token: bool = True) -> Callable[[Handler], Handler]:
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))

        def register(handler: Handler) -> Handler:
            self.table.append(Route(method, template, pattern, handler, needs_token))
            return handler

        return register

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        known_path = False
        for route in self.table:
            match = route.pattern.fullmatch(path)
            if match and route.method == method:
                return route, match.groupdict()
            known_path |= match is not None
        raise Refusal(405, 0, "405: Method Not Allowed") if known_path else unknown_route()


class Rest:
    """The REST side of one Discord on loopback."""

    def __init__(self, here: DiscordState, tables: list[Routes]) -> None:
        self._here = here
        self._routes = Routes()
        for routes in tables:
            self._routes.table += routes.table
        self._buckets = Buckets(here.clock)
        self._contract = contract()
        self.troubles = Troubles(here.clock)
        """Simulated failures of valid requests."""

    @property
    def operations(self) -> list[str]:
        """What is served, such as `GET /users/{user}`."""
        return [f"{route.method} {route.template}" for route in self._routes.table]

    async def handle(self, request: web.Request) -> web.Response:
        headers: dict[str, str] = {}
        try:
            return await self._serve(request, headers)
        except Refusal as refusal:
            self._here.note_refusal(request.method, request.path, refusal)
            return _json(refusal.body, refusal.status, headers)
        finally:
            self._here.bell.ring()

    async def _serve(self, request: web.Request, headers: dict[str, str]) -> web.Response:
        """Return the answer; `headers` are filled in as soon as they are known. Raises Refusal."""
        path = request.path.removeprefix(PREFIX)
        if path == request.path:
            raise unknown_route()
        route, parts = self._routes.find(request.method, path)
        if route.needs_token and request.headers.get("Authorization") != f"Bot {self._here.bot.token}":
            raise unauthorized()
        operation = f"{route.method} {route.template}"
        headers |= self._buckets.spend(operation, [parts[name] for name in MAJOR if name in parts])
        has_body = request.can_read_body
        body, uploads = await read_body(request)
        query = dict(request.query)
        faults = self._contract.request_faults(operation, body if has_body else None, query)
        self._check(operation, body, faults)
        if (trouble := self.troubles.of(route.method, route.template)) is not None:
            status, error_body, extra_headers = await self.troubles.meet(trouble)
            if status is not None:
                return _json(error_body, status, headers | extra_headers)
        answer = await route.handler(Call(self._here, parts, query, body, uploads))
        status = 204 if answer is None else 200
        for fault in self._contract.answer_faults(operation, status, answer):
            self._here.deviations.append(f"the answer to {operation}: {fault}")
        return web.Response(status=204, headers=headers) if answer is None else _json(answer, 200, headers)

    def _check(self, operation: str, body: Any, faults: list[Fault]) -> None:
        """Raise Refusal at the first fault. Unknown fields, passed over by Discord, are noted and removed."""
        for path, code, reason in faults:
            if code != UNKNOWN_FIELD:
                raise invalid_form(path or "_", code, reason)
            self._here.deviations.append(f"{operation}: {path} {reason}")
            *outer, field = path.split(".")
            holder = body
            with contextlib.suppress(LookupError, ValueError):  # of the query, or a name with dots
                for part in outer:
                    holder = holder[int(part) if isinstance(holder, list) else part]
                del holder[field]


def _json(body: Any, status: int, headers: dict[str, str]) -> web.Response:
    # discord.py reads JSON only where the type is exactly this, without a charset
    return web.Response(
        body=json.dumps(body).encode(), status=status, headers=headers | {"Content-Type": "application/json"}
    )


async def read_body(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """Return the body and the files of a request: JSON, or a form with `payload_json` and `files[n]`.

    Raises Refusal for a body of any other type.
    """
    if not request.can_read_body:
        return {}, {}
    if request.content_type == "application/json":
        return _parse(await request.read()), {}
    if request.content_type == "multipart/form-data":
        return await _read_form(request)
    raise invalid_form(
        "_",
        "CONTENT_TYPE_INVALID",
        "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}.",
    )


async def _read_form(request: web.Request) -> tuple[Json, dict[int, Upload]]:
    body: Json = {}
    uploads: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid_form("_", "CONTENT_TYPE_INVALID", "Forms within forms are not read.")
        name = part.name or ""
        number = re.fullmatch(r"files\[(\d+)\]", name)
        data = bytes(await part.read())
        if name == "payload_json":
            body = _parse(data)
        elif number:
            uploads[int(number[1])] = Upload(part.filename or "unknown", data)
        else:
            body[name] = data.decode()
    return body, uploads


def _parse(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from None
