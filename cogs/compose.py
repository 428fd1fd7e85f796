"""/compose: from a member's words to a piece in the queue."""

from __future__ import annotations

from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import INTERVAL_SECONDS, LARGEST_SEED, LENGTH_SECONDS, PROMPT_LENGTH, Piece
from bot.client import Busker
from bot.performance import Request
from bot.permissions import posting_channel, require_listening, voice_channel_of
from bot.quoting import quoted
from bot.standing import within_caps

LONGEST_EVER: Final = 300.0
"""Seconds that Discord's own check lets through; the settings decide how much of it is allowed."""


class Compose(commands.Cog):
    """Asks for music."""

    @app_commands.command(description="Compose music from your words and play it while it is being made")
    @app_commands.describe(
        prompt="What it should sound like: style, instruments, mood, tempo",
        length="Seconds of music, 10 to 30; 20 if left out",
        interval="Seconds of music made between two deliveries, 0.5 to 2.5; automatic if left out",
        seed="The same words and seed make the same music; drawn if left out",
    )
    @app_commands.guild_only()
    async def compose(
        self,
        interaction: discord.Interaction[Busker],
        prompt: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        length: app_commands.Range[float, LENGTH_SECONDS[0], LONGEST_EVER] | None = None,
        interval: app_commands.Range[float, INTERVAL_SECONDS[0], INTERVAL_SECONDS[1]] | None = None,
        seed: app_commands.Range[int, 0, LARGEST_SEED] | None = None,
    ) -> None:
        """Check everything that can be checked, answer, and let the session do the rest."""
        member = interaction.user
        assert isinstance(member, discord.Member)  # guild_only
        bot = interaction.client
        music = bot.settings_in(member.guild).music
        interval = interval or bot.store.choices_of(member.guild.id).interval
        piece = music.piece(prompt, length, interval, seed)
        voice_channel = voice_channel_of(member)
        text_channel = posting_channel(interaction.channel, interaction.app_permissions)
        session = bot.session_of(member.guild)
        require_listening(member, session.channel)
        async with within_caps(interaction, piece.seconds):
            session.ask(Request(piece, member, voice_channel, text_channel))
            before = len(session.wanted) - 1
        await interaction.response.send_message(_answer(piece, before), ephemeral=True)


def _answer(piece: Piece, before: int) -> str:
    answer = f"Composing {piece.seconds:g} s of “{quoted(piece.prompt)}” with seed {piece.seed}"
    if before == 0:
        return f"{answer}."
    return f"{answer}; it plays after {'one other piece' if before == 1 else f'{before} others'}."


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Compose())
