"""REST of answers: the callback of an interaction, then its token as a webhook."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.commands import MAX_CHOICE_CHARACTERS
from rehearsal.interactions import Answer, Interaction, InteractionType
from rehearsal.permissions import DEFAULT_EVERYONE, Permission
from rehearsal.refusal import Json, Refusal, bad_choice, bad_length, unknown
from rehearsal.rest.drafts import read_draft, rewrite, write
from rehearsal.rest.messages import remove
from rehearsal.rest.modals import check_modal
from rehearsal.rest.server import Call, Routes
from rehearsal.rest.uploads import Upload
from rehearsal.world import Message, MessageFlag

routes = Routes()
FROM_MESSAGES: Final = (InteractionType.COMPONENT, InteractionType.MODAL_SUBMIT)
"""Interactions that may update the message they came from."""


@routes.add("POST", "/interactions/{interaction}/{token}/callback", needs_token=False)
async def answer(call: Call) -> Json | None:
    interaction = call.here.interactions.to_answer(call.id("interaction"), call.parts["token"])
    try:
        return await _answer(call, interaction)
    except Refusal as refusal:
        if refusal.errors is not None and not refusal.errors.keys() & {"data", "type"}:
            refusal.errors = {"data": refusal.errors}  # a message stands there in this body
        raise


async def _answer(call: Call, interaction: Interaction) -> Json | None:
    kind = call.body.get("type")
    if kind not in _allowed_answers(interaction):
        raise bad_choice("type", kind)
    kind = Answer(kind)
    data: Json = call.body.get("data") or {}
    if kind in (Answer.MESSAGE, Answer.DEFERRED_MESSAGE):
        interaction.original = _write(
            call, interaction, data, call.uploads, loading=kind is Answer.DEFERRED_MESSAGE
        )
        interaction.ephemeral = interaction.original.ephemeral
    elif kind is Answer.UPDATE:
        _rewrite(call, interaction, _source(interaction), data)
    elif kind is Answer.CHOICES:
        interaction.choices = check_choices([choice for choice in data.get("choices") or [] if choice])
    elif kind is Answer.MODAL:
        interaction.modal = check_modal(data)
    if kind in (Answer.UPDATE, Answer.DEFERRED_UPDATE):
        interaction.original = interaction.source
    interaction.answer = kind
    interaction.acknowledged_at = call.here.clock.now()
    return _callback_json(call, interaction, kind) if call.truth("with_response") else None


def check_choices(choices: list[Json]) -> list[Json]:
    """Return the choices of an autocompletion. Raises Refusal for a text that Discord would not take back."""
    for index, choice in enumerate(choices):
        value = choice["value"]
        if isinstance(value, str) and not 1 <= len(value) <= MAX_CHOICE_CHARACTERS:
            raise bad_length(f"data.choices.{index}.value", 1, MAX_CHOICE_CHARACTERS)
    return choices


def _allowed_answers(interaction: Interaction) -> set[int]:
    if interaction.type is InteractionType.AUTOCOMPLETE:
        return {Answer.CHOICES}
    allowed = {Answer.MESSAGE, Answer.DEFERRED_MESSAGE}
    if interaction.type in FROM_MESSAGES and interaction.source is not None:
        allowed |= {Answer.DEFERRED_UPDATE, Answer.UPDATE}
    if interaction.type is not InteractionType.MODAL_SUBMIT:
        allowed.add(Answer.MODAL)
    return {int(kind) for kind in allowed}


def _source(interaction: Interaction) -> Message:
    if interaction.source is None:
        raise unknown("Message")
    return interaction.source


def _callback_json(call: Call, interaction: Interaction, kind: Answer) -> Json:
    """Interaction Callback Response Object."""
    about: Json = {"id": str(interaction.id), "type": int(interaction.type)}
    body: Json = {"interaction": about}
    if interaction.original is not None and kind is not Answer.DEFERRED_UPDATE:
        about |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.original.loading,
            "response_message_ephemeral": interaction.original.ephemeral,
        }
        if kind in (Answer.MESSAGE, Answer.UPDATE):
            body["resource"] = {"type": int(kind), "message": call.here.show(interaction.original)}
    return body


def _may(call: Call, interaction: Interaction) -> Permission:
    if interaction.guild is None:
        return DEFAULT_EVERYONE
    return interaction.guild.permissions(interaction.channel, call.here.bot.id)


def _write(
    call: Call, interaction: Interaction, body: Json, uploads: dict[int, Upload], *, loading: bool = False
) -> Message:
    """Write a new message of an interaction. It needs no permission in the channel."""
    message = write(
        call.here.world,
        read_draft(body, uploads),
        interaction.channel,
        interaction.guild,
        call.here.bot.user,
        may=_may(call, interaction),
        interaction=interaction.metadata,
        extra_flags=MessageFlag.LOADING if loading else 0,
    )
    message.type, replied_to = interaction.answers
    message.reply_to = replied_to.id if replied_to is not None else None
    call.here.announce_message("MESSAGE_CREATE", message)
    return message


def _rewrite(call: Call, interaction: Interaction, message: Message, body: Json) -> None:
    draft = read_draft(body, call.uploads, flags_before=message.flags)
    rewrite(call.here.world, draft, message, interaction.guild, may=_may(call, interaction))
    call.here.announce_message("MESSAGE_UPDATE", message)


def _interaction(call: Call) -> Interaction:
    if call.id("webhook") != call.here.bot.id:
        raise unknown("Webhook")
    return call.here.interactions.to_follow(call.parts["token"])


def _message(call: Call, interaction: Interaction) -> Message:
    """Return the message that the path names: `@original`, or a follow-up by its id. Raises Refusal (404)."""
    if call.parts["message"] == "@original":
        message = interaction.original
    else:
        wanted = call.id("message")
        own = [interaction.original, *interaction.followups]
        message = next((known for known in own if known is not None and known.id == wanted), None)
    if message is None or message.deleted:
        raise unknown("Message")
    return message


@routes.add("POST", "/webhooks/{webhook}/{token}", needs_token=False)
async def follow_up(call: Call) -> Json:
    """Send a further message. The first one after a deferred answer takes the place of that answer."""
    interaction = _interaction(call)
    original = interaction.original
    if original is not None and original.loading and not original.deleted:
        _rewrite(call, interaction, original, call.body)
        return call.here.show(original)
    message = _write(call, interaction, call.body, call.uploads)
    interaction.followups.append(message)
    return call.here.show(message)


@routes.add("GET", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
async def read(call: Call) -> Json:
    return call.here.show(_message(call, _interaction(call)))


@routes.add("PATCH", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
async def edit(call: Call) -> Json:
    interaction = _interaction(call)
    message = _message(call, interaction)
    _rewrite(call, interaction, message, call.body)
    return call.here.show(message)


@routes.add("DELETE", "/webhooks/{webhook}/{token}/messages/{message}", needs_token=False)
async def delete(call: Call) -> Any:
    interaction = _interaction(call)
    remove(call, interaction.channel, _message(call, interaction))
