"""The pictures in the documentation: what the bot posts in a Discord on this machine, as people see it.

    python -m acceptance.screens

The messages are those that the real bot has written; `rehearsal/people/screen.py` makes pages of their JSON
and Chromium pictures of the pages.
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

from audio.errors import BuskerError
from audio.playout.opus import load_opus
from bot.client import Busker
from bot.config.engine_factory import running_engine
from bot.config.settings import Settings, StoreSettings, TrackSettings
from bot.rules.permissions import NEEDED
from rehearsal.discord_here import DiscordHere
from rehearsal.people.screen import page_of
from rehearsal.permissions import Permission
from rehearsal.wire import attachment_json
from rehearsal.world import Channel, Message

FOLDER: Final = Path("docs/screens")
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
WINDOW: Final = (680, 1600)
MARGIN: Final = 20

COLOURS: Final = 64
"""A picture of a screen has few, and one of a track is a fifth of its size so."""

PROMPTS: Final = (
    ("a slow waltz for music box and strings", 20, 7),
    ("lofi beats with a warm bass and vinyl crackle", 20, 11),
    ("calm solo piano in the rain", 20, 3),
)
PATIENCE_SECONDS: Final = 120.0


class ScreensError(BuskerError):
    """The pictures cannot be made."""


def main() -> int:
    """Make them all; says in one sentence what is missing."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Chromium was not found; install it (Debian: apt install chromium).", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as room:
            for name, page in asyncio.run(pages(Path(room))).items():
                _write(browser, Path(room), name, page)
                print(FOLDER / f"{name}.png")
    except BuskerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


async def pages(room: Path) -> dict[str, str | bytes]:
    """By name, pages of HTML and finished pictures, from an evening with three pieces while one plays."""
    load_opus()
    settings = Settings(tracks=TrackSettings(folder=room), store=StoreSettings(path=room / "busker.sqlite"))
    async with running_engine(settings) as engine, DiscordHere() as here:
        guild = here.guild("The House", bot_may=Permission(NEEDED.value))
        text, corner = guild.text_channel("music"), guild.voice_channel("The Corner")
        managers = guild.role("managers", Permission.MANAGE_GUILD)
        ann, ben = here.person(guild, "ann", managers), here.person(guild, "ben")
        async with Busker(settings, engine, connector=here.connector()) as bot:
            await bot.login(here.bot.token)
            connection = asyncio.create_task(bot.connect(), name="gateway")
            await bot.wait_until_ready()
            for person in (ann, ben):
                await person.join_voice(corner)

            names = {each.id: each.name for each in here.world.users.values()}
            names |= {each.id: each.name for each in guild.channels.values()}

            def shown(message: Message) -> str:
                files = {attachment_json(each)["url"]: each.data for each in message.attachments}
                return page_of(here.show(message), "Busker", names, files)

            for (prompt, length, seed), person in zip(PROMPTS, (ann, ben, ann), strict=True):
                options = {"prompt": prompt, "length": length, "seed": seed}
                await person.use("compose", options, text)
            discord_guild = bot.get_guild(guild.id)
            assert discord_guild is not None
            session = bot.sessions.of(discord_guild)
            first = session.now
            async with asyncio.timeout(PATIENCE_SECONDS):
                while first.buffer.seconds_played < first.piece.seconds / 2:
                    await first.wait_settled(within_seconds=0.2)
                card = next(message for message in text.messages if message.components and message.edits)
                found: dict[str, str | bytes] = {"card": shown(card)}
                while len(_tracks(text)) < len(PROMPTS) - 1:
                    await session.now.wait_settled(within_seconds=0.2)
            found["track"] = _tracks(text)[0]
            for name in ("settings", "library"):
                reply = await ann.use(name, {}, text)
                if reply.message is None:
                    raise ScreensError(f"/{name} was not answered in time; try again.")
                found[name] = shown(reply.message)
            session.stop()
        await connection
    return found


def _tracks(channel: Channel) -> list[bytes]:
    """The pictures of the tracks that were posted in a channel."""
    attached = (each for message in channel.messages for each in message.attachments)
    return [each.data for each in attached if each.filename.endswith(".png")]


def _write(browser: str, room: Path, name: str, page: str | bytes) -> None:
    """Write one picture into FOLDER."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.png"
    if isinstance(page, bytes):
        with Image.open(io.BytesIO(page)) as image:
            image.convert("RGB").quantize(COLOURS).save(path, optimize=True)
        return
    html, shot = room / f"{name}.html", room / f"{name}-shot.png"
    html.write_text(page, encoding="utf-8")
    size = "{},{}".format(*WINDOW)
    command = [browser, "--headless", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}"]
    command += ["--no-sandbox"]  # the page is ours, and a container's user has no sandbox
    command += [f"--user-data-dir={room / 'browser'}", f"--screenshot={shot}", html.as_uri()]
    ran = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    if ran.returncode or not shot.exists():
        raise ScreensError(f"{browser} made no picture of {name}; it ended with {ran.returncode}.")
    with Image.open(shot) as image:
        whole = image.convert("RGB")
        empty = Image.new("RGB", whole.size, whole.getpixel((0, 0)))
        box = ImageChops.difference(whole, empty).getbbox() or (0, 0, *whole.size)
        cut = whole.crop((0, 0, whole.width, min(whole.height, box[3] + MARGIN)))
        cut.quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
