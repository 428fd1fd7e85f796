"""Members of a trial in real browsers: what they do on the page, and what the browser complains about."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    async_playwright,
)
from playwright.async_api import TimeoutError as TookTooLong

from browser.guilds import Guilds
from browser.server import Server

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
"""What the system's packages call it."""

CHROMIUM: Final = next(filter(None, map(shutil.which, BROWSERS)), None)
"""The system's Chromium: Playwright's wheel brings the driver only."""

FLAGS: Final = ("--autoplay-policy=no-user-gesture-required", "--no-sandbox")
"""Sound without a click, and the user of a container, who has no sandbox; the pages are ours."""

SECONDS: Final = 30.0
"""Timeout of anything that a person waits for."""

WIDE: Final = (1440, 900)
NARROW: Final = (360, 740)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Provide a browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Room:
    """A trial with a browser: the guilds, the server of the page, and those who came in."""

    browser: Browser
    guilds: Guilds
    server: Server
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of all pages, requests that failed, and requests to elsewhere."""

    @property
    def address(self) -> str:
        return self.server.address("127.0.0.1")

    async def enter(
        self,
        name: str,
        *,
        size: tuple[int, int] = WIDE,
        language: str = "en",
        touch: bool = False,
    ) -> Visit:
        """Let a member come in with a browser of their own, who then sits in the first voice channel."""
        viewport: Any = dict(zip(("width", "height"), size, strict=True))
        context = await self.browser.new_context(viewport=viewport, locale=language, has_touch=touch)
        context.set_default_timeout(SECONDS * 1000)
        page = await context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        await page.goto(self.address)
        await page.fill("#enter-name", name)
        await page.click("#enter-go")
        visit = Visit(name, page, self.guilds)
        await visit.settled()
        return visit

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self.address):
            self.complaints.append(f"asked for {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status} for {response.url}")


class Visit:
    """A member at the page."""

    def __init__(self, name: str, page: Page, guilds: Guilds) -> None:
        self.name = name
        self.page = page
        self._guilds = guilds

    async def settled(self) -> None:
        """Wait until the bot is there, its commands are listed and this member sits in voice."""
        await self.page.locator("body[data-ready=true] #chips button").first.wait_for()
        await self.page.locator("#places .inside").wait_for(state="attached")

    # What a member does

    async def use(self, command: str, says: str, **options: str | Path) -> None:
        """Type a command, fill in its fields and send it; the bot's answer says this."""
        await self.open(command)
        for name, value in options.items():
            await self.fill(name, value)
        await self.send(says)

    async def open(self, command: str) -> None:
        """Type the name of a command and take it from the list."""
        say = self.page.locator("#composer input.say")
        await say.fill(f"/{command}")
        await self.page.locator("#composer [role=option]").first.wait_for()
        await say.press("Enter")
        shown = self.page.locator("#command-name")
        await shown.wait_for()
        assert await shown.inner_text() == f"/{command}"

    async def add(self, name: str) -> Locator:
        """Return the field of an option of the open command, which is added if it is not shown yet."""
        control = self.page.locator(f"#option-{name}")
        if not await control.count():
            await self.page.click(f"#composer [data-option={name}]")
        return control

    async def fill(self, name: str, value: str | Path) -> None:
        """Fill in a field of the open command."""
        control = await self.add(name)
        if isinstance(value, Path):
            await control.set_input_files(value)
        elif await control.evaluate("(control) => control.tagName") == "SELECT":
            await control.select_option(value)
        else:
            await control.fill(value)

    async def choose(self, name: str, typed: str = "") -> str:
        """Take the first suggestion of the bot for a field. Return what it is called."""
        await self.fill(name, typed)
        control = self.page.locator(f"#option-{name}")
        first = self.page.locator(".field [role=option]").first
        await first.wait_for()
        label = await first.locator("b").inner_text()
        await control.press("ArrowDown")
        await control.press("Enter")
        assert await control.input_value() == label
        return label

    async def send(self, says: str) -> None:
        """Send the open command; the bot's answer says this, and the box for messages is there again."""
        answers = self.page.locator("article:has(.origin)", has_text=says)
        before = await answers.count()
        await self.page.click("#composer [type=submit]")
        await self._instead_of_a_refusal(self.page.locator("#composer input.say"))
        await self._answered(answers.nth(before))

    async def _instead_of_a_refusal(self, wanted: Locator) -> None:
        """Wait for a part of the page; it comes, and no notice that something was refused."""
        refused = self.page.locator("#notice:not([hidden])")
        await wanted.or_(refused).first.wait_for()
        assert not await refused.count(), await refused.inner_text()

    async def _answered(self, wanted: Locator) -> None:
        try:
            await wanted.wait_for()
        except TookTooLong as error:
            latest = (await self.page.locator("article").all_inner_texts())[-5:]
            raise AssertionError("\n\n".join(latest)) from error

    async def press(self, action: str, kind: str = "") -> None:
        """Press the newest button whose `custom_id` begins with this, as soon as it can be pressed."""
        await self.button(action, kind).click()

    def button(self, action: str, kind: str = "") -> Locator:
        """Return the newest button of an action: card:pause, track:again, library:play."""
        return self.page.locator(f"{kind} [data-custom^='{action}']").last

    async def submit(self, says: str, **values: str) -> None:
        """Fill in the form that opens, by the ids of its inputs, and send it; the bot's answer says this."""
        answers = self.page.locator("article:has(.origin)", has_text=says)
        before = await answers.count()
        form = self.page.locator("#form[open]")
        await self._instead_of_a_refusal(form)
        for name, value in values.items():
            await form.locator(f"#form-{name}").fill(value)
        await form.locator("[type=submit]").click()
        await form.wait_for(state="hidden")
        await self._answered(answers.nth(before))

    async def apply(self, command: str, message: Locator) -> None:
        """Use a command of the menu of a message."""
        await message.locator("button.apps").click()
        await self.page.locator("#apps[open]").get_by_role("button", name=command, exact=True).click()

    async def drop(self, path: Path, target: str = "#composer") -> None:
        """Drop a file onto a part of the page."""
        script = """([name, bytes]) => {
            const carried = new DataTransfer();
            carried.items.add(new File([new Uint8Array(bytes)], name, { type: "audio/wav" }));
            return carried;
        }"""
        carried = await self.page.evaluate_handle(script, [path.name, list(path.read_bytes())])
        for event in ("dragover", "drop"):
            await self.page.dispatch_event(target, event, {"dataTransfer": carried})

    # What a member sees and hears

    @property
    def tracks(self) -> Locator:
        """The messages with a finished track."""
        return self.page.locator("article:not(.ephemeral):has(a[download$='.flac'])")

    @property
    def answer(self) -> Locator:
        """The newest answer for this member alone."""
        return self.page.locator("article.ephemeral").last

    async def sees(self, text: str) -> None:
        """Wait until a message with these words is there."""
        await self.page.locator("article", has_text=text).last.wait_for()

    async def until(self, script: str) -> None:
        """Wait until an expression is true. The page's own policy forbids Playwright's way of waiting."""
        async with asyncio.timeout(SECONDS):
            while not await self.page.evaluate(script):
                await asyncio.sleep(0.02)

    async def hears(self) -> None:
        """Wait until music comes out of the worklet, as the page's analyser sees it."""
        await self.until("busker.sound.running && busker.sound.measured.played > 0 && busker.level > -50")

    async def measured(self) -> dict[str, Any]:
        """Return what the page measured of the sound."""
        measured: dict[str, Any] = await self.page.evaluate("busker.sound.measured")
        return measured
