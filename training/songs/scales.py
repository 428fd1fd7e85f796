"""Keys, modes and chords, as pitch classes and scale degrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MODES: Final = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
}
"""Semitones over the tonic."""

MINOR_MODES: Final = frozenset({"minor", "dorian"})

TONICS: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

PROGRESSIONS: Final = {
    "major": (
        (0, 4, 5, 3),
        (0, 5, 3, 4),
        (0, 3, 4, 3),
        (5, 3, 0, 4),
        (0, 3, 0, 4),
        (0, 2, 3, 4),
        (0, 1, 3, 0),
    ),
    "minor": (
        (0, 5, 2, 6),
        (0, 3, 5, 4),
        (0, 6, 5, 6),
        (0, 5, 3, 4),
        (0, 3, 6, 2),
        (0, 2, 5, 6),
        (0, 0, 5, 6),
    ),
    "jazz": ((1, 4, 0, 0), (0, 5, 1, 4), (2, 5, 1, 4), (0, 3, 1, 4), (3, 2, 1, 0)),
    "vamp": ((0, 0, 0, 0), (0, 3, 0, 3), (0, 0, 3, 3), (0, 6, 0, 6), (0, 0, 5, 5)),
    "blues": ((0, 0, 3, 0), (0, 3, 0, 4), (3, 3, 0, 0), (4, 3, 0, 0)),
}
"""Degrees of the chords of a phrase's four bars."""


@dataclass(frozen=True)
class Key:
    """A tonic, as a pitch class, and a mode."""

    tonic: int
    mode: str

    @property
    def minor(self) -> bool:
        return self.mode in MINOR_MODES

    @property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset(self.pitch(degree) % 12 for degree in range(7))

    @property
    def name(self) -> str:
        return f"{TONICS[self.tonic]} {'minor' if self.minor else 'major'}"

    def pitch(self, degree: int) -> int:
        """Semitones of a degree over the C below the tonic; degree 7 is the tonic an octave up."""
        octave, place = divmod(degree, 7)
        return self.tonic + MODES[self.mode][place] + 12 * octave

    def triad(self, degree: int) -> tuple[int, bool]:
        """Root as a pitch class, and whether it is minor, of the triad on a degree.

        The one diminished triad of a mode is replaced by the major triad a third below, which holds two of
        its tones (the dominant seventh without its root).
        """
        root, third, fifth = (self.pitch(degree + step) for step in (0, 2, 4))
        if fifth - root == 6:
            return self.triad(degree - 2)
        return root % 12, third - root == 3
