"""Code layout of the codebooks ("books"): each code stands for a sound, a note and an age.

A code of a sounding book means (sound, note, frames since the onset); 0 is rest. Sustained sounds end in a
loop of frames whose codes repeat while the note is held.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from training.songs.clock import Codes

REST: Final = 0
"""Code of silence in every sounding book."""
OUTLINE, CONDUCTOR, LOW, HIGH, BASS, CHORDS, LEAD = range(7)
"""Indices of the books."""
BOOKS: Final = ("outline", "conductor", "low drums", "high drums", "bass", "chords", "lead")
"""Names of the books, in the order of the codebooks."""
SOUNDING: Final = (LOW, HIGH, BASS, CHORDS, LEAD)
"""Books that make sound."""
VOCABULARY: Final = 1536
"""Number of codes per book, the same for all. The largest book (bass) uses 1,513."""

LOOP_FRAMES: Final = 8
"""Loop of held notes [frames], 160 ms: they are tuned to multiples of 6.25 Hz, a usual rate of vibrato."""
CHORD_NOTES: Final = 24
"""Number of chords: twelve roots, major then minor."""


@dataclass(frozen=True)
class Sound:
    """A sound of a book: `notes` notes from MIDI number `lowest`, each `attack` frames and then a loop."""

    name: str
    book: int
    notes: int
    lowest: int
    attack: int
    loop: int = 0

    @property
    def frames(self) -> int:
        """Number of frames with codes of their own, attack and loop."""
        return self.attack + self.loop


def _kit(name: str, kick: int, snare: int, tom: int) -> tuple[Sound, ...]:
    """Return kick, snare, both at once, and tom of a kit; arguments are lengths [frames]."""
    lengths = {"kick": kick, "snare": snare, "both": max(kick, snare), "tom": tom}
    return tuple(Sound(f"{name} {hit}", LOW, 1, 0, frames) for hit, frames in lengths.items())


def _cymbals(name: str, closed: int, open_hat: int, ride: int, crash: int) -> tuple[Sound, ...]:
    """Return the hits of hi-hat and cymbals of a kit; arguments are lengths [frames]."""
    lengths = {"hat": closed, "ghost": closed, "open": open_hat, "ride": ride, "crash": crash}
    return tuple(Sound(f"{name} {hit}", HIGH, 1, 0, frames) for hit, frames in lengths.items())


SOUNDS: Final = (
    *_kit("live", 9, 10, 12),
    *_kit("machine", 9, 9, 9),
    *_kit("dusty", 9, 9, 10),
    *_kit("chip", 6, 7, 7),
    *_kit("gated", 10, 14, 12),
    *_kit("break", 8, 9, 10),
    *_kit("brushed", 9, 9, 10),
    *_kit("timpani", 22, 10, 22),
    *_cymbals("live", 4, 11, 13, 30),
    *_cymbals("machine", 4, 9, 12, 26),
    *_cymbals("dusty", 4, 8, 11, 20),
    *_cymbals("chip", 3, 6, 8, 14),
    *_cymbals("shaker", 4, 5, 6, 22),
    Sound("upright bass", BASS, 18, 28, 24),
    Sound("electric bass", BASS, 18, 28, 20),
    Sound("synth bass", BASS, 24, 28, 14),
    Sound("sub bass", BASS, 12, 33, 20),
    Sound("chip bass", BASS, 12, 33, 12),
    Sound("electric piano", CHORDS, CHORD_NOTES, 60, 6, LOOP_FRAMES),
    Sound("piano", CHORDS, CHORD_NOTES, 60, 13),
    Sound("guitar", CHORDS, CHORD_NOTES, 57, 9),
    Sound("pad", CHORDS, CHORD_NOTES, 60, 2, LOOP_FRAMES),
    Sound("strings", CHORDS, CHORD_NOTES, 60, 1, LOOP_FRAMES),
    Sound("stab", CHORDS, CHORD_NOTES, 60, 5),
    Sound("chip arpeggio", CHORDS, CHORD_NOTES, 72, 0, 3),
    Sound("flute", LEAD, 24, 60, 2, LOOP_FRAMES),
    Sound("square lead", LEAD, 24, 60, 2, LOOP_FRAMES),
    Sound("saw lead", LEAD, 24, 60, 2, LOOP_FRAMES),
    Sound("sax", LEAD, 24, 60, 2, LOOP_FRAMES),
    Sound("bells", LEAD, 24, 60, 14),
    Sound("plucks", LEAD, 24, 60, 9),
)
"""All sounds, in the order of their codes."""


@dataclass(frozen=True)
class Layout:
    """Assignment of codes to the sounds of each book."""

    sounds: tuple[Sound, ...]

    @cached_property
    def first_code(self) -> dict[str, int]:
        """Lowest code of each sound, by name."""
        next_free = dict.fromkeys(SOUNDING, REST + 1)
        first_codes: dict[str, int] = {}
        for sound in self.sounds:
            first_codes[sound.name] = next_free[sound.book]
            next_free[sound.book] += sound.notes * sound.frames
        return first_codes

    @cached_property
    def by_name(self) -> dict[str, Sound]:
        """Sounds by name."""
        return {sound.name: sound for sound in self.sounds}

    def used_codes(self, book: int) -> int:
        """Return the number of used codes of a sounding book, which are the lowest."""
        return 1 + sum(sound.notes * sound.frames for sound in self.sounds if sound.book == book)

    def codes(self, name: str, note: int, frames: int) -> Codes:
        """Return the codes of a note (0 is the lowest) held for `frames` frames, shaped (frames,)."""
        sound = self.by_name[name]
        age = np.arange(frames)
        start = self.first_code[name] + note * sound.frames
        if sound.loop:
            looped = sound.attack + (age - sound.attack) % sound.loop
            return start + np.where(age < sound.attack, age, looped)
        return np.where(age < sound.frames, start + age, REST)

    @cached_property
    def meanings(self) -> dict[int, Codes]:
        """Index in `sounds`, note and age of each used code, shaped (codes used, 3), by book; rest is −1, −1,
        −1.
        """
        tables = {book: [(-1, -1, -1)] for book in SOUNDING}
        for index, sound in enumerate(self.sounds):
            tables[sound.book] += [
                (index, note, age) for note in range(sound.notes) for age in range(sound.frames)
            ]
        return {book: np.array(rows, dtype=np.int64) for book, rows in tables.items()}


LAYOUT: Final = Layout(SOUNDS)
"""Layout of the codes that étude is trained on."""


def onsets(book: int, codes: Codes) -> Codes:
    """Return the frames at which notes of a sounding book start; codes are shaped (frames,).

    A held sound without attack starts where its loop does not continue from the previous frame.
    """
    # unused codes sound as rests
    meaning = LAYOUT.meanings[book][np.where(codes < LAYOUT.used_codes(book), codes, REST)]
    previous = np.vstack([[[-1, -1, -1]], meaning[:-1]])
    sounds = meaning[:, 0]
    same_note = (meaning[:, :2] == previous[:, :2]).all(axis=1)
    loops = np.array([sound.loop for sound in LAYOUT.sounds])[sounds]
    ends = np.array([sound.frames - 1 for sound in LAYOUT.sounds])[sounds]
    starts = ends + 1 - loops
    continues = (meaning[:, 2] == previous[:, 2] + 1) | (
        (loops > 0) & (previous[:, 2] == ends) & (meaning[:, 2] == starts)
    )
    return np.flatnonzero((sounds >= 0) & ~(same_note & continues))
