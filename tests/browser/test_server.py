"""The page's server: who may come in, and one evening of a member over its websocket."""

from __future__ import annotations

import asyncio
import io
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from bot.config.settings import Settings
from browser.guilds import Guilds
from browser.protocol import ENCRYPTED, MAX_UPLOAD_BYTES, SILENT, SOUND
from browser.run import TryError, TryOptions, evening
from browser.server import POLICY, Server, discord_locale
from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import Scene
from rehearsal.world import VoiceState

SECONDS = 60.0
"""Timeout of anything that is awaited here."""


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[tuple[Guilds, Server]]:
    settings = Settings().with_engine("tone")
    async with evening(settings, TryOptions(tmp_path, 0, None, 1, opens=False)) as (guilds, server, _):
        yield guilds, server
        assert not guilds.here.deviations


class Page:
    """What the page does, without a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.packets: list[bytes] = []
        self._number = 0

    async def ask(self, name: str, /, **fields: Any) -> Any:
        """Send a request. Return its result. Raises LookupError with the sentence of a refusal."""
        self._number += 1
        await self.socket.send_str(json.dumps({"id": self._number, "do": name, **fields}))
        answer = await self.until(lambda message: message.get("re") == self._number)
        if "error" in answer:
            raise LookupError(answer["error"])
        return answer["ok"]

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message that is as wanted, of those read already or to come."""
        for known in self.events:
            if wanted(known):
                return known
        async with asyncio.timeout(SECONDS):
            while True:
                frame = await self.socket.receive()
                if frame.type is WSMsgType.BINARY:
                    self.packets.append(frame.data)
                    continue
                assert frame.type is WSMsgType.TEXT, frame
                message: dict[str, Any] = json.loads(frame.data)
                self.events.append(message)
                if wanted(message):
                    return message


@asynccontextmanager
async def page_of(server: Server, **who: Any) -> AsyncIterator[tuple[Page, dict[str, Any]]]:
    address = server.address("127.0.0.1")
    origin = {"Origin": address.rsplit("/", 2)[0]}
    async with aiohttp.ClientSession() as web, web.ws_connect(f"{address}socket", headers=origin) as socket:
        page = Page(socket)
        welcome = await page.ask(
            "enter", **{"name": "Ann", "colour": "#e0a458", "locale": "en", "member": None} | who
        )
        yield page, welcome


async def ready(page: Page) -> None:
    await page.until(lambda message: message.get("event") == "bot" and message["ready"])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "OWN", "Host": "evil.example"}, 403),
    ],
    ids=["no origin", "foreign origin", "opaque origin", "rebound name"],
)
async def test_no_page_elsewhere_may_open_the_socket(
    running: tuple[Guilds, Server], headers: dict[str, str], status: int
) -> None:
    address = running[1].address("127.0.0.1")
    own = address.rsplit("/", 2)[0]
    sent = {name: own if value == "OWN" else value for name, value in headers.items()}
    async with aiohttp.ClientSession() as web:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await web.ws_connect(f"{address}socket", headers=sent)
    assert refused.value.status == status


async def test_without_the_secret_there_is_nothing(running: tuple[Guilds, Server]) -> None:
    address = running[1].address("127.0.0.1")
    base = address.rsplit("/", 2)[0]
    async with aiohttp.ClientSession() as web:
        for path in ("/", "/main.js", "/x/", "/x/main.js", "/x/files/1/a.png", f"/{running[1].secret[:-1]}/"):
            async with web.get(base + path) as answer:
                assert answer.status == 404, path
        async with web.get(address, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403


async def test_only_files_of_the_page_are_served_under_a_strict_policy(
    running: tuple[Guilds, Server],
) -> None:
    address = running[1].address("127.0.0.1")
    async with aiohttp.ClientSession() as web:
        for path in ("", "main.js", "page.css", "icon.svg"):
            async with web.get(address + path) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Security-Policy"] == POLICY
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
        for path in ("..%2fserver.py", "%2e%2e/server.py", "server.py", "files/1/x", "MAIN.JS"):
            async with web.get(address + path) as answer:
                assert answer.status == 404, path


async def test_a_member_composes_hears_every_packet_and_sees_card_and_answer(
    running: tuple[Guilds, Server],
) -> None:
    guilds, server = running
    async with page_of(server, locale="de-AT") as (page, welcome):
        await ready(page)
        guild = welcome["guilds"][0]
        text = next(channel["id"] for channel in guild["channels"] if channel["type"] == 0)
        corner = next(channel["id"] for channel in guild["channels"] if channel["type"] == 2)
        await page.ask("open", channel=text)
        await page.ask("join", channel=corner)
        commands = await page.ask("commands", channel=text)
        compose = next(command for command in commands if command["name"] == "compose")
        assert compose["description"].startswith("Komponiert")
        await page.ask("use", channel=text, command="compose", options={"prompt": "slow bells", "length": 10})
        answer = await page.until(lambda m: m.get("event") == "message" and m["message"]["ephemeral"])
        assert answer["message"]["used"] == "/compose"
        posted = await page.until(
            lambda m: (
                m.get("event") == "message"
                and any(".flac" in a["filename"] for a in m["message"]["attachments"])
            )
        )
        while len(page.packets) < 505:
            seen = len(page.events)
            await page.until(lambda _message: len(page.events) > seen)  # noqa: B023
        heads = [SOUND.unpack_from(packet) for packet in page.packets]
        music = [head for head in heads if not head[1] & SILENT]
        assert len(music) == 500
        assert all(head[1] & ENCRYPTED and head[5] == guilds.here.bot.id for head in music)
        assert all((b[2] - a[2]) % 65_536 == 1 for a, b in pairwise(music))

        file = next(a for a in posted["message"]["attachments"] if ".flac" in a["filename"])
        url = f"{server.address('127.0.0.1')}files/{file['id']}/{file['filename']}"
        async with aiohttp.ClientSession() as web:
            async with web.get(url, headers={"Range": "bytes=0-3"}) as part:
                assert (part.status, await part.read()) == (206, b"fLaC")
            async with web.get(f"{url}?download") as whole:
                assert whole.headers["Content-Disposition"].startswith("attachment")
                assert len(await whole.read()) == file["size"]


async def test_what_cannot_be_done_is_refused_in_a_sentence(running: tuple[Guilds, Server]) -> None:
    async with page_of(running[1]) as (page, welcome):
        await ready(page)
        text = next(channel["id"] for channel in welcome["guilds"][0]["channels"] if channel["type"] == 0)
        requests: list[dict[str, Any]] = [
            {"do_": "nothing"},
            {"do_": "open", "channel": "1"},
            {"do_": "open"},
            {"do_": "join", "channel": text},
            {"do_": "use", "channel": text, "command": "compose", "options": {}},
            {"do_": "use", "channel": text, "command": "compose", "options": {"prompt": {"upload": 9}}},
            {"do_": "use", "channel": text, "command": "nothing"},
            {"do_": "click", "message": "1", "custom_id": "x"},
            {"do_": "submit", "interaction": "1", "values": {}},
            {"do_": "fault", "guild": welcome["guilds"][0]["id"], "name": "kicked"},
            {"do_": "fault", "guild": welcome["guilds"][0]["id"], "name": "__import__"},
        ]
        for request in requests:
            with pytest.raises(LookupError):
                await page.ask(request.pop("do_"), **request)


async def test_an_answer_for_one_member_is_not_shown_to_another(running: tuple[Guilds, Server]) -> None:
    server = running[1]
    async with page_of(server) as (ann, welcome), page_of(server, name="Ben") as (ben, _):
        await ready(ann)
        text = next(channel["id"] for channel in welcome["guilds"][0]["channels"] if channel["type"] == 0)
        await ann.ask("open", channel=text)
        await ben.ask("open", channel=text)
        await ann.ask("use", channel=text, command="help", options={})
        help_ = (await ann.until(lambda m: m.get("event") == "message" and m["message"]["ephemeral"]))[
            "message"
        ]
        await ann.ask("say", channel=text, text="<b>hello</b>")
        await ben.until(lambda m: m.get("event") == "message" and m["message"]["content"] == "<b>hello</b>")
        assert not any(e.get("event") == "message" and e["message"]["ephemeral"] for e in ben.events)
        custom_id = next(
            inner["custom_id"]
            for row in help_["components"]
            for inner in row.get("components", [row])
            if "custom_id" in inner
        )
        with pytest.raises(LookupError):
            await ben.ask("click", message=help_["id"], custom_id=custom_id)


async def test_an_upload_needs_a_member_and_is_bounded(running: tuple[Guilds, Server]) -> None:
    server = running[1]
    address = server.address("127.0.0.1")
    headers = {"Origin": address.rsplit("/", 2)[0]}
    async with page_of(server) as (_, welcome), aiohttp.ClientSession() as web:
        async with web.post(f"{address}uploads?name=a.wav", data=b"x", headers=headers) as answer:
            assert answer.status == 403
        headers["X-Member"] = welcome["member"]
        async with web.post(f"{address}uploads?name=a.wav", data=b"x", headers=headers) as answer:
            assert (answer.status, await answer.json()) == (200, {"upload": 1})
        async with web.post(
            f"{address}uploads?name=a.wav", data=io.BytesIO(bytes(MAX_UPLOAD_BYTES + 1)), headers=headers
        ) as answer:
            assert answer.status == 413


def test_a_browsers_language_becomes_one_of_discords() -> None:
    found = [discord_locale(tag) for tag in ("de-AT", "pt-PT", "es-MX", "en", "ja", "tlh", "")]
    assert found == ["de", "pt-BR", "es-ES", "en-US", "ja", "en-US", "en-US"]


def test_the_head_of_a_packet_is_as_the_page_reads_it() -> None:
    assert SOUND.size == 24
    assert struct.unpack_from(">Q", SOUND.pack(1, 0, 2, 3, 4.0, 5), 16) == (5,)


async def test_a_port_in_use_is_told_in_one_sentence(running: tuple[Guilds, Server], tmp_path: Path) -> None:
    port = running[1].port
    with pytest.raises(TryError, match=rf"on port {port} \(Address already in use\): name another"):
        async with evening(
            Settings().with_engine("tone"), TryOptions(tmp_path / "b", port, None, 1, opens=False)
        ):
            pass


async def test_a_fault_goes_on_when_the_page_that_caused_it_goes_away(
    running: tuple[Guilds, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    guilds, server = running
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def cause(_scene: Scene) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    monkeypatch.setitem(FAULTS, "moved", replace(FAULTS["moved"], cause=cause))
    async with page_of(server) as (page, welcome):
        guild = guilds.all[0]
        guild.voice_states[guilds.here.bot.id] = VoiceState(guilds.here.bot.id, guild.id, 1, "")
        await page.socket.send_str(
            json.dumps({"id": 9, "do": "fault", "guild": welcome["guilds"][0]["id"], "name": "moved"})
        )
        await begun.wait()
        del guild.voice_states[guilds.here.bot.id]
    while any(visitor.here for visitor in guilds.visitors.values()):
        await guilds.here.bell.next()
    may_end.set()
    async with asyncio.timeout(SECONDS):
        await ended.wait()
