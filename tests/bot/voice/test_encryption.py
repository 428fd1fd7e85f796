"""Packets as they leave, opened by the other side's own implementation."""

from __future__ import annotations

import pytest

from bot.voice.encryption import MODES, TransportCipher
from rehearsal.voice.rtp import BadPacket, Transport

KEY, OTHER_KEY = list(range(32)), list(range(32, 64))


@pytest.mark.parametrize("mode", MODES)
def test_the_server_opens_what_was_sealed_and_reads_its_header(mode: str) -> None:
    sealer, server = TransportCipher(), Transport(mode, bytes(KEY))
    sealer.use(mode, KEY)
    for number in range(3):
        packet = server.open_rtp(sealer.seal(b"sound %d" % number, 65_533 + number, 2**32 - 1, source=77))
        assert packet.payload == b"sound %d" % number
        assert (packet.sequence, packet.timestamp, packet.ssrc) == (65_533 + number, 2**32 - 1, 77)
        assert packet.payload_type == 120


@pytest.mark.parametrize("mode", MODES)
def test_a_changed_header_is_noticed(mode: str) -> None:
    sealer = TransportCipher()
    sealer.use(mode, KEY)
    packet = bytearray(sealer.seal(b"sound", 1, 2, source=3))
    packet[3] ^= 1
    with pytest.raises(BadPacket):
        Transport(mode, bytes(KEY)).open_rtp(bytes(packet))


def test_another_session_has_another_key_and_no_counter_comes_twice() -> None:
    """Two sessions might be given the same key: a nonce that is used twice gives both sounds away."""
    sealer, counters = TransportCipher(), set()
    for key, mode in zip((KEY, OTHER_KEY, list(KEY)), (*MODES, *MODES), strict=False):
        sealer.use(mode, key)
        for sequence in range(3):
            packet = sealer.seal(b"sound", sequence, 0, source=1)
            assert Transport(mode, bytes(key)).open_rtp(packet).payload == b"sound"
            counters.add(packet[-4:])
    assert len(counters) == 9
