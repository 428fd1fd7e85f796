"""A recording member of a call: in the encrypted group like any other, it stores every packet it receives."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import davey

from rehearsal.voice.opcodes import DAVE_VERSION, Op
from rehearsal.voice.recording import Kind, ReceivedPacket, Recording
from rehearsal.voice.rtp import OPUS_SILENCE, RtpPacket

_log = logging.getLogger(__name__)

Reply = Callable[[Op, bytes | dict[str, Any]], None]
"""Carries one message of the listener back to the voice gateway, not before `post` has returned."""

Hear = Callable[[int, ReceivedPacket], None]
"""Takes the id of a sender and one packet of theirs, as it arrives."""

MAGIC_MARKER: Final = b"\xfa\xfa"
"""Last two bytes of every DAVE frame (DAVE, "Payload Format")."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A SPEAKING message (opcode 5) as it arrived."""

    arrival_s: float
    user_id: int
    ssrc: int
    speaking: bool


class Listener:
    """The recorder of one member of a channel.

    On arrival a packet is only decrypted (some µs) and stored; Opus is decoded when a recording's sound is
    needed, so listening does not disturb a bot in the same process. Decrypting at once keeps frames and
    epochs of the group in step. All on the event loop's thread.
    """

    def __init__(self, channel_id: int, user_id: int, reply: Reply, hear: Hear | None = None) -> None:
        self.channel_id = channel_id
        self.user_id = user_id
        self.speaking: list[Speaking] = []
        self.connected = True
        """False as soon as it has left; its recordings stay."""
        self.hear = hear
        """Gets each packet instead of the recording, if it is set."""
        self._reply = reply
        self._received: dict[int, list[ReceivedPacket]] = {}
        self._session = davey.DaveSession(DAVE_VERSION, user_id, channel_id)

    @property
    def ready(self) -> bool:
        """True if it is in the encrypted group together with another member."""
        return bool(self._session.ready)

    @property
    def group(self) -> set[int]:
        """Users of the encrypted group as it sees them."""
        return {int(user_id) for user_id in self._session.get_user_ids()} if self.ready else set()

    @property
    def privacy_code(self) -> str | None:
        """30 digits that all members of one group share (DAVE, "Epoch Authenticator")."""
        code: str | None = self._session.voice_privacy_code
        return code

    def recording(self, user_id: int) -> Recording:
        """Return everything received of one user."""
        return Recording(tuple(self._received.get(user_id, ())))

    def spurts(self, user_id: int) -> list[Recording]:
        """Return the same as one recording for every talk spurt: see `Recording.spurts`."""
        return self.recording(user_id).spurts()

    def forget(self) -> None:
        """Discard the recordings: an hour takes some 100 MiB."""
        self._received.clear()

    def receive(self, user_id: int, packet: RtpPacket, arrival_s: float) -> None:
        """Take one relayed packet."""
        ciphertext = packet.payload.endswith(MAGIC_MARKER)
        frame = b""
        if ciphertext:
            try:
                frame = self._session.decrypt(user_id, davey.MediaType.audio, packet.payload)
            except ValueError:  # a key it does not have: before it joined, or the wrong epoch
                frame = b""
        elif packet.payload == OPUS_SILENCE:
            # DAVE, "Silence Packets": the one frame that passes without encryption.
            frame = packet.payload
        received = ReceivedPacket(
            arrival_s,
            packet.ssrc,
            packet.sequence,
            packet.timestamp,
            ciphertext,
            bool(frame),
            Kind.of(frame),
            frame,
        )
        if self.hear is not None:
            self.hear(user_id, received)
        else:
            self._received.setdefault(user_id, []).append(received)

    def renew(self) -> None:
        """Request new keys, like a client that could not follow a commit (DAVE, "Invalid Commit")."""
        self._reply(Op.INVALID_COMMIT_WELCOME, {"transition_id": 0})
        self._start_over()

    def post(self, op: Op, body: bytes | dict[str, Any]) -> None:
        """Take one message of the voice gateway, as a client does."""
        if isinstance(body, dict):
            self._take_event(op, body)
        elif op is Op.EXTERNAL_SENDER:
            self._session.set_external_sender(body)
            self._reply(Op.KEY_PACKAGE, self._session.get_serialized_key_package())
        elif op is Op.PROPOSALS:
            self._commit(body)
        elif op in (Op.ANNOUNCE_COMMIT, Op.WELCOME):
            self._follow(op, int.from_bytes(body[:2]), body[2:])

    def _commit(self, body: bytes) -> None:
        kind = davey.ProposalsOperationType.revoke if body[0] else davey.ProposalsOperationType.append
        try:
            result = self._session.process_proposals(kind, body[1:])
        except ValueError:
            # As in any client: without the proposal it cannot follow the commit, and reports that then.
            _log.warning("listener %d could not process proposals", self.user_id, exc_info=True)
        else:
            if result is not None:
                self._reply(Op.COMMIT_WELCOME, result.commit + (result.welcome or b""))

    def _take_event(self, op: Op, body: dict[str, Any]) -> None:
        if op is Op.SPEAKING:
            user_id, ssrc = int(body["user_id"]), int(body["ssrc"])
            self.speaking.append(Speaking(time.monotonic(), user_id, ssrc, bool(body["speaking"])))
        elif op is Op.PREPARE_EPOCH and body["epoch"] == 1:
            self._start_over()

    def _follow(self, op: Op, transition_id: int, message: bytes) -> None:
        try:
            if op is Op.WELCOME:
                self._session.process_welcome(message)
            else:
                self._session.process_commit(message)
        except ValueError:
            self._reply(Op.INVALID_COMMIT_WELCOME, {"transition_id": transition_id})
            self._start_over()
        else:
            self._reply(Op.TRANSITION_READY, {"transition_id": transition_id})

    def _start_over(self) -> None:
        self._session.reinit(DAVE_VERSION, self.user_id, self.channel_id)
        self._reply(Op.KEY_PACKAGE, self._session.get_serialized_key_package())
