"""/radio: music without end, and the button that keeps its last minutes."""

from __future__ import annotations

import math
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import MAX_SEED, PROMPT_LENGTH
from bot.client import Busker
from bot.commands.requests import ask, member_of
from bot.errors import RequestError
from bot.rules.markdown import quoted
from bot.rules.permissions import require_listening, voice_channel_of
from bot.ui.card import clock_of
from cogs.compose import answer, prompts_like
from words.text import Text


class Radio(commands.Cog):
    """Asks for music without end."""

    @app_commands.command()
    @app_commands.guild_only()
    async def radio(
        self,
        interaction: discord.Interaction[Busker],
        prompt: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
    ) -> None:
        """Check what can be checked, answer, and let the session do the rest."""
        member, bot = member_of(interaction), interaction.client
        if not bot.engine.info.endless:
            raise RequestError(Text("radio-too-slow"))
        chosen = bot.store.choices_of(member.guild.id)
        music = bot.settings_in(member.guild).music
        piece = replace(music.piece(prompt, None, chosen.interval, seed), seconds=math.inf)
        channel = voice_channel_of(member)
        before = await ask(interaction, piece)
        told = Text("radio-answer", before=before, prompt=quoted(piece.prompt), seed=str(piece.seed))
        await answer(interaction, channel, told)

    @radio.autocomplete("prompt")
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """As for /compose."""
        return await prompts_like(interaction, typed)


async def keep(interaction: discord.Interaction[Busker]) -> None:
    """Post the last minutes of the radio that plays, and say so. Raises RequestError."""
    member = member_of(interaction)
    session = interaction.client.session_of(member.guild)
    require_listening(member, session.channel)
    excerpt = session.keep(member)
    told = Text("keep-answer", clock=clock_of(excerpt.piece.seconds))
    await interaction.response.send_message(told.in_(interaction.locale), ephemeral=True)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Radio())
