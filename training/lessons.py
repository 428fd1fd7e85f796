"""Lessons: batches of scores and prompts, made as they are needed and never twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from audio.units import STEP_RATE
from training.clock import BAR_STEPS, LONGEST_STEP, UNHEARD, Codes, beginnings
from training.composer import Plan, Wishes, carried_out, compose, planned
from training.outline import FIELDS
from training.prompts import prompt
from training.score import score
from training.sounds import BOOKS, CONDUCTOR, OUTLINE, VOCABULARY

PAD: Final = VOCABULARY
"""What stands where a book has no code: before its delay and after its end."""
FIRST_LESSON: Final = 1_000_000
"""Songs of smaller seeds are for listening and are never taught."""
WINDOW_FRAMES: Final = 30 * STEP_RATE
LATEST: Final = len(BOOKS) - 1
"""Steps by which the last book is late."""
FROM_START: Final = 0.6
_STEERED: Final = 0.25
"""How often, in a lesson that is not from a song's start, the prompt asks for something else than what has
been written, which changes at the next bar.
"""
_UNPROMPTED: Final = 0.2
_DRUMS_WISHED: Final = 0.3
"""How often it does not depend on the style whether a song has drums, so that it is learned from the prompt
where few songs have them, and where nearly all do.
"""
_HEARD_FRAMES: Final = 100
"""Frames of sound that are known, at least, where the silent books are not: a beat must be found in them."""


@dataclass(frozen=True)
class Lesson:
    """A batch of `rows` pieces."""

    tokens: Tensor
    """Delayed codes, shaped (rows, books, steps)."""
    telling: Tensor
    """Where something new can happen: at the beginnings of sixteenths, for the outline at a bar's first
    statement.

    Bool, as `tokens`. Where only sound came before, the conductor's first code is new too.
    """
    known: Tensor
    """Where there is a code to be learned; bool, as `tokens`."""
    positions: Tensor
    """Position of each step, shaped (rows, steps)."""
    prompts: Tensor
    """Prompt tokens, padded, shaped (rows, tokens)."""
    heard: Tensor
    """Where a prompt token is, zero in rows without prompt, as `prompts`."""


@dataclass
class _Excerpt:
    """What is taught of one song."""

    codes: Codes
    """Shaped (books, frames); the silent books are `UNHEARD` where only the sound is known."""
    bars: Codes
    """Frames at which bars begin that the outline knows of."""
    sixteenths: Codes
    """Frames at which sixteenths begin."""
    plan: Plan
    """What the prompt asks for."""
    position: int = 0
    """Of the first frame, in the window."""
    taught_from: int = 0
    """The first frame that the prompt speaks of, or nearly."""


def lesson(
    seeds: range,
    frames: int,
    tokenizer: PreTrainedTokenizerFast,
    from_start: float = FROM_START,
    as_heard: bool = False,
) -> Lesson:
    """Songs of `seeds`, `frames` frames of each, a share `from_start` of them from their beginning.

    `as_heard` teaches to go on from sound: the silent books are not known up to somewhere, and what is
    learned is what comes after.
    """
    chances = [random.Random(f"lesson {seed}") for seed in seeds]
    excerpts = [
        _excerpt(seed, frames, from_start, as_heard, chance)
        for seed, chance in zip(seeds, chances, strict=True)
    ]
    steps = frames + LATEST
    tokens = np.full((len(seeds), len(BOOKS), steps), PAD, dtype=np.int64)
    telling, known = np.zeros((2, *tokens.shape), dtype=bool)
    for row, excerpt in enumerate(excerpts):
        stated = (excerpt.bars[:, None] + np.arange(len(FIELDS))).reshape(-1)
        resumed = np.flatnonzero(np.diff(excerpt.codes[CONDUCTOR] != UNHEARD)) + 1
        news = {OUTLINE: stated[stated < frames], CONDUCTOR: np.append(excerpt.sixteenths, resumed)}
        for book, codes in enumerate(excerpt.codes):
            tokens[row, book, book : book + frames] = codes
            telling[row, book, book + news.get(book, excerpt.sixteenths)] = True
            known[row, book, book + excerpt.taught_from : book + frames] = True
    texts = [prompt(excerpt.plan, chance) for excerpt, chance in zip(excerpts, chances, strict=True)]
    words = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    silent = torch.tensor(
        [
            not excerpt.taught_from and chance.random() < _UNPROMPTED
            for excerpt, chance in zip(excerpts, chances, strict=True)
        ]
    )
    return Lesson(
        tokens=torch.from_numpy(tokens),
        telling=torch.from_numpy(telling),
        known=torch.from_numpy(known),
        positions=torch.tensor([excerpt.position for excerpt in excerpts])[:, None] + torch.arange(steps),
        prompts=words["input_ids"],
        heard=words["attention_mask"] * ~silent[:, None],
    )


def _excerpt(seed: int, frames: int, from_start: float, as_heard: bool, chance: random.Random) -> _Excerpt:
    """`frames` frames of the song of a seed, from somewhere or from its start."""
    start = 0 if chance.random() < from_start else chance.randrange(1, 2 * WINDOW_FRAMES)
    wishes = Wishes(drums=chance.random() < 0.5 if chance.random() < _DRUMS_WISHED else None)
    song = compose(seed, (start + frames) / STEP_RATE, wishes)
    codes = score(song)[:, start : start + frames]
    bars = beginnings(codes[CONDUCTOR], BAR_STEPS)
    excerpt = _Excerpt(codes, bars, beginnings(codes[CONDUCTOR]), song.plan)
    if as_heard:
        _forget(excerpt, chance.randrange(_HEARD_FRAMES, frames - 2 * LONGEST_STEP))
    elif start:
        # excerpts shorter than a window learn the later positions too
        excerpt.position = chance.randrange(0, max(1, WINDOW_FRAMES - frames + 1))
        if chance.random() < _STEERED:
            _steer(excerpt, chance)
    return excerpt


def _forget(excerpt: _Excerpt, until: int) -> None:
    """Leave only the sound of what was before `until`. From there on the conductor counts, and the outline
    is silent until a bar begins.
    """
    excerpt.bars = excerpt.bars[excerpt.bars >= until]
    frames = excerpt.codes.shape[1]
    excerpt.codes[CONDUCTOR, :until] = UNHEARD
    excerpt.codes[OUTLINE, : excerpt.bars[0] if len(excerpt.bars) else frames] = UNHEARD
    excerpt.taught_from = until


def _steer(excerpt: _Excerpt, chance: random.Random) -> None:
    """Let another song take over at a bar of the excerpt, and the prompt ask for that one."""
    frames = excerpt.codes.shape[1]
    places = excerpt.bars[(excerpt.bars > 25) & (excerpt.bars < 3 * frames // 4)]
    if not len(places):
        return
    turn = int(chance.choice(places))
    plan = _changed(excerpt.plan, chance)
    # from where everybody plays, after an introduction of four bars at most
    bar = plan.meter.bar_frames
    song = carried_out(plan, (frames + 8 * bar) / STEP_RATE, chance)
    codes = score(song)[:, 8 * bar : 8 * bar + frames - turn]
    excerpt.codes[:, turn:] = codes
    excerpt.bars = beginnings(excerpt.codes[CONDUCTOR], BAR_STEPS)
    excerpt.sixteenths = beginnings(excerpt.codes[CONDUCTOR])
    excerpt.taught_from = turn - chance.randrange(0, 25)
    excerpt.plan = plan


def _changed(plan: Plan, chance: random.Random) -> Plan:
    """Another plan: one that has nothing to do with this, or this with one thing changed."""
    other = planned(chance, Wishes())
    return chance.choice(
        (
            other,
            replace(plan, drums=not plan.drums),
            replace(plan, meter=replace(plan.meter, bpm=other.meter.bpm)),
            replace(plan, key=other.key),
            replace(plan, energy=other.energy),
            replace(plan, lead=other.lead, chords=plan.chords or other.chords),
        )
    )
