"""Objects as JSON: the fields that a viewer gets, and those that are left out."""

from __future__ import annotations

from rehearsal.contract.contract import contract
from rehearsal.discord_here import DiscordHere
from rehearsal.permissions import Permission
from rehearsal.rest.uploads import Upload
from rehearsal.wire import (
    application_json,
    channel_json,
    guild_create_json,
    member_json,
    moment,
    own_user_json,
    role_json,
    user_json,
    voice_state_json,
)
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


async def test_objects_of_events_have_what_discord_describes() -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    text, room, stage = guild.text_channel("music"), guild.voice_channel("room"), guild.stage_channel("stage")
    ada = here.person(guild, "Ada", guild.role("band"))
    await ada.join_voice(room)
    message = ada.say("hello", text, Upload("a.txt", b"x"))
    ada.member.timed_out = True
    state = guild.voice_states[ada.id]
    shown = {
        "UserResponse": [user_json(ada.user), user_json(here.bot.user)],
        "UserPIIResponse": [own_user_json(here.bot.user)],
        "PrivateApplicationResponse": [application_json(here.bot)],
        "GuildRoleResponse": [role_json(role, 0) for role in guild.roles.values()],
        "GuildMemberResponse": [member_json(member) for member in guild.members.values()],
        "VoiceStateResponse": [
            voice_state_json(state, ada.member),
            voice_state_json(state, ada.member, has_left=True),
        ],
        "GuildChannelResponse": [channel_json(channel) for channel in (text, room, stage)],
        "PrivateChannelResponse": [channel_json(here.world.dm(ada.user))],
        "GuildWithCountsResponse": [guild_create_json(guild, guild.members[here.bot.id], everybody=True)],
        "MessageResponse": [here.show(message)],
    }
    for name, objects in shown.items():
        for each in objects:
            assert contract().object_faults(name, each) == []


def test_an_answer_to_an_answer_shows_only_the_one_that_it_answers() -> None:
    here = DiscordHere(voice=SilentVoice())
    guild = here.guild("Corner")
    text, ada = guild.text_channel("music"), here.person(guild, "Ada")
    first, answer, again = (ada.say(words, text) for words in ("hello", "hello, you", "hello, all"))
    answer.reply_to, again.reply_to = first.id, answer.id
    shown = here.show(again)["referenced_message"]
    assert shown["id"] == str(answer.id)
    assert "referenced_message" not in shown


def test_ids_increase_and_contain_their_creation_time() -> None:
    here = DiscordHere(voice=SilentVoice())
    before = here.clock.now()
    ids = [here.world.snowflakes.mint() for _ in range(1_000)]
    assert ids == sorted(set(ids))
    assert abs(((ids[0] >> 22) + DISCORD_EPOCH_MS) / 1000 - before) < 5


def test_times_are_written_in_utc() -> None:
    assert moment(1_420_070_400) == "2015-01-01T00:00:00+00:00"
    assert moment(None) is None
