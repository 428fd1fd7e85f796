"""Records of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audio.piece import Piece

Rights = Literal["free", "vote", "dj"]
"""The members who may act on the music: every listener, a majority of them, or those with the DJ role."""


@dataclass(frozen=True, slots=True)
class RoleQuota:
    """The limits of members with a role; None means the limit for everybody, 0 no limit."""

    role_id: int
    most_waiting: int | None = None
    """Pieces of one person that may play or wait."""
    seconds_a_day: float | None = None
    """Music that one person may request per day, UTC [s]."""


@dataclass(frozen=True, slots=True)
class GuildChoices:
    """The choices of a guild's managers; None means the setting of `config.toml`."""

    seconds: float | None = None
    """Default length of a piece [s]."""
    interval: float | None = None
    """Length of the engine's chunks [s]."""
    volume: float | None = None
    """Initial amplitude, 0 to 1."""
    rights: Rights | None = None
    dj_role_id: int | None = None
    posting_channel_id: int | None = None
    """Channel for tracks; None is the channel of the request."""
    format: str | None = None
    """Preferred format of tracks."""
    most_waiting: int | None = None
    """Pieces of one person that may play or wait; 0 is no limit."""
    seconds_a_day: float | None = None
    """Music that one person may request per day, UTC [s]; 0 is no limit."""
    announce: bool | None = None
    """Show what plays as the voice channel's status."""
    translate: bool | None = None
    """Turn prompts in other languages into English."""
    blocked_words: tuple[str, ...] | None = None
    """Words that no prompt may have, besides the operator's; see `bot.config.word_list`."""
    blocked_ids: tuple[int, ...] | None = None
    """Members and roles who may not request music, besides the operator's."""
    role_quotas: tuple[RoleQuota, ...] | None = None
    """Limits of roles."""


@dataclass(frozen=True, slots=True)
class MadeTrack:
    """A finished track. Its checkpoint reproduces it from `piece`, except excerpts and `from_recording`."""

    id: int
    guild_id: int
    member_id: int
    """The requester."""
    piece: Piece
    checkpoint: str
    revision: str
    channel_id: int
    """The channel that it was posted in, or should have been."""
    message_id: int | None
    """The message with the track; None if it could not be posted."""
    file: str | None
    """File name in the folder of tracks; None once it is deleted."""
    made_at: float
    """When it was written [s since the epoch]."""
    parent_id: int | None = None
    """The parent channel, if it was posted in a public thread."""
    from_recording: bool = False
    """It was composed on a member's sound file, which is deleted by now and missing in `piece`."""

    @property
    def link(self) -> str | None:
        """URL of the message with the track, None if it could not be posted."""
        if self.message_id is None:
            return None
        return PostedMessage(self.guild_id, self.channel_id, self.message_id).link


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message of Busker's: a track or a card."""

    guild_id: int
    channel_id: int
    message_id: int

    @property
    def link(self) -> str:
        """URL of the message."""
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{self.message_id}"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An unfinished piece, with everything that a restart needs to continue it."""

    request_id: int
    """Id of the performance; it survives restarts."""
    guild_id: int
    member_id: int
    voice_channel_id: int
    text_channel_id: int
    piece: Piece
    """With the prompt changes so far."""
    saved_file: str | None
    """The file, relative to the folder of tracks, that is played instead of composing."""
    place: int | None
    """Index in the queue; None if it only remains to be composed and posted."""
    begun: bool
    """Composing has begun."""
    frames_played: int
    restarts: int
    """Restarts since it was requested."""
    noted_at: float
    """When it was last known to be unfinished [s since the epoch]."""
    track_id: int | None = None
    """Id of its track, once that is written. Only `Store.add_track` sets it."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """The tracks that a member may see: their own, and those in channels that they can read."""

    member_id: int
    channels: frozenset[int]

    def includes(self, track: MadeTrack) -> bool:
        """True if the member may see the track."""
        return track.member_id == self.member_id or track.channel_id in self.channels
