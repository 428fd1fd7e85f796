"""The pictures in the documentation: the bot's posts in a Discord on this machine, as members see them.

    python -m acceptance.screens

The real bot writes the messages, the renderer of `make try` makes pages of their JSON, and Chromium makes
pictures of the pages.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops
from playwright.async_api import async_playwright

from acceptance.cli import DEFAULT_PROMPT, DEFAULT_SEED
from acceptance.posted import track_messages
from audio.errors import BuskerError
from audio.playout.opus import load_opus
from audio.units import SAMPLE_RATE
from bot.client import Busker
from bot.config.engine_factory import running_engine
from bot.config.settings import Settings, StoreSettings, TrackSettings
from bot.rules.permissions import NEEDED
from browser.run import TryOptions, evening
from browser.screen import FLAGS, page_of
from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.wire import attachment_json
from rehearsal.world import Message

FOLDER: Final = Path("docs/screens")
"""The folder of the pictures, in the repository."""

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WINDOW: Final = (680, 1600)
"""Width and height of the browser [pixels]; empty space is cut off."""

MARGIN: Final = 20
"""Kept below the content [pixels]."""

COLOURS: Final = 64
"""Palette size of the pictures: enough for screens, and a track's picture takes a fifth of the space."""

REQUESTS: Final = (
    (DEFAULT_PROMPT, 20, DEFAULT_SEED),
    ("bright synthwave with a saw lead, pads, bass and drums, 100 bpm", 20, 1),
    ("bossa nova with nylon guitar, upright bass and light drums", 20, 2),
)
"""Prompt, seconds and seed of each piece: with the embedded checkpoint all are full from beginning to end."""

HEARD_SECONDS: Final = 6
"""Music in the picture of the whole page."""

TIMEOUT_SECONDS: Final = 120.0
"""For composing and playing, and for each run of the browser."""


class ScreensError(BuskerError):
    """The pictures cannot be made."""


def main() -> int:
    """Make all pictures. Return the exit status."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Chromium was not found; install it (Debian: apt install chromium).", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = asyncio.run(pages(Path(folder))) | asyncio.run(whole_page(browser, Path(folder)))
            for name, page in made.items():
                _write(browser, Path(folder), name, page)
                print(FOLDER / f"{name}.png")
    except BuskerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def pages(folder: Path) -> dict[str, str | bytes]:
    """Return HTML pages and finished pictures by name, from a guild with three pieces of which one plays."""
    load_opus()
    settings = Settings(
        tracks=TrackSettings(folder=folder), store=StoreSettings(path=folder / "busker.sqlite")
    )
    async with running_engine(settings) as engine, DiscordHere() as here:
        guild = here.guild("The Basement", bot_may=Permission(NEEDED.value))
        text, voice = guild.text_channel("music"), guild.voice_channel("The Corner")
        managers = guild.role("managers", Permission.MANAGE_GUILD)
        ann, ben = here.person(guild, "ann", managers), here.person(guild, "ben")
        async with Busker(settings, engine, connector=here.connector()) as bot:
            await bot.login(here.bot.token)
            connection = asyncio.create_task(bot.connect(), name="gateway")
            await bot.wait_until_ready()
            for person in (ann, ben):
                await person.join_voice(voice)

            names = {item.id: item.name for item in here.world.users.values()}
            names |= {item.id: item.name for item in guild.channels.values()}

            def page(message: Message, used: str = "") -> str:
                files = {attachment_json(item)["url"]: item.data for item in message.attachments}
                return page_of(here.show(message) | {"used": used}, names, files)

            for (prompt, length, seed), person in zip(REQUESTS, (ann, ben, ann), strict=True):
                options = {"prompt": prompt, "length": length, "seed": seed}
                await person.use("compose", options, text)
            discord_guild = bot.get_guild(guild.id)
            assert discord_guild is not None
            session = bot.sessions.of(discord_guild)
            first = session.now
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while first.buffer.seconds_played < first.piece.seconds / 2:
                    await first.wait_settled(within_seconds=0.2)
                card = next(message for message in text.messages if message.components and message.edits)
                results: dict[str, str | bytes] = {"card": page(card)}
                while len(track_messages(text.messages)) < len(REQUESTS) - 1:
                    await session.now.wait_settled(within_seconds=0.2)
            posted = track_messages(text.messages)[0]
            results["track"] = posted.attachments[1].data
            results["posted"] = page(posted)
            for name in ("settings", "library"):
                reply = await ann.use(name, {}, text)
                if reply.message is None:
                    raise ScreensError(f"/{name} was not answered in time; try again.")
                results[name] = page(reply.message, f"/{name}")
            session.stop()
        await connection
    return results


async def whole_page(browser: str, folder: Path) -> dict[str, str | bytes]:
    """Return a picture of `make try` while it plays, by a member who types into it."""
    prompt, _, seed = REQUESTS[0]
    options = TryOptions(folder / "try", 0, None, 1, opens=False)
    async with (
        evening(Settings(), options) as (_guilds, server, _starting),
        async_playwright() as playwright,
        await playwright.chromium.launch(
            executable_path=browser, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        ) as chromium,
    ):
        page = await chromium.new_page(viewport={"width": 1440, "height": 760}, device_scale_factor=0.75)
        page.set_default_timeout(TIMEOUT_SECONDS * 1000)
        await page.goto(server.address("127.0.0.1"))
        await page.fill("#enter-name", "Ann")
        await page.fill("#enter-colour", "#e0a458")
        await page.click("#enter-go")
        await page.wait_for_selector(".chip")
        await page.fill(".say", f"/compose {prompt}")
        await page.keyboard.press("Enter")
        await page.click("[data-option=seed]")
        await page.fill("#option-seed", str(seed))
        await page.keyboard.press("Enter")
        while await page.evaluate("busker.sound.measures.played") < HEARD_SECONDS * SAMPLE_RATE:
            await page.wait_for_timeout(200)
        return {"try": await page.screenshot()}


def _write(browser: str, folder: Path, name: str, page: str | bytes) -> None:
    """Write one picture to FOLDER."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    if isinstance(page, bytes):
        with Image.open(io.BytesIO(page)) as image:
            image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
        return
    html, shot = folder / f"{name}.html", folder / f"{name}-shot.png"
    html.write_text(page, encoding="utf-8")
    size = "{},{}".format(*WINDOW)
    command = [browser, "--headless", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}"]
    command += ["--no-sandbox", *FLAGS]  # the page is ours, and a container's user has no sandbox
    command += [f"--user-data-dir={folder / 'browser'}", f"--screenshot={shot}", html.as_uri()]
    completed = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    if completed.returncode or not shot.exists():
        raise ScreensError(f"{browser} made no picture of {name}; it ended with {completed.returncode}.")
    with Image.open(shot) as image:
        whole = image.convert("RGB")
        empty = Image.new("RGB", whole.size, whole.getpixel((0, 0)))
        box = ImageChops.difference(whole, empty).getbbox() or (0, 0, *whole.size)
        cut = whole.crop((0, 0, whole.width, min(whole.height, box[3] + MARGIN)))
        cut.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
