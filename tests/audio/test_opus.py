from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import discord.opus
import numpy as np
import pytest

from audio import opus
from audio.opus import Floats, MusicEncoder, OpusMissing, encoder_options, load_opus
from audio.units import FRAME_SAMPLES, SAMPLE_RATE


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
    program = "import sys; from audio.opus import load_opus; load_opus(); sys.exit('av' in sys.modules)"
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60)


def chord(seconds: float) -> Floats:
    """Three tones, another on each side."""
    time = np.arange(round(seconds * SAMPLE_RATE))[:, np.newaxis] / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * np.array(hertz) * time) for hertz in ((220, 330), (554, 660), (1108, 880))]
    return np.asarray(0.1 * sum(tones), np.float32)


def test_what_is_decoded_is_what_was_encoded() -> None:
    load_opus()
    sound = chord(1.0)
    decoder = discord.opus.Decoder()  # type: ignore[no-untyped-call]
    packets = MusicEncoder(96_000).encode(sound)
    heard = np.concatenate([np.frombuffer(decoder.decode(packet, fec=False), np.int16) for packet in packets])
    lag = 312  # libopus's look-ahead for music, in samples
    there, back = sound[SAMPLE_RATE // 2 : -lag], heard.reshape(-1, 2)[SAMPLE_RATE // 2 + lag :] / 2**15
    assert np.sqrt(np.mean((there - back) ** 2)) < 0.05 * np.sqrt(np.mean(there**2))


def test_how_many_frames_are_encoded_at_once_changes_no_packet() -> None:
    load_opus()
    sound = chord(0.2)
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
