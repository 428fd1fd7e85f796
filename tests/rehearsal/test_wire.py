"""Objects as JSON: the fields that a viewer gets, and those that are left out."""

from __future__ import annotations

from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.wire import guild_create_json, moment
from rehearsal.world import DISCORD_EPOCH_MS
from tests.rehearsal.loopback import SilentVoice


async def test_a_guild_shows_those_in_voice_and_the_viewer_and_everybody_only_if_granted() -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    room, hidden = guild.voice_channel("room"), guild.text_channel("hidden")
    hidden.overwrite(guild.members[here.bot.id], deny=Permission.VIEW_CHANNEL)
    here.person(guild, "Ada")
    await here.person(guild, "Ben").join_voice(room)
    for everybody, names in ((False, {"Ben", "Busker"}), (True, {"Ada", "Ben", "Busker", "owner"})):
        shown = guild_create_json(guild, guild.members[here.bot.id], everybody=everybody)
        assert {member["user"]["username"] for member in shown["members"]} == names
        assert [channel["name"] for channel in shown["channels"]] == ["room"]
        assert shown["member_count"] == 4
        assert [state["channel_id"] for state in shown["voice_states"]] == [str(room.id)]


def test_ids_increase_and_contain_their_creation_time() -> None:
    here = DiscordHere(voice=SilentVoice())
    before = here.clock.now()
    ids = [here.world.snowflakes.mint() for _ in range(1_000)]
    assert ids == sorted(set(ids))
    assert abs(((ids[0] >> 22) + DISCORD_EPOCH_MS) / 1000 - before) < 5


def test_times_are_written_in_utc() -> None:
    assert moment(1_420_070_400) == "2015-01-01T00:00:00+00:00"
    assert moment(None) is None
