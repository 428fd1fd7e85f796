"""Again, Remix, Extend: from a track that was made to a piece in the queue, whoever pressed what for it.

What a posted track says about its making is read from its file, and judged like anything that anybody brings.
"""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import discord

from audio.errors import RecordingError
from audio.files.recording import MAX_SECONDS
from audio.files.track import Origin, read_tags
from audio.piece import MAX_SEED, PROMPT_LENGTH, Piece, checked
from bot.commands.requests import ask, member_of, require_welcome
from bot.errors import RequestError
from bot.rules.markdown import quoted
from cogs.compose import ask_for
from cogs.errors import tell_fault
from cogs.recordings import sounding
from words.text import Text

if TYPE_CHECKING:
    from bot.client import Busker

AT_ONCE_SECONDS: Final = 2.0
"""How long reading a track may take before a modal: it must be the first answer, within three seconds."""


def posted_by(bot: Busker, message: discord.Message) -> discord.Attachment:
    """The track that a message of Busker's brought. Raises RequestError or RecordingError."""
    if bot.user is None or message.author.id != bot.user.id:
        raise RequestError(Text("remake-not-mine"))
    return sounding(message.attachments)


async def again(interaction: discord.Interaction[Busker], attachment: discord.Attachment) -> None:
    """Play a posted track from its file: the same sound, whatever composes now."""
    await require_welcome(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    async with interaction.client.recordings.fetched(attachment) as recording:
        piece = (await read_origin(interaction.client, recording.path)).piece
        await asked_again(interaction, piece, recording.path)


async def origin_of(interaction: discord.Interaction[Busker], attachment: discord.Attachment) -> Origin:
    """What a posted track says about its making, at once. Raises RecordingError or TrackError."""
    try:
        async with (
            asyncio.timeout(AT_ONCE_SECONDS),
            interaction.client.recordings.fetched(attachment) as recording,
        ):
            return await read_origin(interaction.client, recording.path)
    except TimeoutError as error:
        raise RecordingError(Text("remake-slow")) from error


async def asked_again(interaction: discord.Interaction[Busker], piece: Piece, kept: Path | None) -> None:
    """Ask for a piece as it was, from its file if that is there, and say so. Raises RequestError."""
    before = await ask(interaction, piece, kept)
    await tell(interaction, Text("remake-again", prompt=quoted(piece.prompt), before=before))


class Remix(discord.ui.Modal):
    """Asks for the words and the seed of a piece that is to be like another."""

    def __init__(self, locale: object, piece: Piece) -> None:
        super().__init__(title=Text("remix-title").in_(locale))
        self._seconds = None if piece.endless else piece.seconds
        self._words = words_input(piece)
        self._seed: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="seed", required=False, max_length=len(str(MAX_SEED))
        )
        self.add_item(discord.ui.Label(text=Text("remix-words").in_(locale), component=self._words))
        self.add_item(discord.ui.Label(text=Text("remix-seed").in_(locale), component=self._seed))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Ask for the piece."""
        async with tell_fault(interaction):
            longest = interaction.client.settings_in(member_of(interaction).guild).music.longest_seconds
            seed = _whole(self._seed.value)
            seconds = None if self._seconds is None else min(self._seconds, longest)
            await ask_for(interaction, self._words.value, seconds, None, seed)


def words_input(piece: Piece) -> discord.ui.TextInput[Any]:
    """Where to type other words for a piece than its latest, which stand there already."""
    return discord.ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        default=piece.prompts[-1],
        min_length=PROMPT_LENGTH[0],
        max_length=PROMPT_LENGTH[1],
    )


async def read_origin(bot: Busker, path: Path) -> Origin:
    """The tags of a file, judged. Raises TrackError or PieceError."""
    origin = await bot.poster.apart(partial(read_tags, path))
    checked(origin.piece, longest=MAX_SECONDS)
    return origin


def _whole(typed: str) -> int | None:
    """A seed as somebody typed it; None where they left it out. Raises RequestError."""
    if not typed.strip():
        return None
    try:
        return int(typed)
    except ValueError as error:
        raise RequestError(Text("remix-no-seed", typed=quoted(typed), largest=str(MAX_SEED))) from error


async def tell(interaction: discord.Interaction[Busker], text: Text) -> None:
    """Answer the member alone, at once or where the answer was put off."""
    if interaction.response.is_done():
        await interaction.edit_original_response(content=text.in_(interaction.locale))
    else:
        await interaction.response.send_message(text.in_(interaction.locale), ephemeral=True)
