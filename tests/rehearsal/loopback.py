"""Shared parts of the tests of the loopback Discord: a client, a silent voice server, raw requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
from aiohttp import web
from discord import app_commands
from multidict import CIMultiDictProxy

from rehearsal.discord_here import DiscordHere
from rehearsal.voice.listener import Listener

API = "https://discord.com/api/v10"
Json = dict[str, Any]


class SilentVoice:
    """A voice server that only records its calls."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int, int]] = []
        self.tokens: dict[int, str] = {}

    async def start(self) -> None:
        self.events.clear()

    async def close(self) -> None:
        self.tokens.clear()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        raise web.HTTPServiceUnavailable

    def expect(self, guild_id: int, channel_id: int, user_id: int, session_id: str, token: str) -> None:
        self.events.append(("expect", channel_id, user_id))
        self.tokens[user_id] = token

    async def forget(self, guild_id: int, user_id: int) -> None:
        self.events.append(("forget", guild_id, user_id))

    async def join(self, guild_id: int, channel_id: int, user_id: int) -> None:
        self.events.append(("join", channel_id, user_id))

    async def leave(self, guild_id: int, user_id: int) -> None:
        self.events.append(("leave", guild_id, user_id))

    def set_blocked(self, guild_id: int, user_id: int, *, blocked: bool) -> None:
        pass

    def listener(self, guild_id: int, user_id: int) -> Listener:
        raise KeyError(user_id)


class Bot(discord.Client):
    """An unmodified client with a command tree, that syncs when it logs in."""

    def __init__(self, here: DiscordHere, intents: discord.Intents) -> None:
        super().__init__(intents=intents, connector=here.connector(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.is_up = asyncio.Event()
        self.resumed = asyncio.Event()

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.is_up.set()

    async def on_resumed(self) -> None:
        self.resumed.set()

    def text(self, channel_id: int) -> discord.TextChannel:
        channel = self.get_channel(channel_id)
        assert isinstance(channel, discord.TextChannel)
        return channel

    def voice(self, channel_id: int) -> discord.VoiceChannel | discord.StageChannel:
        channel = self.get_channel(channel_id)
        assert isinstance(channel, discord.VoiceChannel | discord.StageChannel)
        return channel


@asynccontextmanager
async def logged_in(
    here: DiscordHere,
    prepare: Callable[[Bot], None] | None = None,
    intents: discord.Intents | None = None,
) -> AsyncIterator[Bot]:
    """Run a client until it is ready; nothing is left behind."""
    bot = Bot(here, intents or discord.Intents.default())
    if prepare is not None:
        prepare(bot)
    running = asyncio.create_task(bot.start(here.bot.token), name="bot-under-test")
    up = asyncio.create_task(bot.is_up.wait(), name="bot-is-up")
    try:
        await asyncio.wait({running, up}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        assert up.done(), "the client did not become ready"
        yield bot
    finally:
        up.cancel()
        await bot.close()
        await asyncio.gather(running, up, return_exceptions=True)


class Requests:
    """Raw REST requests, for what discord.py would never send."""

    def __init__(self, here: DiscordHere, session: aiohttp.ClientSession) -> None:
        self._here = here
        self.session = session

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any
    ) -> tuple[int, Any]:
        """Return status and JSON (None for 204) of one request."""
        headers = {"Authorization": f"Bot {token or self._here.bot.token}"}
        if body is not None:
            more["json"] = body
        async with self.session.request(method, API + path, headers=headers, **more) as answer:
            assert answer.status == 204 or answer.headers["Content-Type"] == "application/json"
            return answer.status, None if answer.status == 204 else await answer.json()

    async def headers(self, path: str, body: Json) -> CIMultiDictProxy[str]:
        """Return the headers of a successful POST."""
        own = {"Authorization": f"Bot {self._here.bot.token}"}
        async with self.session.post(API + path, json=body, headers=own) as answer:
            assert answer.status == 200
            return answer.headers

    async def get(self, url: str, method: str = "GET") -> tuple[int, bytes, str]:
        """Return status, bytes and type of any address."""
        async with self.session.request(method, url) as answer:
            return answer.status, await answer.read(), answer.content_type


@asynccontextmanager
async def requests(here: DiscordHere) -> AsyncIterator[Requests]:
    """Send requests by hand; malformed ones are meant."""
    here.expects_bad_requests = True
    async with aiohttp.ClientSession(connector=here.connector()) as session:
        yield Requests(here, session)


def where(body: Json) -> str:
    """Return the dotted path of the first field that an `Invalid Form Body` names, and its code."""
    path: list[str] = []
    errors: Json = body["errors"]
    while "_errors" not in errors:
        name, errors = next(iter(errors.items()))
        path.append(name)
    return f"{'.'.join(path)} {errors['_errors'][0]['code']}"
