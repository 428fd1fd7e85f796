"""Composer: seeds are reproducible, constraints hold, and codes have one meaning."""

from __future__ import annotations

import numpy as np
import pytest

from training.model.embeddings import used_codes
from training.songs.clock import (
    MAX_BPM,
    MAX_SIXTEENTH_FRAMES,
    MIN_BPM,
    MIN_SIXTEENTH_FRAMES,
    SWINGS,
    Meter,
    counted_bpm,
    decode_conductor,
    sixteenth_starts,
)
from training.songs.codes import BOOKS, CONDUCTOR, HIGH, LAYOUT, LOW, SOUNDING, VOCABULARY, onsets
from training.songs.composer import Constraints, compose
from training.songs.score import score, share_in_key
from training.songs.styles import STYLES


def test_the_same_seed_composes_the_same_song() -> None:
    assert compose(7, 20) == compose(7, 20)


def test_another_seed_composes_another_song() -> None:
    assert score(compose(7, 20)).tobytes() != score(compose(8, 20)).tobytes()


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_a_song_meets_constraints_of_tempo_key_and_drums(style: str) -> None:
    for seed, drums in ((1, True), (2, False)):
        song = compose(seed, 20, Constraints(style=style, bpm=117, tonic=2, minor=True, drums=drums))
        codes = score(song)
        assert counted_bpm(codes[CONDUCTOR]) == pytest.approx(117, rel=0.01)
        assert share_in_key(codes, song.plan.key) == 1
        assert song.plan.key.name == "D minor"
        assert bool(codes[[LOW, HIGH]].any()) == drums


def test_every_note_starts_on_a_sixteenth() -> None:
    for seed in range(20):
        codes = score(compose(seed, 15))
        grid = sixteenth_starts(codes[CONDUCTOR])
        for book in SOUNDING:
            assert np.isin(onsets(book, codes[book]), grid).all()


@pytest.mark.parametrize("swing", SWINGS)
@pytest.mark.parametrize("beats", [3, 4])
def test_every_sixteenth_has_codes_for_its_length(swing: str, beats: int) -> None:
    for bpm in range(MIN_BPM, MAX_BPM + 1):
        meter = Meter(bpm, beats, swing)
        lengths = np.diff(meter.edges)
        assert lengths.min() >= MIN_SIXTEENTH_FRAMES
        assert lengths.max() <= MAX_SIXTEENTH_FRAMES
        assert meter.bar_frames == pytest.approx(beats * 3000 / bpm, rel=0.01)


def test_the_conductor_counts_sixteenths_and_frames() -> None:
    sixteenth, length, age = decode_conductor(Meter(125).conductor_codes(5))
    assert set(length.tolist()) == {6}
    assert sixteenth.tolist() == np.tile(np.repeat(range(16), 6), 5).tolist()
    assert age.tolist() == np.tile(range(6), 80).tolist()


def test_a_conductor_code_contains_the_length_of_its_sixteenth() -> None:
    meter = Meter(107, swing="triplet")
    sixteenth, length, age = decode_conductor(meter.conductor_codes(1))
    for index, frames in enumerate(np.diff(meter.edges)):
        assert (length[sixteenth == index] == frames).all()
        assert age[sixteenth == index].tolist() == list(range(frames))


def test_all_codes_fit_the_vocabulary_and_have_one_meaning() -> None:
    for book in range(len(BOOKS)):
        assert used_codes(book) <= VOCABULARY
    for index, sound in enumerate(LAYOUT.sounds):
        codes = LAYOUT.codes(sound.name, sound.notes - 1, sound.frames)
        meanings = [[index, sound.notes - 1, age] for age in range(sound.frames)]
        assert LAYOUT.meanings[sound.book][codes].tolist() == meanings


def test_a_sustained_sound_loops_and_a_struck_one_ends() -> None:
    flute = LAYOUT.codes("flute", 0, 20) - LAYOUT.first_code["flute"]
    assert flute.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3]
    kick = LAYOUT.codes("live kick", 0, 12)
    assert (kick[:9] > 0).all()
    assert not kick[9:].any()
