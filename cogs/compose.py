"""/compose: from a prompt to a piece in the queue."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.errors import RecordingError
from audio.media.wanted import Use
from audio.piece import INTERVAL_SECONDS, LENGTH_SECONDS, MAX_SEED, PROMPT_LENGTH
from bot.client import Busker
from bot.commands.checks import member_of
from bot.rules.markdown import CHOICE_CHARS, MAX_CHOICES, escape
from bot.rules.permissions import VocalChannel
from bot.tracks.attachments import require_fetchable
from bot.ui.hearing import hearing_of
from bot.ui.presets import matching_prompts
from cogs.errors import choices_answered
from cogs.interactions import reply
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import EngineInfo
    from audio.piece import Piece

MAX_LENGTH_SECONDS: Final = 300.0
"""Longest piece that Discord's own check of the option allows; the settings may allow less."""


class Compose(commands.Cog):
    """/compose."""

    @app_commands.command()
    @app_commands.rename(continued="continue")
    @app_commands.guild_only()
    async def compose(
        self,
        interaction: discord.Interaction[Busker],
        prompt: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        length: app_commands.Range[float, LENGTH_SECONDS[0], MAX_LENGTH_SECONDS] | None = None,
        interval: app_commands.Range[float, INTERVAL_SECONDS[0], INTERVAL_SECONDS[1]] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        melody: discord.Attachment | None = None,
        continued: discord.Attachment | None = None,
    ) -> None:
        """Request a piece."""
        await request_piece(interaction, prompt, length, interval, seed, melody=melody, continued=continued)

    @compose.autocomplete("prompt")
    @choices_answered
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest prompts."""
        return await suggest_prompts(interaction, typed)


async def suggest_prompts(
    interaction: discord.Interaction[Busker], typed: str
) -> list[app_commands.Choice[str]]:
    """Suggest prompts that were used in the guild, as far as the member may see them, and presets."""
    bot, member = interaction.client, member_of(interaction)
    await bot.moderation.refresh(member.guild)
    used = await bot.lookups.latest(
        member.id,
        lambda: bot.library.prompts(member, typed, max_chars=CHOICE_CHARS, limit=MAX_CHOICES),
    )
    prompts = matching_prompts(typed, used, limit=MAX_CHOICES, max_chars=CHOICE_CHARS)
    allowed = bot.moderation.allowed(member, interaction.channel, prompts)
    return [app_commands.Choice(name=prompt, value=prompt) for prompt in allowed]


async def request_piece(
    interaction: discord.Interaction[Busker],
    prompt: str,
    length: float | None = None,
    interval: float | None = None,
    seed: int | None = None,
    *,
    melody: discord.Attachment | None = None,
    continued: discord.Attachment | None = None,
) -> None:
    """Request a piece and answer. Raises RequestError, PieceError or RecordingError.

    `length` and `interval` are in seconds. The piece follows the `melody` and continues the sound of
    `continued`.
    """
    bot, guild = interaction.client, member_of(interaction).guild
    chosen = bot.store.choices_of(guild.id)
    piece = bot.guild_settings.of(guild.id).music.piece(prompt, length, interval or chosen.interval, seed)
    admission = bot.requests.admit(interaction)
    async with AsyncExitStack() as files:
        if melody is not None or continued is not None:
            # before files are fetched for nothing
            await bot.requests.require_words(admission, piece)

            async def check() -> None:
                await bot.requests.require_capacity(bot.requests.admit(interaction), piece.seconds)

            await check()
            if melody is not None:
                require_melodies(bot.engine.info)
            for attachment in filter(None, (melody, continued)):
                require_fetchable(attachment)
            await interaction.response.defer(ephemeral=True, thinking=True)
            if melody is not None:
                fetched = bot.attachments.fetched(melody, admission.member, Use.BEGINNING, check)
                piece = replace(piece, melody=await files.enter_async_context(fetched))
            if continued is not None:
                fetched = bot.attachments.fetched(continued, admission.member, Use.END, check)
                piece = replace(piece, continues=await files.enter_async_context(fetched))
            admission = bot.requests.admit(interaction)  # again: a download takes a while
        before = await bot.requests.submit(admission, piece)
    sentences = [
        Text(
            "compose-answer",
            before=before,
            seconds=piece.seconds,
            prompt=escape(piece.typed_prompt),
            seed=str(piece.seed),
        )
    ]
    if any(performance.piece.endless for performance in admission.session.wanted):
        sentences.append(Text("compose-radio"))
    await answer(interaction, admission.voice_channel, piece, *sentences)


async def answer(
    interaction: discord.Interaction[Busker], channel: VocalChannel, piece: Piece, *sentences: Text
) -> None:
    """Answer a request for a piece that will play in `channel`, for the member alone.

    After `sentences` it says what the model hears of the prompt, if that is not what was typed.
    """
    sentences = (*sentences, *hearing_of(interaction.client.engine, piece))
    if isinstance(channel, discord.StageChannel) and not _is_speaker(channel):
        sentences = (*sentences, Text("compose-stage"))
    await reply(interaction, *sentences)


def _is_speaker(channel: discord.StageChannel) -> bool:
    voice = channel.guild.me.voice
    return voice is not None and voice.channel == channel and not voice.suppress


def require_melodies(info: EngineInfo) -> None:
    """Raise RecordingError unless the checkpoint can follow melodies."""
    if not info.melodies:
        raise RecordingError(Text("melody-unfollowed", checkpoint=escape(info.checkpoint)))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Compose())
