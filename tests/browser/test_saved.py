"""What was made is there again the next time."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config.settings import Settings
from bot.store.private import is_private
from browser.run import TryOptions, evening
from browser.saved import NAME
from tests.browser.test_server import page_of, ready


def options(folder: Path, guilds: int = 1) -> TryOptions:
    return TryOptions(folder, 0, None, guilds, opens=False)


async def test_guilds_people_messages_and_the_library_are_there_after_a_restart(tmp_path: Path) -> None:
    settings = Settings().with_engine("tone")
    async with evening(settings, options(tmp_path)) as (_, server, _task), page_of(server) as (page, before):
        await ready(page)
        guild = before["guilds"][0]
        text = next(channel["id"] for channel in guild["channels"] if channel["type"] == 0)
        await page.ask("open", channel=text)
        await page.ask("join", channel=next(c["id"] for c in guild["channels"] if c["type"] == 2))
        await page.ask("say", channel=text, text="hello")
        await page.ask(
            "use", channel=text, command="compose", options={"prompt": "slow bells", "length": 10, "seed": 7}
        )
        posted = await page.until(
            lambda m: (
                m.get("event") == "message"
                and any(".flac" in a["filename"] for a in m["message"]["attachments"])
            )
        )
        address = server.address("")
    assert all(is_private(path) for path in (tmp_path / NAME, *(tmp_path / "files").iterdir()))

    async with evening(settings, options(tmp_path, 2)) as (guilds, server, _task):
        assert server.address("").split("/")[3] == address.split("/")[3]
        async with page_of(server, member=before["member"]) as (page, after):
            assert after["user"] == before["user"]
            assert after["bot"] == before["bot"]
            assert next(each["id"] for each in after["guilds"]) == guild["id"]
            assert len(after["guilds"]) == 2
            await ready(page)
            messages = await page.ask("open", channel=text)
            assert any(message["content"] == "hello" for message in messages)
            [track] = [m for m in messages if any(".flac" in a["filename"] for a in m["attachments"])]
            assert track["id"] == posted["message"]["id"]
            picture = next(a for a in track["attachments"] if ".flac" in a["filename"])
            assert len(guilds.here.world.attachments[int(picture["id"])].data) == picture["size"]
            await page.ask("use", channel=text, command="library", options={})
            shown = await page.until(
                lambda m: m.get("event") == "message" and m["message"]["used"] == "/library"
            )
            assert "slow bells" in str(shown)
            await page.ask("join", channel=next(c["id"] for c in guild["channels"] if c["type"] == 2))
            again = await page.ask("apply", message=track["id"], command="Again")
            assert again["interaction"]
            answer = await page.until(
                lambda m: (
                    m.get("event") == "message"
                    and m["message"]["used"] == "Again"
                    and not m["message"]["loading"]
                )
            )
            assert answer["message"]["content"] == "Playing “slow bells” again."


async def test_a_damaged_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / NAME).write_text("{", encoding="utf-8")
    async with evening(Settings().with_engine("tone"), options(tmp_path)) as (guilds, _, _task):
        assert len(guilds.all) == 1
    assert "begun anew" in caplog.text
