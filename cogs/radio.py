"""/radio: endless music, and the button that posts its last minutes."""

from __future__ import annotations

import math
from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import MAX_SEED, PROMPT_LENGTH
from bot.client import Busker
from bot.commands.checks import member_of
from bot.errors import RequestError
from bot.rules.markdown import escape
from bot.rules.moderation import words_of
from bot.rules.permissions import require_listening
from bot.ui.card import format_clock
from cogs.compose import answer, suggest_prompts
from cogs.errors import choices_answered
from words.text import Text


class Radio(commands.Cog):
    """/radio."""

    @app_commands.command()
    @app_commands.guild_only()
    async def radio(
        self,
        interaction: discord.Interaction[Busker],
        prompt: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
    ) -> None:
        """Request a radio and answer."""
        bot, guild = interaction.client, member_of(interaction).guild
        if not bot.engine.info.endless:
            raise RequestError(Text("radio-too-slow"))
        chosen = bot.store.choices_of(guild.id)
        music = bot.guild_settings.of(guild.id).music
        piece = replace(music.piece(prompt, None, chosen.interval, seed), seconds=math.inf)
        admission = bot.requests.admit(interaction)
        before = await bot.requests.submit(admission, piece)
        sentence = Text(
            "radio-answer", before=before, prompt=escape(piece.typed_prompt), seed=str(piece.seed)
        )
        await answer(interaction, admission.voice_channel, piece, sentence)

    @radio.autocomplete("prompt")
    @choices_answered
    async def suggest(
        self, interaction: discord.Interaction[Busker], typed: str
    ) -> list[app_commands.Choice[str]]:
        """Suggest prompts, as for /compose."""
        return await suggest_prompts(interaction, typed)


async def save_excerpt(interaction: discord.Interaction[Busker]) -> None:
    """Post the last minutes of the radio that plays, and answer. Raises RequestError."""
    member = member_of(interaction)
    session = interaction.client.sessions.of(member.guild)
    require_listening(member, session.channel)
    moderation = interaction.client.moderation
    moderation.require_member(member)
    await moderation.require_words(member, interaction.channel, words_of(session.now.piece))
    excerpt = session.save_excerpt(member)
    reply = Text("keep-answer", clock=format_clock(excerpt.piece.seconds))
    await interaction.response.send_message(reply.in_(interaction.locale), ephemeral=True)


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Radio())
