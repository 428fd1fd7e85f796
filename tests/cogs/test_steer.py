"""/steer and the button of the card change the prompt while the music plays, end to end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from audio.files.track import read_tags
from audio.piece import MAX_PROMPT_CHANGES, PromptChange
from audio.worker.tone_engine import ToneEngine
from bot.playback.performance import Performance
from rehearsal.people.reply import Reply
from rehearsal.world import Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, read, until

LEAD = 0.5
"""Seconds that the engine may be ahead of the listeners in these tests."""


def request_piece(loopback: LoopbackGuild, seconds: float, seed: int = 1) -> Performance:
    """Request a piece of which little is composed ahead."""
    request = loopback.request(seconds, seed)
    return loopback.session.request(replace(request, piece=replace(request.piece, interval=0.5, lead=LEAD)))


async def card_of(loopback: LoopbackGuild) -> Message:
    await until(lambda: bool(loopback.cards))
    return loopback.cards[-1]


async def said(reply: Reply) -> str:
    await until(lambda: bool(reply.content))
    return reply.content


async def test_a_new_prompt_is_audible_after_what_is_composed_and_is_in_the_tags_of_the_track(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=20.0)) as loopback:
        piece = request_piece(loopback, 3.0)
        await until(lambda: piece.buffer.seconds_played > 0.3)
        reply = await loopback.asker.use("steer", {"words": "drums and brass", "blend": 0.5}, loopback.text)
        assert (await said(reply)).startswith("Steering to “drums and brass”")
        assert not reply.ephemeral
        audible_within = piece.buffer.seconds_received - piece.buffer.seconds_played
        await loopback.play(piece)
        (change,) = piece.piece.prompt_changes
        assert (change.prompt, change.blend) == ("drums and brass", 25)
        assert 0.3 < change.step / 50 < 3.0
        assert audible_within < LEAD + 1.0, "the change came later than the lead and a chunk"
        card = await card_of(loopback)
        await until(lambda: "“bells” → “drums and brass”" in read(card))
        (track,) = loopback.tracks
        file = tmp_path / "posted"
        file.write_bytes(track.attachments[0].data)
        assert read_tags(file).piece.prompt_changes == piece.piece.prompt_changes


async def test_the_button_asks_for_a_prompt_and_steers_its_own_piece_alone(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=20.0)) as loopback:
        first = request_piece(loopback, 5.0)
        second = request_piece(loopback, 1.0, seed=2)
        card = await card_of(loopback)
        await until(lambda: "### Playing" in read(card))
        opened = await loopback.asker.press(card, "Steer")
        late = await loopback.asker.press(card, "Steer")
        reply = await loopback.asker.submit(opened, {"words": "brass"})
        assert (await said(reply)).startswith("Steering to “brass”")
        assert reply.ephemeral
        await until(lambda: first.piece.prompts == ("bells", "brass"))
        loopback.session.skip()
        await until(lambda: loopback.session.now is second)
        assert (await said(await loopback.asker.submit(late, {"words": "strings"}))).startswith(
            "This piece is no longer"
        )
        assert second.piece.prompts == ("bells",)


async def test_a_prompt_that_is_too_late_or_unreadable_is_refused_in_a_sentence(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=1.0)
        await until(lambda: piece.composed)
        late = await loopback.asker.use("steer", {"words": "brass"}, loopback.text)
        assert "can't be steered any more" in await said(late)
        loopback.ask(seconds=1.0)
        none = await loopback.asker.use("steer", {"words": "   \u200b "}, loopback.text)
        assert "readable characters" in await said(none)


async def test_steering_ends_at_as_many_changes_as_a_track_can_hold(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=20.0)) as loopback:
        changes = tuple(PromptChange("bells", step=1) for _ in range(MAX_PROMPT_CHANGES - 1))
        request = loopback.request(60.0)
        piece = loopback.session.request(
            replace(request, piece=replace(request.piece, prompt_changes=changes, interval=0.5, lead=LEAD))
        )
        await until(lambda: piece.buffer.seconds_played > 0.1)
        last = await loopback.asker.use("steer", {"words": "brass"}, loopback.text)
        assert (await said(last)).startswith("Steering to “brass”")
        more = await loopback.asker.use("steer", {"words": "strings"}, loopback.text)
        assert await said(more) == (
            "This music has been steered 1,000 times, which is the limit. Request a new piece, or end the "
            "radio and start another."
        )
        assert piece.piece.prompts[-1] == "brass"


async def test_words_in_another_language_steer_in_english_and_are_shown_as_they_were_typed(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=20.0)) as loopback:
        piece = request_piece(loopback, 2.0)
        await until(lambda: piece.buffer.seconds_played > 0.1)
        reply = await loopback.asker.use("steer", {"words": "batería fuerte, sin bajo"}, loopback.text)
        answer = await said(reply)
        assert answer.startswith("Steering to “batería fuerte, sin bajo”")
        assert answer.endswith("The model hears “powerful drums, no bass”.")
        await loopback.play(piece)
        (change,) = piece.piece.prompt_changes
        assert (change.prompt, change.typed_prompt) == ("powerful drums, no bass", "batería fuerte, sin bajo")
        card = await card_of(loopback)
        await until(lambda: "“bells” → “batería fuerte, sin bajo”" in read(card))
        (track,) = loopback.tracks
        file = tmp_path / "posted"
        file.write_bytes(track.attachments[0].data)
        assert read_tags(file).piece.prompt_changes == piece.piece.prompt_changes
