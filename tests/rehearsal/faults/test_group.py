"""The encrypted group changes: members are added, removed and renewed, and it restarts."""

from __future__ import annotations

import pytest

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import Scene, until
from tests.rehearsal.faults.bare import WITHIN_S, staged


def code(scene: Scene) -> str | None:
    """Return the code that all members of the group share until it changes."""
    return scene.listener.listener.privacy_code


async def test_members_who_come_and_go_give_the_others_new_keys() -> None:
    async with staged(connected=False) as (scene, _):
        in_voice = {scene.moderator.id, scene.listener.id}
        for name, member in (("member-added", scene.audience), ("member-removed", scene.moderator)):
            keys = code(scene)
            await FAULTS[name].cause(scene)
            in_voice ^= {member.id}
            await until(lambda: scene.listener.listener.group == in_voice, WITHIN_S)  # noqa: B023
            assert code(scene) != keys


async def test_a_member_with_new_keys_is_in_the_group_again() -> None:
    async with staged(connected=False) as (scene, _):
        before, keys = scene.listener.listener.group, code(scene)
        await FAULTS["member-updated"].cause(scene)
        await until(lambda: code(scene) != keys and scene.moderator.listener.ready, WITHIN_S)
        await until(
            lambda: scene.listener.listener.group == scene.moderator.listener.group == before, WITHIN_S
        )


async def test_after_many_changes_at_once_the_remaining_members_are_one_group() -> None:
    async with staged(connected=False) as (scene, _):
        await FAULTS["rush"].cause(scene)
        in_voice = {voice_state.user_id for voice_state in scene.guild.voice_states_in(scene.corner)}
        assert len(in_voice) == 3
        await until(lambda: scene.listener.listener.group == in_voice, WITHIN_S)


@pytest.mark.parametrize(("name", "returns"), [("alone", True), ("relieved", False)])
async def test_the_group_restarts_with_the_first_member_after_all_have_left(name: str, returns: bool) -> None:
    async with staged() as (scene, bot):
        assert scene.voice.epoch(scene.corner.id) > 0
        await FAULTS[name].cause(scene)
        others = {voice_state.user_id for voice_state in scene.guild.voice_states_in(scene.corner)} - {bot.id}
        assert len(others) == 1
        assert (others == {scene.listener.id}) is returns
        assert scene.voice.epoch(scene.corner.id) == 0
        assert len(scene.excused) == 1


async def test_an_empty_channel_has_only_the_bot() -> None:
    async with staged() as (scene, bot):
        await FAULTS["deserted"].cause(scene)
        assert [voice_state.user_id for voice_state in scene.guild.voice_states_in(scene.corner)] == [bot.id]
