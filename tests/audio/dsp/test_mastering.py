from __future__ import annotations

import numpy as np
import pytest

from audio.dsp.mastering import MAX_PUSH_DB, TRACK_LUFS, master
from audio.errors import EngineError
from audio.units import Pcm, floats, samples_of
from tests.audio.dsp.ebur128 import ebur128

RATE = 32_000


def music(scale: float, seconds: float = 5.0, channels: int = 1) -> Pcm:
    """Return beats over noise; the peaks are 14 dB above the mean."""
    time = np.arange(round(seconds * RATE)) / RATE
    beats = np.exp(-((time % 0.5) / 0.03)) * np.sin(2 * np.pi * 90 * time)
    bed = np.random.default_rng(0).normal(0, 0.05, (channels, len(time)))
    return (scale * (beats + bed)).astype(np.float32)


@pytest.mark.parametrize("scale", [0.1, 0.9, 6.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_all_tracks_have_the_target_loudness_and_stay_under_the_ceiling(scale: float, channels: int) -> None:
    """Judged by FFmpeg on the samples of the file."""
    reading = ebur128(floats(master(music(scale, channels=channels), RATE, 5.0)))
    assert reading.lufs == pytest.approx(TRACK_LUFS, abs=0.5)
    assert reading.true_peak_db < -1.0


def test_one_gain_holds_from_the_first_sample_to_the_last() -> None:
    pcm = np.random.default_rng(1).normal(0, 0.02, (1, 10 * RATE)).astype(np.float32)
    pcm[:, : 5 * RATE] *= 0.25
    track = floats(master(pcm, RATE, 10.0))
    soft, loud = (np.std(track[0, begin * 48_000 : (begin + 3) * 48_000]) for begin in (1, 5))
    assert loud / soft == pytest.approx(4.0, rel=0.02)


def test_music_with_extreme_peaks_stays_soft_instead_of_flattened() -> None:
    clicks = np.zeros((1, 5 * RATE), np.float32)
    clicks[:, ::RATE] = 0.5
    clicks += np.random.default_rng(2).normal(0, 1e-4, clicks.shape).astype(np.float32)
    reading = ebur128(floats(master(clicks, RATE, 5.0)))
    assert reading.lufs < TRACK_LUFS - MAX_PUSH_DB
    assert reading.true_peak_db < -1.0


def test_silence_stays_silence() -> None:
    assert not master(np.zeros((1, RATE), np.float32), RATE, 1.0).any()


def test_a_track_has_the_requested_length() -> None:
    for made in (RATE // 2, RATE, 2 * RATE):
        assert master(music(0.5)[:, :made], RATE, 1.0).shape == (samples_of(1.0), 2)


def test_invalid_samples_raise_an_engine_error() -> None:
    with pytest.raises(EngineError, match="isn't sound"):
        master(np.full((1, RATE), np.nan, np.float32), RATE, 1.0)
