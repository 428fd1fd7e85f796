"""/steer: new words take over the music while it plays."""

from __future__ import annotations

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import PROMPT_LENGTH, Piece
from bot.client import Busker
from bot.commands.checks import permitted
from bot.commands.requests import member_of
from bot.errors import RequestError
from bot.rules.markdown import quoted
from bot.rules.rights import Action
from cogs.errors import tell_fault
from cogs.remaking import words_input
from words.text import Text

BLEND_SECONDS: Final = 2.0
"""How long new words take to take over, unless somebody chooses otherwise: about a bar."""

MAX_BLEND_SECONDS: Final = 10.0


class Steer(commands.Cog):
    """Steers what plays."""

    @app_commands.command()
    @app_commands.guild_only()
    async def steer(
        self,
        interaction: discord.Interaction[Busker],
        words: app_commands.Range[str, PROMPT_LENGTH[0], PROMPT_LENGTH[1]],
        blend: app_commands.Range[float, 0.0, MAX_BLEND_SECONDS] = BLEND_SECONDS,
    ) -> None:
        """Steer, and say when it will be heard."""
        await steer(interaction, words, blend)


class Steering(discord.ui.Modal):
    """Asks for the words that are to take over a piece."""

    def __init__(self, locale: object, piece: Piece) -> None:
        super().__init__(title=Text("steer-title").in_(locale))
        self._seed = piece.seed
        self._words = words_input(piece)
        self.add_item(discord.ui.Label(text=Text("steer-words").in_(locale), component=self._words))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Steer that piece, and no other one that plays by now."""
        async with tell_fault(interaction):
            require_playing(interaction, self._seed)
            await steer(interaction, self._words.value, BLEND_SECONDS)


async def steer(interaction: discord.Interaction[Busker], words: str, blend_seconds: float) -> None:
    """Let `words` take over what plays and say so; raises RequestError or PieceError."""
    if (session := await permitted(interaction, Action.STEER, words)) is None:
        return
    steered = session.steer(words, blend_seconds)
    buffer = steered.buffer
    told = Text(
        "steer-answer",
        prompt=quoted(steered.piece.prompts[-1]),
        seconds=round(buffer.seconds_made - buffer.seconds_played),
    )
    typed = interaction.type is discord.InteractionType.application_command
    await interaction.response.send_message(told.in_(interaction.locale), ephemeral=not typed)


def require_playing(interaction: discord.Interaction[Busker], seed: int) -> None:
    """Raise RequestError unless the piece of this seed plays: an old card acts on no other."""
    wanted = interaction.client.session_of(member_of(interaction).guild).wanted
    if not wanted or wanted[0].piece.seed != seed:
        raise RequestError(Text("button-over"))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(Steer())
