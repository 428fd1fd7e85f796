"""REST of channels and their messages: send, change, read, delete."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.permissions import Permission
from rehearsal.refusal import Json, Refusal, invalid_form, missing_permissions
from rehearsal.rest.drafts import Draft, read_draft, rewrite, write
from rehearsal.rest.server import Call, Routes
from rehearsal.wire import channel_json
from rehearsal.world import Channel, Guild, Message

routes = Routes()
MAX_READ: Final = 100
"""Messages returned at once."""

MAX_STATUS_CHARACTERS: Final = 500
NONCE_LIFE_SECONDS: Final = 300.0
"""The documentation says "the past few minutes"."""


def place(call: Call, *needed: Permission) -> tuple[Channel, Guild | None, Permission]:
    """Return the channel of a call and the bot's permissions there; 403 without those needed."""
    channel, guild, may = call.here.world.find_channel(call.id("channel"), call.here.bot.id)
    for permission in needed:
        if not may & permission:
            raise missing_permissions()
    return channel, guild, may


def check_content_permissions(draft: Draft, may: Permission) -> None:
    if draft.uploads and not may & Permission.ATTACH_FILES:
        raise missing_permissions()
    if draft.embeds and not may & Permission.EMBED_LINKS:
        raise missing_permissions()


@routes.add("GET", "/channels/{channel}")
async def channel(call: Call) -> Json:
    target, _, _ = place(call)
    return channel_json(target)


@routes.add("POST", "/channels/{channel}/typing")
async def typing(call: Call) -> None:
    target, _, _ = place(call, Permission.SEND_MESSAGES)
    target.typing_at.append(call.here.clock.now())


@routes.add("PUT", "/channels/{channel}/voice-status")
async def voice_status(call: Call) -> None:
    """Set the status of a voice channel; outside it the bot also needs the permission to manage it."""
    target, guild, may = place(call, Permission.SET_VOICE_CHANNEL_STATUS)
    status = call.body.get("status")
    if not target.is_voice or guild is None:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    if status is not None and len(status) > MAX_STATUS_CHARACTERS:
        raise invalid_form(
            "status", "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_STATUS_CHARACTERS} or fewer in length."
        )
    voice_state = guild.voice_states.get(call.here.bot.id)
    if (voice_state is None or voice_state.channel_id != target.id) and not may & Permission.MANAGE_CHANNELS:
        raise missing_permissions()
    target.status = status or None
    call.here.calls.announce_status(guild, target)


@routes.add("POST", "/channels/{channel}/messages")
async def send(call: Call) -> Json:
    target, guild, may = place(call, Permission.SEND_MESSAGES)
    draft = read_draft(call.body, call.uploads)
    check_content_permissions(draft, may)
    if draft.body.get("enforce_nonce") and (again := _sent_before(call, target, draft.body.get("nonce"))):
        return call.here.show(again)
    message = write(call.here.world, draft, target, guild, call.here.bot.user, may=may)
    call.here.announce_message("MESSAGE_CREATE", message)
    return call.here.show(message)


def _sent_before(call: Call, channel: Channel, nonce: object) -> Message | None:
    """Return the bot's message of the last minutes with this nonce, or None."""
    since = call.here.clock.now() - NONCE_LIFE_SECONDS
    for message in channel.messages:
        own = message.author.id == call.here.bot.id
        if nonce is not None and own and message.nonce == str(nonce) and message.created >= since:
            return message
    return None


@routes.add("GET", "/channels/{channel}/messages")
async def read_many(call: Call) -> list[Json]:
    target, _, may = place(call)
    if not may & Permission.READ_MESSAGE_HISTORY:
        return []
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= MAX_READ:
        raise invalid_form("limit", "NUMBER_TYPE_MAX", f"Value should be between 1 and {MAX_READ}.")
    before = int(call.query.get("before") or 1 << 64)
    after = int(call.query.get("after") or 0)
    between = [message for message in target.messages if after < message.id < before]
    chosen = between[:limit] if "after" in call.query else between[-limit:]
    return [call.here.show(message) for message in reversed(chosen)]


@routes.add("GET", "/channels/{channel}/messages/{message}")
async def read(call: Call) -> Json:
    target, _, _ = place(call, Permission.READ_MESSAGE_HISTORY)
    return call.here.show(call.here.world.find_message(target, call.id("message")))


@routes.add("PATCH", "/channels/{channel}/messages/{message}")
async def edit(call: Call) -> Json:
    target, guild, may = place(call)
    message = call.here.world.find_message(target, call.id("message"))
    if message.author.id != call.here.bot.id:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    draft = read_draft(call.body, call.uploads, flags_before=message.flags)
    check_content_permissions(draft, may)
    rewrite(call.here.world, draft, message, guild, may=may)
    call.here.announce_message("MESSAGE_UPDATE", message)
    return call.here.show(message)


@routes.add("DELETE", "/channels/{channel}/messages/{message}")
async def delete(call: Call) -> Any:
    target, _, may = place(call)
    message = call.here.world.find_message(target, call.id("message"))
    if message.author.id != call.here.bot.id and not may & Permission.MANAGE_MESSAGES:
        raise missing_permissions()
    remove(call, target, message)


def remove(call: Call, channel: Channel, message: Message) -> None:
    """Delete a message and announce it."""
    message.deleted = True
    if message in channel.messages:
        channel.messages.remove(message)
    call.here.announce_message("MESSAGE_DELETE", message)
