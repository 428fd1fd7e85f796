"""The waves that every grain is made of, and what each code weighs of them: principal components.

All books share one basis, because they share the range of hearing: 128 waves of 30 ms hold all grains to 25
dB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from training.songs.codes import LAYOUT, SOUNDING
from training.songs.composer import compose
from training.songs.score import score
from training.synth.oscillators import HOP
from training.synth.rendering import GRAIN, grains

Matrix = npt.NDArray[np.float32]

SPAN: Final = 128
"""Waves of the basis, as many as 30 MiB of weights allow. 150 hold the grains to 28 dB, 192 to 34 dB."""
_SONGS: Final = 200
_SELDOM: Final = 0.3
"""How often a code that these songs do not use counts, that rare sounds are kept as well."""


@dataclass(frozen=True)
class Basis:
    waves: Matrix
    """Orthonormal, shaped (SPAN, 960): what the decoder adds up."""
    weights: dict[int, Matrix]
    """Of each sounding book, shaped (codes used, SPAN)."""
    ears: Matrix
    """Orthonormal, shaped (`ears`, 640): waves of one frame, by which the encoder hears."""


def basis(ears: int) -> Basis:
    """The best basis for the grains as often as songs use them, and `ears` waves for the encoder."""
    counts = {book: np.full(LAYOUT.used(book), _SELDOM) for book in SOUNDING}
    for seed in range(_SONGS):
        codes = score(compose(seed, 30))
        for book, count in counts.items():
            count += np.bincount(codes[book], minlength=len(count))
    often = np.concatenate([grains(book) * np.sqrt(count)[:, None] for book, count in counts.items()])
    waves = _principal(often)[:SPAN]
    heard = np.concatenate([often[:, :HOP], np.pad(often[:, HOP:], ((0, 0), (0, 2 * HOP - GRAIN)))])
    return weighed(waves, _principal(heard)[:ears])


def weighed(waves: Matrix, ears: Matrix) -> Basis:
    """The basis of these waves and ears."""
    return Basis(waves, {book: grains(book) @ waves.T for book in SOUNDING}, ears)


def _principal(rows: Matrix) -> Matrix:
    """Orthonormal directions of most energy, the greatest first."""
    strength, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.ascontiguousarray(directions[:, np.argsort(strength)[::-1]].T.astype(np.float32))
