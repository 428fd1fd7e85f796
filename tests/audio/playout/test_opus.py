from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import discord.opus
import numpy as np
import pytest

from audio.playout import opus
from audio.playout.opus import (
    OPUS_SILENCE,
    STILL_MUSIC,
    Floats,
    MusicEncoder,
    OpusMissing,
    encoder_options,
    load_opus,
)
from audio.units import FRAME_SAMPLES, SAMPLE_RATE

STEREO = 0b100
"""The bit of a packet's first byte that says whether it has two channels (RFC 6716, 3.1)."""

LAG = 312
"""libopus's look-ahead for music, in samples."""


def test_discord_can_encode_afterwards() -> None:
    assert load_opus().startswith("libopus ")
    assert discord.opus.Encoder().encode(bytes(3840), 960)


@pytest.fixture
def system_without_opus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.opus, "_lib", None)
    monkeypatch.setattr(discord.opus, "_load_default", lambda: False)


@pytest.mark.usefixtures("system_without_opus")
def test_the_copy_in_pyav_serves_where_the_system_has_none() -> None:
    assert load_opus().startswith("libopus ")
    assert discord.opus.is_loaded()


@pytest.mark.usefixtures("system_without_opus")
def test_a_copy_that_cannot_be_loaded_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "libopus-0.so"
    bad.write_bytes(b"not a library")
    good = list(opus._bundled())
    monkeypatch.setattr(opus, "_bundled", lambda: iter([bad, *good]))
    assert load_opus().startswith("libopus ")


@pytest.mark.usefixtures("system_without_opus")
def test_no_libopus_at_all_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(OpusMissing, match="apt install libopus0"):
        load_opus()


def test_pyav_is_not_imported_for_it() -> None:
    program = (
        "import sys; from audio.playout.opus import load_opus; load_opus(); sys.exit('av' in sys.modules)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)


def chord(seconds: float) -> Floats:
    """Three tones, another on each side."""
    time = np.arange(round(seconds * SAMPLE_RATE))[:, np.newaxis] / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * np.array(hertz) * time) for hertz in ((220, 330), (554, 660), (1108, 880))]
    return np.asarray(0.1 * sum(tones), np.float32)


def heard(packets: list[bytes]) -> Floats:
    """What a listener's libopus makes of it."""
    decoder = discord.opus.Decoder()  # type: ignore[no-untyped-call]
    sound = b"".join(decoder.decode(packet, fec=False) for packet in packets)
    return np.asarray(np.frombuffer(sound, np.int16).reshape(-1, 2) / 2**15, np.float32)


def test_what_is_decoded_is_what_was_encoded() -> None:
    load_opus()
    sound = chord(1.0)
    back = heard(MusicEncoder(96_000).encode(sound))[SAMPLE_RATE // 2 + LAG :]
    there = sound[SAMPLE_RATE // 2 : -LAG]
    assert np.sqrt(np.mean((there - back) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


def test_what_is_the_same_in_both_channels_is_encoded_as_one_and_heard_in_both() -> None:
    load_opus()
    mono = np.repeat(chord(1.0)[:, :1], 2, axis=1)
    packets = MusicEncoder(96_000).encode(mono)
    assert not any(packet[0] & STEREO for packet in packets)
    left, right = heard(packets).T
    assert np.array_equal(left, right)
    assert all(packet[0] & STEREO for packet in MusicEncoder(96_000).encode(chord(1.0)))


def test_silence_in_music_is_not_the_packet_that_passes_unencrypted() -> None:
    load_opus()
    sound = np.repeat(chord(1.0)[:, :1], 2, axis=1)
    sound[10 * FRAME_SAMPLES : 30 * FRAME_SAMPLES] = 0
    packets = MusicEncoder(96_000).encode(sound)
    assert STILL_MUSIC in packets
    assert OPUS_SILENCE not in packets
    back = heard(packets)[LAG:]
    assert np.abs(back[12 * FRAME_SAMPLES : 29 * FRAME_SAMPLES]).max() < 1e-3
    there = sound[40 * FRAME_SAMPLES : -LAG]
    assert np.sqrt(np.mean((back[40 * FRAME_SAMPLES :] - there) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


def test_from_one_channel_to_two_and_back_there_is_no_seam() -> None:
    load_opus()
    sound = chord(3.0)
    side = np.clip(np.abs(np.linspace(-3, 3, len(sound), dtype=np.float32)) - 1, 0, 1)[:, np.newaxis]
    middle = sound.mean(axis=1, keepdims=True)
    sound = (middle + (sound - middle) * (1 - side)).astype(np.float32)
    sound[side[:, 0] == 1] = middle[side[:, 0] == 1]
    packets = MusicEncoder(96_000).encode(sound)
    two = [bool(packet[0] & STEREO) for packet in packets]
    assert [two[0], two[len(two) // 2], two[-1]] == [False, True, False]
    wrong = (heard(packets)[LAG:] - sound[:-LAG])[FRAME_SAMPLES:]
    whole = len(wrong) // FRAME_SAMPLES * FRAME_SAMPLES
    of_frames = np.sqrt((wrong[:whole] ** 2).reshape(-1, 2 * FRAME_SAMPLES).mean(axis=1))
    assert of_frames.max() < 0.05 * np.sqrt((sound**2).mean())


def test_how_many_frames_are_encoded_at_once_changes_no_packet() -> None:
    load_opus()
    sound = chord(0.2)
    sound[: 2 * FRAME_SAMPLES] = 0  # alike in both channels
    encoder = MusicEncoder(96_000)
    parts = [encoder.encode(part) for part in np.split(sound, [FRAME_SAMPLES, 7 * FRAME_SAMPLES])]
    assert [packet for part in parts for packet in part] == MusicEncoder(96_000).encode(sound)


@pytest.mark.parametrize("bitrate", [8_000, 32_000, 64_000, 96_000, 384_000])
def test_music_is_encoded_as_music_at_every_bitrate(bitrate: int) -> None:
    """No packet is in a speech mode: 16 and up of the table of configurations in RFC 6716, 3.1 are CELT."""
    load_opus()
    noise = np.random.default_rng(0).normal(0, 0.1, (50 * FRAME_SAMPLES, 2)).astype(np.float32)
    packets = MusicEncoder(bitrate).encode(noise)
    assert len(packets) == 50
    assert all(packet[0] >> 3 >= 16 for packet in packets)


@pytest.mark.parametrize(("channel", "kbits"), [(8_000, 16), (64_000, 64), (96_000, 96), (384_000, 128)])
def test_the_bitrate_is_the_channels_as_far_as_it_is_of_use(channel: int, kbits: int) -> None:
    assert encoder_options(channel)["bitrate"] == kbits
