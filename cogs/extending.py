"""Extend: a track goes on for some seconds, and the longer track is played and posted."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import discord

from audio.extension import prepare
from audio.files.recording import seconds_of
from audio.piece import LENGTH_SECONDS, Piece, Recording
from bot.client import Busker
from bot.commands.requests import ask, member_of, require_welcome
from bot.errors import RequestError
from bot.rules.markdown import quoted
from bot.store.records import MadeTrack
from bot.tracks.library import kept_file
from cogs.errors import tell_fault
from cogs.remaking import read_origin, tell
from words.text import Text

USUAL_SECONDS: Final = 20


class Extension(discord.ui.Modal):
    """Asks for how many seconds a track is to go on."""

    def __init__(
        self, interaction: discord.Interaction[Busker], track: discord.Attachment | MadeTrack
    ) -> None:
        locale = interaction.locale
        most = interaction.client.settings_in(member_of(interaction).guild).music.longest_seconds
        super().__init__(title=Text("extend-title").in_(locale))
        self._track = track
        self._seconds: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="seconds", default=f"{min(USUAL_SECONDS, most):g}", max_length=5
        )
        label = Text("extend-seconds", least=LENGTH_SECONDS[0], most=most).in_(locale)
        self.add_item(discord.ui.Label(text=label, component=self._seconds))

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Fetch the track where it is, and ask for the longer one."""
        bot: Busker = interaction.client
        async with tell_fault(interaction):
            seconds = _seconds(self._seconds.value)
            await require_welcome(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            if isinstance(self._track, MadeTrack):
                kept = kept_file(bot, self._track)
                if kept is None:
                    raise RequestError(Text("extend-gone"))
                await extend(interaction, self._track.piece, kept, seconds)
            else:
                async with bot.recordings.fetched(self._track) as recording:
                    piece = (await read_origin(bot, recording.path)).piece
                    await extend(interaction, piece, recording.path, seconds)


async def extend(interaction: discord.Interaction[Busker], piece: Piece, path: Path, seconds: float) -> None:
    """Ask for a track that begins like the one at `path` and goes on for `seconds`, and say so.

    Raises RequestError, PieceError or RecordingError.
    """
    bot = interaction.client
    more = bot.settings_in(member_of(interaction).guild).music.piece(piece.prompts[-1], seconds)
    write = partial(prepare, path, bot.engine.info.loudness)
    async with bot.recordings.derived(write) as recording:
        longer = _after(more, recording, await bot.poster.apart(partial(seconds_of, recording.path)))
        before = await ask(interaction, longer)
    told = Text(
        "extend-answer",
        prompt=quoted(longer.prompt),
        seconds=more.seconds,
        total=round(longer.seconds, 1),
        seed=str(longer.seed),
        before=before,
    )
    await tell(interaction, told)


def _after(more: Piece, recording: Recording, prelude: float) -> Piece:
    return replace(more, seconds=prelude + more.seconds, prelude=prelude, continues=recording)


def _seconds(typed: str) -> float:
    """What somebody typed as a length. Raises RequestError."""
    try:
        return float(typed.replace(",", "."))
    except ValueError as error:
        raise RequestError(Text("extend-no-number", typed=quoted(typed))) from error
