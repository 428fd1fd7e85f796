"""The scene of faults: a guild with two voice channels and a stage, members in them, and a bot that plays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from rehearsal.discord_here import DiscordHere
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.voice.listener import Listener
from rehearsal.voice.recording import Recording
from rehearsal.voice.server import VoiceServer
from rehearsal.world import Channel, Guild, VoiceState

POLL_S: Final = 0.02
"""Interval of polling."""

MODERATOR: Final = Permission.MOVE_MEMBERS | Permission.MUTE_MEMBERS | Permission.DEAFEN_MEMBERS
"""The permissions of the moderators' role."""


@dataclass
class Scene:
    """One guild of the loopback Discord, with its members. All on one event loop.

    `moderator` requests the music and is in the corner with `listener`; `neighbour` is in the attic and
    `audience` on the stage.
    """

    here: DiscordHere
    voice: VoiceServer
    guild: Guild
    text: Channel
    corner: Channel
    attic: Channel
    stage: Channel
    moderator: Person
    listener: Person
    neighbour: Person
    audience: Person
    kill_engine: Callable[[], None]
    """Kill the process that composes, at once."""
    excused: list[tuple[float, float]] = field(default_factory=list)
    """Intervals of `time.monotonic()` in which no sound could arrive, whatever the bot does."""
    counted_listeners: list[Listener] = field(default_factory=list)
    """All listeners whose recordings count, including those who have left."""

    @classmethod
    def build(
        cls, here: DiscordHere, voice: VoiceServer, bot_may: Permission, kill_engine: Callable[[], None]
    ) -> Scene:
        """Build a new guild with everything in it; voice is still empty. `voice` is the server of `here`."""
        guild = here.guild("Guild", bot_may=bot_may)
        moderators = guild.role("moderators", MODERATOR)
        return cls(
            here,
            voice,
            guild,
            guild.text_channel("music"),
            guild.voice_channel("The Corner", bitrate=96_000),
            guild.voice_channel("The Attic", bitrate=96_000),
            guild.stage_channel("The Stage"),
            here.person(guild, "moderator", moderators),
            here.person(guild, "listener"),
            here.person(guild, "neighbour"),
            here.person(guild, "audience"),
            kill_engine,
        )

    async def gather(self) -> None:
        """Let all members join voice."""
        await self.moderator.join_voice(self.corner)
        for person, channel in (
            (self.listener, self.corner),
            (self.neighbour, self.attic),
            (self.audience, self.stage),
        ):
            await self.join(person, channel)

    async def join(self, person: Person, channel: Channel) -> None:
        """Let a member join voice, whose recording counts from then on."""
        await person.join_voice(channel)
        if person.listener not in self.counted_listeners:
            self.counted_listeners.append(person.listener)

    @property
    def bot_id(self) -> int:
        return self.here.bot.id

    @property
    def voice_state(self) -> VoiceState | None:
        """The voice state of the bot, or None."""
        return self.guild.voice_states.get(self.bot_id)

    @property
    def idle(self) -> bool:
        """True if the bot is in no voice channel and its connection is closed."""
        return self.voice_state is None and self.voice.session(self.guild.id, self.bot_id) is None

    def recordings(self, since_s: float = 0.0) -> list[Recording]:
        """Return the counted recordings of the bot since a time of `time.monotonic()`."""
        return [
            listener.recording(self.bot_id).between(since_s, float("inf"))
            for listener in self.counted_listeners
        ]

    def frames_received(self, since_s: float = 0.0) -> int:
        """Return how many frames of music all listeners have decrypted since a time of `time.monotonic()`."""
        return sum(
            p.is_music and p.decrypted for recordings in self.recordings(since_s) for p in recordings.packets
        )

    async def until_received(self, frames: int, *, within_s: float, since_s: float = 0.0) -> None:
        """Wait for `frames` frames of music. Raises TimeoutError after `within_s`."""
        await until(lambda: self.frames_received(since_s) >= frames, within_s)

    @asynccontextmanager
    async def excuse_silence(self) -> AsyncIterator[None]:
        """Mark the block as an interval in which no sound can arrive."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self.excused.append((begin, time.monotonic()))


async def until(condition: Callable[[], bool], within_s: float) -> None:
    """Poll until `condition` holds. Raises TimeoutError after `within_s`."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 — not every change rings the bell
            await asyncio.sleep(POLL_S)
