"""REST of guilds: the guild, its channels, roles and members, and speakers on a stage."""

from __future__ import annotations

from rehearsal.permissions import Permission
from rehearsal.refusal import Json, Refusal, missing_permissions, unknown
from rehearsal.rest.server import Call, Routes
from rehearsal.wire import channel_json, guild_json, member_json, role_json, voice_state_json
from rehearsal.world import Channel, ChannelType, Guild, Member, VoiceState

routes = Routes()


def place(call: Call) -> Guild:
    return call.here.world.find_guild(call.id("guild"), call.here.bot.id)


def member_of(guild: Guild, user_id: int) -> Member:
    if user_id not in guild.members:
        raise unknown("Member")
    return guild.members[user_id]


def voice_state_of(guild: Guild, user_id: int) -> VoiceState:
    if user_id not in guild.voice_states:
        raise unknown("Voice State")
    return guild.voice_states[user_id]


@routes.add("GET", "/guilds/{guild}")
async def guild(call: Call) -> Json:
    return guild_json(place(call))


@routes.add("GET", "/guilds/{guild}/channels")
async def channels(call: Call) -> list[Json]:
    return [channel_json(channel) for channel in place(call).channels.values()]


@routes.add("GET", "/guilds/{guild}/roles")
async def roles(call: Call) -> list[Json]:
    return [role_json(role, position) for position, role in enumerate(place(call).roles.values())]


@routes.add("GET", "/guilds/{guild}/members/{user}")
async def member(call: Call) -> Json:
    return member_json(member_of(place(call), call.id("user")))


@routes.add("GET", "/guilds/{guild}/voice-states/@me")
async def own_voice_state(call: Call) -> Json:
    return voice_state_json(voice_state_of(place(call), call.here.bot.id))


@routes.add("GET", "/guilds/{guild}/voice-states/{user}")
async def voice_state(call: Call) -> Json:
    return voice_state_json(voice_state_of(place(call), call.id("user")))


@routes.add("PATCH", "/guilds/{guild}/voice-states/@me")
async def change_own_voice_state(call: Call) -> None:
    """Become a speaker on a stage, stop being one, or request it (Modify Current User Voice State)."""
    target = place(call)
    voice_state = voice_state_of(target, call.here.bot.id)
    stage = _stage(target, voice_state, call.body.get("channel_id"))
    may = target.permissions(stage, call.here.bot.id)
    if call.body.get("suppress") is False and not may & Permission.MUTE_MEMBERS:
        raise missing_permissions()
    if call.body.get("request_to_speak_timestamp") is not None:
        if not may & Permission.REQUEST_TO_SPEAK:
            raise missing_permissions()
        voice_state.requested_to_speak_at = call.here.clock.now()
    if "suppress" in call.body:
        voice_state.suppress = bool(call.body["suppress"])
        voice_state.requested_to_speak_at = None
    call.here.calls.announce(voice_state)


def _stage(guild: Guild, voice_state: VoiceState, named: str | None) -> Channel:
    channel = guild.channels[voice_state.channel_id]
    if channel.type is not ChannelType.STAGE or (named is not None and int(named) != channel.id):
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    return channel
