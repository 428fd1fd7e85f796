"""A message before it is sent: read from the body of a request, checked, and made into a Message.

Limits: Discord developer documentation, Resources / Message / Create Message.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rehearsal.mentions import check_allowed, pinged
from rehearsal.permissions import Permission
from rehearsal.refusal import Json, Refusal, invalid_form, too_long
from rehearsal.rest.completion import Completion
from rehearsal.rest.components import check_components, texts
from rehearsal.rest.embeds import check_embeds
from rehearsal.rest.uploads import Upload, attach, check_uploads
from rehearsal.world import (
    UPLOAD_LIMITS,
    Channel,
    Edit,
    Guild,
    Message,
    MessageFlag,
    MessageType,
    User,
    World,
)

MAX_CONTENT_CHARACTERS: Final = 2_000
SENDERS_FLAGS: Final = (
    MessageFlag.SUPPRESS_EMBEDS | MessageFlag.SUPPRESS_NOTIFICATIONS | MessageFlag.COMPONENTS_V2
)
"""Message flags that a sender may set."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A body that passed every check that does not depend on the channel."""

    body: Json
    uploads: dict[int, Upload]
    flags: int
    content: str
    embeds: list[Json]
    components: list[Json]
    allowed: Json | None

    def has(self, name: str) -> bool:
        return name in self.body


def read_draft(body: Json, uploads: dict[int, Upload], *, flags_before: int = 0) -> Draft:
    """Check a body. `flags_before` are those of the message that it changes."""
    flags = int(body.get("flags") or 0) | (flags_before & MessageFlag.COMPONENTS_V2)
    v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    content = body.get("content")
    text = "" if content is None else str(content)
    if len(text) > MAX_CONTENT_CHARACTERS:
        raise too_long("content", MAX_CONTENT_CHARACTERS)
    embeds = check_embeds(body.get("embeds"))
    if v2 and (text or embeds):
        raise invalid_form(
            "content" if text else "embeds",
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
            "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2",
        )
    components = check_components(body.get("components"), v2=v2)
    allowed = check_allowed(body.get("allowed_mentions"))
    return Draft(body, uploads, flags, text.strip(), embeds, components, allowed)


def upload_limit(guild: Guild | None) -> int:
    """Return the size [bytes] of the largest file that a bot may post here."""
    return guild.upload_limit if guild is not None else UPLOAD_LIMITS[0]


def write(
    world: World,
    draft: Draft,
    channel: Channel,
    guild: Guild | None,
    author: User,
    *,
    may: Permission,
    interaction: Json | None = None,
    extra_flags: int = 0,
) -> Message:
    """Make a message of a draft and add it to the world; no event is sent here. Raises Refusal."""
    check_uploads(draft.uploads, upload_limit(guild))
    reply_to = _replied(draft, channel)
    flags = (
        (draft.flags & SENDERS_FLAGS)
        | (draft.flags & MessageFlag.EPHEMERAL if interaction else 0)
        | extra_flags
    )
    attachments = attach(world, channel.id, draft.body.get("attachments"), draft.uploads, [])
    completion = Completion(world.snowflakes, attachments, attachments)
    message = Message(
        world.snowflakes.mint(),
        channel.id,
        channel.guild_id,
        author,
        world.clock.now(),
        draft.content,
        completion.embeds(draft.embeds),
        completion.components(draft.components),
        attachments,
        flags,
        bool(draft.body.get("tts")),
        str(draft.body["nonce"]) if draft.body.get("nonce") is not None else None,
        reply_to.id if reply_to else None,
        interaction,
        MessageType.REPLY if reply_to else MessageType.DEFAULT,
    )
    if not (message.loading or message.content or message.embeds or message.components or attachments):
        raise _empty()
    for attachment in message.attachments:
        attachment.ephemeral = message.ephemeral
    message.pinged = _pinged(draft, message, guild, may, reply_to)
    world.add_message(message, channel)
    return message


def rewrite(world: World, draft: Draft, message: Message, guild: Guild | None, *, may: Permission) -> None:
    """Change a message. Only an edit that gives a deferred answer its first content notifies members."""
    check_uploads(draft.uploads, upload_limit(guild))
    attachments = message.attachments
    if draft.has("attachments") or draft.uploads:
        described = draft.body.get("attachments")
        attachments = attach(world, message.channel_id, described, draft.uploads, message.attachments)
    new = [attachment for attachment in attachments if attachment not in message.attachments]
    completion = Completion(world.snowflakes, new, attachments)
    content = draft.content if draft.has("content") else message.content
    embeds = completion.embeds(draft.embeds) if draft.has("embeds") else message.embeds
    components = completion.components(draft.components) if draft.has("components") else message.components
    if not (content or embeds or components or attachments):
        raise _empty()
    message.content, message.embeds, message.components = content, embeds, components
    message.attachments = attachments
    message.flags |= draft.flags & SENDERS_FLAGS
    for attachment in message.attachments:
        attachment.ephemeral = message.ephemeral
        world.attachments[attachment.id] = attachment
    now = world.clock.now()
    if message.loading:
        message.flags &= ~MessageFlag.LOADING
        message.pinged = _pinged(draft, message, guild, may, None)
    message.edited = now
    message.edits.append(Edit(now, message.content, message.embeds, message.components))


def _empty() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def _replied(draft: Draft, channel: Channel) -> Message | None:
    """Return the message that this one answers; 400/50035 if there is none, unless that is allowed."""
    reference = draft.body.get("message_reference")
    if not reference:
        return None
    for message in channel.messages:
        if message.id == int(reference["message_id"]):
            return message
    if reference.get("fail_if_not_exists", True):
        raise invalid_form("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return None


def _pinged(
    draft: Draft, message: Message, guild: Guild | None, may: Permission, reply_to: Message | None
) -> list[int | str]:
    if message.ephemeral:
        return []  # only its recipient can see it
    text = "\n".join([message.content, *texts(message.components)])
    return pinged(text, draft.allowed, guild, may, reply_to.author.id if reply_to else None)
