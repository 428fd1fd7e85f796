"""Members: they type commands, press buttons, join voice channels, and see the bot's answers.

A member can do only what Discord's own client allows; anything else raises CannotType.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from rehearsal.commands import CommandType
from rehearsal.interactions import ANSWER_SECONDS, Interaction, InteractionType
from rehearsal.people.reply import Reply
from rehearsal.people.typing_in import CannotType, TypedOptions, find_subcommand
from rehearsal.permissions import Permission
from rehearsal.refusal import Json
from rehearsal.rest.components import MENUS, Kind, choices_of, find, walk
from rehearsal.rest.drafts import read_draft, upload_limit, write
from rehearsal.rest.modals import limits_of
from rehearsal.rest.uploads import Upload
from rehearsal.wire import channel_json, member_json, user_json
from rehearsal.world import Channel, Guild, Member, Message, MessageFlag, User, VoiceState

if TYPE_CHECKING:
    from rehearsal.state import DiscordState
    from rehearsal.voice.listener import Listener


class Person:
    """One member of one guild, acting by a script."""

    def __init__(self, here: DiscordState, guild: Guild, member: Member) -> None:
        self._here = here
        self.guild = guild
        self.member = member

    @property
    def user(self) -> User:
        return self.member.user

    @property
    def id(self) -> int:
        return self.member.user.id

    # Voice

    async def join_voice(self, channel: Channel, *, self_mute: bool = True, self_deaf: bool = False) -> None:
        """Join a channel and listen. Raises CannotType if it is full or forbidden."""
        joined = await self._here.calls.join(
            self.guild, channel, self.id, self_mute=self_mute, self_deaf=self_deaf
        )
        if not joined:
            raise CannotType(f"{self.user.name} may not enter {channel.name}, or it is full.")

    async def leave_voice(self) -> None:
        await self._here.calls.leave(self.guild, self.id)

    @property
    def listener(self) -> Listener:
        """The recorder of this member, also after leaving. Raises KeyError before the first join."""
        return self._here.voice.listener(self.guild.id, self.id)

    async def move(self, other: User, channel: Channel) -> None:
        """Move another member in voice to another channel."""
        voice_state = self._voice_state_of(other)
        self._need(channel, Permission.MOVE_MEMBERS)
        await self._here.calls.join(
            self.guild,
            channel,
            other.id,
            self_mute=voice_state.self_mute,
            self_deaf=voice_state.self_deaf,
            by_moderator=True,
        )

    async def disconnect(self, other: User) -> None:
        """Disconnect another member from voice."""
        voice_state = self._voice_state_of(other)
        self._need(self.guild.channels[voice_state.channel_id], Permission.MOVE_MEMBERS)
        await self._here.calls.leave(self.guild, other.id)

    def server_mute(self, other: User, *, mute: bool = True) -> None:
        """Mute a member for the whole guild."""
        voice_state = self._voice_state_of(other)
        self._need(self.guild.channels[voice_state.channel_id], Permission.MUTE_MEMBERS)
        voice_state.mute = mute
        self._here.calls.announce(voice_state)

    def server_deafen(self, other: User, *, deaf: bool = True) -> None:
        """Deafen a member for the whole guild."""
        voice_state = self._voice_state_of(other)
        self._need(self.guild.channels[voice_state.channel_id], Permission.DEAFEN_MEMBERS)
        voice_state.deaf = deaf
        self._here.calls.announce(voice_state)

    def let_speak(self, other: User) -> None:
        """Invite a member on a stage to speak."""
        voice_state = self._voice_state_of(other)
        self._need(self.guild.channels[voice_state.channel_id], Permission.MUTE_MEMBERS)
        voice_state.suppress, voice_state.requested_to_speak_at = False, None
        self._here.calls.announce(voice_state)

    def _voice_state_of(self, other: User) -> VoiceState:
        if other.id not in self.guild.voice_states:
            raise CannotType(f"{other.name} is in no voice channel.")
        return self.guild.voice_states[other.id]

    def _need(self, channel: Channel, permission: Permission) -> None:
        if not self.guild.permissions(channel, self.id) & permission:
            raise CannotType(f"{self.user.name} lacks {permission.name} in {channel.name}.")

    # Text

    def say(self, text: str, channel: Channel, *files: Upload) -> Message:
        """Write an ordinary message, perhaps with files."""
        guild = self._guild_of(channel)
        if guild is not None:
            self._need(channel, Permission.SEND_MESSAGES)
        may = guild.permissions(channel, self.id) if guild else Permission(0)
        message = write(
            self._here.world,
            read_draft({"content": text}, dict(enumerate(files))),
            channel,
            guild,
            self.user,
            may=may,
        )
        self._here.announce_message("MESSAGE_CREATE", message)
        self._here.bell.ring()
        return message

    def forward(self, message: Message, channel: Channel) -> Message:
        """Forward a message to a channel: its content and files come with it, its author does not."""
        self._need(channel, Permission.SEND_MESSAGES)
        world = self._here.world
        forwarded = Message(
            world.snowflakes.mint(),
            channel.id,
            channel.guild_id,
            self.user,
            world.clock.now(),
            flags=int(MessageFlag.HAS_SNAPSHOT),
            forwarded=message,
        )
        world.add_message(forwarded, channel)
        self._here.announce_message("MESSAGE_CREATE", forwarded)
        self._here.bell.ring()
        return forwarded

    # Interactions

    async def use(
        self,
        name: str,
        options: Json | None = None,
        channel: Channel | None = None,
        *,
        send_only: bool = False,
    ) -> Reply:
        """Type a slash command ("compose", or "group sub") and wait for its acknowledgement, at most 3 s.

        The command's name may be the one in this member's language. `channel` defaults to the first text
        channel; `send_only` does not wait. Raises CannotType.
        """
        place = channel or self._first_text_channel()
        words = name.removeprefix("/").split()
        command = self._choose(words[0], place, CommandType.CHAT_INPUT)
        path, taken = find_subcommand(command, words[1:])
        typed = TypedOptions(self._here.world, self.guild, place.id, taken)
        filled = typed.fill(options or {})
        for kind, outer in reversed(path):
            filled = [{"type": int(kind), "name": outer, "options": filled}]
        data = self._command_json(command, CommandType.CHAT_INPUT)
        data["options"] = filled
        if typed.resolved:
            data["resolved"] = typed.resolved
        return await self._start(InteractionType.COMMAND, place, data, wait=not send_only)

    async def use_on(self, name: str, target: Message) -> Reply:
        """Choose a command from the context menu of a message."""
        place = self._here.world.find_channel(target.channel_id, self.id)[0]
        command = self._choose(name, place, CommandType.MESSAGE)
        shown = self._here.show(target)
        data = self._command_json(command, CommandType.MESSAGE)
        data |= {"target_id": str(target.id), "resolved": {"messages": {str(target.id): shown}}}
        return await self._start(InteractionType.COMMAND, place, data, target=target)

    async def suggestions(
        self, name: str, focused: str, typed: str, options: Json | None = None, channel: Channel | None = None
    ) -> list[Json]:
        """Return the choices that the bot offers for the option `focused` while it contains `typed`."""
        place = channel or self._first_text_channel()
        words = name.removeprefix("/").split()
        command = self._choose(words[0], place, CommandType.CHAT_INPUT)
        path, taken = find_subcommand(command, words[1:])
        option = next((known for known in taken if known["name"] == focused), None)
        if option is None or not option.get("autocomplete"):
            raise CannotType(f"/{name} offers nothing for {focused!r}.")
        filled = TypedOptions(self._here.world, self.guild, place.id, taken).fill(options or {}, partial=True)
        filled.append({"type": option["type"], "name": focused, "value": typed, "focused": True})
        for kind, outer in reversed(path):
            filled = [{"type": int(kind), "name": outer, "options": filled}]
        data = self._command_json(command, CommandType.CHAT_INPUT) | {"options": filled}
        return (await self._start(InteractionType.AUTOCOMPLETE, place, data)).interaction.choices

    async def click(self, message: Message, custom_id: str, values: list[str] | None = None) -> Reply:
        """Press a button of a message, or choose `values` in one of its menus."""
        component = find(message.components, custom_id)
        if component is None:
            raise CannotType(f"The message has no button or menu {custom_id!r}.")
        if component.get("disabled"):
            raise CannotType(f"{custom_id!r} is disabled.")
        kind = component["type"]
        data: Json = {"id": component["id"], "custom_id": custom_id, "component_type": kind}
        if kind in MENUS:
            offered = {option["value"] for option in component.get("options") or []}
            if kind == Kind.STRING_MENU and not set(values or []) <= offered:
                raise CannotType(f"{custom_id!r} offers only {sorted(offered)}.")
            least, most = choices_of(component)
            if not least <= len(values or []) <= most:
                raise CannotType(f"{custom_id!r} takes {least} to {most} values.")
            data["values"] = values or []
        place = self._here.world.find_channel(message.channel_id, self.id)[0]
        return await self._start(InteractionType.COMPONENT, place, data, source=message)

    async def press(self, message: Message, label: str) -> Reply:
        """Press the button with this label."""
        for _, component in walk(message.components):
            if component.get("type") == Kind.BUTTON and component.get("label") == label:
                return await self.click(message, str(component.get("custom_id")))
        raise CannotType(f"The message has no button {label!r}.")

    async def submit(self, reply: Reply, values: dict[str, str]) -> Reply:
        """Fill in the modal that a reply opened and send it."""
        modal = reply.interaction.modal
        if modal is None:
            raise CannotType("The reply opened no modal.")
        answers = [_filled_in(item, values) for item in modal["components"] if item["type"] != Kind.TEXT]
        data = {"custom_id": modal["custom_id"], "components": answers}
        before = reply.interaction
        return await self._start(
            InteractionType.MODAL_SUBMIT, before.channel, data, source=before.source, form_of=before
        )

    def _choose(self, name: str, channel: Channel, kind: CommandType) -> Json:
        guild = self._guild_of(channel)
        command = self._here.commands.choose(name, guild.id if guild else None, kind, self.user.locale)
        self._check_offered(command, channel)
        return command

    def offered(self, channel: Channel) -> list[Json]:
        """Return the commands that Discord's client offers this member in a channel, as they were synced."""
        found: dict[tuple[int, str], Json] = {}
        guild = self._guild_of(channel)
        for scope in (guild.id, None) if guild else (None,):
            for command in self._here.commands.listed(scope):
                with contextlib.suppress(CannotType):
                    self._check_offered(command, channel)
                    found.setdefault((command["type"], command["name"]), command)
        return list(found.values())

    def _check_offered(self, command: Json, channel: Channel) -> None:
        """Raise CannotType for a command that the client does not offer here."""
        guild, name = self._guild_of(channel), command["name"]
        if guild is None:
            if not command["dm_permission"] or (
                command["contexts"] not in (None, []) and 1 not in command["contexts"]
            ):
                raise CannotType(f"/{name} is not offered in direct messages.")
            return
        may = guild.permissions(channel, self.id)
        if not may & Permission.USE_APPLICATION_COMMANDS:
            raise CannotType(f"{self.user.name} may not use commands in {channel.name}.")
        needed = command["default_member_permissions"]
        own = guild.base_permissions(self.member)
        if needed is not None and (int(own) & int(needed) != int(needed) or not int(needed)):
            raise CannotType(f"/{name} is not offered to {self.user.name}.")

    def _command_json(self, command: Json, kind: CommandType) -> Json:
        data: Json = {"id": command["id"], "name": command["name"], "type": int(kind)}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    async def _start(
        self,
        kind: InteractionType,
        channel: Channel,
        data: Json,
        *,
        source: Message | None = None,
        target: Message | None = None,
        form_of: Interaction | None = None,
        wait: bool = True,
    ) -> Reply:
        """Send INTERACTION_CREATE and wait for the bot's acknowledgement, unless `wait` is false."""
        here, guild = self._here, self._guild_of(channel)
        interaction = here.interactions.begin(
            kind, self.user, channel, guild, source, target=target, form_of=form_of
        )
        payload: Json = {
            "id": str(interaction.id),
            "application_id": str(here.bot.id),
            "type": int(kind),
            "token": interaction.token,
            "version": 1,
            "data": data,
            "channel_id": str(channel.id),
            "channel": channel_json(channel),
            "locale": self.user.locale,
            "entitlements": [],
            "attachment_size_limit": upload_limit(guild),
            "app_permissions": str(int(guild.permissions(channel, here.bot.id))) if guild else "0",
        }
        if guild is None:
            payload |= {
                "user": user_json(self.user),
                "context": 1,
                "authorizing_integration_owners": {"0": "0"},
            }
        else:
            may = str(int(guild.permissions(channel, self.id)))
            payload["channel"]["permissions"] = may
            payload |= {
                "guild_id": str(guild.id),
                "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
                "guild_locale": guild.locale,
                "member": member_json(self.member) | {"permissions": may},
                "context": 0,
                "authorizing_integration_owners": {"0": str(guild.id)},
            }
        if source is not None:
            payload["message"] = here.show(source)
        here.sessions.dispatch("INTERACTION_CREATE", payload)
        here.bell.ring()
        reply = Reply(here.bell, interaction)
        if wait:
            await self._wait_for_answer(reply)
        return reply

    async def _wait_for_answer(self, reply: Reply) -> None:
        answered = asyncio.create_task(reply.acknowledged(), name="rehearsal-waits-for-answer")
        too_late = asyncio.create_task(
            self._here.clock.sleep(ANSWER_SECONDS), name="rehearsal-answer-deadline"
        )
        try:
            await asyncio.wait({answered, too_late}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answered.cancel()
            too_late.cancel()
            await asyncio.gather(answered, too_late, return_exceptions=True)

    def _guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guild

    def _first_text_channel(self) -> Channel:
        for channel in self.guild.channels.values():
            if not channel.is_voice:
                return channel
        raise CannotType(f"{self.guild.name} has no text channel.")


def _filled_in(item: Json, values: dict[str, str]) -> Json:
    """Return a row or a label of a modal, as the client sends it back."""
    labelled = item["type"] == Kind.LABEL
    field = item["component"] if labelled else item["components"][0]
    value = values.get(field["custom_id"], field.get("value") or "")
    shortest, longest = limits_of(field)
    shortest = max(shortest, 1) if value or field.get("required", True) else 0
    if not shortest <= len(value) <= longest:
        raise CannotType(f"The input {field['custom_id']!r} is too short or too long.")
    answer = {"type": int(Kind.TEXT_INPUT), "custom_id": field["custom_id"], "value": value}
    if labelled:
        return {"type": int(Kind.LABEL), "component": answer}
    return {"type": int(Kind.ROW), "components": [answer]}
