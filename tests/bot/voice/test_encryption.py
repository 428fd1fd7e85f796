"""Encrypted packets, decrypted by the loopback server's own implementation."""

from __future__ import annotations

import pytest

from bot.voice.encryption import MODES, TransportCipher
from rehearsal.voice.rtp import BadPacket, Transport

KEY, OTHER_KEY = list(range(32)), list(range(32, 64))


@pytest.mark.parametrize("mode", MODES)
def test_the_server_decrypts_a_packet_and_reads_its_header(mode: str) -> None:
    cipher, server = TransportCipher(), Transport(mode, bytes(KEY))
    cipher.set_key(mode, KEY)
    for number in range(3):
        packet = server.decrypt_rtp(cipher.encrypt(b"sound %d" % number, 65_533 + number, 2**32 - 1, ssrc=77))
        assert packet.payload == b"sound %d" % number
        assert (packet.sequence, packet.timestamp, packet.ssrc) == (65_533 + number, 2**32 - 1, 77)
        assert packet.payload_type == 120


@pytest.mark.parametrize("mode", MODES)
def test_a_changed_header_is_rejected(mode: str) -> None:
    cipher = TransportCipher()
    cipher.set_key(mode, KEY)
    packet = bytearray(cipher.encrypt(b"sound", 1, 2, ssrc=3))
    packet[3] ^= 1
    with pytest.raises(BadPacket):
        Transport(mode, bytes(KEY)).decrypt_rtp(bytes(packet))


def test_no_counter_comes_twice_even_with_another_key() -> None:
    """Two sessions may get the same key; a nonce that is used twice would reveal both streams."""
    cipher, counters = TransportCipher(), set()
    for key, mode in zip((KEY, OTHER_KEY, list(KEY)), (*MODES, *MODES), strict=False):
        cipher.set_key(mode, key)
        for sequence in range(3):
            packet = cipher.encrypt(b"sound", sequence, 0, ssrc=1)
            assert Transport(mode, bytes(key)).decrypt_rtp(packet).payload == b"sound"
            counters.add(packet[-4:])
    assert len(counters) == 9
