"""Packets under both transport encryptions."""

from __future__ import annotations

import struct

import pytest

from rehearsal.voice import rtp

KEY = bytes(range(32))
MODES = list(rtp.MODES)


@pytest.mark.parametrize("mode", MODES)
def test_a_packet_decrypts_to_the_original(mode: str) -> None:
    transport = rtp.Transport(mode, KEY)
    header = rtp.rtp_header(65_535, 4_294_967_295, 77)
    packet = rtp.Transport(mode, KEY).decrypt_rtp(transport.encrypt(header, b"an opus frame"))
    assert (packet.sequence, packet.timestamp, packet.ssrc) == (65_535, 4_294_967_295, 77)
    assert packet.payload == b"an opus frame"
    assert packet.payload_type == rtp.OPUS_PAYLOAD_TYPE


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at", [0, 3, 9, 14, -21, -3])
def test_a_packet_changed_anywhere_is_bad(mode: str, at: int) -> None:
    datagram = bytearray(rtp.Transport(mode, KEY).encrypt(rtp.rtp_header(1, 960, 7), b"frame"))
    datagram[at] ^= 1
    with pytest.raises(rtp.BadPacket):
        rtp.Transport(mode, KEY).decrypt_rtp(bytes(datagram))


@pytest.mark.parametrize("mode", MODES)
def test_an_extension_and_contributors_are_authenticated_and_stepped_over(mode: str) -> None:
    header = bytearray(rtp.rtp_header(1, 960, 7))
    header[0] |= 0x10 | 0x02
    readable = bytes(header) + struct.pack(">IIHH", 5, 6, 0xBEDE, 2)
    transport = rtp.Transport(mode, KEY)
    packet = transport.decrypt_rtp(transport.encrypt(readable, b"12345678" + b"frame"))
    assert packet.payload == b"frame"
    again = transport.decrypt_rtp(transport.encrypt_rtp(packet))
    assert again.payload == b"frame"
    assert again.header == bytes([0x82]) + bytes(header[1:]) + struct.pack(">II", 5, 6)


@pytest.mark.parametrize("mode", MODES)
def test_no_nonce_is_used_twice(mode: str) -> None:
    transport = rtp.Transport(mode, KEY)
    nonces = {transport.encrypt(rtp.rtp_header(1, 960, 7), b"frame")[-4:] for _ in range(300)}
    assert len(nonces) == 300


@pytest.mark.parametrize("mode", MODES)
def test_reports_have_the_length_they_state_and_differ_from_sound(mode: str) -> None:
    transport = rtp.Transport(mode, KEY)
    for report in (
        transport.encrypt_receiver_report(1, about=7, highest=70_000, lost=3),
        transport.encrypt_sender_report(1, ntp=5, timestamp=960, packets=2, octets=99),
    ):
        assert rtp.is_rtcp(report)
        body = transport.decrypt_rtcp(report)
        words = int.from_bytes(report[2:4]) + 1
        assert rtp.RTCP_HEADER_BYTES + len(body) == 4 * words
    assert not rtp.is_rtcp(rtp.rtp_header(1, 960, 7))


@pytest.mark.parametrize("datagram", [b"", b"\x80", b"\x80\x78" + bytes(10), b"\x40" + bytes(60)])
def test_invalid_datagrams_are_bad_packets(datagram: bytes) -> None:
    with pytest.raises(rtp.BadPacket):
        rtp.Transport(MODES[0], KEY).decrypt_rtp(datagram)
