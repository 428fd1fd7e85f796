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

from training.songs.clock import BAR_STEPS, CONDUCTOR_CODES, MAX_STEP, read
from training.songs.codes import CHORDS, CONDUCTOR, LAYOUT, OUTLINE, REST
from training.songs.outline import FIELDS, OUTLINE_CODES, STARTS, TEMPO, Value

_FINEST_TEMPO: Final = 24.0
"""Waves between the slowest and the fastest tempo: neighbours are a fifth of the finest apart."""


def used(book: int) -> int:
    """How many codes of a book mean something; they are the lowest."""
    return {OUTLINE: OUTLINE_CODES, CONDUCTOR: CONDUCTOR_CODES}.get(book) or LAYOUT.used(book)


def waves(numbers: Tensor, width: int, finest: float) -> Tensor:
    """Numbers 0…1 as rows that are alike when the numbers are near, each entry ±1 at most.

    Shaped (numbers, width); the fastest wave goes round `finest` times between 0 and 1.
    """
    turns = torch.logspace(-1, np.log2(finest), width // 2, base=2)
    angles = 2 * torch.pi * turns * numbers[:, None]
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def features(book: int) -> tuple[Tensor, int]:
    """What each used code of a book means, as rows of indices, and how many indices there are.

    Shaped (codes used, features of a code).
    """
    if book == OUTLINE:
        return _fields()
    if book == CONDUCTOR:
        step, length, passed = read(np.arange(1, CONDUCTOR_CODES))
        # the step, the length, what has passed and what is left to come
        parts = (
            (step, BAR_STEPS),
            (length, MAX_STEP + 1),
            (passed, MAX_STEP),
            (length - passed, MAX_STEP + 1),
        )
        starts = np.cumsum([0] + [size for _, size in parts])
        rows = np.stack([start + part for start, (part, _) in zip(starts, parts, strict=False)], axis=1)
        count = int(starts[-1])
        return torch.from_numpy(np.vstack([np.full((1, 4), count), rows])), count + 1
    meaning = LAYOUT.meanings[book][1:]
    sound, note, age = meaning.T
    lowest = np.array([made.lowest for made in LAYOUT.sounds])[sound]
    names = [("sound", int(place)) for place in sound]
    # chords are named by their roots, wherever a sound places them
    notes = [
        ("pitch", int(of) if book == CHORDS else int(low + of)) if low else ("sound", int(place))
        for low, of, place in zip(lowest, note, sound, strict=True)
    ]
    ages = [("age", int(place), int(of)) for place, of in zip(sound, age, strict=True)]
    index: dict[tuple[str | int, ...], int] = {}
    meant = [
        [index.setdefault(key, len(index)) for key in keys] for keys in zip(names, notes, ages, strict=True)
    ]
    return torch.tensor([[len(index)] * 3, *meant]), len(index) + 1


def _fields() -> tuple[Tensor, int]:
    """The features of the outline's codes: each of the things a field says."""
    index: dict[tuple[int, int, Value], int] = {}
    rows = []
    for place, field in enumerate(FIELDS):
        for said in product(*field):
            parts = [(place, part, value) for part, value in enumerate(said)]
            rows.append([index.setdefault(part, len(index)) for part in parts])
    most = max(map(len, rows))
    # who says less says it again
    rows = [(row * most)[:most] for row in rows]
    return torch.tensor([[len(index)] * most, *rows]), len(index) + 1


class FactoredTable(nn.Module):
    """Rows of `width` numbers for the codes of a book, `size` of them; those without meaning are free."""

    def __init__(self, book: int, size: int, width: int, scale: float) -> None:
        super().__init__()
        rows, count = features(book)
        self.rows: Tensor
        self.register_buffer("rows", rows, persistent=False)
        self.free = nn.Parameter(torch.randn(size, width) * scale * 0.2)
        self.shared = nn.Parameter(torch.randn(count, width) * scale / rows.shape[1] ** 0.5)
        if book == OUTLINE:
            self._near_tempos_alike(rows, scale)

    @torch.no_grad()
    def _near_tempos_alike(self, rows: Tensor, scale: float) -> None:
        """Begin with tempos that can be reckoned with: near ones are alike, and none needs its own lesson."""
        tempos = torch.from_numpy(np.unique(rows[STARTS[TEMPO] : STARTS[TEMPO + 1], 0].numpy()))
        self.shared[tempos] = scale * waves(
            torch.linspace(0, 1, len(tempos)), self.shared.shape[1], _FINEST_TEMPO
        )

    @torch.no_grad()
    def hold(self, table: Tensor) -> None:
        """Become a table shaped (size, width), with as much of it shared as the meaning of codes explains."""
        used, meant = self.rows.shape
        shares = torch.zeros(used, len(self.shared))
        shares.scatter_add_(1, self.rows, torch.ones(used, meant))
        # features that always come together have no one solution: the smallest is taken
        self.shared.copy_(torch.linalg.lstsq(shares, table[:used], driver="gelsd").solution)
        self.free.copy_(table)
        self.free[:used] -= shares @ self.shared

    def forward(self) -> Tensor:
        """The table, shaped (size, width)."""
        shared = nn.functional.embedding(self.rows, self.shared).sum(dim=1)
        return torch.cat([self.free[: len(shared)] + shared, self.free[len(shared) :]])


def followers(book: int) -> tuple[Tensor, Tensor]:
    """Codes, and the code that each leads to while a note is held, a rest lasts or a sixteenth runs."""
    if book == OUTLINE:
        return torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64)
    if book == CONDUCTOR:
        codes = np.arange(1, CONDUCTOR_CODES)
        _, length, passed = read(codes)
        running = codes[passed < length - 1]
        return torch.from_numpy(running), torch.from_numpy(running + 1)
    pairs = [(REST, REST)]
    for sound in LAYOUT.sounds:
        if sound.book == book:
            for note in range(sound.notes):
                first = LAYOUT.first[sound.name] + note * sound.frames
                pairs += [(first + age, first + age + 1) for age in range(sound.frames - 1)]
                if sound.loop:
                    pairs.append((first + sound.frames - 1, first + sound.attack))
    before, following = torch.tensor(pairs).T
    return before, following
