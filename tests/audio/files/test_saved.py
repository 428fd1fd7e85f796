from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from audio.dsp.level import CHANNEL_LUFS
from audio.dsp.loudness import integrated
from audio.dsp.mastering import master
from audio.engine import EngineInfo
from audio.files.recording import write_recording
from audio.files.saved import read_all, read_for_playback, read_pcm
from audio.files.track import TrackError, write_track
from audio.piece import Piece
from audio.units import Pcm, Pcm16, floats
from tests.audio.files.sound_files import hum, recorded
from tests.audio.files.sound_files import written as sound_file

INFO = EngineInfo("tone", "1", "MIT", "none", 32_000, 1, 1.0)
PIECE = Piece("bells", 1.0, 7)


def made() -> Pcm:
    time = np.arange(INFO.sample_rate) / INFO.sample_rate
    return np.stack([0.3 * np.sin(2 * np.pi * hertz * time) for hertz in (220, 331)]).astype(np.float32)


def melody() -> Pcm16:
    """Return the sound of the file."""
    return master(made(), INFO.sample_rate, PIECE.seconds)


def written(folder: Path, form: str) -> Path:
    return write_track(made(), PIECE, INFO, folder, 2**30, formats=[form]).path


def test_a_saved_track_plays_at_the_level_of_the_channel(tmp_path: Path) -> None:
    path = written(tmp_path, "flac")
    sound, filed = floats(read_for_playback(path, 1.0)), floats(read_pcm(path, 1.0))
    assert integrated(sound) == pytest.approx(CHANNEL_LUFS, abs=0.1)
    assert np.allclose(sound, filed * 10 ** ((CHANNEL_LUFS - integrated(filed)) / 20), atol=1e-4)


def test_a_flac_is_read_back_sample_for_sample(tmp_path: Path) -> None:
    assert np.array_equal(read_pcm(written(tmp_path, "flac"), 1.0), melody())


@pytest.mark.parametrize("form", ["opus", "mp3"])
def test_lossy_formats_are_read_back_without_a_shift_and_on_both_sides(tmp_path: Path, form: str) -> None:
    sound, expected = read_pcm(written(tmp_path, form), 1.0), melody()
    assert sound.shape == expected.shape
    for side in (0, 1):
        assert np.corrcoef(sound[2_000:-2_000, side], expected[2_000:-2_000, side])[0, 1] > 0.99


def test_the_requested_length_is_read_and_padded_with_silence(tmp_path: Path) -> None:
    path = written(tmp_path, "flac")
    assert np.array_equal(read_pcm(path, 0.5), melody()[:24_000])
    longer = read_pcm(path, 1.5)
    assert np.array_equal(longer[:48_000], melody())
    assert not longer[48_000:].any()


def test_a_missing_or_foreign_file_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrackError, match=r"^gone\.flac is gone or is no longer a track\.$"):
        read_pcm(tmp_path / "gone.flac", 1.0)
    (tmp_path / "text.flac").write_text("#EXTM3U\n/etc/passwd")
    with pytest.raises(TrackError):
        read_pcm(tmp_path / "text.flac", 1.0)


def test_a_track_whose_tags_somebody_edited_in_another_encoding_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, "mp3")
    data = path.read_bytes()
    size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    title = "Песня".encode("cp1251")  # ID3v1, behind the sound, states no encoding
    path.write_bytes(data[10 + size :] + b"TAG" + title.ljust(125, b"\0"))
    assert np.abs(read_pcm(path, 1.0)).max() > 1_000


def test_the_sound_that_a_member_sent_is_read_sample_for_sample(tmp_path: Path) -> None:
    samples = melody()
    path = write_recording(tmp_path / "x.wav", samples, 48_000).path
    assert np.array_equal(read_pcm(path, 1.0), samples)
    assert np.array_equal(read_all(path, 9.0), samples)
    assert np.array_equal(read_all(path, 0.5), samples[:24_000])


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".mp3", ".wav", ""])
def test_what_a_member_sent_meets_no_decoder_here(tmp_path: Path, suffix: str) -> None:
    """Neither the suffix nor the folder makes a member's file a track: the container and codec must fit."""
    sent = sound_file(tmp_path / "hum.m4a", hum(1.0, 48_000), 48_000).rename(tmp_path / f"x{suffix}")
    for_the_engine = recorded(tmp_path / "y.wav", hum(1.0, 32_000), 32_000).path
    for path in (sent, for_the_engine):
        with pytest.raises(TrackError, match="is gone or is no longer a track"):
            read_pcm(path, 1.0)


def test_ten_minutes_are_brought_to_the_level_of_the_channel_in_little_memory(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "x.wav", np.tile(melody(), (300, 1)), 48_000).path
    read_for_playback(path, 1.0)  # imports and tables
    tracemalloc.start()
    try:
        sound = read_for_playback(path, 300.0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert integrated(floats(sound[: 48_000 * 10])) == pytest.approx(CHANNEL_LUFS, abs=0.1)
    assert peak < 1.5 * sound.nbytes
