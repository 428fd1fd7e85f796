"""Context menu of a message with sound: "Compose on this melody" and "Continue this"."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands

from audio.errors import RecordingError
from audio.piece import PROMPT_LENGTH
from bot.client import Busker
from bot.tracks.attachments import require_fetchable
from cogs.compose import request_piece, require_melodies
from cogs.context_menus import ContextMenuCog
from cogs.errors import Paced, errors_answered
from words.text import Text

SOUND_TYPES: Final = ("audio/", "video/")
"""Prefixes of content types that may have sound. A file without a type is tried."""


class Recordings(ContextMenuCog):
    """The two commands on a message with sound."""

    def __init__(self, bot: Busker) -> None:
        super().__init__(
            bot,
            app_commands.ContextMenu(name="Compose on this melody", callback=compose_on_melody),
            app_commands.ContextMenu(name="Continue this", callback=continue_this),
        )


@app_commands.guild_only()
async def compose_on_melody(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Open a form for a piece on the melody of a message."""
    require_melodies(interaction.client.engine.info)
    await interaction.response.send_modal(PromptForm(interaction, melody=sound_of(message)))


@app_commands.guild_only()
async def continue_this(interaction: discord.Interaction[Busker], message: discord.Message) -> None:
    """Open a form for a piece that continues the sound of a message."""
    await interaction.response.send_modal(PromptForm(interaction, continued=sound_of(message)))


class PromptForm(Paced, discord.ui.Modal):
    """A form for the prompt of a piece that is made from a recording."""

    def __init__(
        self,
        interaction: discord.Interaction[Busker],
        *,
        melody: discord.Attachment | None = None,
        continued: discord.Attachment | None = None,
    ) -> None:
        self._melody = melody
        self._continued = continued
        locale = interaction.locale
        title = Text("recording-title-melody") if melody is not None else Text("recording-title-continue")
        super().__init__(title=title.in_(locale))
        self._prompt: discord.ui.TextInput[Any] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, min_length=PROMPT_LENGTH[0], max_length=PROMPT_LENGTH[1]
        )
        label = Text("recording-words").in_(locale)
        self.add_item(discord.ui.Label(text=label, component=self._prompt))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Request the piece."""
        async with errors_answered(interaction):
            await request_piece(
                interaction, self._prompt.value, melody=self._melody, continued=self._continued
            )


def sound_of(message: discord.Message) -> discord.Attachment:
    """Return the first attachment that may have sound, of a message or of one that it forwards.

    Raises RecordingError if there is none.
    """
    forwarded = [file for snapshot in message.message_snapshots for file in snapshot.attachments]
    for attachment in (*message.attachments, *forwarded):
        if (attachment.content_type or SOUND_TYPES[0]).startswith(SOUND_TYPES):
            require_fetchable(attachment)
            return attachment
    raise RecordingError(Text("recording-none"))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Recordings(bot))
