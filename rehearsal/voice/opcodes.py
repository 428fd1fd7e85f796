"""Numbers of Discord's voice gateway v8: opcodes and close codes.

Sources: Discord's developer documentation ("Voice", "Opcodes and Status Codes") for 0 to 13 and the close
codes, the DAVE protocol description ("Voice Gateway Opcodes") for 21 to 31.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

DAVE_VERSION: Final = 1
"""The one protocol version of DAVE; a client that offers less is closed with 4017."""


class Op(IntEnum):
    """The opcodes of the voice websocket."""

    IDENTIFY = 0
    SELECT_PROTOCOL = 1
    READY = 2
    HEARTBEAT = 3
    SESSION_DESCRIPTION = 4
    SPEAKING = 5
    HEARTBEAT_ACK = 6
    RESUME = 7
    HELLO = 8
    RESUMED = 9
    CLIENTS_CONNECT = 11
    CLIENT_CONNECT = 12
    CLIENT_DISCONNECT = 13
    PREPARE_TRANSITION = 21
    EXECUTE_TRANSITION = 22
    TRANSITION_READY = 23
    PREPARE_EPOCH = 24
    EXTERNAL_SENDER = 25
    KEY_PACKAGE = 26
    PROPOSALS = 27
    COMMIT_WELCOME = 28
    ANNOUNCE_COMMIT = 29
    WELCOME = 30
    INVALID_COMMIT_WELCOME = 31


class CloseCode(IntEnum):
    """The close codes of the voice websocket."""

    NORMAL = 1000
    GOING_AWAY = 1001
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    SESSION_INVALID = 4006
    SESSION_TIMEOUT = 4009
    UNKNOWN_PROTOCOL = 4012
    DISCONNECTED = 4014
    SERVER_CRASHED = 4015
    UNKNOWN_ENCRYPTION = 4016
    DAVE_REQUIRED = 4017
    RATE_LIMITED = 4021
    CALL_TERMINATED = 4022


UNNUMBERED: Final = frozenset({Op.HELLO, Op.READY, Op.SESSION_DESCRIPTION, Op.HEARTBEAT_ACK, Op.RESUMED})
"""Messages of the handshake: they carry no sequence number and are not sent again after a RESUME."""
