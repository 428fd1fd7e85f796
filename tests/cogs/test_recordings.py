"""Sound files of members, end to end: by an option, or by the context menu of a message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audio.files.recording import check_unchanged, seconds_of
from audio.files.track import read_tags
from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_tokenizer
from audio.worker.client import LocalEngine
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import RightsSettings
from bot.tracks import attachments
from bot.tracks.attachments import FOLDER
from rehearsal.people.reply import Reply
from rehearsal.rest.uploads import Upload
from tests.audio.files.sound_files import hum, written
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, until


def voice_message(folder: Path) -> Upload:
    path = written(folder / "hum.ogg", hum(1.0, 48_000), 48_000)
    return Upload("voice-message.ogg", path.read_bytes())


async def posted_tags(loopback: LoopbackGuild, folder: Path) -> dict[str, str]:
    """Skip the piece; return the recordings in the tags of its track once their files are deleted."""
    await until(lambda: bool(loopback.tracks))
    piece = loopback.session.now
    loopback.session.skip()
    await loopback.play(piece)
    await until(lambda: not list((folder / FOLDER).glob("*")))
    return dict(read_tags(folder / loopback.tracks[0].attachments[0].filename).recordings)


async def test_compose_takes_a_melody_and_a_beginning_and_the_tags_name_them(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        sound = voice_message(tmp_path)
        options = {"prompt": "bells", "length": 10, "seed": 7, "melody": sound, "continue": sound}
        reply = await loopback.asker.use("compose", options, loopback.text)
        assert reply.deferred
        await until(lambda: bool(reply.content))
        assert reply.content == "Composing 10 s of “bells” with seed 7."
        piece = loopback.session.now.piece
        assert piece.continues is not None
        assert piece.melody is not None
        digests = {"continues": piece.continues.digest, "melody": piece.melody.digest}
        assert await posted_tags(loopback, tmp_path) == digests
        assert not loopback.here.refusals


async def test_the_context_menu_of_a_voice_message_asks_for_a_prompt_and_composes_on_it(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        sound = voice_message(tmp_path)
        message = loopback.listener.say("la la la", loopback.text, sound)
        for menu, role in (("Compose on this melody", "melody"), ("Continue this", "continues")):
            opened = await loopback.asker.use_on(menu, message)
            assert opened.interaction.modal is not None
            (words,) = opened.interaction.modal["components"]
            reply = await loopback.asker.submit(opened, {words["component"]["custom_id"]: f"bells, {role}"})
            await until(lambda reply=reply: bool(reply.content))  # type: ignore[misc]
            assert f"“bells, {role}”" in reply.content
            performance = loopback.session.queue[-1]
            (recording,) = performance.piece.recordings
            assert getattr(performance.piece, role) == recording
            check_unchanged(recording)
            assert seconds_of(recording.path) == pytest.approx(1.0, abs=0.05)
        loopback.session.stop()
        assert not loopback.here.refusals


async def test_the_sound_of_a_forwarded_message_is_continued(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        elsewhere = loopback.guild.text_channel("elsewhere")
        loopback.here.announce_channel(elsewhere, "CHANNEL_CREATE")
        message = loopback.listener.say("my hum", elsewhere, voice_message(tmp_path))
        opened = await loopback.asker.use_on(
            "Continue this", loopback.listener.forward(message, loopback.text)
        )
        assert opened.interaction.modal is not None, opened.content
        (words,) = opened.interaction.modal["components"]
        reply = await loopback.asker.submit(opened, {words["component"]["custom_id"]: "bells"})
        await until(lambda: bool(reply.content))
        assert "“bells”" in reply.content
        assert loopback.session.queue[-1].piece.continues is not None
        loopback.session.stop()
        assert not loopback.here.refusals


async def test_without_a_melody_checkpoint_nothing_is_fetched_and_the_answer_names_one(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(melodies=False)) as loopback:
        sound = voice_message(tmp_path)
        message = loopback.listener.say("", loopback.text, sound)
        sentence = "“tone” can't follow a melody. A melody checkpoint such as facebook/musicgen-melody can"
        reply = await loopback.asker.use("compose", {"prompt": "bells", "melody": sound}, loopback.text)
        assert reply.content.startswith(sentence)
        assert (await loopback.asker.use_on("Compose on this melody", message)).content.startswith(sentence)
        assert not list((tmp_path / FOLDER).iterdir())
        assert not loopback.session.queue


async def test_a_message_without_sound_and_a_file_without_sound_are_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        picture = loopback.listener.say("look", loopback.text, Upload("cat.png", b"cat"))
        reply = await loopback.asker.use_on("Continue this", picture)
        assert reply.content == (
            "There is no audio in this message. Choose one with a voice message or a sound file."
        )
        no_sound = Upload("noise.mp3", bytes(range(256)) * 40)
        reply = await loopback.asker.use("compose", {"prompt": "bells", "continue": no_sound}, loopback.text)
        await until(lambda: bool(reply.content or reply.followups))
        sentence = reply.content or reply.followups[0].content
        assert sentence.startswith("noise.mp3 can't be read as audio")
        assert not loopback.session.queue
        assert not list((tmp_path / FOLDER).glob("*"))


async def test_a_melody_checkpoint_follows_a_posted_melody(tmp_path: Path) -> None:
    folder = tmp_path / "melody"
    seeded_melody_model(hidden=64, layers=2, heads=2).save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    async with loopback_guild(tmp_path, engine=LocalEngine(str(folder))) as loopback:
        options = {"prompt": "bells", "length": 10, "melody": voice_message(tmp_path)}
        await loopback.asker.use("compose", options, loopback.text)
        await until(lambda: bool(loopback.session.queue))
        piece = loopback.session.now
        await until(lambda: piece.composed)
        assert piece.piece.melody is not None
        loopback.session.stop()
        await loopback.play(piece)


async def test_of_eight_files_of_a_member_at_once_one_is_read_and_others_music_does_not_wait(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        reads: list[str] = []
        read = loopback.bot.attachments._media.read

        async def counted(data: bytes, wanted: Any, name: str, *more: Any) -> Any:
            reads.append(name)
            await until(lambda: sum(each.startswith("Busker is still") for each in answers()) == 7)
            return await read(data, wanted, name, *more)

        def answers() -> list[str]:
            return [reply.content for reply in replies]

        loopback.bot.attachments._media.read = counted  # type: ignore[assignment]
        sound, replies = voice_message(tmp_path), list[Reply]()
        for number in range(8):
            options = {"prompt": f"bells {number}", "length": 10, "continue": sound}
            replies.append(await loopback.listener.use("compose", options, loopback.text, send_only=True))
        other = await loopback.asker.use("compose", {"prompt": "harp", "length": 10}, loopback.text)
        assert other.content.startswith("Composing")
        await until(lambda: all(answers()))
        assert len(reads) == 1
        assert sum(answer.startswith("Composing") for answer in answers()) == 1
        loopback.session.stop()


async def test_a_member_at_their_cap_sends_nothing_that_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = quiet_settings(tmp_path).model_copy(update={"rights": RightsSettings(seconds_a_day=15.0)})
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        downloads: list[object] = []
        monkeypatch.setattr(attachments, "_data", downloads.append)
        options = {"prompt": "bells", "length": 20, "continue": voice_message(tmp_path)}
        reply = await loopback.asker.use("compose", options, loopback.text)
        await until(lambda: bool(reply.content))
        assert "15" in reply.content
        assert not downloads
        assert not loopback.session.queue
