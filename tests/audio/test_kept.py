from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audio.engine import EngineInfo
from audio.kept import read_sound
from audio.piece import Piece
from audio.track import TrackError, write_track
from audio.units import Pcm16

INFO = EngineInfo("tone", "1", "MIT", "none", 32_000, 1, 1.0)
PIECE = Piece("bells", 1.0, 7)


def melody(seconds: float) -> Pcm16:
    time = np.arange(round(seconds * 48_000)) / 48_000
    left, right = (8_000 * np.sin(2 * np.pi * hertz * time) for hertz in (220, 331))
    return np.stack([left, right], axis=1).astype(np.int16)


def written(folder: Path, form: str, seconds: float = 1.0) -> Path:
    return write_track(melody(seconds), PIECE, INFO, folder, 2**30, formats=[form]).path


def test_a_flac_is_read_back_sample_for_sample(tmp_path: Path) -> None:
    assert np.array_equal(read_sound(written(tmp_path, "flac"), 1.0), melody(1.0))


@pytest.mark.parametrize("form", ["opus", "mp3"])
def test_the_other_formats_are_read_back_in_time_and_on_both_sides(tmp_path: Path, form: str) -> None:
    heard, wanted = read_sound(written(tmp_path, form), 1.0), melody(1.0)
    assert heard.shape == wanted.shape
    for side in (0, 1):
        assert np.corrcoef(heard[2_000:-2_000, side], wanted[2_000:-2_000, side])[0, 1] > 0.99


def test_no_more_than_asked_for_is_read_and_what_is_missing_is_silent(tmp_path: Path) -> None:
    path = written(tmp_path, "flac")
    assert np.array_equal(read_sound(path, 0.5), melody(0.5))
    longer = read_sound(path, 1.5)
    assert np.array_equal(longer[:48_000], melody(1.0))
    assert not longer[48_000:].any()


def test_what_is_gone_or_no_track_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrackError, match=r"^gone\.flac is gone, or is not a track any more\.$"):
        read_sound(tmp_path / "gone.flac", 1.0)
    (tmp_path / "text.flac").write_text("#EXTM3U\n/etc/passwd")
    with pytest.raises(TrackError):
        read_sound(tmp_path / "text.flac", 1.0)
