"""The books and their codes: which code means which sound, note and age.

A code of a sounding book means (sound, note, frames since the onset); 0 is rest. A sound that lasts as long
as it is held ends in a loop of frames, whose codes go round.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from training.songs.clock import Codes

REST: Final = 0
OUTLINE, CONDUCTOR, LOW, HIGH, BASS, CHORDS, LEAD = range(7)
BOOKS: Final = ("outline", "conductor", "low drums", "high drums", "bass", "chords", "lead")
SOUNDING: Final = (LOW, HIGH, BASS, CHORDS, LEAD)
VOCABULARY: Final = 1536
"""Codes of a book, one number for all of them. The fullest book (bass) needs 1,513."""

LOOP_FRAMES: Final = 8
"""160 ms: held notes are tuned to multiples of 6.25 Hz and may sway 6.25 times a second, as players' do."""
CHORD_NOTES: Final = 24
"""Twelve roots, major then minor."""


@dataclass(frozen=True)
class Sound:
    """One sound of a book: `notes` notes from MIDI number `lowest`, of `attack` frames and then a loop."""

    name: str
    book: int
    notes: int
    lowest: int
    attack: int
    loop: int = 0

    @property
    def frames(self) -> int:
        return self.attack + self.loop


def _kit(name: str, kick: int, snare: int, tom: int) -> tuple[Sound, ...]:
    """The low half of a drum kit; `both` is kick and snare at once."""
    lengths = {"kick": kick, "snare": snare, "both": max(kick, snare), "tom": tom}
    return tuple(Sound(f"{name} {hit}", LOW, 1, 0, frames) for hit, frames in lengths.items())


def _cymbals(name: str, closed: int, opened: int, ride: int, crash: int) -> tuple[Sound, ...]:
    lengths = {"hat": closed, "ghost": closed, "open": opened, "ride": ride, "crash": crash}
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


@dataclass(frozen=True)
class Layout:
    """Where the codes of each sound lie in their book."""

    sounds: tuple[Sound, ...]

    @cached_property
    def first(self) -> dict[str, int]:
        """The lowest code of each sound."""
        free = dict.fromkeys(SOUNDING, REST + 1)
        firsts: dict[str, int] = {}
        for sound in self.sounds:
            firsts[sound.name] = free[sound.book]
            free[sound.book] += sound.notes * sound.frames
        return firsts

    @cached_property
    def named(self) -> dict[str, Sound]:
        return {sound.name: sound for sound in self.sounds}

    def used(self, book: int) -> int:
        """How many codes of a sounding book mean something; they are the lowest."""
        return 1 + sum(sound.notes * sound.frames for sound in self.sounds if sound.book == book)

    def codes(self, name: str, note: int, frames: int) -> Codes:
        """The codes of a note (0 is the sound's lowest) held for `frames` frames, shaped (frames,)."""
        sound = self.named[name]
        age = np.arange(frames)
        start = self.first[name] + note * sound.frames
        if sound.loop:
            looped = sound.attack + (age - sound.attack) % sound.loop
            return start + np.where(age < sound.attack, age, looped)
        return np.where(age < sound.frames, start + age, REST)

    @cached_property
    def meanings(self) -> dict[int, Codes]:
        """Of each sounding book: sound (by its place in `sounds`), note and age of each code.

        Shaped (codes used, 3); rest is −1, −1, −1.
        """
        tables = {book: [(-1, -1, -1)] for book in SOUNDING}
        for place, sound in enumerate(self.sounds):
            tables[sound.book] += [
                (place, note, age) for note in range(sound.notes) for age in range(sound.frames)
            ]
        return {book: np.array(rows, dtype=np.int64) for book, rows in tables.items()}


LAYOUT: Final = Layout(SOUNDS)


def onsets(book: int, codes: Codes) -> Codes:
    """Frames at which a note of a sounding book begins, of its codes shaped (frames,).

    A held sound without attack begins where its loop does not go on from the frame before.
    """
    # codes without meaning are rests
    meaning = LAYOUT.meanings[book][np.where(codes < LAYOUT.used(book), codes, REST)]
    before = np.vstack([[[-1, -1, -1]], meaning[:-1]])
    sounds = meaning[:, 0]
    follows = (meaning[:, :2] == before[:, :2]).all(axis=1)
    loops = np.array([sound.loop for sound in LAYOUT.sounds])[sounds]
    ends = np.array([sound.frames - 1 for sound in LAYOUT.sounds])[sounds]
    starts = ends + 1 - loops
    goes_on = (meaning[:, 2] == before[:, 2] + 1) | (
        (loops > 0) & (before[:, 2] == ends) & (meaning[:, 2] == starts)
    )
    return np.flatnonzero((sounds >= 0) & ~(follows & goes_on))
