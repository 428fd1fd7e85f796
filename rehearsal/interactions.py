"""Interactions of members and the bot's answers: one Interaction for each command, button or modal.

Times and answers: Discord developer documentation, Interactions / Receiving and Responding.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from rehearsal.clock import Clock
from rehearsal.refusal import Json, Refusal, unknown
from rehearsal.wire import user_json
from rehearsal.world import Channel, Guild, Message, MessageType, Snowflakes, User

ANSWER_SECONDS: Final = 3.0
"""Time for the first answer to an interaction."""

TOKEN_LIFE_SECONDS: Final = 15 * 60.0
"""Lifetime of an interaction's token."""


class InteractionType(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class Answer(IntEnum):
    """Interaction Callback Type."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(slots=True, eq=False)
class Interaction:
    """One action of a member, and everything that the bot answered.

    `source` is the message whose button or menu was used, `target` the one whose context menu was, and
    `form_of` the interaction that opened the form. `original` is the message of the first answer (or
    `source`, if that was updated), `followups` are later ones. `acknowledged_at` is in seconds since the Unix
    epoch.
    """

    id: int
    type: InteractionType
    token: str
    user: User
    channel: Channel
    guild: Guild | None
    created: float
    source: Message | None = None
    target: Message | None = None
    form_of: Interaction | None = None
    acknowledged_at: float | None = None
    answer: Answer | None = None
    ephemeral: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None

    @property
    def metadata(self) -> Json:
        """Message Interaction Metadata Object, as the next message of this interaction carries it."""
        metadata: Json = {
            "id": str(self.id),
            "type": int(self.type),
            "user": user_json(self.user),
            "authorizing_integration_owners": {"0": str(self.guild.id if self.guild else 0)},
        }
        if self.original is not None and self.original is not self.source:
            metadata["original_response_message_id"] = str(self.original.id)
        if self.target is not None:
            metadata["target_message_id"] = str(self.target.id)
        if self.type is InteractionType.COMPONENT and self.source is not None:
            metadata["interacted_message_id"] = str(self.source.id)
        if self.form_of is not None:
            metadata["triggering_interaction_metadata"] = self.form_of.metadata
        return metadata

    @property
    def answers(self) -> tuple[MessageType, Message | None]:
        """The type of the next message, and the message that it replies to."""
        if self.original is not None and self.original is not self.source:
            return MessageType.REPLY, self.original
        if self.source is not None:
            return MessageType.REPLY, self.source
        on_message = self.target is not None or (self.form_of is not None and self.form_of.target is not None)
        return (MessageType.CONTEXT_MENU_COMMAND if on_message else MessageType.CHAT_INPUT_COMMAND), None


class Interactions:
    """Every interaction, by id and by token."""

    def __init__(self, clock: Clock, snowflakes: Snowflakes) -> None:
        self._clock = clock
        self._snowflakes = snowflakes
        self._by_token: dict[str, Interaction] = {}

    def begin(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        guild: Guild | None,
        source: Message | None = None,
        *,
        target: Message | None = None,
        form_of: Interaction | None = None,
    ) -> Interaction:
        interaction = Interaction(
            self._snowflakes.mint(),
            kind,
            secrets.token_urlsafe(60),
            user,
            channel,
            guild,
            self._clock.now(),
            source,
            target,
            form_of,
        )
        self._by_token[interaction.token] = interaction
        return interaction

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """Return the interaction that a callback is for: known, young enough, not answered yet."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown("Interaction")
        if interaction.acknowledged_at is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if self._clock.now() - interaction.created > ANSWER_SECONDS:
            raise unknown("Interaction")
        return interaction

    def to_follow(self, token: str) -> Interaction:
        """Return the interaction whose token is used as a webhook.

        Raises Refusal: 404 if it is unknown or has no first answer yet, 401 if its token has expired.
        """
        interaction = self._by_token.get(token)
        if interaction is None or interaction.acknowledged_at is None:
            raise unknown("Webhook")
        if self._clock.now() - interaction.created > TOKEN_LIFE_SECONDS:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction
