from __future__ import annotations

import logging
from collections.abc import Iterator
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.playout.jitter_buffer import JitterBuffer
from audio.playout.opus import OPUS_SILENCE, THRIFTY_COMPLEXITY, MusicEncoder, load_opus
from audio.playout.packets import BATCH_FRAMES, LEAD_FRAMES, SHORT_FRAMES, Packets
from audio.playout.source import FULL_SCALE, PieceSource
from audio.units import FRAME_RATE, FRAME_SAMPLES, Interleaved, Pcm16
from tests.audio.playout.decoding import decoded

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
    """Return the packets of sound that is encoded at once."""
    return MusicEncoder(BITRATE).encode((pcm / FULL_SCALE).astype(np.float32))


def rest(packets: Packets) -> Iterator[bytes]:
    """Yield the remaining packets of a piece, encoded in time."""
    while packet := packets.read():
        yield packet
        if packets.low:
            packets.encode()


def test_packets_come_in_order_and_then_the_end() -> None:
    pcm = noise(30)
    packets = Packets(source_of(pcm), BITRATE)
    assert list(rest(packets)) == encoded(pcm)
    assert packets.read() == b""


@settings(max_examples=40)
@given(st.lists(st.sampled_from(["encode", "read", "push"]), max_size=60))
def test_the_order_of_encoding_and_reading_changes_no_packet(calls: list[str]) -> None:
    pcm = noise(20)
    buffer = JitterBuffer(0.4, speed=3.0)
    packets = Packets(PieceSource(buffer), BITRATE)
    pushes = iter(np.split(pcm, 5))
    read: list[bytes] = []
    with patch("audio.playout.packets.SHORT_FRAMES", -1):
        for call in calls:
            if call == "encode":
                packets.encode()
            elif call == "push":
                buffer.push(next(pushes, pcm[:0]))
            elif packet := packets.read():
                read.append(packet)
        for part in pushes:
            buffer.push(part)
        buffer.finish()
        read += rest(packets)
    assert [packet for packet in read if packet is not OPUS_SILENCE] == encoded(pcm)
    assert buffer.frames_played == 20


def test_the_lead_is_bounded_and_refilled_when_low() -> None:
    packets = Packets(source_of(noise(30)), BITRATE)
    for _ in range(LEAD_FRAMES):
        packets.encode()
    assert packets.ahead == LEAD_FRAMES
    for _ in range(BATCH_FRAMES):
        assert not packets.low
        packets.read()
    assert packets.low
    packets.encode()
    assert packets.ahead == LEAD_FRAMES


def test_frames_are_hurried_only_while_the_lead_is_nearly_used_up() -> None:
    pcm = noise(60)
    packets = Packets(source_of(pcm), BITRATE)
    packets.encode()
    packets.encode()
    assert packets.frames_hurried == 0  # it begins with none
    sent = [packets.read() for _ in range(LEAD_FRAMES - SHORT_FRAMES)]
    packets.encode()
    assert packets.frames_hurried == BATCH_FRAMES
    sent += rest(packets)
    assert packets.frames_hurried == BATCH_FRAMES
    unhurried = encoded(pcm)
    assert len(sent) == 60
    assert sent[:LEAD_FRAMES] == unhurried[:LEAD_FRAMES]
    assert sent[LEAD_FRAMES] != unhurried[LEAD_FRAMES]


def test_thrifty_applies_to_the_frames_encoded_while_it_is_set() -> None:
    pcm = noise(3 * BATCH_FRAMES)
    packets = Packets(source_of(pcm), BITRATE)
    packets.thrifty = True
    packets.encode()
    packets.thrifty = False
    packets.encode()
    sent = [packets.read() for _ in range(2 * BATCH_FRAMES)]
    opus, sound = MusicEncoder(BITRATE), source_of(pcm).frames(0, 2 * BATCH_FRAMES)
    first = opus.encode(sound[: BATCH_FRAMES * FRAME_SAMPLES], THRIFTY_COMPLEXITY)
    assert sent == first + opus.encode(sound[BATCH_FRAMES * FRAME_SAMPLES :])
    assert sent != encoded(pcm)[: 2 * BATCH_FRAMES]


def test_a_lead_that_is_short_for_lack_of_sound_hurries_nothing() -> None:
    buffer = JitterBuffer(30.0, speed=100.0)
    packets = Packets(PieceSource(buffer), BITRATE)
    for _ in range(3):
        buffer.push(noise(2 * FRAME_RATE))
        for _ in range(2 * FRAME_RATE + 5):
            if packets.low:
                packets.encode()
            packets.read()
    assert buffer.frames_starved
    assert packets.frames_hurried == 0


def test_frames_encoded_ahead_do_not_count_as_played() -> None:
    source = source_of(noise(30))
    packets = Packets(source, BITRATE)
    packets.encode()
    assert source.buffer.frames_played == 0
    assert packets.read()
    assert source.buffer.frames_played == 1


def test_an_available_frame_is_encoded_on_demand() -> None:
    pcm = noise(3)
    source = source_of(pcm)
    packets = Packets(source, BITRATE)
    assert packets.read() == encoded(pcm)[0]
    assert (source.buffer.frames_played, source.buffer.frames_starved) == (1, 0)


def test_silence_replaces_missing_music_which_then_goes_on() -> None:
    pcm = noise(2 * FRAME_RATE)
    buffer = JitterBuffer(4.0, speed=0.9)
    packets = Packets(PieceSource(buffer), BITRATE)
    buffer.push(pcm)
    assert packets.read() == OPUS_SILENCE  # too little to begin with
    assert (buffer.frames_played, buffer.frames_starved) == (0, 0)
    buffer.finish()
    assert [packet for packet in rest(packets) if packet != OPUS_SILENCE] == encoded(pcm)


def test_encoding_ahead_does_not_change_the_count_of_starving() -> None:
    pcm = noise(2 * FRAME_RATE)
    buffer = JitterBuffer(30.0, speed=100.0)
    packets = Packets(PieceSource(buffer), BITRATE)
    buffer.push(pcm)
    for _ in range(2 * FRAME_RATE):
        assert packets.read() != OPUS_SILENCE
    assert [packets.read(), packets.read()] == [OPUS_SILENCE] * 2
    assert (buffer.frames_starved, buffer.starvations) == (2, 1)


def test_a_new_volume_takes_effect_after_the_lead() -> None:
    pcm = noise(2 * LEAD_FRAMES)
    source = source_of(pcm)
    packets = Packets(source, BITRATE)
    packets.encode()
    packets.encode()
    source.volume = 0.0
    sound = decoded(rest(packets)).reshape(-1, 2 * FRAME_SAMPLES) * FULL_SCALE
    peaks = np.abs(sound).max(axis=1)
    assert peaks[:LEAD_FRAMES].min() > 5_000
    assert peaks[LEAD_FRAMES + 2 :].max() < 500  # one frame of slope, one of the codec's overlap


def test_an_encoding_error_ends_the_piece_after_the_packets_ready(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(PieceSource):
        def frames(self, number: int, most: int) -> Interleaved:
            if number:
                raise ZeroDivisionError
            return super().frames(number, most)

    packets = Packets(Broken(source_of(noise(30)).buffer), BITRATE)
    with caplog.at_level(logging.ERROR):
        assert len(list(rest(packets))) == BATCH_FRAMES
        packets.encode()
        assert packets.read() == b""
    assert len(caplog.records) == 1
    assert not packets.low
