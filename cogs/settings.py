"""/settings: the settings of the server, shown as an embed and changed by options."""

from __future__ import annotations

import contextlib
import logging
from typing import Final

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import INTERVAL_SECONDS, LENGTH_SECONDS
from bot.client import Busker
from bot.commands.checks import manages
from bot.config.settings import Format, Settings
from bot.errors import NotAllowed, NotWaiting, RequestError
from bot.rules import moderation
from bot.rules.automod import can_read
from bot.rules.permissions import posting_channel
from bot.rules.settings_change import EVERYTHING, SettingsChange, words_of
from bot.store.records import GuildChoices, Rights
from bot.ui.settings_embed import OPTIONS, Shown, settings_embed
from cogs.compose import MAX_LENGTH_SECONDS
from cogs.playback import MAX_PERCENT
from words.text import Text

MAX_WAITING: Final = 100
"""Highest limit of waiting pieces per person."""

MAX_MINUTES: Final = 1440
"""Highest daily limit: the whole day."""

MAX_LIST_CHARS: Final = 1000
"""Longest list of words in one use of the command."""

_log = logging.getLogger(__name__)


class SettingsCog(commands.Cog, name="Settings"):
    """/settings."""

    @app_commands.command()
    @app_commands.choices(
        reset=[app_commands.Choice(name=option, value=option) for option in (*OPTIONS, EVERYTHING)]
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(
        self,
        interaction: discord.Interaction[Busker],
        length: app_commands.Range[float, LENGTH_SECONDS[0], MAX_LENGTH_SECONDS] | None = None,
        interval: app_commands.Range[float, INTERVAL_SECONDS[0], INTERVAL_SECONDS[1]] | None = None,
        volume: app_commands.Range[int, 0, MAX_PERCENT] | None = None,
        rights: Rights | None = None,
        dj_role: discord.Role | None = None,
        tracks_in: discord.TextChannel | None = None,
        format: Format | None = None,  # noqa: A002
        waiting: app_commands.Range[int, 0, MAX_WAITING] | None = None,
        minutes: app_commands.Range[int, 0, MAX_MINUTES] | None = None,
        role: discord.Role | None = None,
        block_words: app_commands.Range[str, 1, MAX_LIST_CHARS] | None = None,
        allow_words: app_commands.Range[str, 1, MAX_LIST_CHARS] | None = None,
        block: discord.Member | discord.User | discord.Role | None = None,
        allow: discord.Member | discord.User | discord.Role | None = None,
        announce: bool | None = None,
        translate: bool | None = None,
        reset: str | None = None,
    ) -> None:
        """Validate and store the choices, and show the settings."""
        guild, bot = interaction.guild, interaction.client
        assert guild is not None  # guild_only
        if not manages(interaction):  # a server can grant the command to others
            raise NotAllowed(Text("settings-managers-only"))
        wanted = GuildChoices(
            seconds=length,
            interval=interval,
            volume=None if volume is None else volume / 100,
            rights=rights,
            dj_role_id=None if dj_role is None else dj_role.id,
            posting_channel_id=None if tracks_in is None else tracks_in.id,
            format=format,
            most_waiting=waiting,
            seconds_a_day=None if minutes is None else minutes * 60.0,
            announce=announce,
            translate=translate,
        )
        change = SettingsChange(
            wanted,
            role_id=None if role is None else role.id,
            block_words=words_of(block_words),
            allow_words=words_of(allow_words),
            block_id=None if block is None else block.id,
            allow_id=None if allow is None else allow.id,
            reset=OPTIONS[reset].field if reset is not None and reset in OPTIONS else reset,
        )
        if dj_role is not None and dj_role.is_default():
            raise RequestError(
                Text("settings-everybody", role=dj_role.mention, free=Text("command-choice", choice="free"))
            )
        if guild.id in (change.role_id, change.block_id):
            raise RequestError(Text("settings-whole-server", role=guild.default_role.mention))
        if tracks_in is not None:
            posting_channel(tracks_in, tracks_in.permissions_for(guild.me))
        before = bot.store.choices_of(guild.id)
        chosen = change.apply(before)
        _validate(chosen, wanted, bot.settings)
        await bot.automod.refresh(guild)
        if chosen != before:
            # Apply it again on the store's thread, to what another manager may have chosen meanwhile.
            chosen = await bot.store.choose(guild.id, change.apply)
            _log.info("%s changed the settings of %s", interaction.user.id, guild.id)
        if (chosen.blocked_words, chosen.blocked_ids) != (before.blocked_words, before.blocked_ids):
            _drop_blocked(bot, guild)
        if chosen.volume != before.volume:
            bot.sessions.of(guild).set_default_volume(bot.guild_settings.of(guild.id).voice.volume)
        shown = Shown(chosen, bot.guild_settings.of(guild.id), guild)
        await interaction.response.send_message(
            content=None if chosen == before else Text("settings-changed").in_(interaction.locale),
            embed=settings_embed(shown, _automod(bot, guild), interaction.locale),
            ephemeral=True,
        )


def _drop_blocked(bot: Busker, guild: discord.Guild) -> None:
    """Remove waiting pieces that could not be requested any more."""
    if (session := bot.sessions.get(guild.id)) is None:
        return
    for performance in session.queue.waiting:
        request, texts = performance.request, moderation.words_of(performance.piece)
        if not bot.moderation.permits(request.requester, request.text_channel, texts):
            with contextlib.suppress(NotWaiting):  # it is about to play
                session.remove(performance)


def _automod(bot: Busker, guild: discord.Guild) -> Text:
    """Return what Busker does with the AutoMod rules of a guild."""
    if not can_read(guild):
        return Text("settings-automod-unread")
    rules, patterns = len(bot.automod.rules_of(guild.id)), bot.automod.unread_patterns_of(guild.id)
    if patterns:
        return Text("settings-automod-patterns", rules=rules, patterns=patterns)
    return Text("settings-automod-read", rules=rules)


def _validate(chosen: GuildChoices, wanted: GuildChoices, settings: Settings) -> None:
    """Raise RequestError if a new choice is invalid. Old choices are not judged again."""
    max_seconds, formats = settings.music.longest_seconds, settings.tracks.formats
    if wanted.seconds is not None and wanted.seconds > max_seconds:
        raise RequestError(Text("settings-too-long", longest=max_seconds))
    if chosen.rights == "dj" and chosen.dj_role_id is None:
        raise RequestError(Text("settings-no-role"))
    if wanted.format is not None and wanted.format not in formats:
        raise RequestError(Text("settings-not-written", format=wanted.format, formats=tuple(formats)))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(SettingsCog())
