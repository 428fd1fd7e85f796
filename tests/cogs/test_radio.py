"""/radio and its buttons, end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.dsp.loudness import integrated
from audio.files.saved import read_pcm
from audio.files.track import read_tags
from audio.units import FRAME_RATE, SAMPLE_RATE, floats
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import RightsSettings
from bot.playback.performance import Performance
from bot.voice.supervisor import Hold
from rehearsal.people.reply import Reply
from rehearsal.world import Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, read, restarted, until


@pytest.fixture
def short_fade(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fade an ended radio out over half a second instead of three, in tests of something else."""
    monkeypatch.setattr("bot.session.session.FADE_FRAMES", FRAME_RATE // 2)


async def said(reply: Reply) -> str:
    await until(lambda: bool(reply.content))
    return reply.content


async def a_radio(loopback: LoopbackGuild) -> Performance:
    """Start a radio and wait until it plays."""
    await said(await loopback.asker.use("radio", {"prompt": "bells", "seed": 7}, loopback.text))
    radio = loopback.session.now
    await until(lambda: radio.buffer.frames_played > 10)
    return radio


async def card_of(loopback: LoopbackGuild, words: str) -> Message:
    """Wait for a card with these words and return it."""
    await until(lambda: bool(loopback.cards) and words in read(loopback.cards[-1]))
    return loopback.cards[-1]


@pytest.mark.parametrize("way", ["stop", "Skip"])
async def test_it_plays_until_somebody_ends_it_then_fades_out_and_is_not_posted(
    tmp_path: Path, way: str
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        reply = await loopback.asker.use("radio", {"prompt": "bells", "seed": 7}, loopback.text)
        assert (await said(reply)).startswith("The radio plays “bells” with seed 7 until you end it")
        radio = loopback.session.now
        await until(lambda: radio.buffer.frames_played > FRAME_RATE)
        card = await card_of(loopback, "Radio · seed 7")
        played = radio.buffer.frames_played
        if way == "stop":
            await loopback.asker.use("stop", channel=loopback.text)
        else:
            await loopback.asker.press(card, way)
        await until(lambda: radio.settled)
        rest = radio.buffer.frames_played - played
        assert 3 * FRAME_RATE < rest < 4.5 * FRAME_RATE, "half a second, then three seconds of fade"
        (spurt,) = loopback.ears.spurts(loopback.here.bot.id)
        seconds = np.sqrt((spurt.pcm()[-3 * SAMPLE_RATE :].reshape(3, -1) ** 2).mean(axis=1))
        assert seconds[0] > 1.5 * seconds[1] > 4 * seconds[2], "it fades out"
        await card_of(loopback, "### Stopped")
        assert not loopback.tracks
        assert not list(tmp_path.glob("*.flac"))


@pytest.mark.usefixtures("short_fade")
async def test_it_gives_way_to_a_requested_piece_and_continues_with_another_segment(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        radio = await a_radio(loopback)
        await loopback.asker.use("steer", {"words": "brass"}, loopback.text)
        reply = await loopback.listener.use("compose", {"prompt": "drums", "length": 10.0}, loopback.text)
        assert "The radio makes room for it and comes back" in await said(reply)
        piece, following = loopback.session.wanted
        assert (following.piece.prompt, following.piece.seed, following.piece.endless) == ("brass", 8, True)
        again = await loopback.asker.use("radio", {"prompt": "pads"}, loopback.text)
        assert "A radio is already on" in await said(again)
        await until(lambda: piece.buffer.frames_played > 10)
        assert radio.settled
        assert not radio.buffer.starvations
        loopback.session.skip()
        await until(lambda: following.buffer.frames_played > 10)
        assert loopback.session.wanted == [following]
        loopback.session.stop()
        await until(lambda: following.settled)


@pytest.mark.usefixtures("short_fade")
async def test_its_last_minutes_are_saved_as_a_track_that_names_their_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.playback.radio.MIN_EXCERPT_GAP_SECONDS", 4.0)
    monkeypatch.setattr("bot.playback.radio.EXCERPT_SECONDS", 1.5)
    async with loopback_guild(tmp_path) as loopback:
        radio = await a_radio(loopback)
        card = await card_of(loopback, "### Playing")
        early = await loopback.listener.press(card, "Keep")
        assert "enough new music to keep" in await said(early)
        await until(lambda: radio.buffer.seconds_played > 4.0)
        reply = await loopback.listener.press(card, "Keep")
        twice = await loopback.asker.press(card, "Keep")
        assert "of the radio as a track" in await said(reply)
        assert "enough new music to keep" in await said(twice)
        await until(lambda: bool(loopback.tracks))
        (message,) = loopback.tracks
        assert "s of the radio, from 0:02 · seed 7" in message.content
        file = tmp_path / "posted.flac"
        file.write_bytes(message.attachments[0].data)
        origin = read_tags(file).piece
        assert (origin.prompt, origin.seed, origin.seconds) == ("bells", 7, 1.5)
        assert origin.excerpt is not None
        sound = floats(read_pcm(file, origin.seconds))
        assert integrated(sound) == pytest.approx(-14.0, abs=0.3)
        (made,) = await loopback.bot.store._select("SELECT * FROM tracks")
        assert (made.member_id, made.piece) == (loopback.listener.id, origin)
        assert loopback.session.wanted == [radio], "it plays on"
        loopback.session.stop()
        await until(lambda: radio.settled)


@pytest.mark.usefixtures("short_fade")
async def test_without_listeners_it_sleeps_and_continues_with_another_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.empty_channel.SLOT_SECONDS", 0.2)
    engine = ToneEngine(speed=20.0)
    settings = quiet_settings(tmp_path, leave_after_seconds=0.4)
    async with loopback_guild(tmp_path, engine=engine, settings=settings) as loopback:
        radio = await a_radio(loopback)
        await loopback.asker.leave_voice()
        await loopback.listener.leave_voice()
        card = await card_of(loopback, "Nobody is listening. The radio sleeps")
        assert radio.settled
        assert engine._open == 0, "asleep, it holds nothing of the engine"
        await loopback.listener.join_voice(loopback.corner)
        awake = loopback.session.now
        await until(lambda: awake.buffer.frames_played > 10)
        assert awake.piece.seed == 8
        await until(lambda: "### Playing" in read(card))
        loopback.session.stop()
        await until(lambda: awake.settled)


@pytest.mark.usefixtures("short_fade")
async def test_a_sleeping_radio_does_not_keep_busker_from_another_channel(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=20.0)) as loopback:
        hall = loopback.guild.voice_channel("Hall")
        loopback.here.announce_channel(hall, "CHANNEL_CREATE")
        radio = await a_radio(loopback)
        await loopback.asker.leave_voice()
        await loopback.listener.join_voice(hall)
        await until(lambda: loopback.session.voice.hold is Hold.ALONE)
        reply = await loopback.listener.use(
            "compose", {"prompt": "rain", "length": 10, "seed": 2}, loopback.text
        )
        assert (await said(reply)) == "Composing 10 s of “rain” with seed 2."
        piece = loopback.session.now
        await until(lambda: piece.buffer.frames_played > 10)
        assert radio.settled
        assert loopback.session.voice.channel is not None
        assert loopback.session.voice.channel.id == hall.id
        assert loopback.session.wanted == [piece]
        loopback.session.stop()
        await until(lambda: piece.settled)


@pytest.mark.usefixtures("short_fade")
async def test_after_a_restart_it_continues_with_another_segment(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await a_radio(loopback)
        async with restarted(loopback) as again:
            await until(lambda: len(again.session.queue) == 1)
            radio = again.session.now
            assert (radio.piece.seed, radio.piece.endless) == (8, True)
            await until(lambda: radio.buffer.frames_played > 10)
            again.session.stop()
            await until(lambda: radio.settled)


@pytest.mark.usefixtures("short_fade")
async def test_it_ends_at_the_daily_limit_of_its_requester(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.playback.radio.CHARGED_SECONDS", 1.0)
    monkeypatch.setattr("bot.commands.requests.CHARGED_SECONDS", 1.0)
    settings = quiet_settings(tmp_path).model_copy(update={"rights": RightsSettings(seconds_a_day=2.0)})
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        radio = await a_radio(loopback)
        await until(lambda: radio.settled)
        assert 2.0 <= radio.buffer.seconds_played < 7.0
        await card_of(loopback, "has reached the daily limit")
        refused = await loopback.asker.use("radio", {"prompt": "bells"}, loopback.text)
        assert "used 2 of 2 s" in await said(refused)


async def test_it_is_refused_in_a_sentence_if_the_engine_is_slower_than_real_time(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=0.9)) as loopback:
        reply = await loopback.asker.use("radio", {"prompt": "bells"}, loopback.text)
        assert "too slowly on this machine for a radio" in await said(reply)
        assert not loopback.session.queue
