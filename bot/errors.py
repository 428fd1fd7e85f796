"""The bot's part of the tree in `audio/errors.py`. `str(error)` is a sentence for people.

BuskerError
├── StartError              the bot cannot start
│   ├── SettingsError       a key of config.toml or the environment is wrong
│   └── TokenError          the token is missing, malformed or revoked
├── StoreError              the store is damaged, newer or another program's, or the disk fails
└── RequestError            a member's request is not possible here or now
    ├── NotListening        the member is in no voice channel, or not where the music plays
    ├── ChannelClosed       the channel is full, or Busker lacks permissions in it
    ├── NotAllowed          the rules of the guild do not allow it to this member
    ├── CapReached          the member is at a limit per person
    ├── TooFast             the member sends more commands than they may
    ├── QueueFull           the guild is at its limit of pieces
    ├── NothingPlaying      there is nothing to stop, skip, pause, resume or show
    ├── NotWaiting          the piece is not in the queue any more
    └── VoiceLost           Discord refused or lost the voice connection
"""

from __future__ import annotations

from audio.errors import BuskerError


class StartError(BuskerError):
    """The bot cannot start."""


class SettingsError(StartError):
    """A setting is unknown, of the wrong type or out of range; the sentence names the key."""


class TokenError(StartError):
    """The token is missing, malformed or revoked; the sentence never shows it."""


class StoreError(BuskerError):
    """The store cannot be read or written."""


class RequestError(BuskerError):
    """A member's request is not possible here or now."""


class NotListening(RequestError):
    """The member must be in the voice channel that the command is about."""


class ChannelClosed(RequestError):
    """Busker cannot play or post in the channel."""


class NotAllowed(RequestError):
    """The rules of the guild do not allow this to the member."""


class CapReached(RequestError):
    """The member is at the limit of waiting pieces or of music per day."""


class TooFast(RequestError):
    """The member sends commands faster than allowed."""


class QueueFull(RequestError):
    """The guild is at its limit of pieces in the queue."""


class NothingPlaying(RequestError):
    """Nothing plays that the command could act on."""


class NotWaiting(RequestError):
    """The piece is not waiting in the queue any more."""


class VoiceLost(RequestError):
    """Discord refused or lost the voice connection."""
