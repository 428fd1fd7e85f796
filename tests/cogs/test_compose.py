"""/compose and the playback commands, end to end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from audio.files.track import read_tags
from audio.piece import Piece
from audio.worker.tone_engine import ToneEngine
from bot.store.records import MadeTrack
from bot.ui.presets import PRESETS
from rehearsal.permissions import Permission
from tests.house import House, a_house, read, until


async def compose(house: House, **options: object) -> str:
    """Use `/compose` and return the answer."""
    reply = await house.asker.use("compose", {"prompt": "bells", **options}, house.text)
    assert reply.ephemeral
    return reply.content


async def test_compose_answers_at_once_shows_a_card_plays_and_posts_the_track(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        assert await compose(house, length=10, seed=7) == "Composing 10 s of “bells” with seed 7."
        await until(lambda: bool(house.cards))
        piece = house.session.now
        await until(lambda: bool(house.tracks))  # while it still plays
        assert not piece.ended
        sound, picture = house.tracks[0].attachments
        assert (sound.filename, picture.filename) == ("bells-7.flac", "bells-7.png")
        assert picture.description
        assert read_tags(tmp_path / sound.filename).piece == piece.piece
        house.session.skip()
        await house.play(piece)


async def test_a_second_piece_waits_in_the_queue_and_both_are_listed(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await compose(house, seed=1)
        assert (await compose(house, seed=2)).endswith("It plays after one other piece.")
        assert (await compose(house, seed=3)).endswith("It plays after 2 other pieces.")
        embed = (await house.asker.use("queue show", channel=house.text)).embeds[0]
        assert embed["fields"][0]["value"] == "“bells” · 20 s · seed 1"
        assert embed["description"] == "1. “bells” · 20 s · seed 2\n2. “bells” · 20 s · seed 3"
        shown = read(await (await house.asker.use("nowplaying", channel=house.text)).said())
        assert "20 s · seed 1 · for asker" in shown
        assert "1. “bells” · 20 s · seed 2\n2. “bells” · 20 s · seed 3" in shown


async def test_playback_commands_act_on_what_plays(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await compose(house, length=30)
        piece = house.session.now
        await until(lambda: piece.buffer.frames_played > 0)
        assert (await house.asker.use("pause", channel=house.text)).content.startswith("Paused")
        assert (await house.asker.use("resume", channel=house.text)).content == "Resumed."
        assert (await house.asker.use("volume", {"percent": 30}, house.text)).content == "Volume set to 30%."
        assert house.session.volume == 0.3
        assert (await house.asker.use("skip", channel=house.text)).content.startswith("Skipped “")
        await until(lambda: piece.ended)
        assert piece.buffer.frames_played < 30 * 50


@pytest.mark.parametrize(
    "prompt",
    [
        "@everyone and @here",
        "**bold** _it_ ||spoiler||",
        "ping <@{asker}> twice",
        "`code` <t:1:R> https://a.b",
    ],
)
async def test_prompts_neither_ping_nor_format(tmp_path: Path, prompt: str) -> None:
    async with a_house(tmp_path) as house:
        answer = await house.asker.use(
            "compose", {"prompt": prompt.format(asker=house.asker.id), "length": 10}, house.text
        )
        await until(lambda: bool(house.tracks) and bool(house.cards))
        shown = [answer.content, house.tracks[0].content, read(house.cards[0])]
        assert all(not message.pinged for message in house.text.messages)
        for text in shown:
            assert "<@" not in text
            assert "@everyone" not in text
            assert " **" not in text.replace("\\*", "")
            assert "||spoiler" not in text.replace("\\|", "")


async def test_a_full_channel_is_named(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.corner.user_limit = 2
        house.here.announce_channel(house.corner)
        await until(lambda: house.request().voice_channel.user_limit == 2)
        assert (
            await compose(house)
            == f"<#{house.corner.id}> is full (2 people). Make room for Busker and try again."
        )


@pytest.mark.parametrize(
    ("missing", "in_voice", "named"),
    [
        (Permission.CONNECT, True, "needs the Connect permission"),
        (Permission.SPEAK, True, "needs the Speak permission"),
        (Permission.VIEW_CHANNEL, True, "needs the View Channel permission"),
        (Permission.SEND_MESSAGES, False, "needs the Send Messages permission"),
        (
            Permission.ATTACH_FILES | Permission.EMBED_LINKS,
            False,
            "needs the permissions Embed Links and Attach Files",
        ),
    ],
)
async def test_each_missing_permission_is_named_before_anything_begins(
    tmp_path: Path, missing: Permission, in_voice: bool, named: str
) -> None:
    async with a_house(tmp_path) as house:
        channel = house.corner if in_voice else house.text
        channel.overwrite(house.guild.members[house.here.bot.id], deny=missing)
        house.here.announce_channel(channel)
        await until(lambda: bool(house.discord_guild.get_channel(channel.id).overwrites))  # type: ignore[union-attr]
        said = await compose(house)
        assert said.startswith(f"Busker {named} in <#{channel.id}>. A moderator can grant")
        assert not house.session.queue


async def test_somebody_who_does_not_listen_can_neither_stop_the_music_nor_move_it(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await compose(house, length=30)
        piece = house.session.now
        await until(lambda: piece.buffer.frames_played > 0)
        join = f"Busker is playing in <#{house.corner.id}>. Join that channel and try again."
        outsider = house.here.person(house.guild, "outsider")
        for command in ("stop", "skip", "pause", "resume"):
            assert (await outsider.use(command, channel=house.text)).content == join
        assert (await outsider.use("nowplaying", channel=house.text)).message
        elsewhere = house.guild.voice_channel("Elsewhere")
        house.here.announce_channel(elsewhere, "CHANNEL_CREATE")
        await outsider.join_voice(elsewhere)
        assert (await outsider.use("compose", {"prompt": "bells"}, house.text)).content == join
        assert not piece.dismissed


async def test_sixty_commands_at_once_are_all_answered_in_sentences(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        said = await asyncio.gather(*(compose(house, seed=seed) for seed in range(60)))
        waiting = house.bot.settings.music.queue_length
        assert sum(sentence.startswith("Composing") for sentence in said) == waiting
        assert sum("pieces are already waiting" in sentence for sentence in said) == 60 - waiting
        assert len(house.session.queue) == waiting


async def test_a_failure_in_one_guild_leaves_the_others_playing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with a_house(tmp_path) as house:
        other = house.here.world.guild("Other", house.here.bot.owner)
        text, voice = other.text_channel("music"), other.voice_channel("Room")
        house.here.invite(other)
        unlucky = house.here.person(other, "unlucky")
        await unlucky.join_voice(voice)
        await until(lambda: house.bot.get_guild(other.id) is not None)
        playing = house.ask(seconds=2.0)
        await until(lambda: playing.buffer.frames_played > 0)
        broken = house.bot.sessions.of(house.bot.get_guild(other.id))  # type: ignore[arg-type]

        async def fail(*_: object) -> None:
            raise ZeroDivisionError("of all things")

        monkeypatch.setattr(broken.voice, "join", fail)
        reply = await unlucky.use("compose", {"prompt": "bells"}, text)
        assert reply.content.startswith("Composing")
        await until(lambda: not broken.queue)
        assert "ZeroDivisionError: of all things" in caplog.text
        await house.play(playing)
        assert (playing.buffer.frames_played, playing.buffer.starvations) == (100, 0)


async def test_prompts_are_suggested_from_the_library_and_the_presets(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=ToneEngine(speed=1.5)) as house:
        for prompt in ("bells in the rain", "x" * 101, "Bells"):
            await house.bot.store.add_track(
                MadeTrack(
                    id=0,
                    guild_id=house.guild.id,
                    member_id=house.listener.id,
                    piece=Piece(prompt, 10.0, 1),
                    checkpoint="tone",
                    revision="1",
                    channel_id=house.text.id,
                    message_id=None,
                    file=None,
                    made_at=0.0,
                )
            )
        offered = await house.asker.suggestions("compose", "prompt", "", channel=house.text)
        values = [choice["value"] for choice in offered]
        assert values == ["Bells", "bells in the rain", *PRESETS]
        typed = await house.asker.suggestions("compose", "prompt", "bell RAIN", channel=house.text)
        assert [choice["value"] for choice in typed] == ["bells in the rain"]
        assert (await compose(house, prompt=values[1], seed=1)).startswith(
            "Composing 20 s of “bells in the rain”"
        )


async def test_on_a_stage_the_answer_and_the_card_say_that_busker_asks_to_speak(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        stage = house.guild.stage_channel("Stage")
        house.here.announce_channel(stage, "CHANNEL_CREATE")
        await house.asker.join_voice(stage)
        waits = "On a Stage, Busker has to ask to speak. The music starts once a moderator accepts."
        assert (await compose(house, length=10, seed=7)).endswith(f"with seed 7. {waits}")
        seats = house.guild.voice_states
        await until(
            lambda: house.here.bot.id in seats and bool(seats[house.here.bot.id].requested_to_speak_at)
        )
        await until(lambda: "asked to speak" in str([card.components for card in house.text.messages]))
        piece = house.session.now
        assert piece.buffer.frames_played == 0
        moderators = house.guild.role("moderators", Permission.MUTE_MEMBERS)
        house.here.person(house.guild, "moderator", moderators).let_speak(house.here.bot.user)
        await until(lambda: piece.buffer.frames_played > 0)
        assert (await compose(house, length=10, seed=8)).endswith("It plays after one other piece.")
        house.session.stop()
