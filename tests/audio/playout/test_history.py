from __future__ import annotations

import numpy as np

from audio.playout.history import History
from audio.units import Pcm


def counted(begin: int, end: int) -> Pcm:
    """Samples that say which they are."""
    return np.arange(begin, end, dtype=np.float32)[np.newaxis]


def test_all_of_a_piece_stays() -> None:
    tape = History()
    for begin in range(0, 1000, 10):
        tape.append(counted(begin, begin + 10))
    assert np.array_equal(tape.slice(0, tape.samples), counted(0, 1000))
    assert np.array_equal(tape.slice(95, 205), counted(95, 205))


def test_of_sound_without_end_the_latest_stays_and_no_more_than_a_chunk_besides() -> None:
    tape = History(max_samples=25)
    for begin in range(0, 1000, 10):
        tape.append(counted(begin, begin + 10))
        assert tape.slice(0, 2000).shape[1] <= 35
    assert tape.samples == 1000
    assert np.array_equal(tape.slice(0, 1000), counted(970, 1000))
    assert np.array_equal(tape.slice(985, 995), counted(985, 995))


def test_erased_it_counts_anew() -> None:
    tape = History(max_samples=5)
    tape.append(counted(0, 10))
    tape.append(counted(10, 20))
    tape.clear()
    tape.append(counted(0, 10))
    assert np.array_equal(tape.slice(2, 4), counted(2, 4))
