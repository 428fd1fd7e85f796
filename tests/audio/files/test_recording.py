from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audio.errors import RecordingError
from audio.files import recording
from audio.files.recording import check_unchanged, first_seconds, last_seconds, recording_of
from tests.audio.files.sound_files import CODECS, hum, written


def pitch(pcm: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(np.argmax(spectrum)) * rate / len(pcm)


@pytest.mark.parametrize("suffix", CODECS)
def test_the_end_and_the_beginning_of_any_usual_format_are_read(tmp_path: Path, suffix: str) -> None:
    sound = np.concatenate([hum(2.0, 48_000, (300.0,)), hum(1.5, 48_000, (500.0,))], axis=1)
    path = written(tmp_path / f"hum{suffix}", sound, 48_000)
    recording_of(path)
    pcm = last_seconds(path, 32_000, 1, 1.0)
    assert pcm.shape == (1, 32_000)
    assert pcm.dtype == np.float32
    assert pitch(pcm[0], 32_000) == pytest.approx(500.0, abs=2.0)
    assert pitch(first_seconds(path, 32_000, 1, 1.0)[0], 32_000) == pytest.approx(300.0, abs=2.0)


def test_the_end_is_exact_and_a_short_file_is_read_whole(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 50_000)).astype(np.float32)
    path = written(tmp_path / "noise.wav", sound, 32_000)
    assert np.array_equal(last_seconds(path, 32_000, 2, 1.0), sound[:, -32_000:])
    assert np.array_equal(first_seconds(path, 32_000, 2, 1.0), sound[:, :32_000])
    assert np.array_equal(last_seconds(path, 32_000, 2, 9.0), sound)


def test_channels_are_mixed_or_doubled_as_the_model_needs(tmp_path: Path) -> None:
    stereo = hum(1.0, 32_000, (300.0, 500.0))
    path = written(tmp_path / "stereo.wav", stereo, 32_000)
    np.testing.assert_allclose(last_seconds(path, 32_000, 1, 1.0)[0], stereo.mean(axis=0), atol=1e-6)
    mono = written(tmp_path / "mono.wav", stereo[:1], 32_000)
    np.testing.assert_allclose(last_seconds(mono, 32_000, 2, 1.0), stereo[[0, 0]], atol=1e-6)


def playlist(folder: Path) -> Path:
    written(folder / "hidden.wav", hum(1.0, 32_000), 32_000)
    path = folder / "list.wav"
    path.write_text(f"ffconcat version 1.0\nfile {folder / 'hidden.wav'}\n")
    return path


def half(folder: Path) -> Path:
    path = written(folder / "half.flac", hum(1.0, 32_000), 32_000)
    path.write_bytes(path.read_bytes()[:40])
    return path


def note(folder: Path) -> Path:
    path = folder / "note.txt"
    path.write_text("no sound at all " * 99)
    return path


def picture(folder: Path) -> Path:
    from PIL import Image

    Image.new("RGB", (64, 64)).save(folder / "cover.png")
    return folder / "cover.png"


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (lambda folder: folder / "nothing.flac", "nothing.flac can't be read as audio"),
        (lambda folder: folder, "can't be read as audio"),
        (note, "note.txt can't be read as audio. Use FLAC"),
        (half, "half.flac can't be read as audio"),
        (playlist, "list.wav can't be read as audio"),
        (picture, "cover.png can't be read as audio"),
        (lambda folder: written(folder / "blip.wav", hum(0.2, 32_000), 32_000), "blip.wav is shorter than"),
    ],
)
def test_an_unusable_file_is_refused_in_one_sentence(
    tmp_path: Path, made: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(RecordingError, match=sentence) as refused:
        recording_of(made(tmp_path))
    assert "\n" not in str(refused.value)


def test_hours_of_silence_in_a_small_file_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "MAX_SECONDS", 60.0)
    bomb = written(tmp_path / "bomb.flac", np.zeros((1, 32_000 * 90), np.float32), 32_000)
    assert bomb.stat().st_size < 50_000
    with pytest.raises(RecordingError, match=r"bomb\.flac is longer than one minute"):
        last_seconds(bomb, 32_000, 1, 12.0)


def test_invalid_samples_are_replaced(tmp_path: Path) -> None:
    sound = hum(1.0, 32_000)
    sound[0, 100:110] = [np.nan, np.inf, -np.inf, 1e30, -1e30, 0, 0, 0, 0, 0]
    pcm = last_seconds(written(tmp_path / "wild.wav", sound, 32_000), 32_000, 1, 1.0)
    assert np.isfinite(pcm).all()
    assert np.abs(pcm).max() <= 4.0


def test_a_file_that_changed_since_it_was_chosen_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "hum.wav", hum(1.0, 32_000), 32_000)
    chosen = recording_of(path)
    check_unchanged(chosen)
    written(path, hum(1.0, 32_000, (440.0,)), 32_000)
    assert recording_of(path) != chosen
    with pytest.raises(RecordingError, match=r"hum\.wav has changed"):
        check_unchanged(chosen)
