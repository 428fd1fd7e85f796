"""The rules of a guild, end to end: votes, the DJ role, and limits per person."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from audio.worker.tone_engine import ToneEngine
from bot.playback.performance import Performance
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.world import Role
from tests.house import House, a_house, until


def slowly() -> ToneEngine:
    """An engine hardly faster than real time, so that no track is written in these tests."""
    return ToneEngine(speed=1.5)


async def choose(house: House, **choices: Any) -> None:
    await house.bot.store.choose(house.guild.id, lambda chosen: dataclasses.replace(chosen, **choices))


async def playing(house: House) -> Performance:
    piece = house.ask(seconds=30.0)
    await until(lambda: piece.buffer.frames_played > 0)
    return piece


async def another(house: House, name: str, role: Role | None = None) -> Person:
    person = house.here.person(house.guild, name, *([role] if role else []))
    await person.join_voice(house.corner)
    await until(lambda: person.id in house.request().voice_channel.voice_states)
    return person


async def said(person: Person, house: House, command: str, **options: object) -> str:
    return (await person.use(command, options, house.text)).content


async def test_a_majority_of_listeners_skips(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=slowly()) as house:
        await choose(house, rights="vote")
        third, fourth = await another(house, "third"), await another(house, "*fourth*")
        piece = await playing(house)
        wants = r"{} wants to skip this: {} of 3 votes. Listeners vote with /skip."
        assert await said(house.listener, house, "skip") == wants.format("listener", 1)
        assert await said(house.listener, house, "skip") == wants.format("listener", 1)  # one vote per member
        assert await said(fourth, house, "skip") == wants.format(r"\*fourth\*", 2)
        assert "1 of 3 votes" in await said(third, house, "pause")  # another action, another count
        assert not piece.dismissed
        assert "1 of 3 votes" in await said(house.listener, house, "volume", percent=5)
        await house.listener.leave_voice()
        channel = house.request().voice_channel
        await until(lambda: house.listener.id not in channel.voice_states)
        # A member who left counts neither as a vote nor as a listener: two of the remaining three are needed.
        assert "1 of 2 votes" in await said(third, house, "volume", percent=5)
        assert (await said(third, house, "skip")).startswith("Skipped")
        assert piece.dismissed


async def test_the_requester_and_managers_need_no_votes(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=slowly()) as house:
        await choose(house, rights="vote")
        manager = house.here.person(house.guild, "manager", house.guild.role("m", Permission.MANAGE_GUILD))
        piece = await playing(house)
        assert (await said(house.asker, house, "pause")).startswith("Paused")
        assert await said(manager, house, "resume") == "Resumed."  # although in no voice channel
        theirs = dataclasses.replace(house.request(seconds=30.0, seed=2), requester=_member(house))
        house.session.request(theirs)
        assert "1 of 2 votes" in await said(
            house.asker, house, "stop"
        )  # it would also end a piece of another member
        assert (await said(house.asker, house, "skip")).startswith("Skipped")
        assert piece.dismissed


async def test_in_dj_mode_the_role_may_act_and_nobody_may_without_one(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=slowly()) as house:
        role = house.guild.role("DJ")
        house.here.announce_role(house.guild, role, "GUILD_ROLE_CREATE")
        await choose(house, rights="dj")
        dj = await another(house, "dj", role)
        piece = await playing(house)
        assert await said(dj, house, "stop") == (
            "Only whoever requested the piece can stop the music here. A manager can set a DJ role with "
            "/settings."
        )
        await choose(house, dj_role_id=role.id)
        reply = await house.listener.use("volume", {"percent": 10}, house.text)
        assert reply.ephemeral
        assert reply.content == (
            f"Only members with <@&{role.id}>, or whoever requested the piece, can change the volume here."
        )
        assert await said(dj, house, "volume", percent=10) == "Volume set to 10%."
        assert not piece.dismissed


async def test_limits_per_person_are_enforced_and_explained(tmp_path: Path) -> None:
    async with a_house(tmp_path, engine=slowly()) as house:
        await choose(house, most_waiting=2, seconds_a_day=60.0)
        compose = {"prompt": "bells", "length": 25}
        assert (await said(house.asker, house, "compose", **compose)).startswith("Composing")
        assert (await said(house.asker, house, "compose", **compose)).startswith("Composing")
        assert await said(house.asker, house, "compose", **compose) == (
            "You already have 2 pieces waiting or playing, the limit here. Try again once one has played."
        )
        assert (await said(house.listener, house, "compose", **compose)).startswith("Composing")
        house.session.stop()
        answer = await said(house.asker, house, "compose", **compose)
        assert answer.startswith(
            "Daily limit reached: you have used 50 of 60 s, and this needs 25 s. It resets <t:"
        )
        # A refused request is not charged: the ten seconds that are left are granted.
        ten = {"prompt": "bells", "length": 10}
        assert (await said(house.asker, house, "compose", **ten)).startswith("Composing")
        assert "used 60 of 60 s" in await said(house.asker, house, "compose", **ten)


def _member(house: House) -> Any:
    return house.discord_guild.get_member(house.listener.id)
