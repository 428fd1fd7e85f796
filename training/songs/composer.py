"""The composer: from a seed to a song, that is its plan and the notes of every book.

The same seed and wishes give the same song, on any machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from audio.units import STEP_RATE
from training.songs import patterns
from training.songs.clock import FASTEST, PHRASE_BARS, SLOWEST, Meter
from training.songs.codes import BASS, CHORDS, HIGH, LAYOUT, LEAD, LOW
from training.songs.melody import Melody, melody
from training.songs.scales import MINOR_MODES, PROGRESSIONS, Key
from training.songs.styles import NAMED, STYLES, Style

OTHER_TEMPO: Final = 0.2
"""How often a song leaves its style's tempos, so that a tempo asked for is kept in any style."""
MELODY_CENTRE: Final = 72
MAX_INTRODUCTION: Final = 8.0
"""Seconds for which most of what was asked for may be waited for, but a bar at least."""


@dataclass(frozen=True)
class Plan:
    """What a song is: everything that a prompt may say about it."""

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
    """Degrees of the chords of a phrase's bars."""
    seventh: bool
    """Whether the chord stands on the third of the bass, which makes a seventh chord of the two."""


@dataclass(frozen=True)
class Note:
    """A sound of a book from `start` for `length` sixteenths, counted from the song's beginning."""

    book: int
    sound: str
    note: int
    start: int
    length: int


@dataclass
class Song:
    plan: Plan
    casts: list[frozenset[int]]
    """The books that play in each bar, and in the bar after the last."""
    notes: list[Note] = field(default_factory=list)
    """In the order of their start within each book."""

    @property
    def bars(self) -> int:
        return len(self.casts) - 1


@dataclass(frozen=True)
class Wishes:
    """What a song must have; what is None is left to the seed."""

    style: str | None = None
    bpm: float | None = None
    tonic: int | None = None
    minor: bool | None = None
    drums: bool | None = None
    energy: int | None = None


def compose(seed: int, seconds: float, wishes: Wishes | None = None) -> Song:
    """A song of at least `seconds`, in whole bars."""
    chance = random.Random(seed)
    return carried_out(planned(chance, wishes or Wishes()), seconds, chance)


def carried_out(plan: Plan, seconds: float, chance: random.Random) -> Song:
    """A song of at least `seconds` by a plan, in whole bars."""
    bars = int(seconds * STEP_RATE / plan.meter.bar_frames) + 1
    material = Material(chance, plan)
    song = Song(plan, material.casts(bars + 1))
    for bar, cast in enumerate(song.casts[:-1]):
        for book in sorted(cast):
            material.play(song, book, bar)
    return song


def planned(chance: random.Random, wishes: Wishes) -> Plan:
    """A plan by the style's habits, but for what was wished."""
    style = NAMED[wishes.style] if wishes.style else chance.choice(STYLES)
    bpm = float(chance.randint(*style.bpm))
    if chance.random() < OTHER_TEMPO:
        bpm = float(chance.randint(SLOWEST, FASTEST))
    modes = [mode for mode in style.modes if wishes.minor is None or (mode in MINOR_MODES) == wishes.minor]
    mode = chance.choice(modes or (["minor"] if wishes.minor else ["major"]))
    tonic = chance.randrange(12)
    drums = chance.random() < style.drums if wishes.drums is None else wishes.drums
    energy = chance.choice((0, 1, 1, 2))
    swing = chance.choice(style.swing)
    bass = None if chance.random() < style.bassless else chance.choice(style.bass)[0]
    # without drums and chords there would be hardly anything
    chords = None if drums and chance.random() < 0.04 else chance.choice(style.chords)[0]
    lead = chance.choice(style.leads) if chance.random() < style.lead or not chords else None
    key = Key(tonic if wishes.tonic is None else wishes.tonic, mode)
    family = chance.choice(style.progressions)
    if family == "own" or (family == "blues" and key.minor):
        family = "minor" if key.minor else "major"
    return Plan(
        style=style,
        meter=Meter(wishes.bpm if wishes.bpm is not None else bpm, style.beats, swing),
        key=key,
        drums=drums,
        bass=bass,
        chords=chords,
        lead=lead,
        energy=energy if wishes.energy is None else wishes.energy,
        progression=chance.choice(PROGRESSIONS[family]),
        seventh=chance.random() < style.sevenths,
    )


class Material:
    """The figures a song is made of, and which parts play when."""

    def __init__(self, chance: random.Random, plan: Plan) -> None:
        self.chance = chance
        self.plan = plan
        style = plan.style
        self.low, self.low_changed = self._figures(patterns.LOW, chance.choice(style.low))
        self.high, _ = self._figures(patterns.HIGH, chance.choice(style.high))
        self.kit, self.cymbals = chance.choice(style.kits), chance.choice(style.cymbals)
        self.fill = chance.choice(patterns.FILLS) if style.fills and chance.random() < 0.5 else None
        bass = [figure for sound, figure in style.bass if sound == plan.bass]
        self.bass, self.bass_changed = self._figures(patterns.BASS, chance.choice(bass or ["half"]))
        chords = [figure for sound, figure in style.chords if sound == plan.chords]
        self.chords, _ = self._figures(patterns.CHORDS, chance.choice(chords or ["whole"]))
        self.melody: Melody = melody(chance, plan.meter.steps, style.motion, plan.energy)
        self.cast = frozenset(self._books())
        self.entries = self._entries()

    def _figures(self, figures: dict[str, tuple[str, ...]], name: str) -> tuple[str, str]:
        """A figure and another of its family, for the end of a phrase."""
        family = figures[name]
        chosen = self.chance.choice(family)
        other = self.chance.choice(family) if self.chance.random() < 0.4 else chosen
        return self._fitted(chosen), self._fitted(other)

    def _fitted(self, figure: str) -> str:
        """The figure in as many sixteenths as the bar has."""
        steps = self.plan.meter.steps
        return (figure * 2)[:steps] if len(figure) <= steps else figure[:steps]

    def _books(self) -> list[int]:
        plan = self.plan
        books = [LOW, HIGH] if plan.drums else []
        named = ((BASS, plan.bass), (CHORDS, plan.chords), (LEAD, plan.lead))
        return books + [book for book, sound in named if sound]

    def _entries(self) -> dict[int, frozenset[int]]:
        """Who plays from which bar on, until the build is over."""
        chance = self.chance
        if chance.random() < 0.45 or len(self.cast) < 3:
            return {0: self.cast}
        bar_seconds = self.plan.meter.bar_frames / STEP_RATE
        length = min(chance.choice((1, 2, 2, 4)), max(1, int(MAX_INTRODUCTION / bar_seconds)))
        first = {CHORDS} if CHORDS in self.cast else {LEAD}
        if self.plan.drums and chance.random() < 0.5:
            first |= {HIGH} if chance.random() < 0.5 else {LOW, HIGH}
        entries = {0: frozenset(first & self.cast)}
        if LEAD in self.cast and chance.random() < 0.6:
            entries[length] = self.cast - {LEAD}
            entries[PHRASE_BARS] = self.cast
        else:
            entries[length] = self.cast
        return entries

    def casts(self, bars: int) -> list[frozenset[int]]:
        """Who plays in each of the first `bars` bars."""
        casts: list[frozenset[int]] = []
        for bar in range(bars):
            phrase, place = divmod(bar, PHRASE_BARS)
            if bar in self.entries:
                casts.append(self.entries[bar])
            elif bar > max(self.entries) and place == 0 and phrase % 2 == 0:
                casts.append(self.next_cast())
            else:
                casts.append(casts[-1])
        return casts

    def next_cast(self) -> frozenset[int]:
        """Who plays in the next eight bars: mostly everybody, now and then a part is silent."""
        draw = self.chance.random()
        if draw < 0.6 or len(self.cast) < 3:
            return self.cast
        away = self.chance.choice(sorted(self.cast))
        if away in (LOW, HIGH) and self.chance.random() < 0.5:
            return self.cast - {LOW}
        return self.cast - {away}

    def play(self, song: Song, book: int, bar: int) -> None:
        """Write a bar of a book into the song."""
        place = bar % PHRASE_BARS
        degree = self.plan.progression[place]
        last = place == PHRASE_BARS - 1
        if book == LOW:
            self._low(song, bar, last)
        elif book == HIGH:
            self._high(song, bar, place)
        elif book == BASS:
            following = self.plan.progression[(place + 1) % PHRASE_BARS]
            self._bass(song, bar, self.bass_changed if last else self.bass, degree, following)
        elif book == CHORDS:
            self._chords(song, bar, degree)
        elif book == LEAD and self.plan.lead:
            self._lead(song, bar, place, degree)

    def _low(self, song: Song, bar: int, last: bool) -> None:
        figure = self.low_changed if last else self.low
        if last and self.fill:
            start = next(at for at, sign in enumerate(self.fill) if sign != ".")
            figure = (figure[:start] + self.fill[start:])[: len(figure)]
        names = {"K": "kick", "S": "snare", "B": "both", "T": "tom"}
        for step, sign in enumerate(figure):
            if sign != ".":
                song.notes.append(
                    Note(LOW, f"{self.kit} {names[sign]}", 0, bar * len(figure) + step, len(figure))
                )

    def _high(self, song: Song, bar: int, place: int) -> None:
        figure = self.high
        if self.plan.style.crash and place == 0 and (bar // PHRASE_BARS) % 2 == 0:
            figure = "c" + figure[1:4].replace("h", ".").replace("r", ".") + figure[4:]
        if self.plan.energy == 0:
            figure = figure.replace("g", ".")
        names = {"h": "hat", "g": "ghost", "o": "open", "r": "ride", "c": "crash"}
        for step, sign in enumerate(figure):
            if sign != ".":
                song.notes.append(
                    Note(HIGH, f"{self.cymbals} {names[sign]}", 0, bar * len(figure) + step, len(figure))
                )

    def _bass(self, song: Song, bar: int, figure: str, degree: int, following: int) -> None:
        assert self.plan.bass
        sound = LAYOUT.named[self.plan.bass]
        key = self.plan.key
        degrees = {"R": degree, "3": degree + 2, "5": degree + 4, "O": degree + 7}
        root = sound.lowest + (key.pitch(degree) - sound.lowest) % 12
        for step, length, sign in _held(figure):
            if sign == "N":
                target = sound.lowest + (key.pitch(following) - sound.lowest) % 12
                # from above or below, whichever is in the scale and in reach
                steps = [target + by for by in (2, 1, -1, -2) if (target + by) % 12 in key.pitch_classes]
                pitch = min(steps, key=lambda note: abs(note - root))
            else:
                pitch = root + key.pitch(degrees[sign]) - key.pitch(degree)
            top = sound.lowest + sound.notes
            while pitch >= top:
                pitch -= 12
            while pitch < sound.lowest:
                pitch += 12
            song.notes.append(Note(BASS, sound.name, pitch - sound.lowest, bar * len(figure) + step, length))

    def _chords(self, song: Song, bar: int, degree: int) -> None:
        assert self.plan.chords
        root, minor = self.plan.key.triad(degree + 2 if self.plan.seventh and self.plan.bass else degree)
        for step, length, _ in _held(self.chords):
            song.notes.append(
                Note(CHORDS, self.plan.chords, root + 12 * minor, bar * len(self.chords) + step, length)
            )

    def _lead(self, song: Song, bar: int, place: int, degree: int) -> None:
        assert self.plan.lead
        sound, key, steps = LAYOUT.named[self.plan.lead], self.plan.key, self.plan.meter.steps
        for step, length, offset in self.melody[place]:
            pitch = key.pitch(degree + offset)
            # the chord's root is taken nearest to the middle, and the melody moves around it
            root = key.pitch(degree)
            pitch += 12 * round((MELODY_CENTRE - root) / 12)
            while pitch >= sound.lowest + sound.notes:
                pitch -= 12
            while pitch < sound.lowest:
                pitch += 12
            song.notes.append(Note(LEAD, sound.name, pitch - sound.lowest, bar * steps + step, length))


def _held(figure: str) -> list[tuple[int, int, str]]:
    """The notes of a figure: where they begin, how many sixteenths they last, and their sign."""
    notes: list[tuple[int, int, str]] = []
    for step, sign in enumerate(figure):
        if sign not in "-.":
            length = 1
            while step + length < len(figure) and figure[step + length] == "-":
                length += 1
            notes.append((step, length, sign))
    return notes
