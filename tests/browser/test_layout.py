"""The page on a telephone and on a large screen, without a mouse, and for screen readers."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from tests.browser.chromium import NARROW, WIDE, Room

pytestmark = pytest.mark.slow

OUTSIDE = """() => [...document.querySelectorAll("button, input, select, a, canvas, article")].filter(
    (part) => {
        const box = part.getBoundingClientRect();
        const scrolls = part.closest("#chips, #messages, #side, #places") && !part.matches("article");
        return box.width > 0 && !scrolls && (box.right > innerWidth + 1 || box.left < -1);
    }
).map((part) => part.outerHTML.slice(0, 120))"""
"""Parts that reach over the sides of the window, but in what scrolls."""

NAMELESS = """() => [
    ...document.querySelectorAll("button, input, select, textarea, a, audio, canvas, meter")
].filter(
    (part) => part.checkVisibility() && !(
        part.getAttribute("aria-label") || part.textContent.trim() || part.labels?.length || part.title)
).map((part) => part.outerHTML.slice(0, 120))"""
"""Controls that a screen reader could only call by their kind."""


AT_END = """(({ scrollTop, clientHeight, scrollHeight }) => scrollTop + clientHeight > scrollHeight - 2)(
    document.getElementById("messages"))"""
"""True if the latest message is in sight."""


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["360 px", "1,440 px"])
async def test_everything_fits_and_has_a_name(room: Room, size: tuple[int, int]) -> None:
    ann = await room.enter("Ann", size=size)
    await ann.use("compose", "Composing 10 s", prompt="a waltz " * 30, length="10")
    await ann.hears()
    await ann.tracks.first.wait_for()
    await ann.use("settings", "Settings")
    await ann.use("library", "Choose a track")
    await ann.open("compose")
    await ann.until(AT_END)
    assert await ann.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert await ann.page.evaluate(OUTSIDE) == []
    assert await ann.page.evaluate(NAMELESS) == []
    if size is NARROW:
        for panel in ("places", "side"):
            assert not await ann.page.locator(f"#{panel}").is_visible()
            await ann.page.click(f"#show-{panel}")
            await ann.page.locator(f"#{panel}").wait_for()
            assert await ann.page.evaluate(NAMELESS) == []
            await ann.page.click(f"#show-{panel}")


async def test_the_keyboard_alone_is_enough(room: Room) -> None:
    page = (ann := await room.enter("Ann")).page
    keyboard = page.keyboard
    await page.evaluate("document.activeElement.blur()")
    await tab_to(ann.page, "input.say")
    await keyboard.type("/comp")
    await page.locator("#composer [role=option]").first.wait_for()
    await keyboard.press("Enter")
    await page.locator("#option-prompt").wait_for()
    await keyboard.type("slow bells, and more bells")
    await tab_to(page, "[data-option=length]")
    await keyboard.press("Enter")
    await keyboard.type("10")
    await keyboard.press("Enter")
    await ann.sees("Composing 10 s of “slow bells, and more bells”")
    await ann.hears()
    await tab_to(page, "[data-custom^='card:remix']")
    await keyboard.press("Enter")
    form = page.locator("#form[open]")
    await form.wait_for()
    await keyboard.press("Escape")
    await form.wait_for(state="hidden")
    await tab_to(page, "[data-custom^='card:stop']")
    await keyboard.press("Space")
    await ann.sees("Stopped")


async def tab_to(page: Page, selector: str) -> None:
    """Press Tab until a part of the page has the focus; it is reached within two rounds of the page."""
    for _ in range(200):
        if await page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {selector}.")


@pytest.mark.parametrize(
    ("language", "lang", "name"),
    [
        ("de", "de", "überspringen"),
        ("fr-CA", "fr", "passer"),
        ("es-MX", "es-ES", "saltar"),
        ("pt-PT", "pt-BR", "pular"),
        ("ja", "ja", "スキップ"),
    ],
)
async def test_commands_and_page_are_in_the_language_of_the_browser(
    room: Room, language: str, lang: str, name: str
) -> None:
    ann = await room.enter("Ann", language=language)
    assert await ann.page.locator("html").get_attribute("lang") == lang
    await ann.page.locator("#composer input.say").fill(f"/{name}")
    await ann.page.locator("#composer [role=option]").first.wait_for()
    described = await ann.page.locator("#composer [role=option] .small").first.inner_text()
    expected = next(c for c in room.guilds.here.commands.listed(None) if c["name"] == "skip")
    assert described.strip() in expected["description_localizations"].values()
    join = await ann.page.locator("#places button").first.inner_text()
    assert join != "Join"
