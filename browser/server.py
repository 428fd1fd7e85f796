"""The server of the page: one address with a secret, and nothing for anybody who does not know it.

No page elsewhere can drive it: a request whose Host is not ours (a name that was made to point here) or whose
Origin is foreign is refused, and so is any path without the secret.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import re
import secrets
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from aiohttp import WSMsgType, web

from browser.actions import offered_faults
from browser.guilds import Guilds, TooManyPeople, Visitor
from browser.protocol import MAX_REQUEST_BYTES, MAX_UPLOAD_BYTES, MAX_UPLOADS
from browser.tab import Tab
from browser.view import guild_view
from browser.words import page_words
from rehearsal.rest.uploads import Upload
from rehearsal.world import Attachment

PAGE: Final = Path(__file__).with_name("page")
TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads and does nothing that is not from here, and no other page may frame it."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

ENTER_SECONDS: Final = 10.0
"""Time in which a new socket must say who it is."""

AWAY_SECONDS: Final = 8.0
"""Time after which a member whose page is gone leaves voice; a reload takes less."""

MEDIA: Final = ("audio/", "image/png")
"""Kinds of attachments that the page may show; others are only downloaded."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Serves the page on one address. On the event loop of the Discord on loopback."""

    def __init__(self, guilds: Guilds, *, secret: str | None = None) -> None:
        self.secret = secret or secrets.token_urlsafe(24)
        self._guilds = guilds
        self._runner: web.AppRunner | None = None
        self._hosts: set[str] = set()
        self._scheme = "http"
        self._tabs: dict[str, Tab] = {}
        """By the secrets of their visitors."""
        self._leaving: dict[str, asyncio.Task[None]] = {}
        self._uploads = 0
        self.port = 0

    async def start(
        self, host: str, port: int, *, names: tuple[str, ...] = (), tls: ssl.SSLContext | None
    ) -> None:
        """Listen on `host`, where `names` are also what the address may be called. Raises OSError."""
        app = web.Application(client_max_size=MAX_UPLOAD_BYTES, middlewares=[self._guard])
        app.router.add_get("/{secret}/", self._page)
        app.router.add_get("/{secret}/socket", self._socket)
        app.router.add_get("/{secret}/files/{id}/{name}", self._file)
        app.router.add_post("/{secret}/uploads", self._upload)
        app.router.add_get("/{secret}/{file}", self._page)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=tls)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._scheme = "https" if tls is not None else "http"
        self._hosts = {f"{name}:{self.port}" for name in (host, *names)}

    def address(self, host: str) -> str:
        return f"{self._scheme}://{host}:{self.port}/{self.secret}/"

    async def close(self) -> None:
        """End all pages and stop listening."""
        for tab in list(self._tabs.values()):
            await tab.close()
        for task in self._leaving.values():
            task.cancel()
        await asyncio.gather(*self._leaving.values(), return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    # Who may come in

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            answer = await self._guarded(request, handler)
        except web.HTTPException as refusal:
            answer = web.Response(status=refusal.status, text=refusal.reason)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        own = {f"{self._scheme}://{host}" for host in self._hosts}
        origin = request.headers.get("Origin")
        needs_origin = request.method != "GET" or request.path.endswith("/socket")
        if request.host not in self._hosts or (origin not in own if origin or needs_origin else False):
            raise web.HTTPForbidden
        given = request.match_info.get("secret", "")
        if not hmac.compare_digest(given.encode(), self.secret.encode()):
            raise web.HTTPNotFound
        return await handler(request)

    # Files

    async def _page(self, request: web.Request) -> web.Response:
        name = request.match_info.get("file", "index.html")
        path = PAGE / name
        if not re.fullmatch(r"[a-z][a-z-]*\.(html|css|js|svg)", name) or not path.is_file():
            raise web.HTTPNotFound
        return web.Response(
            body=await asyncio.to_thread(path.read_bytes), content_type=TYPES[path.suffix], charset="utf-8"
        )

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Serve an attachment; of a sound any part, so that a player can jump."""
        attachment = self._guilds.here.world.attachments.get(_number(request.match_info["id"]))
        if attachment is None or attachment.filename != request.match_info["name"]:
            raise web.HTTPNotFound
        shown = attachment.content_type.startswith(MEDIA)
        headers = {"Accept-Ranges": "bytes", "Content-Type": attachment.content_type}
        if not shown or "download" in request.query:
            name = re.sub(r"[^\w.-]", "_", attachment.filename, flags=re.ASCII)
            headers |= {"Content-Disposition": f'attachment; filename="{name}"'}
        if not shown:
            headers["Content-Type"] = "application/octet-stream"
        return _part(request, attachment, headers)

    async def _upload(self, request: web.Request) -> web.Response:
        visitor = self._guilds.visitors.get(request.headers.get("X-Member", ""))
        if visitor is None:
            raise web.HTTPForbidden
        if len(visitor.uploads) >= MAX_UPLOADS:
            visitor.uploads.pop(min(visitor.uploads))
        name = Path(request.query.get("name", "file")).name[:100] or "file"
        data = await request.read()
        self._uploads += 1
        visitor.uploads[self._uploads] = Upload(name, data)
        return web.json_response({"upload": self._uploads})

    # Pages

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse(max_msg_size=MAX_REQUEST_BYTES, heartbeat=20.0)
        await socket.prepare(request)
        try:
            async with asyncio.timeout(ENTER_SECONDS):
                frame = await socket.receive()
            first = json.loads(frame.data) if frame.type is WSMsgType.TEXT else {}
            number, visitor = int(first["id"]), self._enter(first)
        except (TimeoutError, ValueError, KeyError, TypeError) as error:
            reason = str(error) if isinstance(error, TooManyPeople) else "Enter first."
            await socket.close(code=4001, message=reason.encode())
            return socket
        # The first use of a language reads its catalogue, which must not hold up the music of others.
        words = await asyncio.to_thread(page_words, visitor.user.locale)
        if (other := self._tabs.get(visitor.secret)) is not None:
            other.end()
        if (leaving := self._leaving.pop(visitor.secret, None)) is not None:
            leaving.cancel()
        tab = self._tabs[visitor.secret] = Tab(
            self._guilds, visitor, socket, decodes=first.get("sound") == "pcm"
        )
        self._guilds.here.bell.ring()
        tab.send({"re": number, "ok": self._welcome(visitor, words)})
        try:
            await tab.run()
        finally:
            if self._tabs.get(visitor.secret) is tab:
                del self._tabs[visitor.secret]
                visitor.here = False
                self._leaving[visitor.secret] = asyncio.create_task(
                    self._leave_later(visitor), name=f"{visitor.user.name} leaves"
                )
                self._guilds.here.bell.ring()
        return socket

    def _enter(self, first: dict[str, object]) -> Visitor:
        if first.get("do") != "enter":
            raise ValueError("The first request is not `enter`.")
        colour, secret = str(first.get("colour")), first.get("member")
        if not secret and str(first.get("again")) not in self._tabs:
            secret = first.get("again")
        return self._guilds.enter(
            str(secret) if secret else None,
            str(first.get("name") or ""),
            colour if re.fullmatch(r"#[0-9a-f]{6}", colour) else "#5865f2",
            discord_locale(str(first.get("locale") or "")),
        )

    def _welcome(self, visitor: Visitor, words: dict[str, str]) -> dict[str, object]:
        bot, user = self._guilds.here.bot, visitor.user
        return {
            "member": visitor.secret,
            "user": {"id": str(user.id), "name": user.name},
            "bot": {"id": str(bot.id), "name": bot.user.name},
            "guilds": [guild_view(self._guilds, guild, user.id) for guild in self._guilds.all],
            "faults": offered_faults(),
            "language": user.locale,
            "words": words,
        }

    async def _leave_later(self, visitor: Visitor) -> None:
        await asyncio.sleep(AWAY_SECONDS)
        del self._leaving[visitor.secret]
        for person in visitor.persons.values():
            await person.leave_voice()


def discord_locale(language: str) -> str:
    """Return Discord's code for a browser's language."""
    from rehearsal.commands import LOCALES

    main = language.partition("-")[0]
    usual = {"en": "en-US", "es": "es-ES", "pt": "pt-BR", "sv": "sv-SE", "zh": "zh-CN"}
    if language in LOCALES:
        return language
    return main if main in LOCALES else usual.get(main, "en-US")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _part(request: web.Request, attachment: Attachment, headers: dict[str, str]) -> web.Response:
    """Answer with the file, or with the part of it that the request asks for."""
    data = attachment.data
    try:
        wanted = request.http_range
    except ValueError:
        return web.Response(status=416)
    if wanted.start is None and wanted.stop is None:
        return web.Response(body=data, headers=headers)
    start, stop, _ = wanted.indices(len(data))
    if start >= stop:
        return web.Response(status=416)
    headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{len(data)}"}
    return web.Response(status=206, body=data[start:stop], headers=headers)
