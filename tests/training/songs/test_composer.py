"""The composer: the same seed the same song, and what is wished is kept."""

from __future__ import annotations

import numpy as np
import pytest

from training.model.embeddings import used
from training.songs.clock import (
    FASTEST,
    MAX_STEP,
    MIN_STEP,
    SLOWEST,
    SWINGS,
    Meter,
    beginnings,
    read,
    tempo,
)
from training.songs.codes import BOOKS, CONDUCTOR, HIGH, LAYOUT, LOW, SOUNDING, VOCABULARY, onsets
from training.songs.composer import Wishes, compose
from training.songs.score import in_key, score
from training.songs.styles import STYLES


def test_the_same_seed_composes_the_same_song() -> None:
    assert compose(7, 20) == compose(7, 20)


def test_another_seed_composes_another_song() -> None:
    assert score(compose(7, 20)).tobytes() != score(compose(8, 20)).tobytes()


@pytest.mark.parametrize("style", [style.name for style in STYLES])
def test_a_song_keeps_its_tempo_its_key_and_its_word_about_drums(style: str) -> None:
    for seed, drums in ((1, True), (2, False)):
        song = compose(seed, 20, Wishes(style=style, bpm=117, tonic=2, minor=True, drums=drums))
        codes = score(song)
        assert tempo(codes[CONDUCTOR]) == pytest.approx(117, rel=0.01)
        assert in_key(codes, song.plan.key) == 1
        assert song.plan.key.name == "D minor"
        assert bool(codes[[LOW, HIGH]].any()) == drums


def test_every_note_begins_with_a_sixteenth() -> None:
    for seed in range(20):
        codes = score(compose(seed, 15))
        grid = beginnings(codes[CONDUCTOR])
        for book in SOUNDING:
            assert np.isin(onsets(book, codes[book]), grid).all()


@pytest.mark.parametrize("swing", SWINGS)
@pytest.mark.parametrize("beats", [3, 4])
def test_no_sixteenth_is_longer_than_its_codes(swing: str, beats: int) -> None:
    for bpm in range(SLOWEST, FASTEST + 1):
        meter = Meter(bpm, beats, swing)
        lengths = np.diff(meter.edges)
        assert lengths.min() >= MIN_STEP
        assert lengths.max() <= MAX_STEP
        assert meter.bar_frames == pytest.approx(beats * 3000 / bpm, rel=0.01)


def test_the_conductor_counts_sixteenths_and_frames() -> None:
    step, length, passed = read(Meter(125).conducted(5))
    assert set(length.tolist()) == {6}
    assert step.tolist() == np.tile(np.repeat(range(16), 6), 5).tolist()
    assert passed.tolist() == np.tile(range(6), 80).tolist()


def test_a_code_of_the_conductor_says_how_long_its_sixteenth_is() -> None:
    meter = Meter(107, swing="triplet")
    step, length, passed = read(meter.conducted(1))
    for place, frames in enumerate(np.diff(meter.edges)):
        assert (length[step == place] == frames).all()
        assert passed[step == place].tolist() == list(range(frames))


def test_all_codes_fit_the_vocabulary_and_mean_what_was_written() -> None:
    for book in range(len(BOOKS)):
        assert used(book) <= VOCABULARY
    for place, sound in enumerate(LAYOUT.sounds):
        codes = LAYOUT.codes(sound.name, sound.notes - 1, sound.frames)
        meant = [[place, sound.notes - 1, age] for age in range(sound.frames)]
        assert LAYOUT.meanings[sound.book][codes].tolist() == meant


def test_a_held_sound_goes_round_and_a_struck_one_ends() -> None:
    flute = LAYOUT.codes("flute", 0, 20) - LAYOUT.first["flute"]
    assert flute.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3]
    kick = LAYOUT.codes("live kick", 0, 12)
    assert (kick[:9] > 0).all()
    assert not kick[9:].any()
