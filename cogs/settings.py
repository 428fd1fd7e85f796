"""/settings: what holds in this server, shown as a card and changed by options."""

from __future__ import annotations

import dataclasses
import logging
from typing import Final, Literal

import discord
from discord import app_commands
from discord.ext import commands

from audio.piece import INTERVAL_SECONDS, LENGTH_SECONDS
from bot.card import COLOUR
from bot.client import Busker
from bot.errors import NotAllowed, RequestError
from bot.permissions import posting_channel
from bot.settings import Format, Settings
from bot.standing import manages
from bot.store.records import GuildChoices, Rights
from cogs.compose import LONGEST_EVER
from cogs.playback import LOUDEST_PERCENT

MOST_WAITING: Final = 100
MOST_MINUTES: Final = 1440

Choosable = Literal[
    "length",
    "interval",
    "volume",
    "rights",
    "dj_role",
    "tracks_in",
    "format",
    "waiting",
    "minutes",
    "announce",
]
_FIELDS: Final[dict[Choosable, str]] = {
    "length": "seconds",
    "interval": "interval",
    "volume": "volume",
    "rights": "rights",
    "dj_role": "dj_role_id",
    "tracks_in": "posting_channel_id",
    "format": "format",
    "waiting": "most_waiting",
    "minutes": "seconds_a_day",
    "announce": "announce",
}
"""The field of GuildChoices that an option of the command changes."""

MANAGERS_ONLY: Final = "Only who may manage this server can change Busker's settings."
TOO_LONG: Final = "The longest piece that this Busker composes is {longest:g} s; choose a length up to that."
NO_ROLE: Final = "To leave the music to DJs, name their role as well: the option dj_role."
EVERYBODY: Final = "Everybody has the role {role}; choose another, or rights: free."
NOT_WRITTEN: Final = "This Busker does not write {format}; it writes {formats}."

TITLE: Final = "Settings"
SHOWN: Final = "Each option of /settings changes one of them; the option reset takes one back."
CHANGED: Final = "Changed, from now on."
LABELS: Final[dict[Choosable, str]] = {
    "length": "Length",
    "interval": "Interval",
    "volume": "Volume",
    "rights": "Who acts on the music",
    "dj_role": "DJ role",
    "tracks_in": "Tracks are posted",
    "format": "Format",
    "waiting": "Waiting pieces",
    "minutes": "Music a day",
    "announce": "Voice channel's status",
}
RIGHTS: Final[dict[Rights, str]] = {
    "free": "every listener",
    "vote": "most listeners together",
    "dj": "those with the DJ role",
}
DEFAULT: Final = "{value} (default)"
AUTOMATIC: Final = "automatic"
NOBODY: Final = "none"
NO_LIMIT: Final = "without limit"
WHERE_ASKED: Final = "where they were asked for"
ANNOUNCED: Final = {True: "says what plays", False: "is left alone"}

_log = logging.getLogger(__name__)


class SettingsCog(commands.Cog, name="Settings"):
    """Shows and changes the choices of a guild."""

    @app_commands.command(description="What holds in this server: length, volume, rights, caps and more")
    @app_commands.describe(
        length="Seconds of music when nobody says, 10 or more",
        interval="Seconds of music made between two deliveries, 0.5 to 2.5",
        volume="Percent that music starts at, 0 to 100",
        rights="Who may skip, stop, pause and the like, besides who asked and managers",
        dj_role="The role for rights: dj",
        tracks_in="The text channel where finished tracks are posted",
        format="The format of tracks, where the file fits",
        waiting="Pieces of one person that may wait or play; 0 is without limit",
        minutes="Minutes of music that one person may ask for in a day; 0 is without limit",
        announce="Whether the voice channel's status says what plays",
        reset="Take one choice back, or all of them",
    )
    @app_commands.default_permissions(manage_guild=True)
    @app_commands.guild_only()
    async def settings(
        self,
        interaction: discord.Interaction[Busker],
        length: app_commands.Range[float, LENGTH_SECONDS[0], LONGEST_EVER] | None = None,
        interval: app_commands.Range[float, INTERVAL_SECONDS[0], INTERVAL_SECONDS[1]] | None = None,
        volume: app_commands.Range[int, 0, LOUDEST_PERCENT] | None = None,
        rights: Rights | None = None,
        dj_role: discord.Role | None = None,
        tracks_in: discord.TextChannel | None = None,
        format: Format | None = None,  # noqa: A002
        waiting: app_commands.Range[int, 0, MOST_WAITING] | None = None,
        minutes: app_commands.Range[int, 0, MOST_MINUTES] | None = None,
        announce: bool | None = None,
        reset: Literal[Choosable, "everything"] | None = None,
    ) -> None:
        """Check what was chosen, keep it, and show the card."""
        guild, bot = interaction.guild, interaction.client
        assert guild is not None  # guild_only
        if not manages(interaction):  # a server can offer the command to others
            raise NotAllowed(MANAGERS_ONLY)
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
        )
        if dj_role is not None and dj_role.is_default():
            raise RequestError(EVERYBODY.format(role=dj_role.mention))
        if tracks_in is not None:
            posting_channel(tracks_in, tracks_in.permissions_for(guild.me))
        before = bot.store.choices_of(guild.id)
        chosen = _changed(before, wanted, reset)
        _check(chosen, wanted, bot.settings)
        if chosen != before:
            # Once more on the store's thread, over what another manager may have chosen meanwhile.
            chosen = await bot.store.choose(guild.id, lambda latest: _changed(latest, wanted, reset))
            _log.info("%s changed the settings of %s: %s", interaction.user, guild, chosen)
        if chosen.volume != before.volume:
            bot.session_of(guild).volume = bot.settings_in(guild).voice.volume
        await interaction.response.send_message(
            content=None if chosen == before else CHANGED,
            embed=card(chosen, bot.settings_in(guild)),
            ephemeral=True,
        )


def card(chosen: GuildChoices, settings: Settings) -> discord.Embed:
    """What holds where this was chosen; `settings` are those of the guild."""
    rights, formats = settings.rights, ", then ".join(settings.tracks.formats)
    values: dict[Choosable, str] = {
        "length": f"{settings.music.default_seconds:g} s",
        "interval": AUTOMATIC if chosen.interval is None else f"{chosen.interval:g} s",
        "volume": f"{settings.voice.volume:.0%}",
        "rights": RIGHTS[rights.mode],
        "dj_role": NOBODY if chosen.dj_role_id is None else f"<@&{chosen.dj_role_id}>",
        "tracks_in": f"in <#{chosen.posting_channel_id}>" if chosen.posting_channel_id else WHERE_ASKED,
        "format": formats,
        "waiting": f"{rights.most_waiting} a person" if rights.most_waiting else NO_LIMIT,
        "minutes": f"{rights.seconds_a_day / 60:g} min a person" if rights.seconds_a_day else NO_LIMIT,
        "announce": ANNOUNCED[settings.voice.announce],
    }
    embed = discord.Embed(title=TITLE, colour=COLOUR).set_footer(text=SHOWN)
    for option, value in values.items():
        default = getattr(chosen, _FIELDS[option]) is None
        embed.add_field(name=LABELS[option], value=DEFAULT.format(value=value) if default else value)
    return embed


def _changed(
    before: GuildChoices, wanted: GuildChoices, reset: Choosable | Literal["everything"] | None
) -> GuildChoices:
    """The choices after the reset and what was chosen along with it."""
    if reset == "everything":
        before = GuildChoices()
    elif reset is not None:
        before = dataclasses.replace(before, **{_FIELDS[reset]: None})
    given = {key: value for key, value in dataclasses.asdict(wanted).items() if value is not None}
    return dataclasses.replace(before, **given)


def _check(chosen: GuildChoices, wanted: GuildChoices, settings: Settings) -> None:
    """Raises RequestError with a sentence on what cannot hold; an old choice does not hinder a new one."""
    longest, formats = settings.music.longest_seconds, settings.tracks.formats
    if wanted.seconds is not None and wanted.seconds > longest:
        raise RequestError(TOO_LONG.format(longest=longest))
    if chosen.rights == "dj" and chosen.dj_role_id is None:
        raise RequestError(NO_ROLE)
    if wanted.format is not None and wanted.format not in formats:
        raise RequestError(NOT_WRITTEN.format(format=wanted.format, formats=" and ".join(formats)))


async def setup(bot: Busker) -> None:
    """Called by discord.py when the extension is loaded."""
    await bot.add_cog(SettingsCog())
