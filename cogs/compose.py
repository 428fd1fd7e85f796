"""/compose: from a member's words to a piece in the queue."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.errors import RecordingError
from audio.piece import INTERVAL_SECONDS, LENGTH_SECONDS, MAX_SEED, PROMPT_LENGTH
from bot.client import Busker
from bot.commands.requests import ask, member_of, require_welcome
from bot.rules.markdown import CHOICE_CHARS, CHOICES, quoted
from bot.rules.permissions import VocalChannel, voice_channel_of
from bot.tracks.attachments import require_fetchable
from bot.tracks.library import sight_of
from bot.ui.presets import suggested
from words.text import Text

if TYPE_CHECKING:
    from audio.engine import EngineInfo

MAX_EVER: Final = 300.0
"""Seconds that Discord's own check lets through; the settings decide how much of it is allowed."""


class Compose(commands.Cog):
    """Asks for music."""

    @app_commands.command()
    @app_commands.rename(continued="continue")
    @app_commands.guild_only()
    async def compose(
        self,
        interaction: discord.Interaction[Busker],
        prompt: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        length: app_commands.Range[float, LENGTH_SECONDS[0], MAX_EVER] | None = None,
        interval: app_commands.Range[float, INTERVAL_SECONDS[0], INTERVAL_SECONDS[1]] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        melody: discord.Attachment | None = None,
        continued: discord.Attachment | None = None,
    ) -> None:
        """Check everything that can be checked, answer, and let the session do the rest."""
        await ask_for(interaction, prompt, length, interval, seed, melody=melody, continued=continued)

    @compose.autocomplete("prompt")
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """What was used here before, as far as the member may see it, and presets."""
        return await prompts_like(interaction, typed)


async def prompts_like(
    interaction: discord.Interaction[Busker], typed: str
) -> list[app_commands.Choice[str]]:
    """Prompts to choose from while somebody types one."""
    member, store = member_of(interaction), interaction.client.store
    sight = await sight_of(interaction.client, member)
    used = await store.prompts(member.guild.id, typed, sight, longest=CHOICE_CHARS, limit=CHOICES)
    prompts = suggested(typed, used, limit=CHOICES, longest=CHOICE_CHARS)
    return [app_commands.Choice(name=prompt, value=prompt) for prompt in prompts]


async def ask_for(
    interaction: discord.Interaction[Busker],
    prompt: str,
    length: float | None = None,
    interval: float | None = None,
    seed: int | None = None,
    *,
    melody: discord.Attachment | None = None,
    continued: discord.Attachment | None = None,
) -> None:
    """Ask for a piece with these words and answer. Raises RequestError, PieceError or RecordingError."""
    member, bot = member_of(interaction), interaction.client
    chosen = bot.store.choices_of(member.guild.id)
    piece = bot.settings_in(member.guild).music.piece(prompt, length, interval or chosen.interval, seed)
    channel = voice_channel_of(member)
    async with AsyncExitStack() as files:
        if melody is not None or continued is not None:
            await require_welcome(interaction)
            if melody is not None:
                require_melodies(bot.engine.info)
            for attachment in filter(None, (melody, continued)):
                require_fetchable(attachment)
            await interaction.response.defer(ephemeral=True, thinking=True)
            heard = [
                None if file is None else await files.enter_async_context(bot.recordings.fetched(file))
                for file in (melody, continued)
            ]
            piece = replace(piece, melody=heard[0], continues=heard[1])
        before = await ask(interaction, piece)
    told = Text(
        "compose-answer",
        before=before,
        seconds=piece.seconds,
        prompt=quoted(piece.prompt),
        seed=str(piece.seed),
    )
    comes_back = any(waiting.piece.endless for waiting in bot.session_of(member.guild).wanted)
    await answer(interaction, channel, told, *([Text("compose-radio")] if comes_back else []))


async def answer(interaction: discord.Interaction[Busker], channel: VocalChannel, *sentences: Text) -> None:
    """Tell a member what becomes of what they asked for in a voice channel."""
    if isinstance(channel, discord.StageChannel) and not _speaks_in(channel):
        sentences = (*sentences, Text("compose-stage"))
    answer = " ".join(sentence.in_(interaction.locale) for sentence in sentences)
    if interaction.response.is_done():
        await interaction.edit_original_response(content=answer)
    else:
        await interaction.response.send_message(answer, ephemeral=True)


def _speaks_in(channel: discord.StageChannel) -> bool:
    seat = channel.guild.me.voice
    return seat is not None and seat.channel == channel and not seat.suppress


def require_melodies(info: EngineInfo) -> None:
    """Raise RecordingError unless what composes here follows melodies."""
    if not info.melodies:
        raise RecordingError(Text("melody-unfollowed", checkpoint=quoted(info.checkpoint)))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Compose())
