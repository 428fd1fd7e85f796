"""/queue: show, suggest, move and remove pieces, and who may do so."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import discord

from audio.worker.tone_engine import ToneEngine
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance
from cogs.queue import queue_of
from rehearsal.people.members import Person
from tests.loopback_guild import LoopbackGuild, loopback_guild, until

GONE = "That piece is not in the queue any more. Pick one from the list or type its position."


async def compose(person: Person, loopback: LoopbackGuild, seed: int) -> str:
    reply = await person.use(
        "compose", {"prompt": f"bells {seed}", "length": 12, "seed": seed}, loopback.text
    )
    return reply.content


def seeds(loopback: LoopbackGuild) -> list[int]:
    return [performance.piece.seed for performance in loopback.session.queue]


def at(loopback: LoopbackGuild, seed: int) -> Performance:
    return next(each for each in loopback.session.queue if each.piece.seed == seed)


async def choices(person: Person, loopback: LoopbackGuild, command: str, typed: str = "") -> dict[str, str]:
    offered = await person.suggestions(f"queue {command}", "piece", typed, channel=loopback.text)
    return {choice["name"]: choice["value"] for choice in offered}


async def test_compose_answers_with_the_position_and_people_take_turns(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        for seed in (1, 2, 3):
            await compose(loopback.asker, loopback, seed)
        await until(lambda: loopback.session.queue[1].composed)
        assert "plays after one other piece" in await compose(loopback.listener, loopback, 4)
        assert seeds(loopback) == [1, 4, 2, 3]
        assert "plays after 3 other pieces" in await compose(loopback.listener, loopback, 5)
        assert seeds(loopback) == [1, 4, 2, 5, 3]
        await until(lambda: at(loopback, 4).composed)  # a composed piece may be overtaken
        assert at(loopback, 5).composition_state is CompositionState.WAITING


async def test_a_waiting_piece_is_chosen_from_the_list_moved_and_removed(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        for seed in (1, 2, 3):
            await compose(loopback.asker, loopback, seed)
        offered = await choices(loopback.asker, loopback, "move", "bells 3")
        assert list(offered) == ["2. bells 3 · 12 s · asker"]
        moved = await loopback.asker.use(
            "queue move", {"piece": offered["2. bells 3 · 12 s · asker"], "place": 1}, loopback.text
        )
        assert moved.content == "“bells 3” is now at position 1 in the queue."
        assert seeds(loopback) == [1, 3, 2]
        removed = await loopback.asker.use("queue remove", {"piece": "2"}, loopback.text)
        assert removed.content == "Removed “bells 2” from the queue."
        assert seeds(loopback) == [1, 3]
        again = await loopback.asker.use(
            "queue remove", {"piece": offered["2. bells 3 · 12 s · asker"]}, loopback.text
        )
        assert again.content == "Removed “bells 3” from the queue."
        for typed in (offered["2. bells 3 · 12 s · asker"], "1", "bells", "#"):
            said = await loopback.asker.use("queue remove", {"piece": typed}, loopback.text)
            assert said.content == GONE


async def test_votes_are_needed_for_pieces_of_others_and_none_for_ones_own(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=50.0)) as loopback:
        third = loopback.here.person(loopback.guild, "third")
        await third.join_voice(loopback.corner)
        await until(lambda: third.id in loopback.request().voice_channel.voice_states)
        await loopback.bot.store.choose(loopback.guild.id, lambda c: dataclasses.replace(c, rights="vote"))
        await compose(loopback.asker, loopback, 1)
        await compose(loopback.asker, loopback, 2)
        await until(lambda: loopback.session.queue[1].composed)
        await compose(loopback.listener, loopback, 3)
        assert seeds(loopback) == [1, 3, 2]
        wants = "wants to {}: 1 of 2 votes. Listeners vote with /queue {}."
        # Moving a piece before one of the listener's needs more than its own requester.
        overtaking = await loopback.asker.use("queue move", {"piece": "2", "place": 1}, loopback.text)
        assert wants.format("move this in the queue", "move") in overtaking.content
        removing = await loopback.asker.use("queue remove", {"piece": "1"}, loopback.text)
        assert wants.format("remove this from the queue", "remove") in removing.content
        back = await loopback.listener.use("queue move", {"piece": "1", "place": 2}, loopback.text)
        assert back.content == "“bells 3” is now at position 2 in the queue."
        assert seeds(loopback) == [1, 2, 3]
        await loopback.listener.leave_voice()  # requesters may remove their pieces from anywhere
        await until(lambda: loopback.listener.id not in loopback.request().voice_channel.voice_states)
        gone = await loopback.listener.use("queue remove", {"piece": "2"}, loopback.text)
        assert gone.content.startswith("Removed")
        assert seeds(loopback) == [1, 2]


async def test_a_long_queue_is_shown_as_far_as_it_fits_into_an_embed(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(prompt="*" * 290)
        locale = discord.Locale.american_english
        shown = queue_of(piece, *[piece] * 99, locale=locale, visible=lambda _: True).description or ""
        assert 3_500 < len(shown) <= 4_096
        *lines, more = shown.splitlines()
        assert more == f"… and {99 - len(lines)} more"
        await loopback.play(piece)
