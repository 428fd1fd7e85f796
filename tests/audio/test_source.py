from __future__ import annotations

import logging

import discord.opus
import numpy as np
import pytest

from audio.buffer import SILENCE, JitterBuffer
from audio.opus import load_opus
from audio.source import PATIENCE, PieceSource, encoder_options
from audio.units import FRAME_BYTES, FRAME_SAMPLES, Pcm16


def source_of(pcm: Pcm16, volume: float = 1.0) -> PieceSource:
    buffer = JitterBuffer(len(pcm) / 48_000, speed=3.0)
    buffer.push(pcm)
    buffer.finish()
    return PieceSource(buffer, volume)


def steady(value: int, frames: int = 4) -> Pcm16:
    return np.full((frames * FRAME_SAMPLES, 2), value, np.int16)


def read(source: PieceSource) -> Pcm16:
    return np.frombuffer(source.read(), np.int16).reshape(-1, 2)


def test_at_full_volume_bytes_pass_as_they_are() -> None:
    pcm = np.random.default_rng(0).integers(-32_768, 32_767, (4 * FRAME_SAMPLES, 2)).astype(np.int16)
    source = source_of(pcm)
    assert b"".join(iter(source.read, b"")) == pcm.tobytes()
    assert not source.is_opus()


def test_volume_is_a_factor_on_every_sample() -> None:
    assert (read(source_of(steady(1000), 0.5)) == 500).all()
    assert (read(source_of(steady(-1000), 0.0)) == 0).all()


def test_a_change_of_volume_is_a_slope_over_one_frame() -> None:
    source = source_of(steady(10_000))
    source.read()
    source.volume = 0.25
    slope = read(source)[:, 0].astype(int)
    assert slope[0] > 9_980
    assert slope[-1] == 2_500
    assert -10 <= np.diff(slope).min() <= np.diff(slope).max() <= 0
    assert (read(source) == 2_500).all()


def test_what_gets_too_loud_is_cut_not_wrapped() -> None:
    assert (read(source_of(steady(30_000), 2.0)) == 32_767).all()
    assert (read(source_of(steady(-30_000), 2.0)) == -32_768).all()


@pytest.mark.parametrize(("asked", "set_to"), [(5.0, 2.0), (-1.0, 0.0), (1.3, 1.3)])
def test_volume_stays_between_nothing_and_twice(asked: float, set_to: float) -> None:
    assert source_of(steady(1), asked).volume == set_to


class Broken(JitterBuffer):
    """Raises in `read` as long as it is broken."""

    broken = True

    def read(self) -> bytes:
        if self.broken:
            raise ZeroDivisionError
        return super().read()


def test_an_unforeseen_exception_costs_silence_and_one_log_entry(caplog: pytest.LogCaptureFixture) -> None:
    buffer = Broken(1.0, speed=3.0)
    buffer.push(steady(7))
    buffer.finish()
    source = PieceSource(buffer)
    with caplog.at_level(logging.ERROR):
        assert [source.read(), source.read()] == [SILENCE, SILENCE]
    assert len(caplog.records) == 1
    assert isinstance(source.failure, ZeroDivisionError)
    buffer.broken = False
    assert (read(source) == 7).all()


def test_failures_that_pass_never_end_the_piece() -> None:
    buffer = Broken(1.0, speed=3.0)
    buffer.push(steady(7, frames=2 * PATIENCE))
    source = PieceSource(buffer)
    for _ in range(4 * PATIENCE):
        buffer.broken = not buffer.broken
        assert source.read()
    buffer.broken = True
    assert source.read() == SILENCE


def test_a_failure_that_lasts_ends_the_piece_so_that_the_queue_goes_on() -> None:
    source = PieceSource(Broken(1.0, speed=3.0))
    assert [source.read() for _ in range(PATIENCE)] == [SILENCE] * (PATIENCE - 1) + [b""]


@pytest.mark.parametrize("bitrate", [8_000, 32_000, 64_000, 96_000, 384_000])
def test_music_is_encoded_as_music_at_every_bitrate(bitrate: int) -> None:
    """No packet is in a speech mode: 16 and up of the table of configurations in RFC 6716, 3.1 are CELT."""
    load_opus()
    encoder = discord.opus.Encoder(**encoder_options(bitrate))
    noise = np.random.default_rng(0).normal(0, 4_000, (50, FRAME_SAMPLES, 2)).astype(np.int16)
    packets = [encoder.encode(frame.tobytes(), FRAME_SAMPLES) for frame in noise]
    assert all(packet[0] >> 3 >= 16 for packet in packets)


@pytest.mark.parametrize(("channel", "kbits"), [(8_000, 16), (64_000, 64), (96_000, 96), (384_000, 128)])
def test_the_bitrate_is_the_channels_as_far_as_it_is_of_use(channel: int, kbits: int) -> None:
    assert encoder_options(channel)["bitrate"] == kbits


def test_every_read_is_a_whole_frame() -> None:
    source = source_of(steady(5)[: 3 * FRAME_SAMPLES + 1], 0.7)
    assert [len(frame) for frame in iter(source.read, b"")] == [FRAME_BYTES] * 4
