from __future__ import annotations

import numpy as np

from audio.playout.history import History
from audio.units import Pcm


def counted(begin: int, end: int) -> Pcm:
    """Return samples whose values are their indices."""
    return np.arange(begin, end, dtype=np.float32)[np.newaxis]


def test_an_unlimited_history_holds_all_of_a_piece() -> None:
    history = History()
    for begin in range(0, 1000, 10):
        history.append(counted(begin, begin + 10))
    assert np.array_equal(history.slice(0, history.samples), counted(0, 1000))
    assert np.array_equal(history.slice(95, 205), counted(95, 205))


def test_a_limited_history_holds_the_latest_samples_and_at_most_a_chunk_more() -> None:
    history = History(max_samples=25)
    for begin in range(0, 1000, 10):
        history.append(counted(begin, begin + 10))
        assert history.slice(0, 2000).shape[1] <= 35
    assert history.samples == 1000
    assert np.array_equal(history.slice(0, 1000), counted(970, 1000))
    assert np.array_equal(history.slice(985, 995), counted(985, 995))


def test_a_cleared_history_counts_from_zero() -> None:
    history = History(max_samples=5)
    history.append(counted(0, 10))
    history.append(counted(10, 20))
    history.clear()
    history.append(counted(0, 10))
    assert np.array_equal(history.slice(2, 4), counted(2, 4))
