"""The guilds of a trial and the people who come into them through the page."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from bot.rules.permissions import NEEDED
from rehearsal.discord_here import DiscordHere
from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import MODERATOR, Scene
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.rest.uploads import Upload
from rehearsal.voice.server import VoiceServer
from rehearsal.world import Channel, Guild, User

NAMES: Final = ("The Basement", "The Garage", "The Roof")
"""The first guilds; others are numbered."""

VOICE_BITRATE: Final = 96_000
"""Bits/s: the highest that a guild without boosts may set."""

MAX_PEOPLE: Final = 50
MAX_FAULT_SECONDS: Final = 60.0
MAX_NAME_CHARS: Final = 32


class TooManyPeople(ValueError):
    """Nobody else can come in."""


@dataclass(slots=True, eq=False)
class Visitor:
    """One person: a member of every guild. `secret` is known to their page alone."""

    secret: str
    user: User
    colour: str
    persons: dict[int, Person]
    """By the guild's id."""
    here: bool = True
    """False while no page of theirs is open."""
    uploads: dict[int, Upload] = field(default_factory=dict)
    """Files that wait to be used, by number."""


class Guilds:
    """All guilds of one Discord on loopback. On its event loop."""

    def __init__(self, here: DiscordHere, voice: VoiceServer) -> None:
        self.here = here
        self.voice = voice
        self.scenes: dict[int, Scene] = {}
        """What faults act on, by the guild's id."""
        self.visitors: dict[str, Visitor] = {}
        """By their secrets."""
        self.used: dict[str, str] = {}
        """The names of the commands behind interactions, by the interaction's id."""
        self.happening: set[asyncio.Task[None]] = set()
        """Faults that are not over; they go on if the page that caused them goes away."""
        self.kill_engine: Callable[[], None] = lambda: None
        """Kills the process that composes."""

    def build(self, count: int) -> None:
        """Build guilds until there are `count`. Those who know the others are members of them all."""
        for number in range(len(self.scenes), count):
            name = NAMES[number] if number < len(NAMES) else f"Server {number + 1}"
            guild = self.here.guild(name, bot_may=Permission(NEEDED.value))
            guild.text_channel("music")
            guild.voice_channel("The Corner", bitrate=VOICE_BITRATE)
            guild.voice_channel("The Attic", bitrate=VOICE_BITRATE)
            guild.stage_channel("The Stage")
            guild.role("Manager", Permission.MANAGE_GUILD | MODERATOR)
            guild.role("DJ")
            self.add(guild)
            for visitor in self.visitors.values():
                visitor.persons[guild.id] = self._person(guild, visitor.user, is_manager=False)

    def _person(self, guild: Guild, user: User, *, is_manager: bool) -> Person:
        roles = [role for role in guild.roles.values() if is_manager and role.name == "Manager"]
        return Person(self.here, guild, self.here.world.add_member(guild, user, roles))

    def add(self, guild: Guild) -> None:
        """Add a guild that has the channels of `build`."""
        text, corner, attic, stage = guild.channels.values()
        operator = Person(self.here, guild, guild.members[guild.owner_id])
        self.scenes[guild.id] = Scene(
            self.here,
            self.voice,
            guild,
            text,
            corner,
            attic,
            stage,
            moderator=operator,
            listener=operator,
            neighbour=operator,
            audience=operator,
            kill_engine=lambda: self.kill_engine(),
        )

    async def cause(self, guild: Guild, name: str) -> None:
        """Let something go wrong and wait until it is over."""
        task = asyncio.create_task(self._cause(guild, name), name=f"fault {name}")
        self.happening.add(task)
        task.add_done_callback(self.happening.discard)
        await asyncio.shield(task)

    async def _cause(self, guild: Guild, name: str) -> None:
        try:
            async with asyncio.timeout(MAX_FAULT_SECONDS):
                await FAULTS[name].cause(self.scenes[guild.id])
        finally:
            self.here.bell.ring()

    async def close(self) -> None:
        """End what is going wrong."""
        for task in self.happening:
            task.cancel()
        await asyncio.gather(*self.happening, return_exceptions=True)

    @property
    def all(self) -> list[Guild]:
        return [scene.guild for scene in self.scenes.values()]

    def enter(self, secret: str | None, name: str, colour: str, locale: str) -> Visitor:
        """Return the visitor with this secret, or a new one: a manager of all guilds if nobody is here.

        Raises TooManyPeople.
        """
        visitor = self.visitors.get(secret or "")
        name = " ".join(name.split())[:MAX_NAME_CHARS] or "Guest"
        if visitor is None:
            if len(self.visitors) >= MAX_PEOPLE:
                raise TooManyPeople(f"There are {MAX_PEOPLE} people here already.")
            user = self.here.world.user(name)
            first = not any(each.here for each in self.visitors.values())
            persons = {guild.id: self._person(guild, user, is_manager=first) for guild in self.all}
            visitor = Visitor(secrets.token_urlsafe(24), user, colour, persons)
            self.visitors[visitor.secret] = visitor
        visitor.user.name, visitor.user.locale, visitor.colour = name, locale, colour
        visitor.here = True
        return visitor

    def colour_of(self, user_id: int) -> str | None:
        return next((each.colour for each in self.visitors.values() if each.user.id == user_id), None)

    def is_here(self, user_id: int) -> bool:
        """True for the bot and for people whose page is open."""
        return user_id == self.here.bot.id or any(
            each.here for each in self.visitors.values() if each.user.id == user_id
        )

    def channel(self, channel_id: int) -> tuple[Guild, Channel]:
        """Return a channel and its guild. Raises LookupError."""
        for guild in self.all:
            if channel_id in guild.channels:
                return guild, guild.channels[channel_id]
        raise LookupError("This channel is gone.")
