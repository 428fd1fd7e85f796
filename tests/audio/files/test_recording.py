"""Recordings: files of our own, read back as they were written, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio.errors import RecordingError
from audio.files.recording import (
    check_unchanged,
    first_seconds,
    last_seconds,
    opened,
    recording_of,
    seconds_of,
    write_recording,
)
from audio.piece import Recording
from audio.units import Pcm
from tests.audio.files.sound_files import hum, recorded, written


def pitch(pcm: Pcm, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(np.argmax(spectrum)) * rate / len(pcm)


def test_beginning_and_end_are_exact_and_a_short_file_is_read_whole(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).uniform(-4.0, 4.0, (2, 50_000)).astype(np.float32)
    path = recorded(tmp_path / "noise.wav", sound, 32_000).path
    assert np.array_equal(last_seconds(path, 32_000, 2, 1.0), sound[:, -32_000:])
    assert np.array_equal(first_seconds(path, 32_000, 2, 1.0), sound[:, :32_000])
    assert np.array_equal(last_seconds(path, 32_000, 2, 9.0), sound)
    assert seconds_of(path) == 50_000 / 32_000


def test_a_recording_is_a_wav_that_other_programs_open(tmp_path: Path) -> None:
    from scipy.io import wavfile

    for dtype in (np.float32, np.int16):
        samples: Any = (1000 * np.random.default_rng(1).standard_normal((4_000, 2))).astype(dtype)
        path = write_recording(tmp_path / f"{np.dtype(dtype)}.wav", samples, 48_000).path
        rate, read = wavfile.read(path)
        assert rate == 48_000
        assert read.dtype == dtype
        assert np.array_equal(read, samples)


def test_only_the_part_that_is_used_is_read(tmp_path: Path) -> None:
    recording = recorded(tmp_path / "hum.wav", hum(2.0, 32_000), 32_000)
    samples = opened(recording.path).samples
    assert isinstance(samples, np.memmap) or isinstance(samples.base, np.memmap)


def test_channels_are_mixed_or_doubled_as_the_model_needs(tmp_path: Path) -> None:
    stereo = hum(1.0, 32_000, (300.0, 500.0))
    path = recorded(tmp_path / "stereo.wav", stereo, 32_000).path
    np.testing.assert_allclose(last_seconds(path, 32_000, 1, 1.0)[0], stereo.mean(axis=0), atol=1e-6)
    mono = recorded(tmp_path / "mono.wav", stereo[:1], 32_000).path
    assert np.array_equal(last_seconds(mono, 32_000, 2, 1.0), stereo[[0, 0]])


def test_a_recording_made_for_another_checkpoint_is_resampled(tmp_path: Path) -> None:
    sound = np.concatenate([hum(2.0, 48_000, (300.0,)), hum(1.5, 48_000, (500.0,))], axis=1)
    path = recorded(tmp_path / "hum.wav", sound, 48_000).path
    for part, hertz in (
        (last_seconds(path, 32_000, 1, 1.0), 500.0),
        (first_seconds(path, 32_000, 1, 1.0), 300.0),
    ):
        assert part.shape == (1, 32_000)
        assert pitch(part[0], 32_000) == pytest.approx(hertz, abs=2.0)


def by_ffmpeg(folder: Path) -> Path:
    return written(folder / "hum.wav", hum(1.0, 32_000), 32_000)


def of_an_older_version(folder: Path) -> Path:
    path = written(folder / "hum.ogg", hum(1.0, 48_000), 48_000)
    return path.rename(folder / recording_of(path).digest)


def cut_off(folder: Path) -> Path:
    path = recorded(folder / "hum.wav", hum(1.0, 32_000), 32_000).path
    path.write_bytes(path.read_bytes()[:-1])
    return path


def without_sound(folder: Path) -> Path:
    return write_recording(folder / "empty.wav", np.zeros((0, 1), np.float32), 32_000).path


def text(folder: Path) -> Path:
    (folder / "list.wav").write_text("ffconcat version 1.0\nfile /etc/passwd\n" * 9)
    return folder / "list.wav"


@pytest.mark.parametrize(
    "make",
    [by_ffmpeg, of_an_older_version, cut_off, without_sound, text, Path, lambda folder: folder / "gone.wav"],
)
def test_any_other_file_is_refused_in_a_sentence(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    for use in (
        opened,
        seconds_of,
        lambda path: check_unchanged(Recording(path, "0" * 64)),
        lambda path: last_seconds(path, 32_000, 1, 1.0),
    ):
        with pytest.raises(RecordingError, match=r"^The sound that this piece was requested with is gone"):
            use(path)


def test_a_file_that_changed_since_it_was_chosen_is_refused(tmp_path: Path) -> None:
    chosen = recorded(tmp_path / "hum.wav", hum(1.0, 32_000), 32_000)
    check_unchanged(chosen)
    chosen.path.unlink()
    assert recorded(chosen.path, hum(1.0, 32_000, (440.0,)), 32_000) != chosen
    with pytest.raises(RecordingError, match="is gone"):
        check_unchanged(chosen)
