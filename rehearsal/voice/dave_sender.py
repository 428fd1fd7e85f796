"""The voice gateway as the external sender of an MLS group: it alone proposes Add and Remove."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rehearsal.voice import dave_mls as mls

IDENTITY: Final = b"rehearsal voice gateway"
"""The credential of the external sender."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One signed proposal: its MLSMessage and the reference by which commits name it."""

    kind: int
    user_id: int
    message: bytes
    ref: bytes


def group_id(channel_id: int) -> bytes:
    """Return the MLS group of a channel: its snowflake, 8 bytes big-endian."""
    return struct.pack(">Q", channel_id)


def verify_package(package: mls.KeyPackage) -> None:
    """Check the signature of a key package; `MlsError` if it is not its owner's (DAVE, "Key Packages")."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), package.signature_key)
        signed = mls.sign_content("KeyPackageTBS", package.signed)
        key.verify(package.signature, signed, ec.ECDSA(hashes.SHA256()))
    except (ValueError, InvalidSignature) as error:
        raise mls.MlsError(f"the key package of user {package.user_id} is not signed by its key") from error


class ExternalSender:
    """A P-256 key and what is signed with it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    def package(self) -> bytes:
        """Body of opcode 25: ExternalSender (RFC 9420 section 12.1.8.1)."""
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return mls.opaque(point) + struct.pack(">H", mls.BASIC_CREDENTIAL) + mls.opaque(IDENTITY)

    def add(self, channel_id: int, epoch: int, package: mls.KeyPackage) -> Proposal:
        """Propose to let the owner of this key package into the group."""
        body = struct.pack(">H", mls.ADD) + package.raw
        return self._sign(channel_id, epoch, mls.ADD, package.user_id, body)

    def remove(self, channel_id: int, epoch: int, leaf: int, user_id: int) -> Proposal:
        """Propose to take the member on this leaf out of the group."""
        body = struct.pack(">HI", mls.REMOVE, leaf)
        return self._sign(channel_id, epoch, mls.REMOVE, user_id, body)

    def _sign(self, channel_id: int, epoch: int, kind: int, user_id: int, body: bytes) -> Proposal:
        # FramedContent of the only external sender in the group's extension, index 0 (RFC 9420 section 6).
        content = (
            mls.opaque(group_id(channel_id))
            + struct.pack(">QBI", epoch, mls.EXTERNAL, 0)
            + mls.opaque(b"")
            + struct.pack(">B", mls.PROPOSAL)
            + body
        )
        version, websocket = struct.pack(">H", mls.MLS10), struct.pack(">H", mls.PUBLIC_MESSAGE)
        signed = mls.sign_content("FramedContentTBS", version + websocket + content)
        auth = mls.opaque(self._key.sign(signed, ec.ECDSA(hashes.SHA256())))
        ref = mls.ref_hash("MLS 1.0 Proposal Reference", websocket + content + auth)
        return Proposal(kind, user_id, version + websocket + content + auth, ref)
