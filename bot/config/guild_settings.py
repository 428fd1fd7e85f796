"""Settings of a guild: the choices of its managers override the environment and the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from bot.config.settings import Settings
    from bot.store.records import GuildChoices
    from bot.store.repository import Store

Section = TypeVar("Section", bound=BaseModel)


class GuildSettings:
    """Settings of each guild. The client creates one instance; it is used on the event loop."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def of(self, guild_id: int) -> Settings:
        """Return the operator's settings with the choices of the guild's managers."""
        return settings_with(self._settings, self._store.choices_of(guild_id))


def settings_with(settings: Settings, choices: GuildChoices) -> Settings:
    """Return `settings` with the choices of a guild applied.

    A choice was valid when it was made, but the operator may have tightened the limits since.
    """
    music, voice, rights, tracks = settings.music, settings.voice, settings.rights, settings.tracks
    formats = tracks.formats
    if choices.format in formats:
        formats = (choices.format, *(other for other in formats if other != choices.format))
    seconds = music.default_seconds if choices.seconds is None else choices.seconds
    return settings.model_copy(
        update={
            "music": _override(
                music,
                default_seconds=min(seconds, music.longest_seconds),
                translate=choices.translate,
            ),
            "voice": _override(voice, volume=choices.volume, announce=choices.announce),
            "rights": _override(
                rights,
                mode=choices.rights,
                most_waiting=choices.most_waiting,
                seconds_a_day=choices.seconds_a_day,
                blocked_words=(*rights.blocked_words, *(choices.blocked_words or ())),
                blocked_ids=(*rights.blocked_ids, *(choices.blocked_ids or ())),
            ),
            "tracks": tracks.model_copy(update={"formats": formats}),
        }
    )


def _override(section: Section, **chosen: object) -> Section:
    return section.model_copy(update={key: value for key, value in chosen.items() if value is not None})
