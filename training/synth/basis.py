"""Principal components of all grains: waves that the codec's decoder adds up, and their weights per code.

All books share one basis, as they share the same spectrum: 128 waves of 30 ms approximate all grains to 25
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
"""Shaped (rows, columns)."""

BASIS_SIZE: Final = 128
"""Waves in the basis, as many as 30 MiB of weights allow. 150 approximate the grains to 28 dB, 192 to 34 dB.
"""
_SONGS: Final = 200
"""Songs in which the codes are counted."""
_UNUSED_COUNT: Final = 0.3
"""Count of codes that do not occur in these songs, so that the basis covers rare sounds too."""


@dataclass(frozen=True)
class Basis:
    """Waves of the decoder, weights of the codes, and filters of the encoder."""

    waves: Matrix
    """Orthonormal waves that the decoder adds up, shaped (BASIS_SIZE, 960)."""
    weights: dict[int, Matrix]
    """Weights of each code, shaped (codes used, BASIS_SIZE), by sounding book."""
    analysis: Matrix
    """Orthonormal analysis filters of the encoder, one frame long, shaped (filters, 640)."""


def compute_basis(filter_count: int) -> Basis:
    """Compute the best basis for grains weighted by their frequency in songs, with `filter_count` filters."""
    counts = {book: np.full(LAYOUT.used_codes(book), _UNUSED_COUNT) for book in SOUNDING}
    for seed in range(_SONGS):
        codes = score(compose(seed, 30))
        for book, count in counts.items():
            count += np.bincount(codes[book], minlength=len(count))
    weighted_grains = np.concatenate(
        [grains(book) * np.sqrt(count)[:, None] for book, count in counts.items()]
    )
    waves = _principal_components(weighted_grains)[:BASIS_SIZE]
    frame_parts = np.concatenate(
        [weighted_grains[:, :HOP], np.pad(weighted_grains[:, HOP:], ((0, 0), (0, 2 * HOP - GRAIN)))]
    )
    return basis_from_waves(waves, _principal_components(frame_parts)[:filter_count])


def basis_from_waves(waves: Matrix, analysis: Matrix) -> Basis:
    """Return the basis of the given waves and analysis filters."""
    return Basis(waves, {book: grains(book) @ waves.T for book in SOUNDING}, analysis)


def _principal_components(rows: Matrix) -> Matrix:
    """Return the orthonormal principal directions of the rows, most energy first."""
    strength, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.ascontiguousarray(directions[:, np.argsort(strength)[::-1]].T.astype(np.float32))
