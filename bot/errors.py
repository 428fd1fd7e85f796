"""The bot's branch of the tree in `audio/errors.py`. `str(error)` is the sentence that a person reads.

BuskerError
├── StartError              the bot cannot start
│   ├── SettingsError       a key of config.toml or the environment is wrong
│   └── TokenError          the token is missing, malformed or revoked
├── StoreError              the store is damaged, newer, another program's, or its disk refuses
└── RequestError            what a member asked for cannot be done here or now
    ├── NotListening        the member sits nowhere, or not where the music is
    ├── ChannelClosed       the channel is full, a Stage, or lacks permissions
    ├── NotAllowed          the rules of the guild leave it to others
    ├── CapReached          the member has as much as one person may have
    ├── QueueFull           enough pieces wait already
    ├── NothingPlaying      there is nothing to stop, skip, pause, resume or show
    ├── NotWaiting          the piece does not wait in the queue, or no more
    └── VoiceLost           the voice connection could not be made
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
    """What Busker remembers cannot be read or written."""


class RequestError(BuskerError):
    """What a member asked for cannot be done here or now."""


class NotListening(RequestError):
    """The member must sit in the voice channel that the command is about."""


class ChannelClosed(RequestError):
    """Busker may not or cannot play or post in the channel."""


class NotAllowed(RequestError):
    """The rules of the guild leave this to others."""


class CapReached(RequestError):
    """The member has as much music, waiting or today, as one person may have."""


class QueueFull(RequestError):
    """The guild has as many waiting pieces as it may."""


class NothingPlaying(RequestError):
    """There is no music for the command to act on."""


class NotWaiting(RequestError):
    """The piece does not wait in the queue, or no more."""


class VoiceLost(RequestError):
    """Discord did not let Busker into the voice channel in time."""
