"""The bot's answer to one action, as the member sees it."""

from __future__ import annotations

from rehearsal.clock import Bell
from rehearsal.interactions import Answer, Interaction
from rehearsal.refusal import Json
from rehearsal.world import Edit, Message


class Reply:
    """A live view: it changes while the bot edits and follows up."""

    def __init__(self, bell: Bell, interaction: Interaction) -> None:
        self._bell = bell
        self.interaction = interaction

    @property
    def acknowledged_after(self) -> float | None:
        """Seconds from the command to the first answer, a deferred one included; None before that."""
        at = self.interaction.acknowledged_at
        return None if at is None else at - self.interaction.created

    @property
    def deferred(self) -> bool:
        """True if the first answer was deferred ("is thinking")."""
        return self.interaction.answer in (Answer.DEFERRED_MESSAGE, Answer.DEFERRED_UPDATE)

    @property
    def ephemeral(self) -> bool:
        """True if only the member sees it."""
        return self.interaction.ephemeral

    @property
    def message(self) -> Message | None:
        """The answer itself; None before it has content and after it is deleted."""
        message = self.interaction.original
        return None if message is None or message.loading or message.deleted else message

    @property
    def content(self) -> str:
        return self.message.content if self.message else ""

    @property
    def embeds(self) -> list[Json]:
        return self.message.embeds if self.message else []

    @property
    def edits(self) -> list[Edit]:
        """The states of the answer after each change."""
        return self.interaction.original.edits if self.interaction.original else []

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups

    async def acknowledged(self, *, seconds: float = 600.0) -> None:
        """Wait for the first answer. Raises TimeoutError after `seconds` of real time."""
        await self._bell.until(lambda: self.interaction.acknowledged_at is not None, seconds=seconds)

    async def said(self, *, seconds: float = 10.0) -> Message:
        """Wait for an answer with content. Raises TimeoutError after `seconds` of real time."""
        await self._bell.until(lambda: self.message is not None, seconds=seconds)
        assert self.message is not None
        return self.message
