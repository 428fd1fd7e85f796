"""Buttons of the card and of posted tracks, and the context menu of a message, end to end."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest

from audio.files.saved import read_pcm
from audio.files.track import _tags, read_tags, write_track
from audio.piece import Piece
from audio.units import floats
from audio.worker.tone_engine import ToneEngine
from bot.tracks.attachments import FOLDER
from rehearsal.people.reply import Reply
from rehearsal.permissions import Permission
from rehearsal.rest.drafts import read_draft, write
from rehearsal.rest.uploads import Upload
from rehearsal.voice.analysis import CODEC_DELAY_SAMPLES, correlation
from rehearsal.world import Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, read, restarted, until

OVER = "This piece is no longer playing. Use the buttons of the newest card."


async def card_of(loopback: LoopbackGuild) -> Message:
    await until(lambda: bool(loopback.cards))
    return loopback.cards[-1]


async def said(reply: Reply) -> str:
    await until(lambda: bool(reply.content))
    assert reply.ephemeral
    return reply.content


async def played(loopback: LoopbackGuild, **options: object) -> Message:
    """Play a piece to its end and return the message with its track."""
    await loopback.play(loopback.ask(**options))  # type: ignore[arg-type]
    await until(lambda: bool(loopback.tracks))
    return loopback.tracks[-1]


def posted_by_bot(loopback: LoopbackGuild, *files: Upload) -> Message:
    """Post a message of the bot with these files."""
    draft = read_draft({}, dict(enumerate(files)))
    return write(
        loopback.here.world, draft, loopback.text, loopback.guild, loopback.here.bot.user, may=Permission(0)
    )


async def test_the_buttons_of_the_card_pause_resume_skip_and_stop(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = loopback.ask(seconds=20.0, seed=1), loopback.ask(seconds=20.0, seed=2)
        card = await card_of(loopback)
        await until(lambda: "### Playing" in read(card))
        assert (await said(await loopback.asker.press(card, "Pause"))).startswith("Paused")
        await until(lambda: "### Paused" in read(card))
        held = first.buffer.frames_played
        assert await said(await loopback.asker.press(card, "Resume")) == "Resumed."
        await until(lambda: first.buffer.frames_played > held)
        assert await said(await loopback.asker.press(card, "Skip")) == "Skipped “bells”."
        await until(lambda: first.ended and "seed 2 · for asker" in read(card))
        assert await said(await loopback.asker.press(card, "Stop")) == "Stopped."
        await until(lambda: second.ended and "### Stopped" in read(card))
        assert not loopback.here.refusals


async def test_a_press_by_somebody_who_does_not_listen_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=20.0)
        card = await card_of(loopback)
        await until(lambda: piece.buffer.frames_played > 0)
        outsider = loopback.here.person(loopback.guild, "outsider")
        for label in ("Skip", "Stop"):
            assert "Busker is playing in" in await said(await outsider.press(card, label))
        assert "You're not in a voice channel" in await said(await outsider.press(card, "Again"))
        assert not piece.dismissed
        assert len(loopback.session.queue) == 1


async def test_a_press_for_a_piece_that_is_over_does_not_end_another_one(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = loopback.ask(seconds=20.0, seed=1), loopback.ask(seconds=20.0, seed=2)
        card = await card_of(loopback)
        await until(lambda: first.buffer.frames_played > 0)
        assert loopback.session.skip() is first  # and the card still shows it
        assert await said(await loopback.asker.press(card, "Skip")) == OVER
        assert loopback.session.now is second


async def test_after_a_restart_old_cards_and_old_tracks_still_answer(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await played(loopback, seconds=1.0, seed=7)
        await until(lambda: bool(loopback.cards[0].attachments))
        stopped = loopback.ask(seconds=20.0, seed=8)
        await until(lambda: len(loopback.cards) == 2 and stopped.buffer.frames_played > 0)
        ended, interrupted = loopback.cards
        buttons = copy.deepcopy(interrupted.components)
        async with restarted(loopback) as again:
            interrupted.components = buttons  # as a killed bot leaves them
            assert again.bot is not loopback.bot
            await until(lambda: bool(again.session.wanted))  # it continues after the restart
            again.session.stop()
            await until(lambda: not again.session.queue)
            assert await said(await again.asker.press(interrupted, "Skip")) == OVER
            assert await said(await again.asker.press(ended, "Again")) == "Playing “bells” again."
            repeated = again.session.now
            await again.play(repeated)
            assert (repeated.piece.seed, repeated.buffer.frames_played) == (7, 50)
            assert await said(await again.asker.press(track, "Again")) == "Playing “bells” again."
            await again.play(again.session.now)


async def test_again_in_the_context_menu_plays_the_same_sound_after_the_library_has_deleted_it(
    tmp_path: Path,
) -> None:
    engine = ToneEngine(slots=1)
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        track = await played(loopback, seconds=1.0, seed=7)
        await loopback.bot.store.forget_tracks_of(loopback.asker.id)
        file = tmp_path / "bells-7.flac"
        sound = floats(read_pcm(file, 1.0)).T
        file.unlink()
        async with engine.open(Piece("drums", 10.0, 1)):  # the engine is full, so it plays from the file
            reply = await loopback.asker.use_on("Again", track)
            assert await said(reply) == "Playing “bells” again."
            repeated = loopback.session.now
            assert (repeated.piece.prompt, repeated.piece.seed) == ("bells", 7)
            await loopback.play(repeated)
        assert loopback.tracks in ([track], [])  # what the library deletes is deleted at Discord, too
        spurt = loopback.ears.spurts(loopback.here.bot.id)[-1]
        assert correlation(spurt.pcm(), sound, CODEC_DELAY_SAMPLES) > 0.9
        await until(lambda: not list((tmp_path / FOLDER).glob("*")))


@pytest.mark.parametrize("way", ["card", "track", "menu", "menu of a forgotten track"])
async def test_remix_opens_a_form_with_the_prompt_filled_in_and_a_seed(tmp_path: Path, way: str) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await played(loopback, seconds=1.0, seed=7)
        card = await card_of(loopback)
        if way == "card":
            opened = await loopback.asker.press(card, "Remix")
        elif way == "track":
            opened = await loopback.asker.press(track, "Remix")
        else:
            if way != "menu":
                await loopback.bot.store.forget_tracks_of(loopback.asker.id)
            opened = await loopback.asker.use_on("Remix", track)
        modal = opened.interaction.modal
        assert modal is not None
        words, _ = (item["component"] for item in modal["components"])
        assert (words["custom_id"], words["value"]) == ("words", "bells")
        reply = await loopback.asker.submit(opened, {"words": "drums", "seed": "5"})
        assert "A length of 1 s is out of range" in await said(reply)


async def test_a_remix_has_the_same_length_and_a_new_seed_if_none_is_given(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        original = loopback.ask(seconds=12.0, seed=7)
        card = await card_of(loopback)
        seeds = []
        for seed, said_so in (("", ""), ("5", "with seed 5"), ("five", "“five” isn't a seed")):
            opened = await loopback.asker.press(card, "Remix")
            reply = await loopback.asker.submit(opened, {"words": "bells and drums", "seed": seed})
            assert said_so in await said(reply)
            seeds.append(loopback.session.queue[-1].piece.seed)
        assert [one.piece.seconds for one in loopback.session.queue] == [12.0, 12.0, 12.0]
        assert loopback.session.queue[-1].piece.prompt == "bells and drums"
        assert seeds[0] != original.piece.seed
        assert seeds[1:] == [5, 5]
        loopback.session.stop()


async def test_messages_of_others_are_refused(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        path = forged(tmp_path)
        of_member = loopback.listener.say("listen", loopback.text, Upload("bells.flac", path.read_bytes()))
        for menu in ("Again", "Remix"):
            reply = await loopback.asker.use_on(menu, of_member)
            assert await said(reply) == (
                "This isn't a track by Busker. Choose a message in which Busker posted one."
            )
        empty = await loopback.asker.use("queue show", channel=loopback.text)
        assert empty.message is not None
        assert not loopback.session.queue


def forged(folder: Path, **tags: object) -> Path:
    """Write a track with tags outside the limits."""
    engine = ToneEngine()
    engine._running = True
    tagged = replace(Piece("bells", 1.0, 7), **tags)  # type: ignore[arg-type]
    with mock.patch("audio.files.track._tags", lambda _, info, real=_tags: real(tagged, info)):
        silence = np.zeros((1, 32_000), np.float32)
        return write_track(silence, Piece("bells", 1.0, 7), engine.info, folder / "forged", 10**9).path


@pytest.mark.parametrize(
    "tags",
    [
        {"seconds": 1e9},
        {"seconds": float("nan")},
        {"seed": -1},
        {"seed": 2**60},
        {"prompt": "x"},
        {"temperature": float("inf")},
        {"top_k": 0},
        {"guidance": -3.0},
    ],
)
async def test_tags_outside_the_limits_are_refused_in_a_sentence(
    tmp_path: Path, tags: dict[str, object]
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        message = posted_by_bot(loopback, Upload("bells.flac", forged(tmp_path, **tags).read_bytes()))
        reply = await loopback.asker.use_on("Again", message)
        answer = await said(reply)
        refusals = ("out of range", "readable character", "The information in this file", "isn't a track by")
        assert any(refusal in answer for refusal in refusals)
        assert not loopback.session.queue


@pytest.mark.parametrize("known", [True, False], ids=["library", "fetched"])
async def test_a_forwarded_track_is_played_again_and_a_forged_one_is_not(tmp_path: Path, known: bool) -> None:
    async with loopback_guild(tmp_path) as loopback:
        if known:
            track = await played(loopback, seconds=1.0, seed=7)
        else:  # of a time before the library, or of another server
            track = posted_by_bot(loopback, Upload("bells.flac", forged(tmp_path).read_bytes()))
        forward = loopback.listener.forward(track, loopback.text)
        assert "“bells”" in await said(await loopback.asker.use_on("Again", forward))
        await until(lambda: not loopback.session.queue)
        for menu in ("Remix", "Extend"):
            assert (await loopback.asker.use_on(menu, forward)).interaction.modal is not None
        lie = loopback.listener.say(
            "mine", loopback.text, Upload("bells.flac", forged(tmp_path).read_bytes())
        )
        for message in (lie, loopback.listener.forward(lie, loopback.text)):
            for menu in ("Again", "Remix", "Extend"):
                reply = await loopback.asker.use_on(menu, message)
                assert reply.content.startswith("This isn't a track by Busker.")
        assert not loopback.session.queue


async def test_a_broken_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        for upload in (Upload("bells.flac", b"fLaC" + bytes(100)), Upload("bells.ogg", b"")):
            reply = await loopback.asker.use_on("Again", posted_by_bot(loopback, upload))
            assert "can't be read as audio" in await said(reply)
        picture = posted_by_bot(loopback, Upload("bells.png", b"\x89PNG"))
        assert "There is no audio in this message" in await said(
            await loopback.asker.use_on("Again", picture)
        )


@pytest.mark.parametrize("way", ["card", "track", "menu"])
async def test_an_extended_track_begins_like_the_old_one_and_is_played_and_posted_as_a_whole(
    tmp_path: Path, way: str
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await played(loopback, seconds=1.0, seed=7)
        card = await card_of(loopback)
        await until(lambda: bool(card.attachments))
        if way == "menu":
            opened = await loopback.asker.use_on("Extend", track)
        else:
            opened = await loopback.asker.press(card if way == "card" else track, "Extend")
        reply = await loopback.asker.submit(opened, {"seconds": "10"})
        answer = await said(reply)
        assert answer.startswith("Extending “bells” by 10 s to 10.9")
        longer = loopback.session.now
        old = longer.piece.prelude
        assert 0.9 < old < 1.0
        assert longer.piece.seconds == pytest.approx(old + 10.0)
        await until(lambda: len(loopback.tracks) == 2 and longer.buffer.seconds_played > 2.0)
        loopback.session.stop()
        await loopback.play(longer)
        origin = read_tags(tmp_path / loopback.tracks[1].attachments[0].filename)
        assert origin.piece.prelude == old
        assert set(origin.recordings) == {"continues"}
        first, second = (
            floats(read_pcm(tmp_path / message.attachments[0].filename, 2.0)).T for message in loopback.tracks
        )
        before_its_ending = 36_000
        one, other = first[1_000:before_its_ending, 0], second[1_000:before_its_ending, 0]
        assert np.dot(one, other) / np.sqrt(np.dot(one, one) * np.dot(other, other)) > 0.99
        received = loopback.ears.spurts(loopback.here.bot.id)[-1]
        assert correlation(received.pcm()[:90_000], second[:90_000], CODEC_DELAY_SAMPLES) > 0.9
        await until(lambda: not list((tmp_path / FOLDER).glob("*")))
        assert not loopback.here.refusals


async def test_an_invalid_length_and_a_missing_track_are_refused_in_a_sentence(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        track = await played(loopback, seconds=1.0, seed=7)
        for typed, sentence in (("long", "“long” isn't a number"), ("31", "31 s is out of range")):
            opened = await loopback.asker.press(track, "Extend")
            assert sentence in await said(await loopback.asker.submit(opened, {"seconds": typed}))
        card = await card_of(loopback)
        await until(lambda: bool(card.attachments))
        (tmp_path / "bells-7.flac").unlink()
        opened = await loopback.asker.press(card, "Extend")
        answer = await said(await loopback.asker.submit(opened, {}))
        assert answer.startswith("The file of this track is gone here")
        assert not loopback.session.queue
