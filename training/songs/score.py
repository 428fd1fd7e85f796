"""Scores: codes of a song, shaped (books, frames), and measurements on them."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.songs.clock import Codes
from training.songs.codes import BASS, BOOKS, CHORDS, CONDUCTOR, LAYOUT, LEAD, OUTLINE, REST, onsets
from training.songs.composer import Song
from training.songs.outline import encode_outline
from training.songs.scales import MINOR_MODES, MODES, Key

_TRIADS: Final = ((0, 4, 7), (0, 3, 7))
"""Semitones of the major and the minor triad."""


def score(song: Song) -> Codes:
    """Return the codes of a song, shaped (books, frames)."""
    meter = song.plan.meter
    codes = np.full((len(BOOKS), song.bars * meter.bar_frames), REST, dtype=np.int64)
    codes[OUTLINE] = np.concatenate(
        [
            np.resize(encode_outline(song.plan, bar, song.books_by_bar[bar + 1]), meter.bar_frames)
            for bar in range(song.bars)
        ]
    )
    codes[CONDUCTOR] = meter.conductor_codes(song.bars)
    starts = (np.arange(song.bars)[:, None] * meter.bar_frames + meter.edges[:-1]).reshape(-1)
    starts = np.append(starts, song.bars * meter.bar_frames)
    for note in song.notes:
        start, stop = starts[note.start], starts[min(note.start + note.length, len(starts) - 1)]
        # the next note of a book cuts off one that still sounds, and lasts at least as long
        codes[note.book, start:stop] = LAYOUT.codes(note.sound, note.note, stop - start)
    return codes


def pitches(codes: Codes) -> list[tuple[int, int, int]]:
    """Return the onsets of a score as (book, frame, MIDI number); a chord has three."""
    tones: list[tuple[int, int, int]] = []
    for book in (BASS, CHORDS, LEAD):
        for frame in onsets(book, codes[book]):
            sound_index, note, _ = LAYOUT.meanings[book][codes[book, frame]]
            sound = LAYOUT.sounds[sound_index]
            if book == CHORDS:
                tones += [(book, int(frame), tone) for tone in voicing(int(note), sound.lowest)]
            else:
                tones.append((book, int(frame), sound.lowest + int(note)))
    return tones


def voicing(note: int, lowest: int) -> tuple[int, ...]:
    """Return the MIDI numbers of a chord, each tone in its lowest octave from `lowest`.

    `note` is the pitch class of the root, plus 12 for a minor chord.
    """
    minor, root = divmod(note, 12)
    return tuple(sorted(lowest + (root + tone - lowest) % 12 for tone in _TRIADS[minor]))


def share_in_key(codes: Codes, key: Key) -> float:
    """Return the share of a score's tones that lie in a key, 1 without tones."""
    classes = key.pitch_classes
    tones = pitches(codes)
    return sum(pitch % 12 in classes for _, _, pitch in tones) / len(tones) if tones else 1.0


def share_in_scale(codes: Codes, key: Key) -> float:
    """Return `share_in_key` of the best mode: a prompt for D minor allows natural minor and dorian."""
    modes = [mode for mode in MODES if (mode in MINOR_MODES) == key.minor]
    return max(share_in_key(codes, Key(key.tonic, mode)) for mode in modes)
