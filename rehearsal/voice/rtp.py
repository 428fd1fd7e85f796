"""RTP and RTCP packets under Discord's two transport encryptions.

Sources: RFC 3550 (headers), Discord's developer documentation, "Voice", "Transport Encryption Modes": in the
`rtpsize` modes the RTP header with its contributors and the 4 bytes before an extension stay readable and are
authenticated, everything after it is encrypted, and the 32-bit nonce is appended to the packet.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

SAMPLE_RATE: Final = 48_000
CHANNELS: Final = 2
FRAME_SAMPLES: Final = SAMPLE_RATE // 50
"""20 ms, the only frame length that Discord's clients send."""

OPUS_PAYLOAD_TYPE: Final = 120
OPUS_SILENCE: Final = b"\xf8\xff\xfe"
"""Fills pauses and ends a talk spurt, five times in a row (Discord, "Voice Data Interpolation")."""

HEADER_BYTES: Final = 12
NONCE_BYTES: Final = 4
"""The counter appended to a packet."""

TAG_BYTES: Final = 16
KEY_BYTES: Final = 32

RTCP_HEADER_BYTES: Final = 8
"""The part of a report that stays readable."""

RTCP_SENDER_REPORT: Final = 200
RTCP_RECEIVER_REPORT: Final = 201
"""The two above are packet types (RFC 3550 section 12.1)."""

RTCP_TYPES: Final = range(200, 205)
"""RFC 3550 section 12.1. RTP and RTCP share the port and differ in the second byte (RFC 5761)."""


class BadPacket(ValueError):
    """A datagram that is no packet of this call; counted and dropped."""


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One RTP packet without its transport encryption (RFC 3550 section 5.1)."""

    header: bytes
    """The bytes as sent, with contributors and the first 4 bytes of an extension."""
    payload: bytes
    """The bytes after the header and any extension: an Opus frame, encrypted end to end or not."""

    @property
    def payload_type(self) -> int:
        return self.header[1] & 0x7F

    @property
    def sequence(self) -> int:
        """0 to 65,535."""
        return int.from_bytes(self.header[2:4])

    @property
    def timestamp(self) -> int:
        """Samples at 48 kHz, modulo 2^32."""
        return int.from_bytes(self.header[4:8])

    @property
    def ssrc(self) -> int:
        return int.from_bytes(self.header[8:12])


def rtp_header(sequence: int, timestamp: int, ssrc: int) -> bytes:
    """Return the 12 bytes before a frame of Opus."""
    return struct.pack(">BBHII", 0x80, OPUS_PAYLOAD_TYPE, sequence, timestamp, ssrc)


def is_rtcp(datagram: bytes) -> bool:
    """Return True for a report (RTCP)."""
    return len(datagram) > 1 and datagram[1] in RTCP_TYPES


def is_sound(datagram: bytes) -> bool:
    """Return True for an RTP packet of Opus, by the bytes that transport encryption leaves readable."""
    return len(datagram) > HEADER_BYTES and datagram[1] & 0x7F == OPUS_PAYLOAD_TYPE


def readable_bytes(datagram: bytes) -> int:
    """Return the number of bytes that transport encryption leaves readable. Raises BadPacket."""
    if len(datagram) < HEADER_BYTES or datagram[0] >> 6 != 2:
        raise BadPacket("not an RTP packet of version 2")
    return HEADER_BYTES + 4 * (datagram[0] & 0x0F) + 4 * (datagram[0] >> 4 & 1)


class Aead(Protocol):
    """Authenticated encryption under one key with a 32-bit counter as nonce."""

    def encrypt(self, counter: bytes, plain: bytes, header: bytes) -> bytes: ...

    def decrypt(self, counter: bytes, ciphertext: bytes, header: bytes) -> bytes: ...


class AesGcm:
    """`aead_aes256_gcm_rtpsize`: the counter first in a nonce of 12 bytes."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def encrypt(self, counter: bytes, plain: bytes, header: bytes) -> bytes:
        return self._aead.encrypt(counter.ljust(12, b"\0"), plain, header)

    def decrypt(self, counter: bytes, ciphertext: bytes, header: bytes) -> bytes:
        try:
            return self._aead.decrypt(counter.ljust(12, b"\0"), ciphertext, header)
        except InvalidTag as error:
            raise BadPacket("AES-GCM tag does not match") from error


class XChaCha:
    """`aead_xchacha20_poly1305_rtpsize`: the counter first in a nonce of 24 bytes."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def encrypt(self, counter: bytes, plain: bytes, header: bytes) -> bytes:
        nonce = counter.ljust(24, b"\0")
        return crypto_aead_xchacha20poly1305_ietf_encrypt(plain, header, nonce, self._key)

    def decrypt(self, counter: bytes, ciphertext: bytes, header: bytes) -> bytes:
        nonce = counter.ljust(24, b"\0")
        try:
            return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, header, nonce, self._key)
        except CryptoError as error:
            raise BadPacket("Poly1305 tag does not match") from error


MODES: Final[dict[str, type[AesGcm] | type[XChaCha]]] = {
    "aead_aes256_gcm_rtpsize": AesGcm,
    "aead_xchacha20_poly1305_rtpsize": XChaCha,
}
"""The transport encryptions, by Discord's names."""


class Transport:
    """The encryption between one client and the server; counts the packets, so no nonce is used twice."""

    def __init__(self, mode: str, key: bytes) -> None:
        self._aead: Aead = MODES[mode](key)
        self._counter = 0

    def encrypt(self, header: bytes, plain: bytes) -> bytes:
        """Return a datagram: readable header, encrypted rest, nonce."""
        counter = struct.pack(">I", self._counter)
        self._counter = (self._counter + 1) % 2**32
        return header + self._aead.encrypt(counter, plain, header) + counter

    def decrypt(self, datagram: bytes, readable: int) -> bytes:
        """Decrypt all after the first `readable` bytes. Raises BadPacket if the key is another one's."""
        if len(datagram) < readable + TAG_BYTES + NONCE_BYTES:
            raise BadPacket(f"{len(datagram)} bytes are too few")
        ciphertext = datagram[readable:-NONCE_BYTES]
        return self._aead.decrypt(datagram[-NONCE_BYTES:], ciphertext, datagram[:readable])

    def decrypt_rtp(self, datagram: bytes) -> RtpPacket:
        """Decrypt one RTP packet and step over its extension."""
        readable = readable_bytes(datagram)
        plain = self.decrypt(datagram, readable)
        if datagram[0] & 0x10:
            plain = plain[4 * int.from_bytes(datagram[readable - 2 : readable]) :]
        if datagram[0] & 0x20 and plain:
            plain = plain[: -plain[-1]]
        return RtpPacket(datagram[:readable], plain)

    def encrypt_rtp(self, packet: RtpPacket) -> bytes:
        """Return the packet, encrypted for this client, without any trace of its header extension."""
        header = packet.header
        if header[0] & 0x10:
            header = bytes([header[0] & ~0x10]) + header[1:-4]
        return self.encrypt(bytes([header[0] & ~0x20]) + header[1:], packet.payload)

    def encrypt_receiver_report(self, ssrc: int, about: int, highest: int, lost: int) -> bytes:
        """Return a receiver report about a sender's stream (RFC 3550 section 6.4.2), with one report block.

        `highest` is the extended highest sequence number, `lost` the packets lost since the start.
        """
        header = struct.pack(">BBHI", 0x81, RTCP_RECEIVER_REPORT, 7, ssrc)
        block = struct.pack(">IIIIII", about, lost & 0xFFFFFF, highest & 0xFFFFFFFF, 0, 0, 0)
        return self.encrypt(header, block)

    def encrypt_sender_report(self, ssrc: int, ntp: int, timestamp: int, packets: int, octets: int) -> bytes:
        """Return a sender report about a stream (RFC 3550 section 6.4.1), without report blocks."""
        header = struct.pack(">BBHI", 0x80, RTCP_SENDER_REPORT, 6, ssrc)
        sent = struct.pack(">QIII", ntp, timestamp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)
        return self.encrypt(header, sent)

    def decrypt_rtcp(self, datagram: bytes) -> bytes:
        """Decrypt a report after its 8 readable bytes."""
        return self.decrypt(datagram, RTCP_HEADER_BYTES)
