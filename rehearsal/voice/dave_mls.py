"""The few structures of MLS that a voice gateway reads and writes (RFC 9420).

The server is no member of the encrypted group: it checks key packages, signs proposals as the group's
external sender, splits a commit from the welcome after it, and tracks the member of each leaf. None of that
needs a library.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

MLS10: Final = 1
"""ProtocolVersion mls10 (RFC 9420 section 6)."""

CIPHER_SUITE: Final = 2
"""MLS_128_DHKEMP256_AES128GCM_SHA256_P256, the only suite of DAVE version 1."""

PUBLIC_MESSAGE: Final = 1
"""WireFormat of messages that are only signed (RFC 9420 section 17.2)."""

KEY_PACKAGE_HEADER: Final = struct.pack(">HH", MLS10, 5)
"""Version and WireFormat of an MLSMessage that holds a key package."""

MEMBER: Final = 1
EXTERNAL: Final = 2
"""The two above are a SenderType (RFC 9420 section 6)."""

PROPOSAL: Final = 2
COMMIT: Final = 3
"""The two above are a ContentType (RFC 9420 section 6)."""

ADD: Final = 1
REMOVE: Final = 3
"""The two above are a ProposalType (RFC 9420 section 17.4)."""

BASIC_CREDENTIAL: Final = 1
"""CredentialType (RFC 9420 section 5.3)."""

SOURCE_KEY_PACKAGE: Final = 1
SOURCE_COMMIT: Final = 3
"""The two above are a LeafNodeSource (RFC 9420 section 7.2)."""

FOREVER: Final = 2**64 - 1
"""The end of a lifetime without end."""


class MlsError(ValueError):
    """A client sent an MLS message that Discord's gateway would refuse."""


def varint(value: int) -> bytes:
    """Return the length header of a vector: 1, 2 or 4 bytes, given by its top two bits.

    RFC 9420 section 2.1.2.
    """
    if value < 1 << 6:
        return struct.pack(">B", value)
    if value < 1 << 14:
        return struct.pack(">H", value | 1 << 14)
    return struct.pack(">I", value | 2 << 30)


def opaque(data: bytes) -> bytes:
    """Encode `opaque data<V>`."""
    return varint(len(data)) + data


def ref_hash(label: str, value: bytes) -> bytes:
    """Return the RefHash (RFC 9420 section 5.2) that identifies a key package or a proposal."""
    return hashlib.sha256(opaque(label.encode()) + opaque(value)).digest()


def sign_content(label: str, content: bytes) -> bytes:
    """Return the bytes that SignWithLabel signs (RFC 9420 section 5.1.2)."""
    return opaque(f"MLS 1.0 {label}".encode()) + opaque(content)


class Reader:
    """Reads one structure after the other. Raises MlsError if the bytes end too early."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        if self.at + count > len(self.data):
            raise MlsError(f"message ends after {len(self.data)} bytes, {self.at + count} needed")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        """Return an unsigned integer of `size` bytes."""
        return int.from_bytes(self.take(size))

    def vector(self) -> bytes:
        """Read `opaque data<V>`."""
        first = self.number(1)
        width = first >> 6
        if width == 3:
            raise MlsError("a vector length starts with the bits 11")
        length = int.from_bytes(bytes([first & 0x3F]) + self.take((1 << width) - 1))
        return self.take(length)

    @property
    def done(self) -> bool:
        """True if everything has been read."""
        return self.at == len(self.data)


@dataclass(frozen=True, slots=True)
class LeafNode:
    """The fields of a leaf that the server needs (RFC 9420 section 7.2)."""

    signature_key: bytes
    identity: bytes
    lifetime: tuple[int, int] | None

    @classmethod
    def read(cls, reader: Reader) -> LeafNode:
        """Take one leaf node from `reader`."""
        reader.vector()  # encryption key
        signature_key = reader.vector()
        if reader.number(2) != BASIC_CREDENTIAL:
            raise MlsError("only basic credentials are allowed")
        identity = reader.vector()
        for _ in range(5):  # capabilities: versions, suites, extensions, proposals, credentials
            reader.vector()
        source = reader.number(1)
        lifetime = None
        if source == SOURCE_KEY_PACKAGE:
            lifetime = (reader.number(8), reader.number(8))
        elif source == SOURCE_COMMIT:
            reader.vector()  # parent hash
        reader.vector()  # extensions
        reader.vector()  # signature
        return cls(signature_key, identity, lifetime)


@dataclass(frozen=True, slots=True)
class KeyPackage:
    """A pending member's key package (RFC 9420 section 10)."""

    user_id: int
    raw: bytes
    """The KeyPackage structure without the MLSMessage header."""
    signed: bytes
    """KeyPackageTBS."""
    signature: bytes
    signature_key: bytes

    @property
    def ref(self) -> bytes:
        """KeyPackageRef."""
        return ref_hash("MLS 1.0 KeyPackage Reference", self.raw)

    @classmethod
    def parse(cls, message: bytes) -> KeyPackage:
        """Read opcode 26; `MlsError` where DAVE's "Key Packages" forbids it.

        The protocol's text says MLSMessage, clients (davey 0.1.7 among them) send the bare KeyPackage: both
        pass.
        """
        reader = Reader(message.removeprefix(KEY_PACKAGE_HEADER))
        message = reader.data
        if (reader.number(2), reader.number(2)) != (MLS10, CIPHER_SUITE):
            raise MlsError("key package of another version or cipher suite")
        reader.vector()  # init key
        leaf = LeafNode.read(reader)
        reader.vector()  # extensions
        signed = message[: reader.at]
        signature = reader.vector()
        if not reader.done:
            raise MlsError("bytes after the key package")
        if len(leaf.identity) != 8:
            raise MlsError("the identity is not a user id of 8 bytes")
        if leaf.lifetime != (0, FOREVER):
            raise MlsError("the key package does not live for ever")
        user_id = int.from_bytes(leaf.identity)
        return cls(user_id, message, signed, signature, leaf.signature_key)


@dataclass(frozen=True, slots=True)
class Commit:
    """A member's commit as the gateway reads it (RFC 9420 sections 6 and 12.4)."""

    message: bytes
    group_id: bytes
    epoch: int
    leaf: int
    refs: tuple[bytes, ...]
    """ProposalRefs in the order in which they are applied."""

    @classmethod
    def split(cls, data: bytes) -> tuple[Commit, bytes]:
        """Split opcode 28, which has no length field, into the commit and the welcome after it (or b"")."""
        reader = Reader(data)
        if (reader.number(2), reader.number(2)) != (MLS10, PUBLIC_MESSAGE):
            raise MlsError("not an MLS 1.0 public message")
        group_id = reader.vector()
        epoch = reader.number(8)
        if reader.number(1) != MEMBER:
            raise MlsError("a commit must come from a member")
        leaf = reader.number(4)
        reader.vector()  # authenticated data
        if reader.number(1) != COMMIT:
            raise MlsError("not a commit")
        refs = []
        listed = Reader(reader.vector())
        while not listed.done:
            if listed.number(1) != 2:  # ProposalOrRefType reference
                raise MlsError("a commit may only name proposals, not bring its own")
            refs.append(listed.vector())
        if reader.number(1):  # optional UpdatePath
            LeafNode.read(reader)
            reader.vector()
        reader.vector()  # signature
        reader.vector()  # confirmation tag
        reader.vector()  # membership tag
        commit = cls(data[: reader.at], group_id, epoch, leaf, tuple(refs))
        return commit, data[reader.at :]


def welcome_for(welcome: bytes, package: KeyPackage) -> bytes:
    """Return opcode 30: the welcome with the group secrets of one new member only.

    RFC 9420 section 12.4.3.1. Raises MlsError if it has none for that member.
    """
    reader = Reader(welcome)
    suite = reader.take(2)
    secrets = Reader(reader.vector())
    group_info = reader.vector()
    while not secrets.done:
        start = secrets.at
        ref = secrets.vector()
        secrets.vector()  # KEM output
        secrets.vector()  # ciphertext
        if ref == package.ref:
            return suite + opaque(secrets.data[start : secrets.at]) + opaque(group_info)
    raise MlsError(f"the welcome holds nothing for user {package.user_id}")
