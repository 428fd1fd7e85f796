"""Factored embedding tables: rows of codes share vectors for sound, note, age and position in the bar.

A table with independent rows would have to learn for each of a thousand codes that the next frame is one
older. During training a row is therefore the sum of a vector of its own and vectors of its features; the
export saves the sum.
"""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from training.songs.clock import BAR_SIXTEENTHS, CONDUCTOR_CODES, MAX_SIXTEENTH_FRAMES, decode_conductor
from training.songs.codes import CHORDS, CONDUCTOR, LAYOUT, OUTLINE, REST
from training.songs.outline import FIELD_STARTS, FIELDS, OUTLINE_CODES, TEMPO_FIELD, Value

_TEMPO_CYCLES: Final = 24.0
"""Highest frequency of tempo features [cycles over the range of tempos]."""


def used_codes(book: int) -> int:
    """Return the number of used codes of a book, which are the lowest."""
    return {OUTLINE: OUTLINE_CODES, CONDUCTOR: CONDUCTOR_CODES}.get(book) or LAYOUT.used_codes(book)


def fourier_features(numbers: Tensor, width: int, finest: float) -> Tensor:
    """Return cosines and sines of numbers in 0…1, shaped (numbers, width): near numbers have similar rows.

    The highest frequency has `finest` cycles between 0 and 1.
    """
    frequencies = torch.logspace(-1, np.log2(finest), width // 2, base=2)
    angles = 2 * torch.pi * frequencies * numbers[:, None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def code_features(book: int) -> tuple[Tensor, int]:
    """Return the feature indices of each used code, shaped (codes used, features), and the number of
    features.
    """
    if book == OUTLINE:
        return _outline_features()
    if book == CONDUCTOR:
        sixteenth, length, age = decode_conductor(np.arange(1, CONDUCTOR_CODES))
        # position in the bar, length, age and remaining frames
        parts = (
            (sixteenth, BAR_SIXTEENTHS),
            (length, MAX_SIXTEENTH_FRAMES + 1),
            (age, MAX_SIXTEENTH_FRAMES),
            (length - age, MAX_SIXTEENTH_FRAMES + 1),
        )
        starts = np.cumsum([0] + [size for _, size in parts])
        indices = np.stack([start + part for start, (part, _) in zip(starts, parts, strict=False)], axis=1)
        count = int(starts[-1])
        return torch.from_numpy(np.vstack([np.full((1, 4), count), indices])), count + 1
    meanings = LAYOUT.meanings[book][1:]
    sound_index, note_index, age = meanings.T
    lowest = np.array([known.lowest for known in LAYOUT.sounds])[sound_index]
    names = [("sound", int(sound)) for sound in sound_index]
    # chords share a feature by root, whatever octave a sound plays them in
    notes = [
        ("pitch", int(note) if book == CHORDS else int(low + note)) if low else ("sound", int(sound))
        for low, note, sound in zip(lowest, note_index, sound_index, strict=True)
    ]
    ages = [("age", int(sound), int(frame)) for sound, frame in zip(sound_index, age, strict=True)]
    index: dict[tuple[str | int, ...], int] = {}
    rows = [
        [index.setdefault(key, len(index)) for key in keys] for keys in zip(names, notes, ages, strict=True)
    ]
    return torch.tensor([[len(index)] * 3, *rows]), len(index) + 1


def _outline_features() -> tuple[Tensor, int]:
    """Return `code_features` of the outline: one feature per value of each part of a field."""
    index: dict[tuple[int, int, Value], int] = {}
    rows = []
    for field, choices in enumerate(FIELDS):
        for values in product(*choices):
            parts = [(field, part, value) for part, value in enumerate(values)]
            rows.append([index.setdefault(part, len(index)) for part in parts])
    most = max(map(len, rows))
    # shorter rows repeat their features: all rows are of one length
    rows = [(row * most)[:most] for row in rows]
    return torch.tensor([[len(index)] * most, *rows]), len(index) + 1


class FactoredTable(nn.Module):
    """Embedding table of a book, shaped (size, width); rows of unused codes share nothing."""

    def __init__(self, book: int, size: int, width: int, scale: float) -> None:
        super().__init__()
        rows, count = code_features(book)
        self.rows: Tensor
        self.register_buffer("rows", rows, persistent=False)
        self.free = nn.Parameter(torch.randn(size, width) * scale * 0.2)
        self.shared = nn.Parameter(torch.randn(count, width) * scale / rows.shape[1] ** 0.5)
        if book == OUTLINE:
            self._init_tempos(rows, scale)

    @torch.no_grad()
    def _init_tempos(self, rows: Tensor, scale: float) -> None:
        """Initialise the vectors of tempos so that near tempos are similar, which helps rare ones."""
        tempos = torch.from_numpy(
            np.unique(rows[FIELD_STARTS[TEMPO_FIELD] : FIELD_STARTS[TEMPO_FIELD + 1], 0].numpy())
        )
        self.shared[tempos] = scale * fourier_features(
            torch.linspace(0, 1, len(tempos)), self.shared.shape[1], _TEMPO_CYCLES
        )

    @torch.no_grad()
    def set_table(self, table: Tensor) -> None:
        """Set the table, shaped (size, width); features explain as much of it as least squares allows."""
        used, features = self.rows.shape
        shares = torch.zeros(used, len(self.shared))
        shares.scatter_add_(1, self.rows, torch.ones(used, features))
        # features that always occur together have no unique solution: "gelsd" takes the smallest
        self.shared.copy_(torch.linalg.lstsq(shares, table[:used], driver="gelsd").solution)
        self.free.copy_(table)
        self.free[:used] -= shares @ self.shared

    def forward(self) -> Tensor:
        """Return the table, shaped (size, width)."""
        shared = nn.functional.embedding(self.rows, self.shared).sum(dim=1)
        return torch.cat([self.free[: len(shared)] + shared, self.free[len(shared) :]])


def code_successors(book: int) -> tuple[Tensor, Tensor]:
    """Return codes and their successors while a note is held, a rest lasts or a sixteenth continues."""
    if book == OUTLINE:
        return torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64)
    if book == CONDUCTOR:
        codes = np.arange(1, CONDUCTOR_CODES)
        _, length, age = decode_conductor(codes)
        running = codes[age < length - 1]
        return torch.from_numpy(running), torch.from_numpy(running + 1)
    pairs = [(REST, REST)]
    for sound in LAYOUT.sounds:
        if sound.book == book:
            for note in range(sound.notes):
                first = LAYOUT.first_code[sound.name] + note * sound.frames
                pairs += [(first + age, first + age + 1) for age in range(sound.frames - 1)]
                if sound.loop:
                    pairs.append((first + sound.frames - 1, first + sound.attack))
    codes_before, successors = torch.tensor(pairs).T
    return codes_before, successors
