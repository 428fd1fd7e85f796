"""Audio analysis: estimation of tempo."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.audio_analysis import Sound, estimate_bpm, same_tempo
from training.synth.oscillators import SAMPLE_RATE


def clicks(bpm: float, level: float, seconds: float = 20.0) -> Sound:
    """Return bursts of noise of 30 ms, one per beat."""
    rng = np.random.default_rng(1)
    sound = np.zeros(int(seconds * SAMPLE_RATE), dtype=np.float32)
    burst = (level * rng.standard_normal(SAMPLE_RATE * 30 // 1000)).astype(np.float32)
    for beat in range(int(seconds * bpm / 60)):
        at = round(beat * 60 / bpm * SAMPLE_RATE)
        part = sound[at : at + len(burst)]
        part += burst[: len(part)]
    return sound


@pytest.mark.parametrize("bpm", [62.0, 97.0, 128.0, 174.0])
def test_the_tempo_is_that_of_the_onsets(bpm: float) -> None:
    assert same_tempo(estimate_bpm(clicks(bpm, 0.2)), bpm, tolerance=0.01)


def test_onsets_far_below_the_music_do_not_count() -> None:
    """Such as the loops of held tones in music with few notes."""
    chords = np.zeros(20 * SAMPLE_RATE, dtype=np.float32)
    times = np.arange(int(4 * 60 / 84 * SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(2 * np.pi * hertz * times) for hertz in (220, 277, 330))
    chord = (0.1 * np.minimum(1, times / 0.05) * chord).astype(np.float32)
    for bar in range(7):
        begin = bar * len(chord)
        chords[begin : begin + len(chord)] = chord[: len(chords) - begin]
    assert same_tempo(estimate_bpm(chords + clicks(125.0, 2e-3)), 84.0)
    assert same_tempo(estimate_bpm(chords + clicks(125.0, 2e-2)), 125.0)
