from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.dsp.level import CHANNEL_LUFS
from audio.dsp.loudness import integrated
from audio.dsp.mastering import master
from audio.engine import EngineInfo
from audio.files.saved import read_for_playback, read_pcm
from audio.files.track import TrackError, write_track
from audio.piece import Piece
from audio.units import Pcm, Pcm16, floats

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
