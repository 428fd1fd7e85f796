"""/steer: change the prompt of the music while it plays."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import PROMPT_LENGTH, Piece
from bot.client import Busker
from bot.commands.checks import member_of
from bot.errors import RequestError
from bot.rules.markdown import escape
from bot.rules.rights import Action
from bot.ui.hearing import hearing_of
from cogs.errors import Paced, errors_answered
from cogs.interactions import session_of
from cogs.remaking import prompt_input
from words.text import Text

BLEND_SECONDS: Final = 2.0
"""Default duration of the transition to a new prompt [s]: about a bar."""

MAX_BLEND_SECONDS: Final = 10.0
"""Longest transition [s]."""


class Steer(commands.Cog):
    """/steer."""

    @app_commands.command()
    @app_commands.guild_only()
    async def steer(
        self,
        interaction: discord.Interaction[Busker],
        words: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        blend: app_commands.Range[float, 0.0, MAX_BLEND_SECONDS] = BLEND_SECONDS,
    ) -> None:
        """Change the prompt and answer."""
        await steer(interaction, words, blend)


class SteerForm(Paced, discord.ui.Modal):
    """A form for a new prompt of a piece that plays."""

    def __init__(self, locale: object, piece: Piece) -> None:
        super().__init__(title=Text("steer-title").in_(locale))
        self._seed = piece.seed
        self._prompt = prompt_input(piece)
        self.add_item(discord.ui.Label(text=Text("steer-words").in_(locale), component=self._prompt))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Steer the piece, but no other one that plays by now."""
        async with errors_answered(interaction):
            require_playing(interaction, self._seed)
            await steer(interaction, self._prompt.value, BLEND_SECONDS)


async def steer(interaction: discord.Interaction[Busker], prompt: str, blend_seconds: float) -> None:
    """Change the prompt of what plays and say when it will be audible. Raises RequestError or PieceError."""
    member, moderation = member_of(interaction), interaction.client.moderation
    moderation.require_member(member)
    wording = interaction.client.guild_settings.of(member.guild.id).music.wording(prompt)
    await moderation.require_words(member, interaction.channel, [prompt, wording.prompt])
    if (session := await interaction.client.checks.authorize(interaction, Action.STEER, prompt)) is None:
        return
    steered = session.steer(wording.prompt, blend_seconds, wording.translated_from)
    buffer = steered.buffer
    answer = Text(
        "steer-answer",
        prompt=escape(steered.piece.typed_prompts[-1]),
        seconds=round(buffer.seconds_received - buffer.seconds_played),
    )
    typed = interaction.type is discord.InteractionType.application_command
    sentences = (answer, *hearing_of(interaction.client.engine, steered.piece))
    content = " ".join(sentence.in_(interaction.locale) for sentence in sentences)
    await interaction.response.send_message(content, ephemeral=not typed)


def require_playing(interaction: discord.Interaction[Busker], seed: int) -> None:
    """Raise RequestError unless the piece of this seed plays: an old card acts on no other."""
    wanted = session_of(interaction).wanted
    if not wanted or wanted[0].piece.seed != seed:
        raise RequestError(Text("button-over"))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Steer())
