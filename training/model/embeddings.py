"""Tables of codes that share what codes share: the sound, the note, the age, the place in the bar.

A table with a free row for every code would have to learn of each of some thousand codes alone that the next
frame is one older. So while it is learned a row is a free part plus parts for what the code means; the sum is
what is saved.
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
"""Waves between the slowest and the fastest tempo: neighbours are a fifth of the finest apart."""


def used_codes(book: int) -> int:
    """How many codes of a book mean something; they are the lowest."""
    return {OUTLINE: OUTLINE_CODES, CONDUCTOR: CONDUCTOR_CODES}.get(book) or LAYOUT.used_codes(book)


def fourier_features(numbers: Tensor, width: int, finest: float) -> Tensor:
    """Numbers 0…1 as rows that are alike when the numbers are near, each entry ±1 at most.

    Shaped (numbers, width); the fastest wave goes round `finest` times between 0 and 1.
    """
    frequencies = torch.logspace(-1, np.log2(finest), width // 2, base=2)
    angles = 2 * torch.pi * frequencies * numbers[:, None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def code_features(book: int) -> tuple[Tensor, int]:
    """What each used code of a book means, as rows of indices, and how many indices there are.

    Shaped (codes used, features of a code).
    """
    if book == OUTLINE:
        return _outline_features()
    if book == CONDUCTOR:
        step, length, age = decode_conductor(np.arange(1, CONDUCTOR_CODES))
        # the step, the length, what has passed and what is left to come
        parts = (
            (step, BAR_SIXTEENTHS),
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
    """The features of the outline's codes: each of the things a field says."""
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
    """Rows of `width` numbers for the codes of a book, `size` of them; those without meaning are free."""

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
        """Begin with tempos that can be reckoned with: near ones are alike, and none needs its own lesson."""
        tempos = torch.from_numpy(
            np.unique(rows[FIELD_STARTS[TEMPO_FIELD] : FIELD_STARTS[TEMPO_FIELD + 1], 0].numpy())
        )
        self.shared[tempos] = scale * fourier_features(
            torch.linspace(0, 1, len(tempos)), self.shared.shape[1], _TEMPO_CYCLES
        )

    @torch.no_grad()
    def set_table(self, table: Tensor) -> None:
        """Become a table shaped (size, width), with as much of it shared as the meaning of codes explains."""
        used_codes, meant = self.rows.shape
        shares = torch.zeros(used_codes, len(self.shared))
        shares.scatter_add_(1, self.rows, torch.ones(used_codes, meant))
        # features that always come together have no one solution: the smallest is taken
        self.shared.copy_(torch.linalg.lstsq(shares, table[:used_codes], driver="gelsd").solution)
        self.free.copy_(table)
        self.free[:used_codes] -= shares @ self.shared

    def forward(self) -> Tensor:
        """The table, shaped (size, width)."""
        shared = nn.functional.embedding(self.rows, self.shared).sum(dim=1)
        return torch.cat([self.free[: len(shared)] + shared, self.free[len(shared) :]])


def code_successors(book: int) -> tuple[Tensor, Tensor]:
    """Codes, and the code that each leads to while a note is held, a rest lasts or a sixteenth runs."""
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
