"""Lessons: batches of scores and prompts, made as they are needed and never twice."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from audio.units import STEP_RATE
from training.clock import UNHEARD, Codes, beginnings, ends_somewhere
from training.composer import compose
from training.prompts import prompt
from training.score import score
from training.sounds import BOOKS, CONDUCTOR, VOCABULARY

PAD: Final = VOCABULARY
"""What stands where a book has no code: before its delay and after its end."""
FIRST_LESSON: Final = 1_000_000
"""Songs of smaller seeds are for listening and are never taught."""
WINDOW_FRAMES: Final = 30 * STEP_RATE
LATEST: Final = len(BOOKS) - 1
"""Steps by which the last book is late."""
FROM_START: Final = 0.6
_AS_HEARD: Final = 0.1
"""How often a lesson begins without the conductor, as when codes that come from sound are gone on from."""
_UNPROMPTED: Final = 0.1


@dataclass(frozen=True)
class Lesson:
    """A batch of `rows` pieces."""

    tokens: Tensor
    """Delayed codes, shaped (rows, books, steps)."""
    telling: Tensor
    """Where something new can happen: at the beginnings of sixteenths, for the conductor wherever one may
    begin.

    Bool, as `tokens`.
    """
    known: Tensor
    """Where there is a code to be learned; bool, as `tokens`."""
    positions: Tensor
    """Position of each step, shaped (rows, steps)."""
    prompts: Tensor
    """Prompt tokens, padded, shaped (rows, tokens)."""
    heard: Tensor
    """Where a prompt token is, zero in rows without prompt, as `prompts`."""


def lesson(
    seeds: range, frames: int, tokenizer: PreTrainedTokenizerFast, from_start: float = FROM_START
) -> Lesson:
    """Songs of `seeds`, `frames` frames of each, a share `from_start` of them from their beginning."""
    pieces = [_piece(seed, frames, from_start) for seed in seeds]
    steps = frames + LATEST
    tokens = np.full((len(seeds), len(BOOKS), steps), PAD, dtype=np.int64)
    telling, known = np.zeros((2, *tokens.shape), dtype=bool)
    for row, (codes, learned, _, _) in enumerate(pieces):
        starts = beginnings(codes[CONDUCTOR])
        endings = np.flatnonzero(ends_somewhere(codes[CONDUCTOR]))
        for book in range(len(BOOKS)):
            tokens[row, book, book : book + frames] = learned[book]
            telling[row, book, book + (endings if book == CONDUCTOR else starts)] = True
            known[row, book, book : book + frames] = (learned[book] != UNHEARD) | (book != CONDUCTOR)
    words = tokenizer([text for _, _, text, _ in pieces], padding=True, truncation=True, return_tensors="pt")
    silent = torch.tensor([random.Random(seed).random() < _UNPROMPTED for seed in seeds])
    return Lesson(
        tokens=torch.from_numpy(tokens),
        telling=torch.from_numpy(telling),
        known=torch.from_numpy(known),
        positions=torch.tensor([offset for *_, offset in pieces])[:, None] + torch.arange(steps),
        prompts=words["input_ids"],
        heard=words["attention_mask"] * ~silent[:, None],
    )


def _piece(seed: int, frames: int, from_start: float) -> tuple[Codes, Codes, str, int]:
    """Codes of a song's excerpt, the same as they are taught, its prompt, and its first position."""
    chance = random.Random(f"lesson {seed}")
    start = 0 if chance.random() < from_start else chance.randrange(1, 2 * WINDOW_FRAMES)
    song = compose(seed, (start + frames) / STEP_RATE)
    codes = score(song)[:, start : start + frames]
    learned = codes.copy()
    offset = 0
    if start:
        if chance.random() < _AS_HEARD / (1 - from_start):
            learned[CONDUCTOR, : chance.randrange(25, frames // 2)] = UNHEARD
        # excerpts shorter than a window learn the later positions too
        offset = chance.randrange(0, max(1, WINDOW_FRAMES - frames + 1))
    return codes, learned, prompt(song.plan, chance), offset
