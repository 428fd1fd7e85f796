"""Composer: turns a seed into a song, that is a plan and the notes of every book.

The same seed and constraints give the same song on every machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from audio.units import STEP_RATE
from training.songs import patterns
from training.songs.clock import MAX_BPM, MIN_BPM, PHRASE_BARS, Meter
from training.songs.codes import BASS, CHORDS, HIGH, LAYOUT, LEAD, LOW
from training.songs.melody import Melody, draw_melody
from training.songs.scales import MINOR_MODES, PROGRESSIONS, Key
from training.songs.styles import STYLES, STYLES_BY_NAME, Style

OFF_STYLE_TEMPO_PROBABILITY: Final = 0.2
"""Probability of a tempo outside the style's range, so that the model keeps a prompted tempo in any style."""
MELODY_CENTRE_MIDI: Final = 72
"""MIDI note that melodies move around."""
MAX_INTRO_SECONDS: Final = 8.0
"""Longest introduction before most instruments play [s]; it is one bar where a bar is longer."""


@dataclass(frozen=True)
class Plan:
    """Properties of a song: everything that a prompt can describe."""

    style: Style
    meter: Meter
    key: Key
    drums: bool
    bass: str | None
    chords: str | None
    lead: str | None
    energy: int
    """0 sparse, 1 usual, 2 busy."""
    progression: tuple[int, ...]
    """Scale degree of the chord in each bar of a phrase."""
    seventh: bool
    """True if the chord is built on the third above the bass, so that both make a seventh chord."""


@dataclass(frozen=True)
class Note:
    """A note of a book; `start`, from the beginning of the song, and `length` are in sixteenths."""

    book: int
    sound: str
    note: int
    start: int
    length: int


@dataclass
class Song:
    """A plan and its notes."""

    plan: Plan
    books_by_bar: list[frozenset[int]]
    """Books that play in each bar, with one bar more than the song has."""
    notes: list[Note] = field(default_factory=list)
    """Sorted by start within each book."""

    @property
    def bars(self) -> int:
        """Number of bars."""
        return len(self.books_by_bar) - 1


@dataclass(frozen=True)
class Constraints:
    """Required properties of a song; None leaves a property to the seed."""

    style: str | None = None
    bpm: float | None = None
    tonic: int | None = None
    minor: bool | None = None
    drums: bool | None = None
    energy: int | None = None


def compose(seed: int, seconds: float, constraints: Constraints | None = None) -> Song:
    """Compose a song of whole bars, at least `seconds` long."""
    rng = random.Random(seed)
    return compose_plan(draw_plan(rng, constraints or Constraints()), seconds, rng)


def compose_plan(plan: Plan, seconds: float, rng: random.Random) -> Song:
    """Compose a song of whole bars from a plan, at least `seconds` long."""
    bars = int(seconds * STEP_RATE / plan.meter.bar_frames) + 1
    material = Material(rng, plan)
    song = Song(plan, material.books_by_bar(bars + 1))
    for bar, books in enumerate(song.books_by_bar[:-1]):
        for book in sorted(books):
            material.write_bar(song, book, bar)
    return song


def draw_plan(rng: random.Random, constraints: Constraints) -> Plan:
    """Draw a plan typical of its style that meets the constraints."""
    style = STYLES_BY_NAME[constraints.style] if constraints.style else rng.choice(STYLES)
    bpm = float(rng.randint(*style.bpm))
    if rng.random() < OFF_STYLE_TEMPO_PROBABILITY:
        bpm = float(rng.randint(MIN_BPM, MAX_BPM))
    modes = [
        mode
        for mode in style.modes
        if constraints.minor is None or (mode in MINOR_MODES) == constraints.minor
    ]
    mode = rng.choice(modes or (["minor"] if constraints.minor else ["major"]))
    tonic = rng.randrange(12)
    drums = rng.random() < style.drums if constraints.drums is None else constraints.drums
    energy = rng.choice((0, 1, 1, 2))
    swing = rng.choice(style.swing)
    bass = None if rng.random() < style.bassless else rng.choice(style.bass)[0]
    # without drums and chords the song would be nearly silent
    chords = None if drums and rng.random() < 0.04 else rng.choice(style.chords)[0]
    lead = rng.choice(style.leads) if rng.random() < style.lead or not chords else None
    key = Key(tonic if constraints.tonic is None else constraints.tonic, mode)
    family = rng.choice(style.progressions)
    if family == "own" or (family == "blues" and key.minor):
        family = "minor" if key.minor else "major"
    return Plan(
        style=style,
        meter=Meter(constraints.bpm if constraints.bpm is not None else bpm, style.beats, swing),
        key=key,
        drums=drums,
        bass=bass,
        chords=chords,
        lead=lead,
        energy=energy if constraints.energy is None else constraints.energy,
        progression=rng.choice(PROGRESSIONS[family]),
        seventh=rng.random() < style.sevenths,
    )


class Material:
    """Figures of a song, and the books that play in each bar."""

    def __init__(self, rng: random.Random, plan: Plan) -> None:
        self.rng = rng
        self.plan = plan
        style = plan.style
        self.low, self.low_variation = self._draw_figures(patterns.LOW, rng.choice(style.low))
        self.high, _ = self._draw_figures(patterns.HIGH, rng.choice(style.high))
        self.kit, self.cymbals = rng.choice(style.kits), rng.choice(style.cymbals)
        self.fill = rng.choice(patterns.FILLS) if style.fills and rng.random() < 0.5 else None
        bass = [figure for sound, figure in style.bass if sound == plan.bass]
        self.bass, self.bass_variation = self._draw_figures(patterns.BASS, rng.choice(bass or ["half"]))
        chords = [figure for sound, figure in style.chords if sound == plan.chords]
        self.chords, _ = self._draw_figures(patterns.CHORDS, rng.choice(chords or ["whole"]))
        self.melody: Melody = draw_melody(rng, plan.meter.sixteenths, style.motion, plan.energy)
        self.all_books = frozenset(self._playing_books())
        self.entries = self._draw_entries()

    def _draw_figures(self, figures: dict[str, tuple[str, ...]], name: str) -> tuple[str, str]:
        """Draw a figure, and another of its family for the last bar of a phrase."""
        family = figures[name]
        chosen = self.rng.choice(family)
        other = self.rng.choice(family) if self.rng.random() < 0.4 else chosen
        return self._fit_to_bar(chosen), self._fit_to_bar(other)

    def _fit_to_bar(self, figure: str) -> str:
        """Return the figure repeated or cut to the length of a bar."""
        length = self.plan.meter.sixteenths
        return (figure * 2)[:length] if len(figure) <= length else figure[:length]

    def _playing_books(self) -> list[int]:
        plan = self.plan
        books = [LOW, HIGH] if plan.drums else []
        sounds = ((BASS, plan.bass), (CHORDS, plan.chords), (LEAD, plan.lead))
        return books + [book for book, sound in sounds if sound]

    def _draw_entries(self) -> dict[int, frozenset[int]]:
        """Draw the introduction: the books that play from a bar on, by bar."""
        rng = self.rng
        if rng.random() < 0.45 or len(self.all_books) < 3:
            return {0: self.all_books}
        bar_seconds = self.plan.meter.bar_frames / STEP_RATE
        length = min(rng.choice((1, 2, 2, 4)), max(1, int(MAX_INTRO_SECONDS / bar_seconds)))
        first = {CHORDS} if CHORDS in self.all_books else {LEAD}
        if self.plan.drums and rng.random() < 0.5:
            first |= {HIGH} if rng.random() < 0.5 else {LOW, HIGH}
        entries = {0: frozenset(first & self.all_books)}
        if LEAD in self.all_books and rng.random() < 0.6:
            entries[length] = self.all_books - {LEAD}
            entries[PHRASE_BARS] = self.all_books
        else:
            entries[length] = self.all_books
        return entries

    def books_by_bar(self, bars: int) -> list[frozenset[int]]:
        """Return the books that play in each of the first `bars` bars."""
        books_by_bar: list[frozenset[int]] = []
        for bar in range(bars):
            phrase, phrase_bar = divmod(bar, PHRASE_BARS)
            if bar in self.entries:
                books_by_bar.append(self.entries[bar])
            elif bar > max(self.entries) and phrase_bar == 0 and phrase % 2 == 0:
                books_by_bar.append(self.draw_active_books())
            else:
                books_by_bar.append(books_by_bar[-1])
        return books_by_bar

    def draw_active_books(self) -> frozenset[int]:
        """Draw the books of the next eight bars: mostly all, sometimes all but one or two."""
        draw = self.rng.random()
        if draw < 0.6 or len(self.all_books) < 3:
            return self.all_books
        silent = self.rng.choice(sorted(self.all_books))
        if silent in (LOW, HIGH) and self.rng.random() < 0.5:
            return self.all_books - {LOW}
        return self.all_books - {silent}

    def write_bar(self, song: Song, book: int, bar: int) -> None:
        """Add the notes of a bar of a book to the song."""
        phrase_bar = bar % PHRASE_BARS
        degree = self.plan.progression[phrase_bar]
        last = phrase_bar == PHRASE_BARS - 1
        if book == LOW:
            self._write_low_drums(song, bar, last)
        elif book == HIGH:
            self._write_high_drums(song, bar, phrase_bar)
        elif book == BASS:
            next_degree = self.plan.progression[(phrase_bar + 1) % PHRASE_BARS]
            self._write_bass(song, bar, self.bass_variation if last else self.bass, degree, next_degree)
        elif book == CHORDS:
            self._write_chords(song, bar, degree)
        elif book == LEAD and self.plan.lead:
            self._write_lead(song, bar, phrase_bar, degree)

    def _write_low_drums(self, song: Song, bar: int, last: bool) -> None:
        figure = self.low_variation if last else self.low
        if last and self.fill:
            start = next(index for index, symbol in enumerate(self.fill) if symbol != ".")
            figure = (figure[:start] + self.fill[start:])[: len(figure)]
        names = {"K": "kick", "S": "snare", "B": "both", "T": "tom"}
        for sixteenth, symbol in enumerate(figure):
            if symbol != ".":
                song.notes.append(
                    Note(LOW, f"{self.kit} {names[symbol]}", 0, bar * len(figure) + sixteenth, len(figure))
                )

    def _write_high_drums(self, song: Song, bar: int, phrase_bar: int) -> None:
        figure = self.high
        if self.plan.style.crash and phrase_bar == 0 and (bar // PHRASE_BARS) % 2 == 0:
            figure = "c" + figure[1:4].replace("h", ".").replace("r", ".") + figure[4:]
        if self.plan.energy == 0:
            figure = figure.replace("g", ".")
        names = {"h": "hat", "g": "ghost", "o": "open", "r": "ride", "c": "crash"}
        for sixteenth, symbol in enumerate(figure):
            if symbol != ".":
                song.notes.append(
                    Note(
                        HIGH, f"{self.cymbals} {names[symbol]}", 0, bar * len(figure) + sixteenth, len(figure)
                    )
                )

    def _write_bass(self, song: Song, bar: int, figure: str, degree: int, next_degree: int) -> None:
        assert self.plan.bass
        sound = LAYOUT.by_name[self.plan.bass]
        key = self.plan.key
        degrees = {"R": degree, "3": degree + 2, "5": degree + 4, "O": degree + 7}
        root = sound.lowest + (key.pitch(degree) - sound.lowest) % 12
        for sixteenth, length, symbol in _parse_figure(figure):
            if symbol == "N":
                target = sound.lowest + (key.pitch(next_degree) - sound.lowest) % 12
                # approach from above or below, within the scale and nearest to the root
                approaches = [target + by for by in (2, 1, -1, -2) if (target + by) % 12 in key.pitch_classes]
                pitch = min(approaches, key=lambda note: abs(note - root))
            else:
                pitch = root + key.pitch(degrees[symbol]) - key.pitch(degree)
            top = sound.lowest + sound.notes
            while pitch >= top:
                pitch -= 12
            while pitch < sound.lowest:
                pitch += 12
            song.notes.append(
                Note(BASS, sound.name, pitch - sound.lowest, bar * len(figure) + sixteenth, length)
            )

    def _write_chords(self, song: Song, bar: int, degree: int) -> None:
        assert self.plan.chords
        root, minor = self.plan.key.triad(degree + 2 if self.plan.seventh and self.plan.bass else degree)
        for sixteenth, length, _ in _parse_figure(self.chords):
            song.notes.append(
                Note(CHORDS, self.plan.chords, root + 12 * minor, bar * len(self.chords) + sixteenth, length)
            )

    def _write_lead(self, song: Song, bar: int, phrase_bar: int, degree: int) -> None:
        assert self.plan.lead
        sound, key, bar_length = LAYOUT.by_name[self.plan.lead], self.plan.key, self.plan.meter.sixteenths
        for sixteenth, length, offset in self.melody[phrase_bar]:
            pitch = key.pitch(degree + offset)
            # the octave whose chord root is nearest to the centre
            root = key.pitch(degree)
            pitch += 12 * round((MELODY_CENTRE_MIDI - root) / 12)
            while pitch >= sound.lowest + sound.notes:
                pitch -= 12
            while pitch < sound.lowest:
                pitch += 12
            song.notes.append(
                Note(LEAD, sound.name, pitch - sound.lowest, bar * bar_length + sixteenth, length)
            )


def _parse_figure(figure: str) -> list[tuple[int, int, str]]:
    """Return the notes of a figure as (start, length, symbol), in sixteenths."""
    notes: list[tuple[int, int, str]] = []
    for sixteenth, symbol in enumerate(figure):
        if symbol not in "-.":
            length = 1
            while sixteenth + length < len(figure) and figure[sixteenth + length] == "-":
                length += 1
            notes.append((sixteenth, length, symbol))
    return notes
