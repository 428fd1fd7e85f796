"""Buttons, menus and forms of the bot's messages, pressed by a member at the page."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from bot.playback import radio
from tests.browser.chromium import SECONDS, Room

pytestmark = pytest.mark.slow

RATE = 48_000
"""Samples a second that the page plays."""

KEPT_SECONDS = 10.0
"""What is kept of a radio at least; members wait for half a minute."""


async def test_every_button_of_the_card_and_of_a_track_does_what_it_says(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "MIN_EXCERPT_GAP_SECONDS", KEPT_SECONDS)
    ann = await room.enter("Ann")
    await ann.use("settings", "Saved.", length="10")
    await ann.use("help", "Getting started")
    await ann.press("help:compose:")
    await ann.sees("Composing 10 s")
    await ann.hears()
    await ann.press("card:pause")
    await ann.sees("Paused.")
    await ann.tracks.first.wait_for()
    await ann.press("card:resume")
    await ann.sees("Resumed.")
    await ann.press("card:again")
    await ann.sees("again after one other piece")
    await ann.press("card:remix")
    await ann.submit("Composing 10 s of “lo-fi”", words="lo-fi", seed="5")
    await ann.press("card:extend")
    await ann.submit("by 10 s", seconds="10")
    await ann.press("card:skip")
    await ann.sees("Skipped")
    await ann.use("stop", "Stopped")

    await ann.use("radio", "The radio plays", prompt="an endless dub")
    played = (await ann.measured())["played"]
    await ann.press("card:steer")
    await ann.submit("fast bells", words="fast bells")
    await ann.press("card:keep")
    await ann.sees("enough new music to keep yet")
    await ann.until(f"busker.sound.measured.played > {played + (KEPT_SECONDS + 2) * RATE}")
    await ann.press("card:keep")
    await ann.sees("Posting the last")
    await ann.tracks.filter(has_text="dub").first.wait_for()
    await ann.press("card:stop")
    await ann.page.locator("article", has_text="Stopped").nth(1).wait_for()

    await ann.press("track:again")
    await ann.sees("Playing “an endless dub” again")
    await ann.press("track:remix")
    await ann.submit("of “a waltz”", words="a waltz")
    await ann.press("track:extend")
    await ann.submit("Extending", seconds="10")


async def test_the_library_is_paged_chosen_from_played_and_emptied_with_menus_and_buttons(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("compose", "Composing 10 s", prompt="slow bells", length="10")
    await ann.tracks.first.wait_for()
    await ann.use("stop", "Stopped")
    await ann.open("library")
    assert "slow bells" in await ann.choose("search", "bells")
    await ann.send("slow bells")
    await ann.press("library:fetch")
    await ann.page.locator("article.ephemeral a[download$='.flac']").wait_for()

    await ann.use("library", "Choose a track")
    menu = ann.page.locator("select[data-custom='library:choose']").last
    label = await menu.locator("option").last.inner_text()
    await menu.select_option(label=label)
    await ann.press("library:play")
    await ann.sees("Playing “slow bells” again")
    await ann.press("library:forget")
    await expect(ann.tracks).to_have_count(0, timeout=SECONDS * 1000)


async def test_a_member_forgets_everything_with_one_button(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("compose", "Composing 10 s", prompt="slow bells", length="10")
    await ann.tracks.first.wait_for()
    await ann.use("stop", "Stopped")
    await ann.use("privacy", "stores 1 track")
    await ann.press("privacy:delete")
    await expect(ann.tracks).to_have_count(0, timeout=SECONDS * 1000)


async def test_a_form_that_is_closed_sends_nothing_and_one_filled_wrong_stays_open(room: Room) -> None:
    ann = await room.enter("Ann")
    await ann.use("compose", "Composing 10 s", prompt="slow bells", length="10")
    await ann.tracks.first.wait_for()
    form = ann.page.locator("#form[open]")
    await ann.press("track:remix")
    await form.wait_for()
    words = form.locator("#form-words")
    assert await words.input_value() == "slow bells"
    await words.fill("ab")  # a prompt has three characters
    await form.locator("[type=submit]").click()
    assert await words.evaluate("(input) => input.validity.tooShort")
    assert await form.is_visible()
    await ann.page.keyboard.press("Escape")
    await form.wait_for(state="hidden")
    assert "Remix" not in room.guilds.used.values()
