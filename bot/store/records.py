"""The records of the store, as the rest of the bot sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from audio.piece import Piece

Rights = Literal["free", "vote", "dj"]
"""Who may act on the music: every listener, most of them together, or those with a role."""


@dataclass(frozen=True, slots=True)
class GuildChoices:
    """What the managers of a guild chose; None leaves a thing to `config.toml`."""

    seconds: float | None = None
    """How long a piece is when nobody says."""
    interval: float | None = None
    """Seconds between two deliveries of the engine."""
    volume: float | None = None
    """The amplitude that music starts at, 0 to 1."""
    rights: Rights | None = None
    dj_role_id: int | None = None
    posting_channel_id: int | None = None
    """Where tracks are posted; None is where they were asked for."""
    format: str | None = None
    """The format to try first."""
    most_waiting: int | None = None
    """Pieces of one person that may wait or play; 0 is without limit."""
    seconds_a_day: float | None = None
    """Music that one person may ask for in a day (UTC); 0 is without limit."""
    announce: bool | None = None
    """Whether the voice channel's status says what plays."""


@dataclass(frozen=True, slots=True)
class MadeTrack:
    """A track. With the same checkpoint `piece` makes it again, but for excerpts and `from_recording`."""

    id: int
    guild_id: int
    member_id: int
    """Who asked for it."""
    piece: Piece
    checkpoint: str
    revision: str
    channel_id: int
    """Where it was posted, or was to be."""
    message_id: int | None
    """The message that brought it; None when it could not be posted."""
    file: str | None
    """Its name in the folder of tracks; None when it was not kept."""
    made_at: float
    """Seconds since the Unix epoch."""
    parent_id: int | None = None
    """The channel of the public thread that it was posted in, if it was one."""
    from_recording: bool = False
    """Whether a sound file was heard for it, which is not kept; `piece` lacks it."""

    @property
    def link(self) -> str | None:
        """The address of the message that brought it."""
        if self.message_id is None:
            return None
        return f"https://discord.com/channels/{self.guild_id}/{self.channel_id}/{self.message_id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A piece that was asked for and is not over, with all that a restart needs to go on with it."""

    ticket: int
    """The piece's own number."""
    guild_id: int
    member_id: int
    voice_channel_id: int
    text_channel_id: int
    piece: Piece
    """With the turns that it has taken so far."""
    kept: str | None
    """The name of the file that is played instead of composing."""
    place: int | None
    """In the queue, from 0 on; None when it has left it and is only to be made and posted."""
    begun: bool
    """Whether composing has begun, or more."""
    frames_played: int
    restarts: int
    """How many restarts it has seen."""
    noted_at: float
    """When it was last known that it is not over, in seconds since the epoch."""
    track_id: int | None = None
    """Its track, once that is written. Set by `Store.add_track` alone."""


@dataclass(frozen=True, slots=True)
class Visibility:
    """Which tracks a member may see: their own, and those posted in these channels.

    What was made in a channel is nobody's business who may not read there.
    """

    member_id: int
    channels: frozenset[int]
