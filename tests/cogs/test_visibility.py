"""What members learn of music in channels that they cannot see: one sentence, and no prompt, name or time."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from audio.worker.tone_engine import ToneEngine
from rehearsal.people.members import Person
from rehearsal.people.reply import Reply
from rehearsal.permissions import Permission
from rehearsal.world import Channel, Message
from tests.loopback_guild import LoopbackGuild, loopback_guild, read, until

PRIVATE = "Busker is playing in a channel that you can't see. Try again later."
SECRETS = ("secret", "asker", "listener", "4711", "4712")
"""Prompts, names and seeds of what is private."""


@dataclass
class Party(LoopbackGuild):
    """A guild where two people make music behind closed doors, and a third is in the lobby."""

    lobby: Channel
    outsider: Person

    def close(self, *channels: Channel) -> None:
        """Hide channels from everybody but the two and the bot."""
        for channel in channels:
            channel.overwrite(self.guild.everyone, deny=Permission.VIEW_CHANNEL)
            for inside in (self.asker.id, self.listener.id, self.here.bot.id):
                channel.overwrite(self.guild.members[inside], allow=Permission.VIEW_CHANNEL)
            self.here.announce_channel(channel)

    async def compose(self, who: Person, seed: int, channel: Channel) -> None:
        await who.use("compose", {"prompt": f"secret {seed}", "length": 10, "seed": seed}, channel)
        await until(lambda: any(each.piece.seed == seed for each in self.session.queue))


@asynccontextmanager
async def party(
    folder: Path, *, private_voice: bool = True, private_text: bool = True
) -> AsyncIterator[Party]:
    """Open such a guild."""
    async with loopback_guild(folder, engine=ToneEngine(speed=1.5)) as loopback:
        lobby = loopback.guild.text_channel("lobby")
        loopback.here.announce_channel(lobby, "CHANNEL_CREATE")
        known = {field.name: getattr(loopback, field.name) for field in dataclasses.fields(loopback)}
        opened = Party(**known, lobby=lobby, outsider=loopback.here.person(loopback.guild, "outsider"))
        closed = [opened.corner, opened.text] if private_voice else [opened.text]
        opened.close(*closed)
        await until(
            lambda: all(
                (there := opened.discord_guild.get_channel(channel.id)) is not None and there.overwrites
                for channel in closed
            )
        )
        yield opened


async def learned(reply: Reply) -> str:
    """All that an answer says."""
    message = await reply.said()
    return f"{message.content} {message.embeds} {read(message)} {message.components}"


async def test_nothing_of_a_private_voice_channel_is_in_any_answer(tmp_path: Path) -> None:
    async with party(tmp_path) as house:
        await house.compose(house.asker, 4711, house.text)
        await house.compose(house.listener, 4712, house.text)
        session = house.session
        await until(lambda: session.queue[0].buffer.seconds_played > 0.1)
        commands: dict[str, dict[str, Any]] = {
            "queue show": {},
            "nowplaying": {},
            "skip": {},
            "stop": {},
            "pause": {},
            "resume": {},
            "volume": {"percent": 50},
            "steer": {"words": "brass"},
        }
        for command, options in commands.items():
            reply = await house.outsider.use(command, options, house.lobby)
            assert (await reply.said()).content == PRIVATE, command
            assert reply.ephemeral
        for piece in ("1", f"#{session.queue[1].request_id}"):
            for command in ("remove", "move"):
                options = {"piece": piece} | ({"place": 1} if command == "move" else {})
                said = await learned(await house.outsider.use(f"queue {command}", options, house.lobby))
                assert said.startswith("That piece is not in the queue any more.")
        for command in ("queue move", "queue remove"):
            for typed in ("", "secret", "asker"):
                assert not await house.outsider.suggestions(command, "piece", typed, channel=house.lobby)
        assert len(session.wanted) == 2


async def test_those_inside_see_everything(tmp_path: Path) -> None:
    async with party(tmp_path) as house:
        await house.compose(house.asker, 4711, house.text)
        await house.compose(house.listener, 4712, house.text)
        shown = await learned(await house.listener.use("queue show", {}, house.text))
        assert "secret 4711" in shown
        assert "secret 4712" in shown
        assert "secret 4712" in await learned(await house.asker.use("nowplaying", {}, house.lobby))
        (choice,) = await house.asker.suggestions("queue move", "piece", "", channel=house.text)
        assert "secret 4712" in choice["name"]


async def test_finished_tracks_of_a_private_channel_are_in_no_library_and_no_suggestion(
    tmp_path: Path,
) -> None:
    async with party(tmp_path) as house:
        await house.play(house.ask(prompt="secret", seed=4711))
        assert len(house.tracks) == 1
        empty = await learned(await house.outsider.use("library", {}, house.lobby))
        assert empty.startswith("There are no tracks here that you can see yet.")
        gone = await learned(await house.outsider.use("library", {"search": "#1"}, house.lobby))
        assert gone.startswith("This track is no longer in the library.")
        for command, option in (("compose", "prompt"), ("radio", "prompt"), ("library", "search")):
            offered = await house.outsider.suggestions(command, option, "secret", channel=house.lobby)
            assert not [choice for choice in offered if "secret" in choice["name"]]


async def test_a_piece_from_a_private_text_channel_is_a_place_in_the_queue_and_nothing_more(
    tmp_path: Path,
) -> None:
    async with party(tmp_path, private_voice=False) as house:
        await house.outsider.join_voice(house.corner)
        await house.asker.use("compose", {"prompt": "bells", "length": 30, "seed": 1}, house.lobby)
        await house.compose(house.listener, 4712, house.text)
        shown = await learned(await house.outsider.use("queue show", {}, house.lobby))
        assert "bells" in shown
        assert "1. A piece that was requested in a private channel" in shown
        assert not [secret for secret in ("secret", "4712") if secret in shown]
        playing = await learned(await house.outsider.use("nowplaying", {}, house.lobby))
        assert "1. A piece that was requested in a private channel" in playing
        assert not await house.outsider.suggestions("queue move", "piece", "", channel=house.lobby)
        own = await learned(await house.listener.use("queue show", {}, house.lobby))
        assert "secret 4712" in own
        house.session.skip()
        await until(lambda: house.session.now.piece.seed == 4712)
        for command in ("queue show", "nowplaying"):
            shown = await learned(await house.outsider.use(command, {}, house.lobby))
            assert "A piece that was requested in a private channel" in shown
            assert "secret" not in shown


async def test_the_card_in_an_open_channel_keeps_what_was_requested_in_a_private_one(tmp_path: Path) -> None:
    async with party(tmp_path, private_voice=False) as house:
        await house.asker.use("compose", {"prompt": "bells", "length": 10, "seed": 1}, house.lobby)
        await house.compose(house.listener, 4712, house.text)
        await until(lambda: any("private channel" in read(card) for card in cards_in(house.lobby)))
        house.session.skip()
        await until(lambda: "“bells”" not in read(cards_in(house.lobby)[-1]))
        card = cards_in(house.lobby)[-1]
        assert "A piece that was requested in a private channel" in read(card)
        assert [label for label in ("Remix", "Again", "Extend") if label in str(card.components)] == []
        piece = house.session.now
        await house.play(piece)
        for message in house.lobby.messages:
            for state in (str(message.components), message.content, *map(str, message.edits)):
                assert "secret" not in state
        assert [message.attachments[0].filename for message in house.tracks] == ["secret-4712-4712.flac"]


def cards_in(channel: Channel) -> list[Message]:
    return [message for message in channel.messages if message.laid_out]


async def test_an_answer_in_an_open_channel_is_for_the_member_alone_if_it_names_a_private_piece(
    tmp_path: Path,
) -> None:
    async with party(tmp_path) as house:
        for seed in (4711, 4712, 4713):
            await house.compose(house.asker, seed, house.text)
        moved = await house.asker.use("queue move", {"piece": "2", "place": 1}, house.lobby)
        assert "secret 4713" in (await moved.said()).content
        removed = await house.asker.use("queue remove", {"piece": "1"}, house.lobby)
        skipped = await house.asker.use("skip", {}, house.lobby)
        for reply in (moved, removed, skipped):
            await reply.said()
            assert reply.ephemeral
        openly = await house.asker.use("skip", {}, house.text)
        assert "secret 4712" in (await openly.said()).content
        assert not openly.ephemeral


async def test_a_button_with_the_seed_of_a_private_piece_opens_no_form(tmp_path: Path) -> None:
    async with party(tmp_path) as house:
        await house.asker.use("compose", {"prompt": "bells", "length": 10, "seed": 4711}, house.lobby)
        await until(lambda: any("“bells”" in read(card) for card in cards_in(house.lobby)))
        card = cards_in(house.lobby)[-1]
        house.session.skip()
        await until(lambda: not house.session.queue)
        await house.compose(house.asker, 4711, house.text)
        reply = await house.outsider.press(card, "Remix")
        assert (await reply.said()).content.startswith("This piece is over")


async def test_managers_do_not_act_on_music_that_they_cannot_see(tmp_path: Path) -> None:
    async with party(tmp_path) as house:
        role = house.guild.role("managers", Permission.MANAGE_GUILD)
        manager = house.here.person(house.guild, "manager", role)
        await house.compose(house.asker, 4711, house.text)
        for command in ("skip", "stop", "nowplaying"):
            assert (await (await manager.use(command, {}, house.lobby)).said()).content == PRIVATE
        assert len(house.session.wanted) == 1


async def test_tracks_of_a_private_channel_are_not_posted_in_the_open_channel_of_the_settings(
    tmp_path: Path,
) -> None:
    async with party(tmp_path, private_voice=False) as house:
        await house.bot.store.choose(
            house.guild.id, lambda chosen: dataclasses.replace(chosen, posting_channel_id=house.lobby.id)
        )
        await house.play(house.ask(prompt="secret", seed=4711))
        assert len(house.tracks) == 1
        assert not [message for message in house.lobby.messages if message.attachments]


async def test_the_status_of_a_voice_channel_shows_no_prompt_of_a_private_text_channel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with party(tmp_path, private_voice=False) as house:
        monkeypatch.setattr(sys.modules["cogs.status"], "UPDATE_SECONDS", 0.02)
        me = house.guild.members[house.here.bot.id]
        house.corner.overwrite(me, allow=Permission.SET_VOICE_CHANNEL_STATUS)
        house.here.announce_channel(house.corner)
        await until(lambda: bool(house.request().voice_channel.overwrites))
        secret = house.ask(seconds=1.0, prompt="secret")
        open_piece = dataclasses.replace(
            house.request(10.0, seed=2, prompt="bells"),
            text_channel=house.discord_guild.get_channel(house.lobby.id),  # type: ignore[arg-type]
        )
        house.session.request(open_piece)
        seen: set[str | None] = set()

        def bells() -> bool:
            seen.add(house.corner.status)
            return house.corner.status == "“bells”"

        await until(bells)
        assert secret.ended
        assert seen <= {None, "", "“bells”"}
