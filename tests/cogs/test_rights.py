"""The rules of a guild, end to end: votes, the DJ role, and limits per person."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from audio.worker.tone_engine import ToneEngine
from bot.playback.performance import Performance
from bot.store.records import RoleQuota
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.world import Role
from tests.loopback_guild import LoopbackGuild, loopback_guild, until


def slowly() -> ToneEngine:
    """An engine hardly faster than real time, so that no track is written in these tests."""
    return ToneEngine(speed=1.5)


async def choose(loopback: LoopbackGuild, **choices: Any) -> None:
    await loopback.bot.store.choose(loopback.guild.id, lambda chosen: dataclasses.replace(chosen, **choices))


async def playing(loopback: LoopbackGuild) -> Performance:
    piece = loopback.ask(seconds=30.0)
    await until(lambda: piece.buffer.frames_played > 0)
    return piece


async def another(loopback: LoopbackGuild, name: str, role: Role | None = None) -> Person:
    person = loopback.here.person(loopback.guild, name, *([role] if role else []))
    await person.join_voice(loopback.corner)
    await until(lambda: person.id in loopback.request().voice_channel.voice_states)
    return person


async def said(person: Person, loopback: LoopbackGuild, command: str, **options: object) -> str:
    return (await person.use(command, options, loopback.text)).content


async def test_a_majority_of_listeners_skips(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        await choose(loopback, rights="vote")
        third, fourth = await another(loopback, "third"), await another(loopback, "*fourth*")
        piece = await playing(loopback)
        wants = r"{} wants to skip this: {} of 3 votes. Listeners vote with /skip."
        assert await said(loopback.listener, loopback, "skip") == wants.format("listener", 1)
        assert await said(loopback.listener, loopback, "skip") == wants.format(
            "listener", 1
        )  # one vote per member
        assert await said(fourth, loopback, "skip") == wants.format(r"\*fourth\*", 2)
        assert "1 of 3 votes" in await said(third, loopback, "pause")  # another action, another count
        assert not piece.dismissed
        assert "1 of 3 votes" in await said(loopback.listener, loopback, "volume", percent=5)
        await loopback.listener.leave_voice()
        channel = loopback.request().voice_channel
        await until(lambda: loopback.listener.id not in channel.voice_states)
        # A member who left counts neither as a vote nor as a listener: two of the remaining three are needed.
        assert "1 of 2 votes" in await said(third, loopback, "volume", percent=5)
        assert (await said(third, loopback, "skip")).startswith("Skipped")
        assert piece.dismissed


async def test_the_requester_and_managers_need_no_votes(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        await choose(loopback, rights="vote")
        manager = loopback.here.person(
            loopback.guild, "manager", loopback.guild.role("m", Permission.MANAGE_GUILD)
        )
        piece = await playing(loopback)
        assert (await said(loopback.asker, loopback, "pause")).startswith("Paused")
        assert await said(manager, loopback, "resume") == "Resumed."  # although in no voice channel
        theirs = dataclasses.replace(loopback.request(seconds=30.0, seed=2), requester=_member(loopback))
        loopback.session.request(theirs)
        assert "1 of 2 votes" in await said(
            loopback.asker, loopback, "stop"
        )  # it would also end a piece of another member
        assert (await said(loopback.asker, loopback, "skip")).startswith("Skipped")
        assert piece.dismissed


async def test_in_dj_mode_the_role_may_act_and_nobody_may_without_one(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        role = loopback.guild.role("DJ")
        loopback.here.announce_role(loopback.guild, role, "GUILD_ROLE_CREATE")
        await choose(loopback, rights="dj")
        dj = await another(loopback, "dj", role)
        piece = await playing(loopback)
        assert await said(dj, loopback, "stop") == (
            "Only whoever requested the piece can stop the music here. A manager can set a DJ role with "
            "/settings."
        )
        await choose(loopback, dj_role_id=role.id)
        reply = await loopback.listener.use("volume", {"percent": 10}, loopback.text)
        assert reply.ephemeral
        assert reply.content == (
            f"Only members with <@&{role.id}>, or whoever requested the piece, can change the volume here."
        )
        assert await said(dj, loopback, "volume", percent=10) == "Volume set to 10%."
        assert not piece.dismissed


async def test_limits_per_person_are_enforced_and_explained(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        await choose(loopback, most_waiting=2, seconds_a_day=60.0)
        compose = {"prompt": "bells", "length": 25}
        assert (await said(loopback.asker, loopback, "compose", **compose)).startswith("Composing")
        assert (await said(loopback.asker, loopback, "compose", **compose)).startswith("Composing")
        assert await said(loopback.asker, loopback, "compose", **compose) == (
            "You already have 2 pieces waiting or playing, the limit here. Try again once one has played."
        )
        assert (await said(loopback.listener, loopback, "compose", **compose)).startswith("Composing")
        loopback.session.stop()
        answer = await said(loopback.asker, loopback, "compose", **compose)
        assert answer.startswith(
            "Daily limit reached: you have used 50 of 60 s, and this needs 25 s. It resets <t:"
        )
        # A refused request is not charged: the ten seconds that are left are granted.
        ten = {"prompt": "bells", "length": 10}
        assert (await said(loopback.asker, loopback, "compose", **ten)).startswith("Composing")
        assert "used 60 of 60 s" in await said(loopback.asker, loopback, "compose", **ten)


def _member(loopback: LoopbackGuild) -> Any:
    return loopback.discord_guild.get_member(loopback.listener.id)


async def test_a_role_has_limits_of_its_own_and_the_most_generous_counts(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        regulars, guests = loopback.guild.role("regulars"), loopback.guild.role("guests")
        for role in (regulars, guests):
            loopback.here.announce_role(loopback.guild, role, "GUILD_ROLE_CREATE")
        both = loopback.here.person(loopback.guild, "both", regulars, guests)
        guest = loopback.here.person(loopback.guild, "guest", guests)
        for person in (both, guest):
            await person.join_voice(loopback.corner)
        await choose(
            loopback,
            most_waiting=2,
            role_quotas=(RoleQuota(regulars.id, most_waiting=4), RoleQuota(guests.id, 1, seconds_a_day=15.0)),
        )
        compose = {"prompt": "bells", "length": 10}
        for person, pieces in ((both, 1), (guest, 1), (loopback.asker, 2)):
            for _ in range(pieces):
                assert (await said(person, loopback, "compose", **compose)).startswith("Composing")
        assert await said(guest, loopback, "compose", **compose) == (
            "You already have one piece waiting or playing, the limit here. Try again once it has played."
        )
        assert "You already have 2 pieces" in await said(loopback.asker, loopback, "compose", **compose)
        # For `both`, four pieces may wait, but no role lifts the limit of the day.
        assert "used 10 of 15 s" in await said(both, loopback, "compose", **compose)


async def test_by_default_nobody_fills_the_queue_alone(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=slowly()) as loopback:
        compose = {"prompt": "bells", "length": 10}
        for _ in range(3):
            assert (await said(loopback.asker, loopback, "compose", **compose)).startswith("Composing")
        assert "You already have 3 pieces" in await said(loopback.asker, loopback, "compose", **compose)
        assert (await said(loopback.listener, loopback, "compose", **compose)).startswith("Composing")
