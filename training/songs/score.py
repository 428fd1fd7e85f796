"""Scores: the codes of a song, all books by frames, and what can be read from them."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.songs.clock import Codes
from training.songs.codes import BASS, BOOKS, CHORDS, CONDUCTOR, LAYOUT, LEAD, OUTLINE, REST, onsets
from training.songs.composer import Song
from training.songs.outline import outlined
from training.songs.scales import MINOR_MODES, MODES, Key

_TRIADS: Final = ((0, 4, 7), (0, 3, 7))


def score(song: Song) -> Codes:
    """The codes of a song, shaped (books, frames)."""
    meter = song.plan.meter
    codes = np.full((len(BOOKS), song.bars * meter.bar_frames), REST, dtype=np.int64)
    codes[OUTLINE] = np.concatenate(
        [
            np.resize(outlined(song.plan, bar, song.casts[bar + 1]), meter.bar_frames)
            for bar in range(song.bars)
        ]
    )
    codes[CONDUCTOR] = meter.conducted(song.bars)
    starts = (np.arange(song.bars)[:, None] * meter.bar_frames + meter.edges[:-1]).reshape(-1)
    starts = np.append(starts, song.bars * meter.bar_frames)
    for note in song.notes:
        start, stop = starts[note.start], starts[min(note.start + note.length, len(starts) - 1)]
        # a note still sounding is cut by the book's next one, which lasts at least as long
        codes[note.book, start:stop] = LAYOUT.codes(note.sound, note.note, stop - start)
    return codes


def pitches(codes: Codes) -> list[tuple[int, int, int]]:
    """The tones that begin in a score, as (book, frame, MIDI number); a chord has three."""
    tones: list[tuple[int, int, int]] = []
    for book in (BASS, CHORDS, LEAD):
        for frame in onsets(book, codes[book]):
            place, note, _ = LAYOUT.meanings[book][codes[book, frame]]
            sound = LAYOUT.sounds[place]
            if book == CHORDS:
                tones += [(book, int(frame), tone) for tone in voicing(int(note), sound.lowest)]
            else:
                tones.append((book, int(frame), sound.lowest + int(note)))
    return tones


def voicing(note: int, lowest: int) -> tuple[int, ...]:
    """MIDI numbers of the tones of chord `note` (root, twelve more if minor), each at its lowest place."""
    minor, root = divmod(note, 12)
    return tuple(sorted(lowest + (root + tone - lowest) % 12 for tone in _TRIADS[minor]))


def in_key(codes: Codes, key: Key) -> float:
    """The share of the tones of a score that lie in a key; 1 where there are none."""
    classes = key.pitch_classes
    tones = pitches(codes)
    return sum(pitch % 12 in classes for _, _, pitch in tones) / len(tones) if tones else 1.0


def in_asked_key(codes: Codes, key: Key) -> float:
    """The share that lies in the scale asked for by "major" or "minor", in whichever mode of it fits best:
    who asks for D minor gets the natural minor or the dorian one.
    """
    modes = [mode for mode in MODES if (mode in MINOR_MODES) == key.minor]
    return max(in_key(codes, Key(key.tonic, mode)) for mode in modes)
