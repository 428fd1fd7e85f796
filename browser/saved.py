"""What is kept of the loopback Discord from one run to the next: guilds, people, messages and files.

The bot keeps its own things (library, settings, queue) by the ids of guilds and members, so these must be the
same again. One JSON file, written whole and put in place of the last one, and one file for each attachment.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import asdict
from pathlib import Path
from typing import Final

from audio.whole_file import replace_file
from bot.store.private import make_private_folder
from browser.guilds import Guilds, Visitor
from rehearsal.people.members import Person
from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from rehearsal.rest.uploads import LINK_LIFE_SECONDS
from rehearsal.world import Attachment, Channel, ChannelType, Guild, Member, Message, MessageType, Role, User

VERSION: Final = 1
NAME: Final = "discord.json"
MAX_MESSAGES: Final = 200
"""Of each channel, the latest."""

SAVE_SECONDS: Final = 5.0
"""Shortest time between two files."""

_log = logging.getLogger(__name__)


class Saved:
    """The folder of one try. On the event loop of its Discord; files are written in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = folder / "files"
        self._written: set[int] = set()
        self._last = ""
        self._data: Json = {}

    def load(self) -> None:
        """Read the file of the last run, if there is one; a damaged one is left alone and not used."""
        make_private_folder(self._files)
        try:
            data = json.loads((self._folder / NAME).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read and is begun anew: %s", self._folder / NAME, error)
            return
        if isinstance(data, dict) and data.get("version") == VERSION:
            self._data = data

    @property
    def bot_id(self) -> int | None:
        """The bot's id in the last run."""
        return int(self._data["bot"]) if self._data else None

    @property
    def secret(self) -> str | None:
        """The secret in the address of the last run, so that its pages find this one."""
        return str(self._data["secret"]) if self._data else None

    def restore(self, guilds: Guilds) -> None:
        """Put everything back."""
        if not self._data:
            return
        world = guilds.here.world
        for each in self._data["users"]:
            world.users[each["id"]] = User(**each)
        world.users[guilds.here.bot.id] = guilds.here.bot.user
        for each in self._data["guilds"]:
            guild = self._guild(guilds, each)
            world.guilds[guild.id] = guild
            guilds.add(guild)
        for each in self._data["visitors"]:
            user = world.users[each["id"]]
            persons = {
                guild.id: Person(guilds.here, guild, guild.members[user.id])
                for guild in guilds.all
                if user.id in guild.members
            }
            visitor = Visitor(each["secret"], user, each["colour"], persons, here=False)
            guilds.visitors[visitor.secret] = visitor
        guilds.used.update(self._data["used"])

    def _guild(self, guilds: Guilds, data: Json) -> Guild:
        world = guilds.here.world
        guild = Guild(data["id"], data["name"], guilds.here.bot.owner.id, world.snowflakes)
        for each in data["roles"]:
            role = Role(**each | {"permissions": Permission(each["permissions"])})
            guild.roles[role.id] = role
        for each in data["members"]:
            user = world.users[each.pop("user")]
            guild.members[user.id] = Member(user, **each)
        world.add_member(guild, guilds.here.bot.owner)
        for each in data["channels"]:
            messages = each.pop("messages")
            channel = Channel(**each | {"type": ChannelType(each["type"])}, guild_id=guild.id)
            guild.channels[channel.id] = channel
            for message in messages:
                world.add_message(self._message(guilds, channel, message), channel)
        return guild

    def _message(self, guilds: Guilds, channel: Channel, data: Json) -> Message:
        """Return a message; the signed addresses of its files are valid for another day."""
        world = guilds.here.world
        expires = int(world.clock.now() + LINK_LIFE_SECONDS)
        text = json.dumps({name: data[name] for name in ("embeds", "components")})
        attachments = []
        for each in data["attachments"]:
            old, path = int(each["expires"]), self._files / str(each["id"])
            text = text.replace(
                f"?ex={old:x}&is={old - 86_400:x}", f"?ex={expires:x}&is={expires - 86_400:x}"
            )
            content = path.read_bytes() if path.exists() else b""
            attachments.append(Attachment(**each | {"data": content, "expires": float(expires)}))
            self._written.add(each["id"])
        author = world.users[data["author"]]
        return Message(
            **data
            | json.loads(text)
            | {
                "author": author,
                "attachments": attachments,
                "type": MessageType(data["type"]),
                "guild_id": channel.guild_id,
                "channel_id": channel.id,
            }
        )

    async def keep(self, guilds: Guilds, secret: str) -> None:
        """Save every few seconds, until cancelled."""
        while True:
            await guilds.here.bell.next()
            await self.save(guilds, secret)
            await asyncio.sleep(SAVE_SECONDS)

    async def save(self, guilds: Guilds, secret: str) -> None:
        """Write what has changed. What fails is logged."""
        data, files = self._snapshot(guilds, secret)
        await asyncio.to_thread(self._write, data, files)

    def _write(self, data: Json, files: list[Attachment]) -> None:
        try:
            for attachment in files:
                replace_file(self._files / str(attachment.id), attachment.data)
                self._written.add(attachment.id)
            text = json.dumps(data)
            if text != self._last:
                replace_file(self._folder / NAME, text.encode())
                self._last = text
        except OSError as error:
            _log.warning("What was made cannot be kept in %s: %s", self._folder, error.strerror or error)

    def _snapshot(self, guilds: Guilds, secret: str) -> tuple[Json, list[Attachment]]:
        """Return what is to be written, and the files that are not written yet."""
        here = guilds.here
        kept = {guild.id: {c.id: _kept(c) for c in guild.channels.values()} for guild in guilds.all}
        messages = [message for channels in kept.values() for each in channels.values() for message in each]
        files = [file for message in messages for file in message.attachments if file.id not in self._written]
        used = {str((message.interaction or {}).get("id")) for message in messages}
        data = {
            "version": VERSION,
            "bot": here.bot.id,
            "secret": secret,
            "users": [asdict(user) for user in here.world.users.values() if user is not here.bot.owner],
            "guilds": [_guild_json(guild, kept[guild.id], here.bot.owner) for guild in guilds.all],
            "visitors": [
                {"secret": each.secret, "id": each.user.id, "colour": each.colour}
                for each in guilds.visitors.values()
            ],
            "used": {number: name for number, name in guilds.used.items() if number in used},
        }
        return data, files


def _kept(channel: Channel) -> list[Message]:
    return [message for message in channel.messages[-MAX_MESSAGES:] if not message.deleted]


def _guild_json(guild: Guild, kept: dict[int, list[Message]], owner: User) -> Json:
    return {
        "id": guild.id,
        "name": guild.name,
        "roles": [asdict(role) for role in guild.roles.values()],
        "members": [
            {"user": member.user.id, "role_ids": list(member.role_ids), "joined_at": member.joined_at}
            for member in guild.members.values()
            if member.user is not owner
        ],
        "channels": [
            {
                "id": channel.id,
                "type": int(channel.type),
                "name": channel.name,
                "position": channel.position,
                "bitrate": channel.bitrate,
                "messages": [_message_json(message) for message in kept[channel.id]],
            }
            for channel in guild.channels.values()
        ],
    }


def _message_json(message: Message) -> Json:
    return {
        "id": message.id,
        "author": message.author.id,
        "created": message.created,
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": [_attachment_json(file) for file in message.attachments],
        "flags": message.flags,
        "reply_to": message.reply_to,
        "interaction": message.interaction,
        "type": int(message.type),
        "edited": message.edited,
    }


def _attachment_json(file: Attachment) -> Json:
    names = ("id", "channel_id", "filename", "content_type", "expires", "description", "width", "height")
    return {name: getattr(file, name) for name in names}
