"""The requests of `protocol.py`, acted out by members of the loopback Discord."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Protocol

from browser.guilds import Guilds, Visitor
from browser.view import command_view
from rehearsal.faults.every import FAULTS
from rehearsal.faults.fault import Moment
from rehearsal.interactions import Interaction
from rehearsal.people.members import Person
from rehearsal.people.reply import Reply
from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from rehearsal.rest.uploads import Upload
from rehearsal.world import Channel, Guild, Message

OFFERED_FAULTS: Final = (
    *("kicked", "moved", "muted", "region-changed", "server-lost", "udp-blocked", "udp-lossy", "udp-delayed"),
    *("gateway-dropped", "rest-slow", "engine-killed"),
)
"""The faults that the page offers, in this order."""

MAX_MESSAGE_CHARS: Final = 2_000


class NotPossible(ValueError):
    """What the page asks for cannot be done, for the reason in the message."""


def offered_faults() -> list[Json]:
    """Return the faults of the page's menu that exist."""
    return [
        {"name": name, "sentence": FAULTS[name].sentence}
        for name in OFFERED_FAULTS
        if name in FAULTS and FAULTS[name].moment is not Moment.BEFORE
    ]


class Shown(Protocol):
    """The page whose requests these are."""

    visitor: Visitor

    @property
    def interactions(self) -> Iterable[Interaction]: ...

    def open(self, channel: Channel) -> list[Json]: ...

    def take_reply(self, reply: Reply, used: str) -> Json: ...


class Actions:
    """The requests of one page."""

    def __init__(self, guilds: Guilds, tab: Shown) -> None:
        self._guilds = guilds
        self._here = guilds.here
        self._tab = tab
        self._visitor = tab.visitor
        self._requests: dict[str, Callable[[Json], Awaitable[Any]]] = {
            "open": self._open,
            "join": self._join,
            "leave": self._leave,
            "deafen": self._deafen,
            "say": self._say,
            "commands": self._commands,
            "use": self._use,
            "suggest": self._suggest,
            "apply": self._apply,
            "click": self._click,
            "submit": self._submit,
            "roles": self._roles,
            "fault": self._fault,
        }

    async def do(self, request: Json) -> Any:
        """Do what a page asks for. Raises NotPossible, CannotType, LookupError, Refusal with a sentence."""
        action = self._requests.get(str(request.get("do")))
        if action is None:
            raise NotPossible("This page is of another version; load it again.")
        try:
            return await action(request)
        except (KeyError, TypeError, AttributeError) as error:
            raise NotPossible(f"This request is malformed: {error!r}.") from error

    # Places

    def _place(self, request: Json) -> tuple[Person, Channel]:
        """Return this member in the guild of the request's channel. Raises LookupError."""
        guild, channel = self._guilds.channel(int(request["channel"]))
        person = self._visitor.persons[guild.id]
        if not guild.permissions(channel, person.id) & Permission.VIEW_CHANNEL:
            raise NotPossible("You cannot see this channel.")
        return person, channel

    async def _open(self, request: Json) -> list[Json]:
        return self._tab.open(self._place(request)[1])

    async def _join(self, request: Json) -> None:
        person, channel = self._place(request)
        if not channel.is_voice:
            raise NotPossible("This is no voice channel.")
        await self._leave_all(but=person.guild)
        await person.join_voice(channel)

    async def _leave(self, _request: Json) -> None:
        await self._leave_all()

    async def _leave_all(self, but: Guild | None = None) -> None:
        for person in self._visitor.persons.values():
            if person.guild is not but:
                await person.leave_voice()

    async def _deafen(self, request: Json) -> None:
        for person in self._visitor.persons.values():
            state = person.guild.voice_states.get(person.id)
            if state is not None:
                channel = person.guild.channels[state.channel_id]
                await person.join_voice(channel, self_deaf=bool(request["deaf"]))

    async def _roles(self, request: Json) -> None:
        person = self._visitor.persons[int(request["guild"])]
        offered = [role for role in person.guild.roles.values() if role.managed_by is None]
        wanted = {int(role) for role in request["roles"]}
        person.member.role_ids = [role.id for role in offered if role.id in wanted]
        self._here.bell.ring()

    async def _fault(self, request: Json) -> None:
        scene = self._guilds.scenes[int(request["guild"])]
        name = str(request["name"])
        if name not in OFFERED_FAULTS:
            raise NotPossible("There is no such fault.")
        if scene.voice_state is None:
            raise NotPossible("The bot is in no voice channel. Let it play first.")
        await self._guilds.cause(scene.guild, name)

    # Text

    async def _say(self, request: Json) -> None:
        person, channel = self._place(request)
        text = str(request["text"])[:MAX_MESSAGE_CHARS]
        files = [self._upload(upload) for upload in request.get("uploads") or []]
        if text or files:
            person.say(text, channel, *files)

    def _upload(self, number: Any) -> Upload:
        upload = self._visitor.uploads.pop(int(number), None)
        if upload is None:
            raise NotPossible("This file is gone; choose it again.")
        return upload

    def _message(self, request: Json) -> Message:
        """Return a message that this member sees. Raises LookupError."""
        message = self._here.world.messages.get(int(request["message"]))
        if message is None or message.deleted:
            raise NotPossible("This message is gone.")
        own = [each for one in self._tab.interactions for each in (one.original, *one.followups)]
        if message.ephemeral and message not in own:
            raise NotPossible("This message is gone.")
        return message

    # Interactions

    async def _commands(self, request: Json) -> list[Json]:
        person, channel = self._place(request)
        return [command_view(command, person.user.locale) for command in person.offered(channel)]

    async def _use(self, request: Json) -> Json:
        person, channel = self._place(request)
        name = str(request["command"])
        options = self._options(person.guild, request.get("options") or {})
        return self._tab.take_reply(await person.use(name, options, channel), f"/{name}")

    async def _suggest(self, request: Json) -> list[Json]:
        person, channel = self._place(request)
        options = self._options(person.guild, request.get("options") or {})
        option, typed = str(request["option"]), str(request["typed"])
        return await person.suggestions(str(request["command"]), option, typed, options, channel)

    def _options(self, guild: Guild, values: Json) -> Json:
        return {str(name): self._value(guild, value) for name, value in values.items()}

    def _value(self, guild: Guild, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        [(kind, number)] = value.items()
        if kind == "upload":
            return self._upload(number)
        if kind == "user":
            return guild.members[int(number)].user
        if kind == "role":
            return guild.roles[int(number)]
        if kind == "channel":
            return guild.channels[int(number)]
        raise NotPossible(f"{kind!r} is no kind of value.")

    async def _apply(self, request: Json) -> Json:
        message, name = self._message(request), str(request["command"])
        return self._tab.take_reply(await self._at(message).use_on(name, message), name)

    async def _click(self, request: Json) -> Json:
        message = self._message(request)
        values = [str(value) for value in request.get("values") or []]
        reply = await self._at(message).click(message, str(request["custom_id"]), values)
        return self._take(reply)

    async def _submit(self, request: Json) -> Json:
        number = str(request["interaction"])
        before = next((one for one in self._tab.interactions if str(one.id) == number), None)
        if before is None or before.guild is None:
            raise NotPossible("This form is gone.")
        values = {str(name): str(value) for name, value in request["values"].items()}
        person = self._visitor.persons[before.guild.id]
        reply = await person.submit(Reply(self._here.bell, before), values)
        return self._tab.take_reply(reply, self._guilds.used.get(str(before.id)) or "")

    def _take(self, reply: Reply) -> Json:
        source = reply.interaction.source
        used = (
            self._guilds.used.get(str((source.interaction or {}).get("id"))) if source is not None else None
        )
        return self._tab.take_reply(reply, used or "")

    def _at(self, message: Message) -> Person:
        person = self._visitor.persons.get(message.guild_id or 0)
        if person is None:
            raise NotPossible("This message is gone.")
        return person
