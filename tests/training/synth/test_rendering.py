"""Rendering: rests are silent, frames of a note join into one wave, and nothing clicks."""

from __future__ import annotations

import numpy as np
import pytest

from training.songs.codes import BOOKS, LAYOUT, SOUNDS, Sound
from training.songs.composer import compose
from training.songs.score import score
from training.synth.instruments import note_wave
from training.synth.oscillators import HOP
from training.synth.rendering import render

SINGLE_TONE = [sound for sound in SOUNDS if sound.attack]
"""All sounds but the arpeggio, which has a new tone every frame."""


def _alone(sound: Sound, note: int, frames: int, held: int) -> np.ndarray:
    codes = np.zeros((len(BOOKS), frames), dtype=np.int64)
    codes[sound.book, :held] = LAYOUT.codes(sound.name, note, held)
    return codes


def test_rest_is_silent() -> None:
    assert not render(np.zeros((len(BOOKS), 50), dtype=np.int64)).any()


@pytest.mark.parametrize("sound", SINGLE_TONE, ids=lambda sound: sound.name)
def test_the_frames_of_a_note_join_into_its_wave(sound: Sound) -> None:
    note = sound.notes // 2
    rendered = render(_alone(sound, note, sound.frames, sound.frames))
    expected = note_wave(sound, note)[: sound.frames * HOP]
    assert np.abs(rendered - expected).max() < 1e-5


@pytest.mark.parametrize("name", ["flute", "pad", "electric piano", "strings", "sax"])
def test_a_loop_has_no_seam(name: str) -> None:
    sound = LAYOUT.by_name[name]
    rendered = render(_alone(sound, 5, 60, 60))
    steps = np.abs(np.diff(rendered))
    seams = [(sound.attack + sound.loop * turn) * HOP for turn in (1, 2, 3)]
    assert max(steps[seam - 3 : seam + 3].max() for seam in seams) <= 1.05 * steps[HOP:].max()
    period = sound.loop * HOP
    settled = rendered[20 * HOP :]
    if name != "electric piano":  # its attack still decays when the loop starts
        assert np.abs(settled[period:] - settled[:-period]).max() < 1e-4


def test_a_note_that_is_cut_fades_instead_of_clicking() -> None:
    sound = LAYOUT.by_name["sub bass"]
    rendered = render(_alone(sound, 0, 20, 7))
    inside = np.abs(np.diff(rendered[2 * HOP : 6 * HOP])).max()
    assert np.abs(np.diff(rendered[7 * HOP - 5 :])).max() < 1.5 * inside
    assert not rendered[8 * HOP :].any()


def test_music_is_neither_faint_nor_clipped() -> None:
    for seed in range(12):
        sound = render(score(compose(seed, 12)))
        assert np.abs(sound).max() < 1.25
        assert 0.01 < np.sqrt(np.mean(sound**2)) < 0.3
