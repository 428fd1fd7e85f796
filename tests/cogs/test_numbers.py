"""Numbers that members type into forms and options of text: each gets an answer, whatever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio.piece import MAX_PROMPT_CHANGES, PromptChange
from audio.worker.tone_engine import ToneEngine
from rehearsal.people.reply import Reply
from tests.loopback_guild import LoopbackGuild, loopback_guild, until

TYPED = ("1e99", "nan", "inf", "-inf", "-0", "1_0", "0x9", "٩", "１", "9.9", "9" * 5, "½", "²", ",", "-1e9")


async def opened(loopback: LoopbackGuild, action: str) -> Reply:
    """Open the form of a button under a posted track."""
    if not loopback.tracks:
        loopback.ask(seconds=10.0)
        await until(lambda: bool(loopback.tracks))
        loopback.session.stop()
    return await loopback.asker.click(loopback.tracks[0], f"track:{action}")


async def test_extending_by_no_number_is_answered(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        for typed in TYPED:
            reply = await loopback.asker.submit(await opened(loopback, "extend"), {"seconds": typed})
            said = (await reply.said()).content
            assert "isn't a number of seconds" in said or "out of range" in said, (typed, said)
        assert not loopback.session.wanted
        wide = await loopback.asker.submit(await opened(loopback, "extend"), {"seconds": "１２"})
        assert (await wide.said()).content.startswith("Extending “bells” by 12 s")


async def test_remixing_with_no_seed_is_answered(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        for typed in (*TYPED, "9" * 16):
            reply = await loopback.asker.submit(await opened(loopback, "remix"), {"seed": typed})
            said = (await reply.said()).content
            whole = typed.lstrip("-").isdecimal() and len(typed) < 16
            assert whole == said.startswith("Composing"), (typed, said)
            assert whole or "isn't a seed" in said or "is out of range" in said, (typed, said)
            if loopback.session.wanted:
                loopback.session.stop()


@pytest.mark.parametrize("typed", ["9" * 5000, "-1", "0", "1e9", "²", "٩"])
async def test_a_place_in_the_queue_that_does_not_exist_is_a_sentence(typed: str, tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        loopback.ask(seconds=30.0)
        loopback.ask(seconds=30.0, seed=2)
        reply = await loopback.asker.use("queue remove", {"piece": typed}, loopback.text)
        assert (await reply.said()).content.startswith("That piece is not in the queue any more.")
        assert len(loopback.session.wanted) == 2


async def test_music_is_steered_a_thousand_times_and_no_more(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        piece = loopback.ask(seconds=30.0)
        await until(lambda: piece.buffer.frames_played > 0)
        changes = [PromptChange(f"bells {number}", 1400) for number in range(MAX_PROMPT_CHANGES - 1)]
        piece._composition._requested_changes.extend(changes)
        last = await loopback.asker.use("steer", {"words": "brass"}, loopback.text)
        assert (await last.said()).content.startswith("Steering")
        refused = await loopback.asker.use("steer", {"words": "drums"}, loopback.text)
        assert (await refused.said()).content == (
            "This music has been steered 1,000 times, which is the limit. Request a new piece, or end the "
            "radio and start another."
        )
        assert refused.ephemeral
        assert len(piece.piece.prompt_changes) == MAX_PROMPT_CHANGES
