"""The encrypted group of one channel at Discord's voice gateway: its members, candidates and open proposals.

The rules are those of the DAVE protocol description ("Group Key Exchange"). It has no thread and no task:
every method runs to its end on the event loop's thread and answers by `post`; its only clock is `later`.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

from rehearsal.voice import dave_mls as mls
from rehearsal.voice.dave_sender import ExternalSender, Proposal, group_id, verify_package
from rehearsal.voice.opcodes import DAVE_VERSION, Op

_log = logging.getLogger(__name__)

TRANSITION_TIMEOUT_S: Final = 2.0
"""Timeout for members to be ready for a new epoch (DAVE, "Member Remove": roughly two seconds)."""

APPEND: Final = b"\x00"
REVOKE: Final = b"\x01"
"""The two above are the ProposalsOperationType of opcode 27."""


class Post(Protocol):
    """Sends one message of the voice gateway to one member: bytes go out as binary, a dict as JSON."""

    def __call__(self, op: Op, body: bytes | dict[str, Any], /) -> None: ...


class Timer(Protocol):
    """The part of `asyncio.TimerHandle` that is used."""

    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]


class Call:
    """MLS delivery service of one channel. Members are named by user id."""

    def __init__(self, channel_id: int, later: Later) -> None:
        self.channel_id = channel_id
        self.epoch = 0
        self.leaves: dict[int, int] = {}
        """Leaf index to user id; empty until the first commit established the group."""
        self._sender = ExternalSender()
        self._later = later
        self._post: dict[int, Post] = {}
        self._packages: dict[int, mls.KeyPackage] = {}
        self._open: dict[bytes, Proposal] = {}
        self._leaving: set[int] = set()
        self._transition_id = 0
        self._unready: dict[int, tuple[set[int], Timer]] = {}

    def close(self) -> None:
        """Stop waiting for anything."""
        for _, timer in self._unready.values():
            timer.cancel()
        self._unready.clear()

    # Members

    def admit(self, user_id: int, post: Post) -> None:
        """Send a connected member the external sender (opcode 25); its key package is the reply."""
        self._post[user_id] = post
        post(Op.EXTERNAL_SENDER, self._sender.package())

    def dismiss(self, user_id: int) -> None:
        """Propose to remove a member that has left, or restart the group if only one is left."""
        self._post.pop(user_id, None)
        self._packages.pop(user_id, None)
        for transition_id in list(self._unready):
            self.ready(user_id, transition_id)
        if self.leaves and (len(self._post) < 2 or not self._committers()):
            self._restart()
            return
        self._withdraw({r for r, p in self._open.items() if p.user_id == user_id and p.kind == mls.ADD})
        self._propose_removal(user_id)

    def key_package(self, user_id: int, message: bytes) -> None:
        """Handle opcode 26: propose to add a member with this key package. Raises MlsError."""
        package = mls.KeyPackage.parse(message)
        if package.user_id != user_id:
            raise mls.MlsError(f"user {user_id} sent the key package of user {package.user_id}")
        verify_package(package)
        stale = {r for r, p in self._open.items() if p.user_id == user_id and p.kind == mls.ADD}
        self._withdraw(stale)
        self._packages[user_id] = package
        if not self.leaves:
            waiting = [p.message for p in self._open.values() if p.user_id != user_id]
            if waiting:
                self._post[user_id](Op.PROPOSALS, APPEND + mls.opaque(b"".join(waiting)))
        self._propose_removal(user_id)
        if self.leaves and not self._committers():
            self._restart()
        else:
            self._propose(self._sender.add(self.channel_id, self.epoch, package))

    def invalid(self, user_id: int) -> None:
        """Handle opcode 31: remove a member that could not follow; its next key package adds it again."""
        _log.warning("user %d could not process a commit or welcome of channel %d", user_id, self.channel_id)
        self._propose_removal(user_id)
        if self.leaves and not self._committers():
            self._restart()

    # Commits and epochs

    def commit(self, user_id: int, data: bytes) -> None:
        """Handle opcode 28: relay the first valid commit of an epoch. Raises MlsError for any other."""
        commit, welcome = mls.Commit.split(data)
        added, removed = self._check_commit(user_id, commit, bool(welcome))
        if not self.leaves:
            self.leaves[0] = user_id
            self._packages.pop(user_id, None)
        leaving = {p.user_id for p in removed}
        self.leaves = {leaf: user for leaf, user in self.leaves.items() if user not in leaving}
        self._leaving -= leaving
        staying = list(self.leaves.values())
        welcomes = {p.user_id: mls.welcome_for(welcome, self._packages.pop(p.user_id)) for p in added}
        for newcomer in welcomes:
            # The leftmost blank leaf, or a new one on the right (RFC 9420 section 12.1.1).
            self.leaves[min(set(range(len(self.leaves) + 1)) - set(self.leaves))] = newcomer
        self.epoch += 1
        self._open.clear()
        transition_id = self._begin_transition()
        header = struct.pack(">H", transition_id)
        for member in staying:
            self._announce(member, Op.ANNOUNCE_COMMIT, header + commit.message)
        for newcomer, message in welcomes.items():
            self._announce(newcomer, Op.WELCOME, header + message)

    def ready(self, user_id: int, transition_id: int) -> None:
        """Handle opcode 23: this member can follow into the new epoch."""
        if transition_id in self._unready:
            unready, _ = self._unready[transition_id]
            unready.discard(user_id)
            if not unready:
                self._execute(transition_id)

    def _check_commit(
        self, user_id: int, commit: mls.Commit, welcomes: bool
    ) -> tuple[list[Proposal], list[Proposal]]:
        """Return the added and removed members. Raises MlsError (DAVE, "Voice Gateway Commit Validity")."""
        if (commit.group_id, commit.epoch) != (group_id(self.channel_id), self.epoch):
            raise mls.MlsError(f"commit for epoch {commit.epoch}, the group is in {self.epoch}")
        if user_id not in self._post or (self.leaves and self._leaf(user_id) != commit.leaf):
            raise mls.MlsError(f"user {user_id} commits for leaf {commit.leaf}")
        # Before the group is established, a member is not sent the proposal to add itself.
        requested = {r for r, p in self._open.items() if self.leaves or p.user_id != user_id}
        if set(commit.refs) != requested or not requested:
            raise mls.MlsError("the commit does not name exactly the open proposals")
        chosen = [self._open[ref] for ref in commit.refs]
        added = [p for p in chosen if p.kind == mls.ADD]
        if added and not welcomes:
            raise mls.MlsError("the commit adds members and has no welcome")
        return added, [p for p in chosen if p.kind == mls.REMOVE]

    def _begin_transition(self) -> int:
        self._transition_id = self._transition_id % 0xFFFF + 1  # 0 is reserved for (re)initialisation
        transition_id = self._transition_id
        timer = self._later(TRANSITION_TIMEOUT_S, lambda: self._execute(transition_id))
        self._unready[transition_id] = (set(self.leaves.values()), timer)
        return transition_id

    def _execute(self, transition_id: int) -> None:
        _, timer = self._unready.pop(transition_id)
        timer.cancel()
        for member in self.leaves.values():
            self._announce(member, Op.EXECUTE_TRANSITION, {"transition_id": transition_id})

    # Proposals

    def _committers(self) -> list[int]:
        return [u for u in self.leaves.values() if u in self._post and u not in self._leaving]

    def _leaf(self, user_id: int) -> int | None:
        return next((leaf for leaf, user in self.leaves.items() if user == user_id), None)

    def _audience(self, about: int) -> list[int]:
        """Return the recipients of a proposal: the group, else all candidates but the one it is about."""
        return self._committers() if self.leaves else [u for u in self._packages if u != about]

    def _propose(self, *proposals: Proposal) -> None:
        for proposal in proposals:
            self._open[proposal.ref] = proposal
            for member in self._audience(proposal.user_id):
                self._announce(member, Op.PROPOSALS, APPEND + mls.opaque(proposal.message))

    def _propose_removal(self, user_id: int) -> None:
        leaf = self._leaf(user_id)
        if leaf is not None and user_id not in self._leaving:
            self._leaving.add(user_id)
            self._propose(self._sender.remove(self.channel_id, self.epoch, leaf, user_id))

    def _withdraw(self, refs: set[bytes]) -> None:
        """Revoke these proposals.

        davey 0.1.7 makes no welcome for the commit that follows a revocation (measured), even where an Add is
        left to commit. So all are revoked at once and the others are proposed anew.
        """
        if not refs:
            return
        remaining = [p for ref, p in self._open.items() if ref not in refs]
        sent = {u for p in self._open.values() for u in self._audience(p.user_id)}
        for member in sent:
            known = [r for r, p in self._open.items() if self.leaves or p.user_id != member]
            self._announce(member, Op.PROPOSALS, REVOKE + mls.opaque(b"".join(map(mls.opaque, known))))
        self._open.clear()
        for proposal in remaining:
            if proposal.kind == mls.ADD:
                package = self._packages[proposal.user_id]
                self._propose(self._sender.add(self.channel_id, self.epoch, package))
            else:
                self._leaving.discard(proposal.user_id)
                self._propose_removal(proposal.user_id)

    def _restart(self) -> None:
        """Drop the group and let the remaining members wait for a new one (DAVE, "Sole member reset")."""
        self.close()
        self.epoch = 0
        self.leaves.clear()
        self._leaving.clear()
        self._open.clear()
        self._packages.clear()
        for member in list(self._post):
            self._announce(member, Op.PREPARE_EPOCH, {"protocol_version": DAVE_VERSION, "epoch": 1})
            self._announce(
                member, Op.PREPARE_TRANSITION, {"protocol_version": DAVE_VERSION, "transition_id": 0}
            )

    def _announce(self, user_id: int, op: Op, body: bytes | dict[str, Any]) -> None:
        if user_id in self._post:
            self._post[user_id](op, body)
