"""One voice channel: its members, its encrypted group, and the relay of sound (SFU)."""

from __future__ import annotations

from typing import Any, Protocol

from rehearsal.voice.dave_call import Call, Later
from rehearsal.voice.opcodes import Op
from rehearsal.voice.rtp import RtpPacket


class Member(Protocol):
    """A member of a channel: a client over the network, or a listener in this process."""

    @property
    def user_id(self) -> int: ...

    def post(self, op: Op, body: bytes | dict[str, Any], /) -> None:
        """Take one message of the voice gateway."""

    def receive(self, user_id: int, packet: RtpPacket, arrival_s: float, /) -> None:
        """Take one packet of another member, still encrypted end to end."""


class Channel:
    """The members of one channel, in the order in which they joined."""

    def __init__(self, channel_id: int, later: Later) -> None:
        self.channel_id = channel_id
        self.call = Call(channel_id, later)
        self.members: dict[int, Member] = {}
        self._speaking: dict[int, dict[str, Any]] = {}
        """The last SPEAKING message of every member who speaks now."""

    def add_member(self, member: Member) -> None:
        """Add a member and announce it to the others (opcode 11).

        It is told whose sound is whose: the SSRC of everybody who speaks now (opcode 5).
        """
        others = [str(user_id) for user_id in self.members]
        if others:
            member.post(Op.CLIENTS_CONNECT, {"user_ids": others})
        for body in self._speaking.values():
            member.post(Op.SPEAKING, body)
        self._post_to_others(member.user_id, Op.CLIENTS_CONNECT, {"user_ids": [str(member.user_id)]})
        self.members[member.user_id] = member
        self.call.admit(member.user_id, member.post)

    def remove_member(self, member: Member) -> None:
        """Remove a member from the channel and its group and announce it to the others (opcode 13)."""
        if self.members.get(member.user_id) is member:
            del self.members[member.user_id]
            self._speaking.pop(member.user_id, None)
            self._post_to_others(member.user_id, Op.CLIENT_DISCONNECT, {"user_id": str(member.user_id)})
            self.call.dismiss(member.user_id)

    def speaking(self, user_id: int, ssrc: int, flags: int) -> None:
        """Tell the others that this member starts or stops speaking (opcode 5)."""
        body = {"user_id": str(user_id), "ssrc": ssrc, "speaking": flags, "delay": 0}
        if flags:
            self._speaking[user_id] = body
        else:
            self._speaking.pop(user_id, None)
        self._post_to_others(user_id, Op.SPEAKING, body)

    def relay(self, user_id: int, packet: RtpPacket, arrival_s: float) -> None:
        """Hand one packet to all others."""
        for member in self.members.values():
            if member.user_id != user_id:
                member.receive(user_id, packet, arrival_s)

    def _post_to_others(self, user_id: int, op: Op, body: dict[str, Any]) -> None:
        for member in self.members.values():
            if member.user_id != user_id:
                member.post(op, body)
