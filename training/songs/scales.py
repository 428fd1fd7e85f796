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
"""Semitones above the tonic, by mode."""

MINOR_MODES: Final = frozenset({"minor", "dorian"})
"""Modes with a minor third."""

TONICS: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""Names of the pitch classes."""

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
"""Scale degree of the chord in each of a phrase's four bars, by family."""


@dataclass(frozen=True)
class Key:
    """A tonic, as a pitch class, and a mode."""

    tonic: int
    mode: str

    @property
    def minor(self) -> bool:
        """True if the mode has a minor third."""
        return self.mode in MINOR_MODES

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Pitch classes of the scale."""
        return frozenset(self.pitch(degree) % 12 for degree in range(7))

    @property
    def name(self) -> str:
        """Name such as "D minor"; every mode counts as major or minor."""
        return f"{TONICS[self.tonic]} {'minor' if self.minor else 'major'}"

    def pitch(self, degree: int) -> int:
        """Return the semitones of a degree above the C below the tonic; degree 7 is the octave."""
        octave, step_in_scale = divmod(degree, 7)
        return self.tonic + MODES[self.mode][step_in_scale] + 12 * octave

    def triad(self, degree: int) -> tuple[int, bool]:
        """Return the root (a pitch class) of the triad on a degree, and True if it is minor.

        The one diminished triad of a mode is replaced by the triad a third below, with which it shares two
        tones.
        """
        root, third, fifth = (self.pitch(degree + step) for step in (0, 2, 4))
        if fifth - root == 6:
            return self.triad(degree - 2)
        return root % 12, third - root == 3
