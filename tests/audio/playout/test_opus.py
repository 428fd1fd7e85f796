from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import discord.opus
import numpy as np
import pytest

from audio.playout import opus
from audio.playout.opus import (
    COMPLEXITY,
    HURRIED_COMPLEXITY,
    MAX_PACKET_BYTES,
    OPUS_SILENCE,
    STILL_MUSIC,
    THRIFTY_COMPLEXITY,
    MusicEncoder,
    OpusError,
    OpusMissing,
    encoder_kbits,
    load_opus,
)
from audio.units import FRAME_SAMPLES, SAMPLE_RATE, Interleaved
from tests.audio.playout.decoding import decoded, use_in_discord_py

STEREO = 0b100
"""The bit of a packet's first byte that says whether it has two channels (RFC 6716, 3.1)."""

LAG = 312
"""libopus's look-ahead for music, in samples."""


@pytest.fixture
def fresh_binding() -> Iterator[None]:
    """libopus is looked for again during the test, and once more after it."""
    opus.libopus.cache_clear()
    yield
    opus.libopus.cache_clear()


@pytest.fixture
def system_without_opus(monkeypatch: pytest.MonkeyPatch, fresh_binding: None) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: None)


def test_a_loaded_libopus_says_its_version() -> None:
    assert load_opus().startswith("libopus ")


@pytest.mark.usefixtures("system_without_opus")
def test_the_copy_in_pyav_serves_where_the_system_has_none() -> None:
    assert load_opus().startswith("libopus ")
    assert Path(opus.libopus()._name) in opus._bundled()
    assert MusicEncoder(96_000).encode(chord(0.02))


@pytest.mark.usefixtures("fresh_binding")
def test_the_libopus_of_the_system_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    copy = str(next(opus._bundled()))
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: copy)
    monkeypatch.setattr(opus, "_bundled", lambda: iter([]))
    assert load_opus().startswith("libopus ")


@pytest.mark.usefixtures("system_without_opus")
def test_a_copy_that_cannot_be_loaded_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "libopus-0.so"
    bad.write_bytes(b"not a library")
    good = list(opus._bundled())
    monkeypatch.setattr(opus, "_bundled", lambda: iter([bad, *good]))
    assert load_opus().startswith("libopus ")


@pytest.mark.usefixtures("system_without_opus")
def test_without_any_libopus_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(OpusMissing, match="apt install libopus0"):
        load_opus()


def test_a_refused_call_raises_the_error_of_libopus() -> None:
    with pytest.raises(OpusError, match=r"^libopus: invalid argument$"):
        MusicEncoder(96_000).encode(chord(0.02), complexity=11)


def test_pyav_is_not_imported_for_it() -> None:
    program = (
        "import sys; from audio.playout.opus import load_opus; load_opus(); sys.exit('av' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)


def chord(seconds: float) -> Interleaved:
    """Three tones, another on each side."""
    time = np.arange(round(seconds * SAMPLE_RATE))[:, np.newaxis] / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * np.array(hertz) * time) for hertz in ((220, 330), (554, 660), (1108, 880))]
    return np.asarray(0.1 * sum(tones), np.float32)


def test_decoded_sound_equals_the_encoded_sound() -> None:
    sound = chord(1.0)
    back = decoded(MusicEncoder(96_000).encode(sound))[SAMPLE_RATE // 2 + LAG :]
    there = sound[SAMPLE_RATE // 2 : -LAG]
    assert np.sqrt(np.mean((there - back) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


@pytest.mark.parametrize(
    "layout", [np.asfortranarray, np.float64, lambda sound: np.repeat(sound, 2, axis=0)[::2]]
)
def test_packets_do_not_depend_on_the_memory_layout_of_the_sound(layout: Callable[..., Any]) -> None:
    """libopus reads raw memory: a view with strides or wider floats would be read as another sound."""
    sound = chord(0.1)
    assert MusicEncoder(96_000).encode(layout(sound)) == MusicEncoder(96_000).encode(sound)


def test_one_channel_viewed_as_two_is_not_read_beyond_its_end() -> None:
    mono = chord(0.1)[:, :1].copy()
    both = np.broadcast_to(mono, (len(mono), 2))
    assert MusicEncoder(96_000).encode(both) == MusicEncoder(96_000).encode(both.copy())


def test_part_of_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        MusicEncoder(96_000).encode(chord(0.03))


def test_equal_channels_are_encoded_as_mono_and_decoded_to_both() -> None:
    mono = np.repeat(chord(1.0)[:, :1], 2, axis=1)
    packets = MusicEncoder(96_000).encode(mono)
    assert not any(packet[0] & STEREO for packet in packets)
    left, right = decoded(packets).T
    assert np.array_equal(left, right)
    assert all(packet[0] & STEREO for packet in MusicEncoder(96_000).encode(chord(1.0)))


def test_silence_in_music_is_not_the_packet_that_passes_unencrypted() -> None:
    sound = np.repeat(chord(1.0)[:, :1], 2, axis=1)
    sound[10 * FRAME_SAMPLES : 30 * FRAME_SAMPLES] = 0
    packets = MusicEncoder(96_000).encode(sound)
    assert STILL_MUSIC in packets
    assert OPUS_SILENCE not in packets
    back = decoded(packets)[LAG:]
    assert np.abs(back[12 * FRAME_SAMPLES : 29 * FRAME_SAMPLES]).max() < 1e-3
    there = sound[40 * FRAME_SAMPLES : -LAG]
    assert np.sqrt(np.mean((back[40 * FRAME_SAMPLES :] - there) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


def test_from_one_channel_to_two_and_back_there_is_no_seam() -> None:
    sound = chord(3.0)
    side = np.clip(np.abs(np.linspace(-3, 3, len(sound), dtype=np.float32)) - 1, 0, 1)[:, np.newaxis]
    middle = sound.mean(axis=1, keepdims=True)
    sound = (middle + (sound - middle) * (1 - side)).astype(np.float32)
    sound[side[:, 0] == 1] = middle[side[:, 0] == 1]
    packets = MusicEncoder(96_000).encode(sound)
    two = [bool(packet[0] & STEREO) for packet in packets]
    assert [two[0], two[len(two) // 2], two[-1]] == [False, True, False]
    wrong = (decoded(packets)[LAG:] - sound[:-LAG])[FRAME_SAMPLES:]
    whole = len(wrong) // FRAME_SAMPLES * FRAME_SAMPLES
    of_frames = np.sqrt((wrong[:whole] ** 2).reshape(-1, 2 * FRAME_SAMPLES).mean(axis=1))
    assert of_frames.max() < 0.05 * np.sqrt((sound**2).mean())


def test_the_number_of_frames_per_call_changes_no_packet() -> None:
    sound = chord(0.2)
    sound[: 2 * FRAME_SAMPLES] = 0  # equal channels, so mono
    encoder = MusicEncoder(96_000)
    parts = [encoder.encode(part) for part in np.split(sound, [FRAME_SAMPLES, 7 * FRAME_SAMPLES])]
    assert [packet for part in parts for packet in part] == MusicEncoder(96_000).encode(sound)


@pytest.mark.parametrize("bitrate", [8_000, 32_000, 64_000, 96_000, 384_000])
def test_music_is_encoded_as_music_at_every_bitrate(bitrate: int) -> None:
    """No packet is in a speech mode: 16 and up of the table of configurations in RFC 6716, 3.1 are CELT."""
    noise = np.random.default_rng(0).normal(0, 0.1, (50 * FRAME_SAMPLES, 2)).astype(np.float32)
    packets = MusicEncoder(bitrate).encode(noise)
    assert len(packets) == 50
    assert all(packet[0] >> 3 >= 16 for packet in packets)


@pytest.mark.parametrize(("channel", "kbits"), [(8_000, 16), (64_000, 64), (96_000, 96), (384_000, 128)])
def test_the_bitrate_is_the_channels_within_useful_limits(channel: int, kbits: int) -> None:
    assert encoder_kbits(channel) == kbits


class DiscordsEncoder:
    """discord.py's encoder, set up for music; it knows neither float samples nor equal channels."""

    def __init__(self, channel_bitrate: int) -> None:
        use_in_discord_py()
        self._opus = discord.opus.Encoder(
            bitrate=encoder_kbits(channel_bitrate), fec=False, bandwidth="full", signal_type="music"
        )

    def set(self, request: int, value: int) -> None:
        discord.opus._lib.opus_encoder_ctl(self._opus._state, request, value)

    def encode(self, frame: Interleaved) -> bytes:
        room = ctypes.create_string_buffer(MAX_PACKET_BYTES)
        samples = frame.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        size = discord.opus._lib.opus_encode_float(
            self._opus._state, samples, FRAME_SAMPLES, room, MAX_PACKET_BYTES
        )
        return room.raw[:size]


@pytest.mark.parametrize("bitrate", [8_000, 64_000, 96_000, 384_000])
@pytest.mark.parametrize("complexity", [HURRIED_COMPLEXITY, THRIFTY_COMPLEXITY, COMPLEXITY])
def test_packets_are_those_of_discord_py_with_the_same_settings(bitrate: int, complexity: int) -> None:
    sound = chord(0.4)
    sound[: 5 * FRAME_SAMPLES, 1] = sound[: 5 * FRAME_SAMPLES, 0]
    sound[-5 * FRAME_SAMPLES :, 1] = sound[-5 * FRAME_SAMPLES :, 0]
    theirs, expected = DiscordsEncoder(bitrate), []
    theirs.set(opus._SET_LSB_DEPTH, 16)
    theirs.set(opus._SET_COMPLEXITY, complexity)
    for frame in np.split(sound, 20):
        mono = bool((frame[:, 0] == frame[:, 1]).all())
        theirs.set(opus._SET_FORCE_CHANNELS, 1 if mono else opus._AUTO)
        expected.append(theirs.encode(frame))
    packets = MusicEncoder(bitrate).encode(sound, complexity)
    assert packets == expected
    assert not all(packet[0] & STEREO for packet in packets)
    assert any(packet[0] & STEREO for packet in packets) == (bitrate > 16_000)
