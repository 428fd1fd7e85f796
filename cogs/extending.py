"""Extend: a track continues for some seconds; the longer track is played and posted."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import discord

from audio.extension import prepare
from audio.files.recording import seconds_of
from audio.piece import LENGTH_SECONDS, Piece, Recording
from bot.client import Busker
from bot.commands.checks import member_of
from bot.errors import RequestError
from bot.rules.markdown import escape, truncate
from bot.rules.numbers import parse_number
from bot.store.records import MadeTrack
from cogs.errors import Paced, errors_answered
from cogs.interactions import reply
from cogs.remaking import stated_origin
from words.text import Text

DEFAULT_SECONDS: Final = 20
"""Proposed extension [s], where the guild allows as much."""


class Extension(Paced, discord.ui.Modal):
    """A form for the number of seconds by which a track is extended."""

    def __init__(
        self, interaction: discord.Interaction[Busker], track: discord.Attachment | MadeTrack
    ) -> None:
        locale, guild = interaction.locale, member_of(interaction).guild
        max_seconds = interaction.client.guild_settings.of(guild.id).music.longest_seconds
        super().__init__(title=Text("extend-title").in_(locale))
        self._track = track
        self._seconds: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="seconds", default=f"{min(DEFAULT_SECONDS, max_seconds):g}", max_length=5
        )
        label = Text("extend-seconds", least=LENGTH_SECONDS[0], most=max_seconds).in_(locale)
        self.add_item(discord.ui.Label(text=label, component=self._seconds))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Get the file of the track and request the longer one."""
        bot: Busker = interaction.client
        async with errors_answered(interaction):
            seconds = _seconds(self._seconds.value)

            async def check() -> None:
                await bot.requests.require_capacity(bot.requests.admit(interaction), seconds)

            await check()
            await interaction.response.defer(ephemeral=True, thinking=True)
            if isinstance(self._track, MadeTrack):
                file = bot.library.file_of(self._track)
                if file is None:
                    raise RequestError(Text("extend-gone"))
                await extend(interaction, self._track.piece, file, seconds)
            else:
                fetched = bot.attachments.fetched_track(self._track, member_of(interaction), check)
                async with fetched as (recording, tags):
                    piece = stated_origin(tags, self._track).piece
                    await extend(interaction, piece, recording.path, seconds)


async def extend(interaction: discord.Interaction[Busker], piece: Piece, path: Path, seconds: float) -> None:
    """Request a track that begins like the one at `path` and continues for `seconds`, and answer.

    Raises RequestError, PieceError or RecordingError.
    """
    bot, guild = interaction.client, member_of(interaction).guild
    latest = piece.beginning_with(len(piece.prompt_changes))
    added = replace(
        bot.guild_settings.of(guild.id).music.piece(latest.prompt, seconds),
        prompt=latest.prompt,
        translated_from=latest.translated_from,
    )
    write = partial(prepare, path, bot.engine.info.loudness)
    async with bot.attachments.derived(write) as recording:
        prelude = await asyncio.to_thread(seconds_of, recording.path)
        extended = _after(added, recording, prelude)
        before = await bot.requests.submit(bot.requests.admit(interaction), extended)
    answer = Text(
        "extend-answer",
        prompt=escape(extended.typed_prompt),
        seconds=added.seconds,
        total=round(extended.seconds, 1),
        seed=str(extended.seed),
        before=before,
    )
    await reply(interaction, answer)


def _after(added: Piece, recording: Recording, prelude: float) -> Piece:
    """Return `added` after a recording of `prelude` seconds, as one piece."""
    return replace(added, seconds=prelude + added.seconds, prelude=prelude, continues=recording)


def _seconds(typed: str) -> float:
    """Parse a length [s], with a decimal point or comma. Raises RequestError."""
    if (seconds := parse_number(typed)) is None:
        raise RequestError(Text("extend-no-number", typed=escape(truncate(typed))))
    return seconds
