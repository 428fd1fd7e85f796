from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import pytest
from discord.opus import Decoder
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.buffer import JitterBuffer
from audio.encoder import LEAD_FRAMES, LEADS, Encoder, Packets, encode_ahead
from audio.opus import OPUS_SILENCE, Floats, MusicEncoder, load_opus
from audio.source import FULL_SCALE, PieceSource
from audio.units import FRAME_RATE, FRAME_SAMPLES, Pcm16

BITRATE = 96_000


@pytest.fixture(autouse=True, scope="module")
def libopus() -> None:
    load_opus()


def noise(frames: int) -> Pcm16:
    return np.random.default_rng(frames).normal(0, 3_000, (frames * FRAME_SAMPLES, 2)).astype(np.int16)


def source_of(pcm: Pcm16, volume: float = 1.0) -> PieceSource:
    buffer = JitterBuffer(len(pcm) / 48_000, speed=3.0)
    buffer.push(pcm)
    buffer.finish()
    return PieceSource(buffer, volume)


def encoded(pcm: Pcm16) -> list[bytes]:
    """The packets of a sound that is encoded in one go."""
    return MusicEncoder(BITRATE).encode((pcm / FULL_SCALE).astype(np.float32))


def rest(packets: Packets) -> Iterator[bytes]:
    """What is left of a piece, encoded just in time."""
    while (packet := packets.read()) != b"":
        if packet is None:
            packets.encode()
        else:
            yield packet


def test_a_piece_is_its_packets_in_order_and_then_the_end() -> None:
    pcm = noise(30)
    packets = Packets(source_of(pcm), BITRATE)
    assert list(rest(packets)) == encoded(pcm)
    assert packets.read() == b""


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["encode", "encode three", "read", "push"]), max_size=60))
def test_how_encoding_and_reading_take_turns_changes_no_packet(turns: list[str]) -> None:
    pcm = noise(20)
    buffer = JitterBuffer(0.4, speed=3.0)
    packets = Packets(PieceSource(buffer), BITRATE)
    pushes = iter(np.split(pcm, 5))
    read: list[bytes] = []
    for turn in turns:
        if turn == "encode":
            packets.encode()
        elif turn == "encode three":
            packets.encode(3)
        elif turn == "push":
            buffer.push(next(pushes, pcm[:0]))
        elif packet := packets.read():
            read.append(packet)
    for part in pushes:
        buffer.push(part)
    buffer.finish()
    read += rest(packets)
    assert [packet for packet in read if packet is not OPUS_SILENCE] == encoded(pcm)
    assert buffer.frames_played == 20


def test_no_more_than_the_lead_is_encoded_ahead_and_it_is_made_up_again() -> None:
    packets = Packets(source_of(noise(30)), BITRATE)
    encode_ahead([packets])
    assert packets.ahead == LEAD_FRAMES
    assert packets.read()
    assert packets.read()
    encode_ahead([packets])
    assert packets.ahead == LEAD_FRAMES


def test_what_is_encoded_ahead_has_not_been_played() -> None:
    source = source_of(noise(30))
    packets = Packets(source, BITRATE)
    encode_ahead([packets])
    assert source.buffer.frames_played == 0
    assert packets.read()
    assert source.buffer.frames_played == 1


def test_a_frame_that_is_there_and_not_encoded_yet_is_waited_for_and_counts_as_nothing() -> None:
    source = source_of(noise(3))
    packets = Packets(source, BITRATE)
    assert packets.read() is None
    assert (source.buffer.frames_played, source.buffer.frames_starved) == (0, 0)
    packets.encode()
    assert packets.read()


def test_silence_comes_where_the_music_is_not_made_yet_and_then_the_music_goes_on() -> None:
    pcm = noise(2 * FRAME_RATE)
    buffer = JitterBuffer(4.0, speed=0.9)
    packets = Packets(PieceSource(buffer), BITRATE)
    buffer.push(pcm)
    assert packets.read() == OPUS_SILENCE  # too little to begin with
    assert (buffer.frames_played, buffer.frames_starved) == (0, 0)
    buffer.finish()
    assert [packet for packet in rest(packets) if packet != OPUS_SILENCE] == encoded(pcm)


def test_starving_is_counted_as_without_encoding_ahead() -> None:
    pcm = noise(2 * FRAME_RATE)
    buffer = JitterBuffer(30.0, speed=100.0)
    packets = Packets(PieceSource(buffer), BITRATE)
    buffer.push(pcm)
    for _ in range(2 * FRAME_RATE):
        packets.encode()
        assert packets.read()
    assert [packets.read(), packets.read()] == [OPUS_SILENCE] * 2
    assert (buffer.frames_starved, buffer.starvations) == (2, 1)


def test_a_new_volume_is_heard_after_the_lead() -> None:
    pcm = noise(2 * LEAD_FRAMES)
    source = source_of(pcm)
    packets = Packets(source, BITRATE)
    encode_ahead([packets])
    source.volume = 0.0
    decoder = Decoder()  # type: ignore[no-untyped-call]
    peaks = [
        np.abs(np.frombuffer(decoder.decode(packet, fec=False), np.int16).astype(int)).max()
        for packet in rest(packets)
    ]
    assert min(peaks[:LEAD_FRAMES]) > 5_000
    assert max(peaks[LEAD_FRAMES + 2 :]) < 500  # one frame of slope, one of the codec's overlap


def test_pieces_share_the_lead_evenly_and_one_that_fails_ends_alone(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(PieceSource):
        def frames(self, number: int, most: int) -> Floats:
            if number >= LEADS[0]:
                raise ZeroDivisionError
            return super().frames(number, most)

    well = Packets(source_of(noise(30)), BITRATE)
    broken = Packets(Broken(source_of(noise(30)).buffer), BITRATE)
    with caplog.at_level(logging.ERROR):
        encode_ahead([broken, well])
        encode_ahead([broken, well])
    assert well.ahead == LEAD_FRAMES
    assert len(caplog.records) == 1
    assert len(list(rest(broken))) == LEADS[0]


def test_threads_encode_what_is_open_and_end() -> None:
    encoder = Encoder(threads=2)
    pcm = noise(3)
    opened = [encoder.open(source_of(pcm), BITRATE) for _ in range(3)]
    try:
        for packets in opened:
            read: list[bytes] = []
            while (packet := packets.read()) != b"":
                if packet is not None:
                    read.append(packet)
            assert read == encoded(pcm)
    finally:
        for packets in opened:
            encoder.release(packets)
        encoder.close()
