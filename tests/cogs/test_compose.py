"""/compose and the playback commands, end to end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from audio.files.track import read_tags
from audio.piece import Piece
from audio.prompts.hearing import Vocabulary
from audio.worker.tone_engine import ToneEngine
from bot.config.engine_factory import SHIPPED_FOLDER
from bot.store.records import MadeTrack
from bot.ui.presets import PRESETS
from rehearsal.permissions import Permission
from tests.loopback_guild import LoopbackGuild, loopback_guild, read, until


async def compose(loopback: LoopbackGuild, **options: object) -> str:
    """Use `/compose` and return the answer."""
    reply = await loopback.asker.use("compose", {"prompt": "bells", **options}, loopback.text)
    assert reply.ephemeral
    return reply.content


async def test_compose_answers_at_once_shows_a_card_plays_and_posts_the_track(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        assert await compose(loopback, length=10, seed=7) == "Composing 10 s of “bells” with seed 7."
        await until(lambda: bool(loopback.cards))
        piece = loopback.session.now
        await until(lambda: bool(loopback.tracks))  # while it still plays
        assert not piece.ended
        sound, picture = loopback.tracks[0].attachments
        assert (sound.filename, picture.filename) == ("bells-7.flac", "bells-7.png")
        assert picture.description
        assert read_tags(tmp_path / sound.filename).piece == piece.piece
        loopback.session.skip()
        await loopback.play(piece)


async def test_a_second_piece_waits_in_the_queue_and_both_are_listed(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await compose(loopback, seed=1)
        assert (await compose(loopback, seed=2)).endswith("It plays after one other piece.")
        assert (await compose(loopback, seed=3)).endswith("It plays after 2 other pieces.")
        embed = (await loopback.asker.use("queue show", channel=loopback.text)).embeds[0]
        assert embed["fields"][0]["value"] == "“bells” · 20 s · seed 1"
        assert embed["description"] == "1. “bells” · 20 s · seed 2\n2. “bells” · 20 s · seed 3"
        shown = read(await (await loopback.asker.use("nowplaying", channel=loopback.text)).said())
        assert "20 s · seed 1 · for asker" in shown
        assert "1. “bells” · 20 s · seed 2\n2. “bells” · 20 s · seed 3" in shown


async def test_playback_commands_act_on_what_plays(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await compose(loopback, length=30)
        piece = loopback.session.now
        await until(lambda: piece.buffer.frames_played > 0)
        assert (await loopback.asker.use("pause", channel=loopback.text)).content.startswith("Paused")
        assert (await loopback.asker.use("resume", channel=loopback.text)).content == "Resumed."
        assert (
            await loopback.asker.use("volume", {"percent": 30}, loopback.text)
        ).content == "Volume set to 30%."
        assert loopback.session.volume == 0.3
        assert (await loopback.asker.use("skip", channel=loopback.text)).content.startswith("Skipped “")
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
    async with loopback_guild(tmp_path) as loopback:
        answer = await loopback.asker.use(
            "compose", {"prompt": prompt.format(asker=loopback.asker.id), "length": 10}, loopback.text
        )
        await until(lambda: bool(loopback.tracks) and bool(loopback.cards))
        shown = [answer.content, loopback.tracks[0].content, read(loopback.cards[0])]
        assert all(not message.pinged for message in loopback.text.messages)
        for text in shown:
            assert "<@" not in text
            assert "@everyone" not in text
            assert " **" not in text.replace("\\*", "")
            assert "||spoiler" not in text.replace("\\|", "")


async def test_a_full_channel_is_named(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        loopback.corner.user_limit = 2
        loopback.here.announce_channel(loopback.corner)
        await until(lambda: loopback.request().voice_channel.user_limit == 2)
        assert (
            await compose(loopback)
            == f"<#{loopback.corner.id}> is full (2 people). Make room for Busker and try again."
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
    async with loopback_guild(tmp_path) as loopback:
        channel = loopback.corner if in_voice else loopback.text
        channel.overwrite(loopback.guild.members[loopback.here.bot.id], deny=missing)
        loopback.here.announce_channel(channel)
        await until(lambda: bool(loopback.discord_guild.get_channel(channel.id).overwrites))  # type: ignore[union-attr]
        said = await compose(loopback)
        assert said.startswith(f"Busker {named} in <#{channel.id}>. A moderator can grant")
        assert not loopback.session.queue


async def test_somebody_who_does_not_listen_can_neither_stop_the_music_nor_move_it(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await compose(loopback, length=30)
        piece = loopback.session.now
        await until(lambda: piece.buffer.frames_played > 0)
        join = f"Busker is playing in <#{loopback.corner.id}>. Join that channel and try again."
        outsider = loopback.here.person(loopback.guild, "outsider")
        for command in ("stop", "skip", "pause", "resume"):
            assert (await outsider.use(command, channel=loopback.text)).content == join
        assert (await outsider.use("nowplaying", channel=loopback.text)).message
        elsewhere = loopback.guild.voice_channel("Elsewhere")
        loopback.here.announce_channel(elsewhere, "CHANNEL_CREATE")
        await outsider.join_voice(elsewhere)
        assert (await outsider.use("compose", {"prompt": "bells"}, loopback.text)).content == join
        assert not piece.dismissed


async def test_sixty_commands_at_once_are_all_answered_in_sentences(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.bot.store.choose(loopback.guild.id, lambda chosen: replace(chosen, most_waiting=0))
        said = await asyncio.gather(*(compose(loopback, seed=seed) for seed in range(60)))
        waiting = loopback.bot.settings.music.queue_length
        assert sum(sentence.startswith("Composing") for sentence in said) == waiting
        assert sum("pieces are already waiting" in sentence for sentence in said) == 60 - waiting
        assert len(loopback.session.queue) == waiting


async def test_a_failure_in_one_guild_leaves_the_others_playing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        other = loopback.here.world.guild("Other", loopback.here.bot.owner)
        text, voice = other.text_channel("music"), other.voice_channel("Room")
        loopback.here.invite(other)
        unlucky = loopback.here.person(other, "unlucky")
        await unlucky.join_voice(voice)
        await until(lambda: loopback.bot.get_guild(other.id) is not None)
        playing = loopback.ask(seconds=2.0)
        await until(lambda: playing.buffer.frames_played > 0)
        broken = loopback.bot.sessions.of(loopback.bot.get_guild(other.id))  # type: ignore[arg-type]

        async def fail(*_: object) -> None:
            raise ZeroDivisionError("of all things")

        monkeypatch.setattr(broken.voice, "join", fail)
        reply = await unlucky.use("compose", {"prompt": "bells"}, text)
        assert reply.content.startswith("Composing")
        await until(lambda: not broken.queue)
        assert "ZeroDivisionError: of all things" in caplog.text
        await loopback.play(playing)
        assert (playing.buffer.frames_played, playing.buffer.starvations) == (100, 0)


async def test_prompts_are_suggested_from_the_library_and_the_presets(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        for prompt in ("bells in the rain", "x" * 101, "Bells"):
            await loopback.bot.store.add_track(
                MadeTrack(
                    id=0,
                    guild_id=loopback.guild.id,
                    member_id=loopback.listener.id,
                    piece=Piece(prompt, 10.0, 1),
                    checkpoint="tone",
                    revision="1",
                    channel_id=loopback.text.id,
                    message_id=None,
                    file=None,
                    made_at=0.0,
                )
            )
        offered = await loopback.asker.suggestions("compose", "prompt", "", channel=loopback.text)
        values = [choice["value"] for choice in offered]
        assert values == ["Bells", "bells in the rain", *PRESETS]
        typed = await loopback.asker.suggestions("compose", "prompt", "bell RAIN", channel=loopback.text)
        assert [choice["value"] for choice in typed] == ["bells in the rain"]
        assert (await compose(loopback, prompt=values[1], seed=1)).startswith(
            "Composing 20 s of “bells in the rain”"
        )


async def test_on_a_stage_the_answer_and_the_card_say_that_busker_asks_to_speak(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        stage = loopback.guild.stage_channel("Stage")
        loopback.here.announce_channel(stage, "CHANNEL_CREATE")
        await loopback.asker.join_voice(stage)
        waits = "On a Stage, Busker has to ask to speak. The music starts once a moderator accepts."
        assert (await compose(loopback, length=10, seed=7)).endswith(f"with seed 7. {waits}")
        seats = loopback.guild.voice_states
        await until(
            lambda: loopback.here.bot.id in seats and bool(seats[loopback.here.bot.id].requested_to_speak_at)
        )
        await until(lambda: "asked to speak" in str([card.components for card in loopback.text.messages]))
        piece = loopback.session.now
        assert piece.buffer.frames_played == 0
        moderators = loopback.guild.role("moderators", Permission.MUTE_MEMBERS)
        loopback.here.person(loopback.guild, "moderator", moderators).let_speak(loopback.here.bot.user)
        await until(lambda: piece.buffer.frames_played > 0)
        assert (await compose(loopback, length=10, seed=8)).endswith("It plays after one other piece.")
        loopback.session.stop()


async def test_a_prompt_in_another_language_is_composed_in_english_and_shown_as_it_was_typed(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, locale="de") as loopback:
        typed, english = "ruhiges Klavier, ohne Schlagzeug", "quiet piano, no drums"
        said = await compose(loopback, prompt=typed, length=10, seed=7)
        assert said == (f"Ich komponiere 10 s „{typed}“ mit Seed 7. Das Modell hört „{english}“.")
        piece = loopback.session.now
        assert (piece.piece.prompt, piece.piece.translated_from) == (english, typed)
        await until(lambda: bool(loopback.tracks))
        (track,) = loopback.tracks
        assert f"„{typed}“" in track.content
        assert track.attachments[0].filename == "quiet-piano-no-drums-7.flac"
        assert f"„{typed}“" in read(loopback.cards[-1])
        assert read_tags(tmp_path / track.attachments[0].filename).piece == piece.piece
        for search in ("klavier", "PIANO"):
            found = await loopback.asker.use("library", {"search": search}, loopback.text)
            assert f"„{typed}“" in found.embeds[0]["description"]
        suggested = await loopback.asker.suggestions("compose", "prompt", "drums", channel=loopback.text)
        assert suggested[0]["value"] == typed
        opened = await loopback.asker.press(loopback.cards[-1], "Remix")
        assert opened.interaction.modal is not None
        words, _ = (item["component"] for item in opened.interaction.modal["components"])
        assert words["value"] == typed
        loopback.session.stop()


async def test_a_server_can_leave_prompts_as_they_are_typed(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.bot.store.choose(loopback.guild.id, lambda chosen: replace(chosen, translate=False))
        said = await compose(loopback, prompt="ruhiges Klavier", length=10, seed=7)
        assert said == "Composing 10 s of “ruhiges Klavier” with seed 7."
        assert loopback.session.now.piece.prompt == "ruhiges Klavier"
        loopback.session.stop()


async def test_what_the_model_does_not_hear_is_told_with_what_it_hears(tmp_path: Path) -> None:
    vocabulary = Vocabulary((SHIPPED_FOLDER / "tokenizer.json").read_text(encoding="utf-8"), 64)
    engine = ToneEngine(speed=50.0, vocabulary=vocabulary)
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        said = await compose(loopback, prompt="🎹 тихая bells", length=10, seed=7)
        heard = "The model doesn't know “🎹” and “тихая”. The model hears “bells”."
        assert said == f"Composing 10 s of “🎹 тихая bells” with seed 7. {heard}"
        said = await compose(loopback, prompt="静かな薩摩琵琶", length=10, seed=8)
        assert said.endswith("The model doesn't know “薩摩”. The model hears “quiet biwa”.")
        reply = await loopback.asker.use("radio", {"prompt": "громкий рок"}, loopback.text)
        assert "The model knows none of these words, so only the seed decides" in reply.content
        loopback.session.stop()
