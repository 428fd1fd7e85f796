"""Asking for a piece: everything that is checked before anything begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.commands.checks import within_caps
from bot.errors import RequestError
from bot.playback.performance import Request
from bot.playback.radio import CHARGED_SECONDS
from bot.rules.permissions import VocalChannel, posting_channel, require_listening, voice_channel_of
from bot.tracks.track_cache import use
from words.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from audio.piece import Piece
    from bot.client import Busker


def member_of(interaction: discord.Interaction[Busker]) -> discord.Member:
    """Who did this, as a member of the guild. Raises RequestError in a direct message."""
    if not isinstance(interaction.user, discord.Member):
        raise RequestError(Text("error-servers-only"))
    return interaction.user


async def require_welcome(interaction: discord.Interaction[Busker]) -> VocalChannel:
    """Where the member sits, if they may ask for a piece now; before anything is fetched for it in vain.

    Raises RequestError."""
    member = member_of(interaction)
    voice_channel = voice_channel_of(member)
    session = interaction.client.session_of(member.guild)
    require_listening(member, session.channel)
    session.queue.require_room()
    async with within_caps(interaction, 0.0):
        return voice_channel


async def ask(interaction: discord.Interaction[Busker], piece: Piece, kept: Path | None = None) -> int:
    """Put a piece into the queue of the guild; how many play before it. Raises RequestError.

    It is heard where the member sits and its track posted where they asked. `kept` is its file, if it need
    not be composed: then it does not count for the day.
    """
    member = member_of(interaction)
    voice_channel = voice_channel_of(member)
    text_channel = posting_channel(interaction.channel, interaction.app_permissions)
    session = interaction.client.session_of(member.guild)
    require_listening(member, session.channel)
    if kept is not None:
        use(kept)
    charged = 0.0 if kept else CHARGED_SECONDS if piece.endless else piece.seconds - piece.prelude
    async with within_caps(interaction, charged):
        led = interaction.client.settings.music.led(piece)
        performance = session.ask(Request(led, member, voice_channel, text_channel, kept))
        performance.charged_seconds = charged
        interaction.client.recordings.hold(performance)
        before = session.wanted.index(performance)
    await interaction.client.journal.note()  # so that no restart loses what is answered
    return before
