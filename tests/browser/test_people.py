"""Several members in several browsers: votes, the same sound for all, a reload, and pages from elsewhere."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from aiohttp import web

from rehearsal.people.members import Person
from rehearsal.voice.analysis import correlation, find_lag
from rehearsal.voice.recording import Pcm
from tests.browser.chromium import Room, Visit

pytestmark = pytest.mark.slow

RATE = 48_000
FRAME = 960

MIN_CORRELATION = 0.99
"""Of what two decoders make of the same packets."""

RECORD = """() => {
    window.recorded = [];
    busker.sound.tap((left, right) => recorded.push(left.slice(), right.slice()));
}"""

RECORDED = """(frames) => recorded.slice(0, 2 * frames).map(
    (plane) => btoa(String.fromCharCode(...new Uint8Array(plane.buffer))))"""

ATTEMPTS = """async (address) => {
    const socket = new WebSocket(address.replace("http", "ws") + "socket");
    const opened = await new Promise((resolve) => {
        socket.onopen = () => resolve(true);
        socket.onerror = () => resolve(false);
    });
    const attempt = (make) => make().then(() => true, () => false);
    const read = await attempt(() => fetch(address));
    const posted = await attempt(() => fetch(address + "uploads?name=x", { method: "POST", body: "x" }));
    const frame = document.createElement("iframe");
    frame.src = address;
    const framed = await new Promise((resolve) => {
        frame.onload = () => resolve(frame.contentDocument === null && frame.contentWindow.length > 0);
        document.body.append(frame);
    });
    const script = document.createElement("script");
    script.src = address + "main.js";
    const ran = await new Promise((resolve) => {
        script.onload = () => resolve(true);
        script.onerror = () => resolve(false);
        document.body.append(script);
    });
    return { opened, read, posted, framed, ran };
}"""
"""What a page elsewhere may try that has learnt the secret."""


async def test_three_tabs_vote_on_what_plays(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("settings", "Saved.", rights="vote", length="10")
    ben, cem = await room.enter("Ben"), await room.enter("Cem", language="de")
    await ann.use("compose", "Composing 10 s", prompt="slow bells")
    await ann.hears()
    await ben.use("skip", "1 of 2 votes")
    await cem.sees("Ben wants to skip this: 1 of 2 votes")
    await cem.use("überspringen", "Skipped “slow bells”")
    await ann.sees("Skipped “slow bells”")


async def test_all_who_sit_in_a_channel_hear_the_same_samples(room: Room) -> None:
    ann, ben = await room.enter("Ann"), await room.enter("Ben")
    guild, world = room.guilds.all[0], room.guilds.here.world
    cid = Person(room.guilds.here, guild, world.add_member(guild, world.user("Cid"), []))
    await cid.join_voice(next(c for c in guild.channels.values() if c.name == "The Corner"))
    for visit in (ann, ben):
        await visit.page.evaluate(RECORD)
    await ann.use("compose", "Composing 10 s", prompt="slow bells", length="10")
    frames = 10 * RATE // FRAME
    for visit in (ann, ben):
        await visit.until(f"recorded.length >= {2 * frames}")
    first, second = await recorded(ann, frames), await recorded(ben, frames)
    assert np.array_equal(first, second)
    third = cid.listener.recording(room.guilds.here.bot.id).pcm()
    lag = find_lag(third, first)
    assert lag is not None
    assert correlation(third, first, round(lag)) > MIN_CORRELATION
    for measured in (await ann.measured(), await ben.measured()):
        assert (measured["lost"], measured["undecrypted"]) == (0, 0)
        assert measured["encrypted"] >= frames


async def recorded(visit: Visit, frames: int) -> Pcm:
    """Return the first frames that a page decoded, shaped (samples, 2)."""
    planes = [
        np.frombuffer(base64.b64decode(text), "<f4") for text in await visit.page.evaluate(RECORDED, frames)
    ]
    return np.stack([np.concatenate(planes[::2]), np.concatenate(planes[1::2])], axis=1)


async def test_a_reload_in_the_middle_keeps_member_seat_and_music(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("radio", "The radio plays", prompt="an endless dub")
    await ann.hears()
    before = await ann.page.evaluate("busker.state.me.id")
    await ann.page.reload()
    await ann.settled()
    assert await ann.page.evaluate("busker.state.me.id") == before
    assert len(room.guilds.visitors) == 1
    await ann.hears()
    await ann.use("stop", "Stopped")


async def test_what_people_write_is_text_and_nothing_else(room: Room) -> None:
    ann = await room.enter("<img src=x onerror=alert(1)>")
    ben = await room.enter("Ben")
    evil = "<script>window.ran = 1</script><img src=x onerror='window.ran = 1'> [x](javascript:window.ran=1)"
    say = ann.page.locator("#composer input.say")
    await say.fill(evil)
    await say.press("Enter")
    await ben.sees("<script>window.ran = 1</script>")
    await ann.use("compose", "Composing 10 s", prompt="<b onclick='window.ran=1'>bells</b>", length="10")
    for visit in (ann, ben):
        await visit.page.locator("article", has_text="<b onclick=").first.wait_for()
        assert await visit.page.locator("#messages :is(script, img[src='x'], b[onclick])").count() == 0
        assert await visit.page.locator("#messages a[href^=javascript]").count() == 0
        assert await visit.page.evaluate("window.ran") is None


async def test_a_page_from_elsewhere_reaches_nothing_even_with_the_secret(room: Room) -> None:
    ann = await room.enter("Ann")
    async with elsewhere() as address:
        page = await ann.page.context.new_page()
        await page.goto(address)
        achieved = await page.evaluate(ATTEMPTS, room.address)
        assert achieved == {"opened": False, "read": False, "posted": False, "framed": False, "ran": False}
        await page.close()
    assert len(room.guilds.visitors) == 1


@asynccontextmanager
async def elsewhere() -> AsyncIterator[str]:
    """Provide the address of an empty page of another server."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>elsewhere</title>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
