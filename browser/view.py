"""Guilds, messages and commands as the page gets them."""

from __future__ import annotations

from typing import Any, Final

from browser.guilds import Guilds
from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from rehearsal.world import Guild, Message

KEPT: Final = (
    "name",
    "type",
    "required",
    "autocomplete",
    "min_value",
    "max_value",
    "min_length",
    "max_length",
    "channel_types",
)
"""Fields of a command or an option that the page gets as they are."""


def guild_view(guilds: Guilds, guild: Guild, viewer_id: int) -> Json:
    """Return a guild with the channels that the viewer sees."""
    channels = [
        {
            "id": str(channel.id),
            "type": int(channel.type),
            "name": channel.name,
            "status": channel.status,
            "voice": [
                {
                    "user": str(state.user_id),
                    "deaf": state.self_deaf or state.deaf,
                    "mute": state.mute,
                    "suppressed": state.suppress,
                }
                for state in guild.voice_states_in(channel)
            ],
        }
        for channel in guild.channels.values()
        if guild.permissions(channel, viewer_id) & Permission.VIEW_CHANNEL
    ]
    members = [
        {
            "id": str(member.user.id),
            "name": member.nick or member.user.name,
            "colour": guilds.colour_of(member.user.id),
            "bot": member.user.bot,
            "here": guilds.is_here(member.user.id),
            "roles": [str(role_id) for role_id in member.role_ids],
        }
        for member in guild.members.values()
        if member.user.id != guild.owner_id
    ]
    roles = [
        {"id": str(role.id), "name": role.name}
        for role in guild.roles.values()
        if role.managed_by is None and role.id != guild.id
    ]
    return {"id": str(guild.id), "name": guild.name, "channels": channels, "members": members, "roles": roles}


def message_view(guilds: Guilds, message: Message) -> Json:
    """Return a message as Discord's JSON, with what its client knows besides."""
    shown = guilds.here.show(message)
    interaction = message.interaction or {}
    return shown | {
        "ephemeral": message.ephemeral,
        "loading": message.loading,
        "used": guilds.used.get(str(interaction.get("id"))),
    }


def command_view(command: Json, locale: str) -> Json:
    """Return a synced command, or one of its options, in a member's language."""
    view: Json = {name: command[name] for name in KEPT if command.get(name) is not None}
    view["shown"] = _worded(command, "name", locale)
    view["description"] = _worded(command, "description", locale)
    if command.get("choices"):
        view["choices"] = [
            {"name": _worded(choice, "name", locale), "value": choice["value"]}
            for choice in command["choices"]
        ]
    if command.get("options"):
        view["options"] = [command_view(option, locale) for option in command["options"]]
    return view


def _worded(thing: Json, field: str, locale: str) -> Any:
    return (thing.get(f"{field}_localizations") or {}).get(locale) or thing.get(field) or ""
