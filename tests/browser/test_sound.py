"""The sound that the page plays, against what its member received; and what goes wrong by a click."""

from __future__ import annotations

import pytest

from tests.browser.chromium import Room

pytestmark = pytest.mark.slow

FRAME = 960
"""Samples of a packet."""

COUNT = "() => { window.decoded = 0; busker.sound.tap((left) => { decoded += left.length; }); }"


async def test_every_packet_is_decoded_once_and_reaches_the_worklet(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.page.evaluate(COUNT)
    await ann.use("compose", "Composing 10 s", prompt="slow bells", length="10")
    await ann.until("busker.sound.measured.silent > 0")
    await ann.until("busker.sound.measured.played + busker.sound.measured.skipped >= decoded")
    measured = await ann.measured()
    music = measured["packets"] - measured["silent"]
    assert await ann.page.evaluate("decoded") == music * FRAME
    assert (measured["lost"], measured["undecrypted"]) == (0, 0)
    assert measured["encrypted"] in (music, measured["packets"])
    assert measured["played"] + measured["skipped"] == music * FRAME


async def test_who_is_deafened_or_leaves_hears_nothing(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("radio", "The radio plays", prompt="an endless dub")
    await ann.hears()
    await ann.page.get_by_role("button", name="Deafen").click()
    await ann.page.locator("#places [title=Deafened]").wait_for()
    await ann.page.get_by_role("button", name="Deafen").click()
    await ann.page.locator("#places [title=Deafened]").wait_for(state="detached")
    await ann.page.get_by_role("button", name="Leave").click()
    await ann.page.locator("#places .inside").wait_for(state="detached")
    await ann.page.get_by_role("button", name="Join: The Corner").click()
    await ann.page.locator("#places .inside").wait_for()
    await ann.hears()


async def test_a_voice_server_that_is_lost_is_heard_again(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("radio", "The radio plays", prompt="an endless dub")
    await ann.hears()
    await ann.page.locator("#faults summary").click()
    before = (await ann.measured())["played"]
    await ann.page.click("[data-fault=server-lost]")
    await ann.until(f"busker.sound.measured.played > {before + 3 * 48_000}")
    await ann.hears()
