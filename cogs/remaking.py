"""Again and Remix: from a finished track to a new piece in the queue.

The tags of a posted track are read from its file and validated like anything that a member brings.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import discord

from audio.errors import RecordingError
from audio.files.track import Origin, origin_of
from audio.media.limits import MAX_SECONDS
from audio.piece import MAX_SEED, PROMPT_LENGTH, Piece, checked
from bot.commands.checks import member_of
from bot.errors import RequestError
from bot.rules.markdown import escape, truncate
from bot.rules.numbers import parse_whole
from cogs.compose import request_piece
from cogs.errors import Paced, errors_answered
from cogs.interactions import reply
from cogs.recordings import sound_of
from words.text import Text

if TYPE_CHECKING:
    from bot.client import Busker

READ_SECONDS: Final = 2.0
"""Timeout for reading a track before a form opens [s]: Discord wants that answer within 3 s."""


async def posted_track(bot: Busker, message: discord.Message) -> discord.Attachment:
    """Return the track in a message of Busker's, or in one that forwards it.

    Raises RequestError or RecordingError.
    """
    if bot.user is None or not (message.author == bot.user or await _forwards_track(bot, message)):
        raise RequestError(Text("remake-not-mine"))
    return sound_of(message)


async def _forwards_track(bot: Busker, message: discord.Message) -> bool:
    """True if a message forwards one of Busker's. The copy does not say who wrote it; a file could lie."""
    original = message.reference
    if not message.message_snapshots or original is None or original.message_id is None:
        return False
    if original.guild_id is not None and await bot.store.track_by_message(
        original.guild_id, original.message_id
    ):
        return True
    channel = bot.get_channel(original.channel_id)
    if not isinstance(channel, discord.abc.Messageable):
        return False
    try:
        async with asyncio.timeout(READ_SECONDS):
            return (await channel.fetch_message(original.message_id)).author == bot.user
    except (TimeoutError, discord.HTTPException):  # gone, or Busker may not read there
        return False


async def replay_posted(interaction: discord.Interaction[Busker], attachment: discord.Attachment) -> None:
    """Play a posted track from its file: the same sound, whatever the checkpoint is now."""
    bot = interaction.client

    async def check() -> None:
        await bot.requests.require_capacity(bot.requests.admit(interaction))

    await check()
    await interaction.response.defer(ephemeral=True, thinking=True)
    async with bot.attachments.fetched_track(attachment, member_of(interaction), check) as (recording, tags):
        await replay(interaction, stated_origin(tags, attachment).piece, recording.path)


async def posted_origin(interaction: discord.Interaction[Busker], attachment: discord.Attachment) -> Origin:
    """Read the tags of a posted track within READ_SECONDS. Raises RecordingError or TrackError."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            tags = await interaction.client.attachments.tags_of(attachment, member_of(interaction))
    except TimeoutError as error:
        raise RecordingError(Text("remake-slow")) from error
    return stated_origin(tags, attachment)


async def replay(interaction: discord.Interaction[Busker], piece: Piece, saved_file: Path | None) -> None:
    """Request a piece once more, from its file if there is one, and answer. Raises RequestError."""
    requests = interaction.client.requests
    before = await requests.submit(requests.admit(interaction), piece, saved_file)
    await reply(interaction, Text("remake-again", prompt=escape(piece.typed_prompt), before=before))


class Remix(Paced, discord.ui.Modal):
    """A form for the prompt and the seed of a piece that is like another."""

    def __init__(self, locale: object, piece: Piece) -> None:
        super().__init__(title=Text("remix-title").in_(locale))
        self._seconds = None if piece.endless else piece.seconds
        self._prompt = prompt_input(piece)
        self._seed: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="seed", required=False, max_length=len(str(MAX_SEED))
        )
        self.add_item(discord.ui.Label(text=Text("remix-words").in_(locale), component=self._prompt))
        self.add_item(discord.ui.Label(text=Text("remix-seed").in_(locale), component=self._seed))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Request the piece."""
        bot: Busker = interaction.client
        async with errors_answered(interaction):
            music = bot.guild_settings.of(member_of(interaction).guild.id).music
            seed = _seed(self._seed.value)
            seconds = None if self._seconds is None else min(self._seconds, music.longest_seconds)
            await request_piece(interaction, self._prompt.value, seconds, None, seed)


def prompt_input(piece: Piece) -> discord.ui.TextInput[Any]:
    """Return an input for another prompt than the latest one of a piece, which is filled in."""
    return discord.ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        default=piece.typed_prompts[-1],
        min_length=PROMPT_LENGTH[0],
        max_length=PROMPT_LENGTH[1],
    )


def stated_origin(tags: Mapping[str, str], attachment: discord.Attachment) -> Origin:
    """Return what the tags of a file state, validated. Raises TrackError or PieceError."""
    origin = origin_of(tags, attachment.filename)
    checked(origin.piece, longest=MAX_SECONDS)
    return origin


def _seed(typed: str) -> int | None:
    """Parse a seed; None if the field is empty. Raises RequestError."""
    if not typed.strip():
        return None
    if (seed := parse_whole(typed)) is None:
        raise RequestError(Text("remix-no-seed", typed=escape(truncate(typed)), largest=str(MAX_SEED)))
    return seed
