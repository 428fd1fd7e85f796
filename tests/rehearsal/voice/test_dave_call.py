"""The encrypted group at the server, compared with davey's own view of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from typing import Any

import davey
import pytest

from rehearsal.voice import dave_mls as mls
from rehearsal.voice.dave_call import TRANSITION_TIMEOUT_S, Call
from rehearsal.voice.listener import Listener
from rehearsal.voice.opcodes import Op
from rehearsal.voice.rtp import RtpPacket, rtp_header

CHANNEL = 998_877_665_544_332_211
FRAME = b"\xfc" + bytes(range(60))


class Hand:
    """A timer that the test fires."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> Hand.Handle:
        entry = (seconds, call)
        self.due.append(entry)
        return Hand.Handle(self, entry)

    class Handle:
        def __init__(self, hand: Hand, entry: tuple[float, Callable[[], None]]) -> None:
            self._hand, self._entry = hand, entry

        def cancel(self) -> None:
            if self._entry in self._hand.due:
                self._hand.due.remove(self._entry)


class Group:
    """A call whose members are listeners; their answers wait in a queue until they are delivered."""

    def __init__(self) -> None:
        self.hand = Hand()
        self.call = Call(CHANNEL, self.hand)
        self.members: dict[int, Listener] = {}
        self.events: dict[int, list[tuple[Op, bytes | dict[str, Any]]]] = {}
        self.answers: deque[tuple[int, Op, bytes | dict[str, Any]]] = deque()
        self.refused = 0

    def join(self, user_id: int) -> None:
        member = Listener(CHANNEL, user_id, lambda op, body: self.answers.append((user_id, op, body)))
        self.members[user_id] = member
        self.events[user_id] = []

        def post(op: Op, body: bytes | dict[str, Any]) -> None:
            self.events[user_id].append((op, body))
            member.post(op, body)

        self.call.admit(user_id, post)

    def leave(self, user_id: int) -> Listener:
        self.call.dismiss(user_id)
        self.answers = deque(answer for answer in self.answers if answer[0] != user_id)
        return self.members.pop(user_id)

    def add_member(self, last_first: bool = False, unready: Collection[int] = ()) -> None:
        """Deliver all answers to the call; the newest first, to let another member win the race.

        The `unready` never report that they are ready.
        """
        while self.answers:
            user_id, op, body = self.answers.pop() if last_first else self.answers.popleft()
            try:
                if op is Op.KEY_PACKAGE:
                    assert isinstance(body, bytes)
                    self.call.key_package(user_id, body)
                elif op is Op.COMMIT_WELCOME:
                    assert isinstance(body, bytes)
                    self.call.commit(user_id, body)
                elif op is Op.TRANSITION_READY:
                    assert isinstance(body, dict)
                    if user_id not in unready:
                        self.call.ready(user_id, body["transition_id"])
                else:
                    self.call.invalid(user_id)
            except mls.MlsError:
                self.refused += 1

    def all_decrypt(self, sender: int) -> bool:
        """Return True if all others decrypt a frame of this member."""
        ciphertext = self.members[sender]._session.encrypt_opus(FRAME)
        others = [member for user_id, member in self.members.items() if user_id != sender]
        for member in others:
            member.receive(sender, RtpPacket(rtp_header(0, 0, 1), ciphertext), 0.0)
        return all(member.recording(sender).packets[-1].frame == FRAME for member in others)

    def agree(self) -> bool:
        """Return True if all are in one group of just them, and the server knows their leaves."""
        everybody = set(self.members)
        codes = {member.privacy_code for member in self.members.values()}
        leaves = {u: m._session.own_leaf_index for u, m in self.members.items()}
        return (
            all(member.group == everybody for member in self.members.values())
            and len(codes) == 1
            and {user: leaf for leaf, user in self.call.leaves.items()} == leaves
        )


@pytest.mark.parametrize("last_first", [False, True])
def test_two_members_form_a_group_in_any_order_of_commits(last_first: bool) -> None:
    group = Group()
    group.join(1)
    group.join(2)
    group.add_member(last_first)
    assert group.agree()
    assert group.all_decrypt(1)
    assert group.all_decrypt(2)
    # Both were asked to add the other, so both committed, and one of them in vain.
    assert group.refused == 1


def test_members_who_join_at_once_and_later_are_all_in_one_group() -> None:
    group = Group()
    for user_id in (1, 2, 3):
        group.join(user_id)
    group.add_member()
    assert group.agree()
    for user_id in (4, 5):
        group.join(user_id)
        group.add_member(last_first=True)
        assert group.agree()
    assert all(group.all_decrypt(user_id) for user_id in range(1, 6))


def test_a_member_who_has_left_cannot_decrypt_later_packets() -> None:
    group = Group()
    for user_id in (1, 2, 3):
        group.join(user_id)
        group.add_member()
    gone = group.leave(2)
    group.add_member()
    assert group.agree()
    ciphertext = group.members[1]._session.encrypt_opus(FRAME)
    gone.receive(1, RtpPacket(rtp_header(1, 960, 1), ciphertext), 0.0)
    assert not gone.recording(1).packets[-1].decrypted
    assert group.all_decrypt(1)


def test_a_new_member_takes_the_leftmost_empty_leaf() -> None:
    group = Group()
    for user_id in (1, 2, 3):
        group.join(user_id)
        group.add_member()
    empty = group.members[2]._session.own_leaf_index
    group.leave(2)
    group.add_member()
    group.join(4)
    group.add_member()
    assert group.agree()
    assert group.members[4]._session.own_leaf_index == empty


def test_the_sole_remaining_member_restarts_the_group_and_can_be_joined() -> None:
    group = Group()
    for user_id in (1, 2):
        group.join(user_id)
        group.add_member()
    group.leave(2)
    group.add_member()
    assert not group.members[1].ready
    assert (Op.PREPARE_EPOCH, {"protocol_version": 1, "epoch": 1}) in group.events[1]
    assert (Op.PREPARE_TRANSITION, {"protocol_version": 1, "transition_id": 0}) in group.events[1]
    group.join(3)
    group.add_member()
    assert group.agree()
    assert group.all_decrypt(1)


def test_a_member_who_leaves_before_the_commit_is_not_added_and_others_are() -> None:
    group = Group()
    for user_id in (1, 2):
        group.join(user_id)
        group.add_member()
    group.join(3)
    group.join(4)
    key_packages = [answer for answer in group.answers if answer[1] is Op.KEY_PACKAGE]
    assert len(key_packages) == 2
    for user_id, _, body in key_packages:
        assert isinstance(body, bytes)
        group.call.key_package(user_id, body)
        group.answers.popleft()
    group.leave(3)
    group.add_member()
    assert group.agree()
    assert group.all_decrypt(4)


def test_a_member_who_leaves_while_the_first_group_forms_does_not_stop_it() -> None:
    group = Group()
    for user_id in (1, 2, 3):
        group.join(user_id)
    for user_id, _, body in list(group.answers):
        assert isinstance(body, bytes)
        group.call.key_package(user_id, body)
    group.answers = deque(a for a in group.answers if a[1] is not Op.KEY_PACKAGE)
    group.leave(2)
    group.add_member()
    assert group.agree()


def test_a_member_that_cannot_follow_is_removed_and_added_again() -> None:
    group = Group()
    for user_id in (1, 2, 3):
        group.join(user_id)
        group.add_member()
    lost = group.members[2]
    lost.post(Op.ANNOUNCE_COMMIT, b"\x00\x07" + b"no commit")
    group.add_member()
    assert group.agree()
    assert group.all_decrypt(2)


def test_a_transition_is_executed_when_all_are_ready_or_the_time_is_up() -> None:
    group = Group()
    group.join(1)
    group.join(2)
    group.add_member()
    assert group.events[1][-1] == (Op.EXECUTE_TRANSITION, {"transition_id": 1})
    assert not group.hand.due
    group.join(3)
    group.add_member(unready={3})
    ((seconds, time_is_up),) = group.hand.due
    assert seconds == TRANSITION_TIMEOUT_S
    assert (Op.EXECUTE_TRANSITION, {"transition_id": 2}) not in group.events[3]
    time_is_up()
    assert group.events[3][-1] == (Op.EXECUTE_TRANSITION, {"transition_id": 2})


def test_a_key_package_of_another_user_is_refused() -> None:
    group = Group()
    group.join(1)
    stranger = davey.DaveSession(1, 2, CHANNEL)
    with pytest.raises(mls.MlsError, match="of user 2"):
        group.call.key_package(1, stranger.get_serialized_key_package())


def test_a_key_package_that_was_tampered_with_is_refused() -> None:
    group = Group()
    group.join(1)
    package = bytearray(davey.DaveSession(1, 1, CHANNEL).get_serialized_key_package())
    package[10] ^= 1  # in the init key, which only the signature protects
    with pytest.raises(mls.MlsError, match="not signed"):
        group.call.key_package(1, bytes(package))


@pytest.mark.parametrize("cut", [0, 1, 3, 40, 200])
def test_a_message_that_ends_early_is_refused(cut: int) -> None:
    package = davey.DaveSession(1, 1, CHANNEL).get_serialized_key_package()
    with pytest.raises(mls.MlsError):
        mls.KeyPackage.parse(package[:cut])


@pytest.mark.parametrize("length", [0, 63, 64, 16_383, 16_384])
def test_vector_lengths_survive_a_round_trip(length: int) -> None:
    reader = mls.Reader(mls.opaque(bytes(length)) + b"rest")
    assert reader.vector() == bytes(length)
    assert reader.take(4) == b"rest"
    assert reader.done
