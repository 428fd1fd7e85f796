"""A member that shares no code with davey or with us: sorrydave, on the MLS of the rfc9420 package."""

from __future__ import annotations

import struct
from typing import Any

from sorrydave import DaveSession

from rehearsal.voice.opcodes import Op
from tests.rehearsal.voice.test_dave_call import CHANNEL, FRAME, Group


class Stranger:
    """Answers the voice gateway with sorrydave, as `Listener` does with davey.

    It leaves committing to others: davey 0.1.7 rejects the group info in a welcome of sorrydave 0.10.7.
    """

    def __init__(self, group: Group, user_id: int) -> None:
        self.user_id = user_id
        self.session = DaveSession(user_id, channel_id=CHANNEL)
        self._group = group
        self._reply(Op.KEY_PACKAGE, (self.session.prepare_epoch(1) or b"")[1:])

    def _reply(self, op: Op, body: bytes | dict[str, Any]) -> None:
        self._group.answers.append((self.user_id, op, body))

    def post(self, op: Op, body: bytes | dict[str, Any]) -> None:
        if op is Op.EXECUTE_TRANSITION and isinstance(body, dict):
            self.session.execute_transition(body["transition_id"])
        if isinstance(body, dict):
            return
        message = struct.pack(">HB", 0, op) + body
        if op is Op.EXTERNAL_SENDER:
            self.session.handle_external_sender_package(message)
        elif op is Op.PROPOSALS:
            self.session.add_expected_members([1, 3, 4])
            self.session.apply_proposals(message)
        elif op in (Op.ANNOUNCE_COMMIT, Op.WELCOME):
            transition_id = int.from_bytes(body[:2])
            if op is Op.WELCOME:
                self.session.handle_welcome(transition_id, body[2:])
            else:
                self.session.handle_commit(transition_id, body[2:])
            self._reply(Op.TRANSITION_READY, {"transition_id": transition_id})


def test_an_independent_implementation_is_in_the_group_and_decrypts_in_every_epoch() -> None:
    group = Group()
    group.join(1)
    stranger = Stranger(group, 2)
    group.call.admit(2, stranger.post)
    group.add_member()
    for newcomer in (3, 4):
        assert set(stranger.session.list_members()) == set(group.call.leaves.values())
        for _ in range(3):
            ciphertext = group.members[1]._session.encrypt_opus(FRAME)
            assert stranger.session.decrypt_frame(ciphertext, 1) == FRAME
        group.join(newcomer)
        group.add_member()
    group.leave(3)
    group.add_member()
    assert set(stranger.session.list_members()) == {1, 2, 4}
    assert stranger.session.decrypt_frame(group.members[1]._session.encrypt_opus(FRAME), 1) == FRAME
