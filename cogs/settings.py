"""/settings: the settings of the server, shown as an embed and changed by options."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import INTERVAL_SECONDS, LENGTH_SECONDS
from bot.client import Busker
from bot.commands.checks import manages
from bot.config.settings import Format, Settings
from bot.errors import NotAllowed, RequestError
from bot.rules.permissions import posting_channel
from bot.store.records import GuildChoices, Rights
from bot.ui.card import COLOUR
from cogs.compose import MAX_LENGTH_SECONDS
from cogs.playback import MAX_PERCENT
from words.text import Text

MAX_WAITING: Final = 100
"""Highest limit of waiting pieces per person."""

MAX_MINUTES: Final = 1440
"""Highest daily limit: the whole day."""

EVERYTHING: Final = "everything"
"""Value of the option `reset` for all options."""

_log = logging.getLogger(__name__)


class Option(NamedTuple):
    """An option of the command: the field of GuildChoices that it changes, and how it is shown."""

    field: str
    shown: Callable[[GuildChoices, Settings], Text]


def _interval(chosen: GuildChoices, _: Settings) -> Text:
    if chosen.interval is None:
        return Text("settings-automatic")
    return Text("settings-seconds", seconds=chosen.interval)


def _dj_role(chosen: GuildChoices, _: Settings) -> Text:
    if chosen.dj_role_id is None:
        return Text("settings-no-dj-role")
    return Text("settings-dj-role", role=f"<@&{chosen.dj_role_id}>")


def _tracks_in(chosen: GuildChoices, _: Settings) -> Text:
    if chosen.posting_channel_id is None:
        return Text("settings-posted-where-asked")
    return Text("settings-posted-in", channel=f"<#{chosen.posting_channel_id}>")


def _translate(_: GuildChoices, settings: Settings) -> Text:
    return Text("settings-translated") if settings.music.translate else Text("settings-not-translated")


def _announce(_: GuildChoices, settings: Settings) -> Text:
    return Text("settings-announced") if settings.voice.announce else Text("settings-not-announced")


OPTIONS: Final[Mapping[str, Option]] = {
    "length": Option(
        "seconds", lambda _, settings: Text("settings-seconds", seconds=settings.music.default_seconds)
    ),
    "interval": Option("interval", _interval),
    "volume": Option("volume", lambda _, settings: Text("settings-volume", share=settings.voice.volume)),
    "rights": Option("rights", lambda _, settings: Text("settings-rights", rights=settings.rights.mode)),
    "dj_role": Option("dj_role_id", _dj_role),
    "tracks_in": Option("posting_channel_id", _tracks_in),
    "format": Option("format", lambda _, settings: _in_order(settings.tracks.formats)),
    "waiting": Option(
        "most_waiting", lambda _, settings: Text("settings-waiting", pieces=settings.rights.most_waiting)
    ),
    "minutes": Option(
        "seconds_a_day",
        lambda _, settings: Text("settings-minutes", minutes=settings.rights.seconds_a_day / 60),
    ),
    "announce": Option("announce", _announce),
    "translate": Option("translate", _translate),
}
"""By their names, in the order in which they are shown."""


def _in_order(formats: Sequence[str]) -> Text:
    """Return formats as a sentence, the preferred one first."""
    text = Text("settings-format", format=formats[0])
    for then in formats[1:]:
        text = Text("settings-formats", first=text, then=then)
    return text


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
        if dj_role is not None and dj_role.is_default():
            raise RequestError(
                Text("settings-everybody", role=dj_role.mention, free=Text("command-choice", choice="free"))
            )
        if tracks_in is not None:
            posting_channel(tracks_in, tracks_in.permissions_for(guild.me))
        before = bot.store.choices_of(guild.id)
        chosen = _changed(before, wanted, reset)
        _validate(chosen, wanted, bot.settings)
        if chosen != before:
            # Apply it again on the store's thread, to what another manager may have chosen meanwhile.
            chosen = await bot.store.choose(guild.id, lambda latest: _changed(latest, wanted, reset))
            _log.info("%s changed the settings of %s: %s", interaction.user, guild, chosen)
        if chosen.volume != before.volume:
            bot.sessions.of(guild).set_default_volume(bot.guild_settings.of(guild.id).voice.volume)
        await interaction.response.send_message(
            content=None if chosen == before else Text("settings-changed").in_(interaction.locale),
            embed=settings_embed(chosen, bot.guild_settings.of(guild.id), interaction.locale),
            ephemeral=True,
        )


def settings_embed(chosen: GuildChoices, settings: Settings, locale: discord.Locale) -> discord.Embed:
    """Return the settings of a guild, with what is `chosen` and what is the default."""
    footer = Text("settings-shown").in_(locale)
    embed = discord.Embed(title=Text("settings-title").in_(locale), colour=COLOUR).set_footer(text=footer)
    for name, option in OPTIONS.items():
        value = option.shown(chosen, settings)
        if getattr(chosen, option.field) is None:
            value = Text("settings-default", value=value)
        embed.add_field(name=Text("settings-label", option=name).in_(locale), value=value.in_(locale))
    return embed


def _changed(before: GuildChoices, wanted: GuildChoices, reset: str | None) -> GuildChoices:
    """Return the choices after the reset and the new choices along with it."""
    if reset == EVERYTHING:
        before = GuildChoices()
    elif reset is not None:
        before = dataclasses.replace(before, **{OPTIONS[reset].field: None})
    given = {key: value for key, value in dataclasses.asdict(wanted).items() if value is not None}
    return dataclasses.replace(before, **given)


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
