from __future__ import annotations

import numpy as np
import pytest

from bench.negations import DRUMS_DB, main, treble_db


def test_hi_hats_are_told_from_music_without_them() -> None:
    seconds = np.arange(32_000) / 32_000
    hertz = np.array([[220.0], [330.0], [880.0]])
    chord = np.sin(2 * np.pi * hertz * seconds).sum(axis=0, keepdims=True).astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 0.3, chord.shape).astype(np.float32)
    assert treble_db(chord, 32_000) < DRUMS_DB < treble_db(chord + noise, 32_000)


def test_each_phrase_is_measured_as_typed_and_as_the_model_gets_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSKER_STORE__PATH", "var/never-opened.sqlite")
    arguments = ["--engine", "tone", "--seeds", "2", "--seconds", "1", "--phrases", "no drums", "drums off"]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition("  ")[2] for line in lines[1:]] == [
        "hip hop, 90 bpm, A minor, no drums",
        "hip hop, 90 bpm, A minor, drums off",
        "hip hop, 90 bpm, A minor, no drums",
    ]
    assert all("drums in 0 of 2" in line for line in lines[1:])
