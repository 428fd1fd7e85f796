"""The embed of `/settings`: each setting of a guild, with what its managers chose and what is the default."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import discord

from bot.rules.markdown import escape, truncate
from bot.ui.card import COLOUR
from words.text import Text

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from bot.store.records import GuildChoices, RoleQuota

MAX_WORDS_CHARS: Final = 300
"""Characters of blocked words that are shown: all are known to those who added them."""

MAX_SHOWN: Final = 20
"""Blocked members and roles that are named."""


class Shown(NamedTuple):
    """What there is to show of a guild."""

    chosen: GuildChoices
    settings: Settings
    """With what was chosen."""
    guild: discord.Guild


class Option(NamedTuple):
    """An option of the command: the field of GuildChoices that it changes, and how it is shown."""

    field: str
    shown: Callable[[Shown], Text]


def _interval(shown: Shown) -> Text:
    if shown.chosen.interval is None:
        return Text("settings-automatic")
    return Text("settings-seconds", seconds=shown.chosen.interval)


def _dj_role(shown: Shown) -> Text:
    if shown.chosen.dj_role_id is None:
        return Text("settings-no-dj-role")
    return Text("settings-dj-role", role=f"<@&{shown.chosen.dj_role_id}>")


def _tracks_in(shown: Shown) -> Text:
    if shown.chosen.posting_channel_id is None:
        return Text("settings-posted-where-asked")
    return Text("settings-posted-in", channel=f"<#{shown.chosen.posting_channel_id}>")


def _translate(shown: Shown) -> Text:
    return Text("settings-translated") if shown.settings.music.translate else Text("settings-not-translated")


def _announce(shown: Shown) -> Text:
    return Text("settings-announced") if shown.settings.voice.announce else Text("settings-not-announced")


def _format(shown: Shown) -> Text:
    """Return the formats as a sentence, the preferred one first."""
    first, *others = shown.settings.tracks.formats
    text = Text("settings-format", format=first)
    for then in others:
        text = Text("settings-formats", first=text, then=then)
    return text


def _waiting(pieces: int) -> Text:
    return Text("settings-waiting", pieces=pieces)


def _minutes(seconds: float) -> Text:
    return Text("settings-minutes", minutes=seconds / 60)


def _role_quotas(shown: Shown) -> Text:
    quotas = shown.chosen.role_quotas
    return _lines([_role_quota(quota) for quota in quotas]) if quotas else Text("settings-nothing")


def _role_quota(quota: RoleQuota) -> Text:
    limits = [] if quota.most_waiting is None else [_waiting(quota.most_waiting)]
    if quota.seconds_a_day is not None:
        limits.append(_minutes(quota.seconds_a_day))
    return Text("settings-role-quota", role=f"<@&{quota.role_id}>", limits=tuple(limits))


def _blocked_words(shown: Shown) -> Text:
    words = shown.chosen.blocked_words
    if not words:
        return Text("settings-nothing")
    listed = escape(truncate(", ".join(words), MAX_WORDS_CHARS))
    return Text("settings-blocked-words", count=len(words), listed=listed)


def _blocked_ids(shown: Shown) -> Text:
    ids = shown.chosen.blocked_ids
    if not ids:
        return Text("settings-nothing")
    roles = {role.id for role in shown.guild.roles}
    mentions = [f"<@&{each}>" if each in roles else f"<@{each}>" for each in ids[:MAX_SHOWN]]
    more = ["…"] if len(ids) > MAX_SHOWN else []
    return Text("settings-blocked", listed=" ".join(mentions + more))


def _lines(texts: Sequence[Text]) -> Text:
    lines = texts[0]
    for then in texts[1:]:
        lines = Text("settings-lines", first=lines, then=then)
    return lines


OPTIONS: Final[Mapping[str, Option]] = {
    "length": Option(
        "seconds", lambda shown: Text("settings-seconds", seconds=shown.settings.music.default_seconds)
    ),
    "interval": Option("interval", _interval),
    "volume": Option("volume", lambda shown: Text("settings-volume", share=shown.settings.voice.volume)),
    "rights": Option("rights", lambda shown: Text("settings-rights", rights=shown.settings.rights.mode)),
    "dj_role": Option("dj_role_id", _dj_role),
    "tracks_in": Option("posting_channel_id", _tracks_in),
    "format": Option("format", _format),
    "waiting": Option("most_waiting", lambda shown: _waiting(shown.settings.rights.most_waiting)),
    "minutes": Option("seconds_a_day", lambda shown: _minutes(shown.settings.rights.seconds_a_day)),
    "role": Option("role_quotas", _role_quotas),
    "block_words": Option("blocked_words", _blocked_words),
    "block": Option("blocked_ids", _blocked_ids),
    "announce": Option("announce", _announce),
    "translate": Option("translate", _translate),
}
"""By their names, in the order in which they are shown."""


def settings_embed(shown: Shown, automod: Text, locale: discord.Locale) -> discord.Embed:
    """Return the settings of a guild, with what is chosen and what is the default."""
    footer = Text("settings-shown").in_(locale)
    embed = discord.Embed(title=Text("settings-title").in_(locale), colour=COLOUR).set_footer(text=footer)
    for name, option in OPTIONS.items():
        value = option.shown(shown)
        if getattr(shown.chosen, option.field) is None:
            value = Text("settings-default", value=value)
        embed.add_field(name=Text("settings-label", option=name).in_(locale), value=value.in_(locale))
    return embed.add_field(name=Text("settings-automod").in_(locale), value=automod.in_(locale))
