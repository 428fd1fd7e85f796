"""Admission of requests, end to end."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.config.settings import RightsSettings
from bot.tracks import attachments
from rehearsal.permissions import Permission
from rehearsal.rest.uploads import Upload
from tests.audio.files.sound_files import hum, written
from tests.loopback_guild import loopback_guild, quiet_settings, until
from words.text import Text


async def test_a_member_who_leaves_the_channel_during_a_download_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        download = attachments._data

        async def leave_and_download(attachment: object) -> bytes:
            await loopback.asker.leave_voice()
            channel = loopback.request().voice_channel
            await until(lambda: loopback.asker.id not in channel.voice_states)
            return await download(attachment)  # type: ignore[arg-type]

        monkeypatch.setattr(attachments, "_data", leave_and_download)
        sound = Upload("hum.ogg", written(tmp_path / "hum.ogg", hum(1.0, 48_000), 48_000).read_bytes())
        reply = await loopback.asker.use("compose", {"prompt": "bells", "continue": sound}, loopback.text)
        await until(lambda: bool(reply.content or reply.followups))
        assert str(Text("permissions-no-voice")) in (
            reply.content,
            *(each.content for each in reply.followups),
        )
        assert not loopback.session.queue
        assert not list((tmp_path / attachments.FOLDER).glob("*"))


async def test_without_permission_to_post_nothing_is_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        downloads: list[object] = []
        monkeypatch.setattr(attachments, "_data", downloads.append)
        loopback.text.overwrite(loopback.guild.members[loopback.here.bot.id], deny=Permission.ATTACH_FILES)
        loopback.here.announce_channel(loopback.text)
        sound = Upload("hum.ogg", written(tmp_path / "hum.ogg", hum(1.0, 48_000), 48_000).read_bytes())
        reply = await loopback.asker.use("compose", {"prompt": "bells", "continue": sound}, loopback.text)
        assert "Attach Files" in reply.content
        assert not downloads


async def test_a_request_is_refused_and_refunded_if_a_shutdown_begins_while_it_is_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quiet_settings(tmp_path).model_copy(update={"rights": RightsSettings(seconds_a_day=3600.0)})
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        session, charge, charged = loopback.session, loopback.bot.store.charge, list[float]()

        async def shut_down_and_charge(guild_id: int, member_id: int, day: date, seconds: float) -> float:
            loopback.bot.sessions.begin_shutdown()
            charged.append(seconds)
            return await charge(guild_id, member_id, day, seconds)

        monkeypatch.setattr(loopback.bot.store, "charge", shut_down_and_charge)
        reply = await loopback.asker.use("compose", {"prompt": "bells", "length": 10.0}, loopback.text)
        assert reply.content == str(Text("error-shutting-down"))
        assert not session.queue
        assert charged == [10.0, -10.0]
