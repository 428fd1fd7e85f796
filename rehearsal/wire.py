"""The world as Discord's JSON: ids as strings, times as ISO 8601, permissions as decimal strings.

Field names: Discord developer documentation, Resources and Topics / Gateway Events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from rehearsal.world import (
    Application,
    Attachment,
    Channel,
    ChannelType,
    Guild,
    Member,
    Message,
    Role,
    User,
    VoiceState,
)


def moment(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name,
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "primary_guild": None,
        "bot": user.bot,
        "flags": 0,
        "public_flags": 0,
    }


def own_user_json(user: User) -> Json:
    """Return the user of the token itself, as in `/users/@me` and READY."""
    return user_json(user) | {"verified": True, "mfa_enabled": False, "locale": "en-US", "email": None}


def application_json(application: Application) -> Json:
    return {
        "id": str(application.id),
        "name": application.user.name,
        "description": "",
        "icon": None,
        "type": None,
        "bot": user_json(application.user),
        "rpc_origins": [],
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(application.owner),
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "team": None,
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
        "approximate_guild_count": 0,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "integration_types_config": {"0": {}},
    }


def role_json(role: Role, position: int) -> Json:
    body: Json = {
        "id": str(role.id),
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "icon": None,
        "unicode_emoji": None,
        "hoist": False,
        "position": position,
        "permissions": str(int(role.permissions)),
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.managed_by is not None:
        body["tags"] = {"bot_id": str(role.managed_by)}
    return body


def member_json(member: Member, *, with_user: bool = True) -> Json:
    body: Json = {
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "roles": [str(role_id) for role_id in member.role_ids],
        "joined_at": moment(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": "2099-01-01T00:00:00+00:00" if member.timed_out else None,
    }
    if with_user:
        body["user"] = user_json(member.user)
    return body


def channel_json(channel: Channel) -> Json:
    last = str(channel.messages[-1].id) if channel.messages else None
    if channel.recipient is not None:
        return {
            "id": str(channel.id),
            "type": int(channel.type),
            "recipients": [user_json(channel.recipient)],
            "last_message_id": last,
            "flags": 0,
        }
    body: Json = {
        "id": str(channel.id),
        "type": int(channel.type),
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "position": channel.position,
        "permission_overwrites": [
            {
                "id": str(overwrite.target_id),
                "type": int(overwrite.is_member),
                "allow": str(int(overwrite.allow)),
                "deny": str(int(overwrite.deny)),
            }
            for overwrite in channel.overwrites
        ],
        "parent_id": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": last,
        "flags": 0,
    }
    if channel.is_voice:
        body |= {"bitrate": channel.bitrate, "user_limit": channel.user_limit, "rtc_region": None}
    if channel.type is ChannelType.TEXT or channel.type is ChannelType.STAGE:
        body["topic"] = None
    return body


def voice_state_json(state: VoiceState, member: Member | None = None, *, has_left: bool = False) -> Json:
    """Return a voice state; with `has_left` its channel is null."""
    body: Json = {
        "guild_id": str(state.guild_id),
        "channel_id": None if has_left else str(state.channel_id),
        "user_id": str(state.user_id),
        "session_id": state.session_id,
        "deaf": state.deaf,
        "mute": state.mute,
        "self_deaf": state.self_deaf,
        "self_mute": state.self_mute,
        "self_video": False,
        "self_stream": False,
        "suppress": state.suppress,
        "request_to_speak_timestamp": moment(state.requested_to_speak_at),
    }
    if member is not None:
        body["member"] = member_json(member)
    return body


def guild_json(guild: Guild) -> Json:
    """Return a guild as in `GET /guilds/{id}`."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "owner_id": str(guild.owner_id),
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role_json(role, position) for position, role in enumerate(guild.roles.values())],
        "emojis": [],
        "stickers": [],
        "features": [],
        "region": "deprecated",
        "nsfw": False,
        "widget_enabled": False,
        "widget_channel_id": None,
        "max_members": 500_000,
        "max_presences": None,
        "max_video_channel_users": 25,
        "max_stage_video_channel_users": 50,
        "home_header": None,
        "incidents_data": None,
        "mfa_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "vanity_url_code": None,
        "description": None,
        "banner": None,
        "premium_tier": guild.premium_tier,
        "premium_subscription_count": 0,
        "preferred_locale": guild.locale,
        "public_updates_channel_id": None,
        "nsfw_level": 0,
        "premium_progress_bar_enabled": False,
        "safety_alerts_channel_id": None,
    }


def guild_create_json(guild: Guild, viewer: Member, *, everybody: bool) -> Json:
    """Return a guild as in GUILD_CREATE: only channels that the viewer sees; without the privileged intent of
    members only the viewer and the members in voice.
    """
    seen = [
        channel
        for channel in guild.channels.values()
        if guild.permissions(channel, viewer.user.id) & Permission.VIEW_CHANNEL
    ]
    shown = {viewer.user.id, *guild.voice_states}
    members = [member for member in guild.members.values() if everybody or member.user.id in shown]
    return guild_json(guild) | {
        "unavailable": False,
        "large": False,
        "joined_at": moment(viewer.joined_at),
        "member_count": len(guild.members),
        "members": [member_json(member) for member in members],
        "channels": [channel_json(channel) for channel in seen],
        "voice_states": [voice_state_json(state) for state in guild.voice_states.values()],
        "threads": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_json(attachment: Attachment) -> Json:
    """Resources / Message / Attachment Object, with the signed address that ends some hours later."""
    url = (
        f"https://cdn.discordapp.com/attachments/{attachment.channel_id}/{attachment.id}/{attachment.filename}"
        f"?ex={int(attachment.expires):x}&is={int(attachment.expires - 86_400):x}&hm={attachment.id:064x}"
    )
    body: Json = {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url.replace("cdn.discordapp.com", "media.discordapp.net"),
        "content_type": attachment.content_type,
    }
    if attachment.width is not None:
        body |= {"width": attachment.width, "height": attachment.height}
    if attachment.description is not None:
        body["description"] = attachment.description
    if attachment.ephemeral:
        body["ephemeral"] = True
    return body


_SNAPSHOT: Final = (
    "type",
    "content",
    "embeds",
    "attachments",
    "timestamp",
    "edited_timestamp",
    "flags",
    "mentions",
    "mention_roles",
    "components",
)
"""Resources / Message / Message Snapshot Structure: not who wrote it."""


def message_json(
    message: Message, application_id: int, *, users: dict[int, User], replied: Json | None
) -> Json:
    """Resources / Message / Message Object; `replied` is the message that this one answers, shown without the
    one that it answers itself.

    Files that embeds or components show are not listed (discord-api-docs#8277).
    """
    named = [
        users[target_id] for target_id in message.pinged if isinstance(target_id, int) and target_id in users
    ]
    attachments = [attachment_json(attachment) for attachment in message.attachments]
    shown = {*_addresses(message.components)}
    for embed in message.embeds:
        shown |= {embed[name]["url"] for name in ("image", "thumbnail") if name in embed}
    body: Json = {
        "id": str(message.id),
        "type": int(message.type),
        "channel_id": str(message.channel_id),
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": moment(message.created),
        "edited_timestamp": moment(message.edited),
        "tts": message.tts,
        "mention_everyone": "everyone" in message.pinged or "here" in message.pinged,
        "mentions": [user_json(user) for user in named],
        "mention_roles": [
            str(target_id)
            for target_id in message.pinged
            if isinstance(target_id, int) and target_id not in users
        ],
        "attachments": [listed for listed in attachments if listed["url"] not in shown],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": False,
        "flags": message.flags,
    }
    if message.nonce is not None:
        body["nonce"] = message.nonce
    if message.author.bot:
        body["application_id"] = str(application_id)
    if message.interaction is not None:
        body |= {"interaction_metadata": message.interaction, "webhook_id": str(application_id)}
    if message.reply_to is not None:
        body |= {
            "message_reference": {
                "type": 0,
                "channel_id": str(message.channel_id),
                "message_id": str(message.reply_to),
            },
            "referenced_message": replied
            and {name: value for name, value in replied.items() if name != "referenced_message"},
        }
        if message.guild_id is not None:
            body["message_reference"]["guild_id"] = str(message.guild_id)
    if (original := message.forwarded) is not None:
        body["message_reference"] = {
            "type": 1,
            "channel_id": str(original.channel_id),
            "message_id": str(original.id),
        }
        if original.guild_id is not None:
            body["message_reference"]["guild_id"] = str(original.guild_id)
        whole = message_json(original, application_id, users=users, replied=None)
        body["message_snapshots"] = [{"message": {name: whole[name] for name in _SNAPSHOT}}]
    return body


def _addresses(components: list[Json]) -> Iterator[str]:
    """Yield the addresses of all pictures and files that components show."""
    for component in components:
        media = [component.get("media"), component.get("file")]
        media += [item["media"] for item in component.get("items") or []]
        yield from (item["url"] for item in media if item)
        accessory = component.get("accessory")
        yield from _addresses([*(component.get("components") or []), *([accessory] if accessory else [])])
