"""Lessons: batches of scores and prompts, made as they are needed and never twice."""

from __future__ import annotations

import enum
import random
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from audio.units import STEP_RATE
from training.songs.clock import (
    BAR_SIXTEENTHS,
    MAX_BPM,
    MAX_SIXTEENTH_FRAMES,
    MIN_BPM,
    UNKNOWN,
    Codes,
    sixteenth_starts,
)
from training.songs.codes import BOOKS, CONDUCTOR, OUTLINE, VOCABULARY
from training.songs.composer import Constraints, Plan, compose, compose_plan, draw_plan
from training.songs.outline import FIELDS
from training.songs.score import score
from training.text.prompts import Change, tempo_names, write_prompt

PAD: Final = VOCABULARY
"""What stands where a book has no code: before its delay and after its end."""
FIRST_TRAINING_SEED: Final = 1_000_000
"""Songs of smaller seeds are for listening and are never taught."""
WINDOW_FRAMES: Final = 30 * STEP_RATE
MAX_DELAY: Final = len(BOOKS) - 1
"""Steps by which the last book is late."""
_SONG_START_PROBABILITY: Final = 0.6
_CHANGE_PROBABILITY: Final = 0.35
"""How often the prompt asks for something else than what has been written, which changes at the next bar. As
often from a song's start as from elsewhere: when it never was, songs that had begun as songs begin went on as
they were whatever the prompt said.
"""
_CHANGED_FRAMES: Final = 16
"""Of a lesson of turns: what is written by the new prompt. All books say what they begin with in it."""
_UNPROMPTED_PROBABILITY: Final = 0.2
_FREE_DRUMS_PROBABILITY: Final = 0.3
"""How often it does not depend on the style whether a song has drums, so that it is learned from the prompt
where few songs have them, and where nearly all do.
"""
_CHANGES: Final[tuple[Change | None, ...]] = (
    *(None, "drums", "tempo", "tempo"),
    *(None, "drums", "tempo", "tempo"),
    *("key", "energy", "lead"),
)
"""What alone is different in another plan, as often as it is asked for; None is all of it. Tempos are the
hardest: a word for them means forty, and the one that has been written is the likeliest of all.
"""
_MAX_PROMPT_LEAD_FRAMES: Final = 25
"""By at most how many frames the prompt of a lesson comes before the bar at which it is followed."""
_MAX_BAR_FRAMES: Final = BAR_SIXTEENTHS * MAX_SIXTEENTH_FRAMES
_FREE_TEMPO_PROBABILITY: Final = 0.3
"""How often the tempo does not depend on the style, so that a slow one is learned where all are fast."""
_MIN_CONTEXT_FRAMES: Final = 100
"""Frames of sound that are known, at least, where the silent books are not: a beat must be found in them."""


class BatchKind(enum.Enum):
    """What a lesson teaches."""

    START = "beginning"
    """How songs begin, where nothing but the prompt tells what to write."""
    EXCERPT = "anywhere"
    """How songs begin and go on, and now and then that the prompt changes on the way."""
    PROMPT_CHANGE = "turn"
    """That alone: what is written tells of one song, the prompt of another, and a bar begins. In longer
    lessons it is a few tokens among thousands that can be read from what was written before."""
    CONTINUATION = "heard"
    """How to go on from sound: the silent books are not known up to somewhere."""


@dataclass(frozen=True)
class TrainingBatch:
    """A batch of `rows` pieces."""

    tokens: Tensor
    """Delayed codes, shaped (rows, books, steps)."""
    novel: Tensor
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
    prompt_mask: Tensor
    """Where a prompt token is, zero in rows without prompt, as `prompts`."""

    def without_prompt(self) -> TrainingBatch:
        """The same without any prompt."""
        return replace(self, prompt_mask=torch.zeros_like(self.prompt_mask))


def apply_delay(codes: Tensor, steps: int) -> Tensor:
    """Codes, (pieces, books, frames), as tokens, (pieces, books, steps): each book is as many steps late as
    its number, and PAD where it says nothing.
    """
    pieces, books, frames = codes.shape
    tokens = torch.full((pieces, books, steps), PAD)
    for book in range(books):
        tokens[:, book, book : book + frames] = codes[:, book]
    return tokens


@dataclass
class _Excerpt:
    """What is taught of one song."""

    codes: Codes
    """Shaped (books, frames); the silent books are `UNKNOWN` where only the sound is known."""
    bars: Codes
    """Frames at which bars begin that the outline knows of."""
    sixteenths: Codes
    """Frames at which sixteenths begin."""
    plan: Plan
    """What the prompt asks for."""
    position: int = 0
    """Of the first frame, in the window."""
    targets_from: int = 0
    """The first frame that the prompt speaks of, or nearly."""
    change: Change | None = None
    """What alone is different from there on."""


def make_batch(
    seeds: range, frames: int, tokenizer: PreTrainedTokenizerFast, kind: BatchKind = BatchKind.EXCERPT
) -> TrainingBatch:
    """Songs of `seeds`, `frames` frames of each; of what is only gone on from, nothing is learned."""
    rngs = [random.Random(f"lesson {seed}") for seed in seeds]
    excerpts = [_excerpt(seed, frames, kind, rng) for seed, rng in zip(seeds, rngs, strict=True)]
    steps = frames + MAX_DELAY
    tokens = np.full((len(seeds), len(BOOKS), steps), PAD, dtype=np.int64)
    novel, known = np.zeros((2, *tokens.shape), dtype=bool)
    for row, excerpt in enumerate(excerpts):
        outline_frames = (excerpt.bars[:, None] + np.arange(len(FIELDS))).reshape(-1)
        resumed = np.flatnonzero(np.diff(excerpt.codes[CONDUCTOR] != UNKNOWN)) + 1
        novel_frames = {
            OUTLINE: outline_frames[outline_frames < frames],
            CONDUCTOR: np.append(excerpt.sixteenths, resumed),
        }
        for book, codes in enumerate(excerpt.codes):
            tokens[row, book, book : book + frames] = codes
            novel[row, book, book + novel_frames.get(book, excerpt.sixteenths)] = True
            known[row, book, book + excerpt.targets_from : book + frames] = True
    texts = [
        write_prompt(excerpt.plan, rng, excerpt.change) for excerpt, rng in zip(excerpts, rngs, strict=True)
    ]
    encoded = tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
    unprompted = torch.tensor(
        [
            not excerpt.targets_from and rng.random() < _UNPROMPTED_PROBABILITY
            for excerpt, rng in zip(excerpts, rngs, strict=True)
        ]
    )
    return TrainingBatch(
        tokens=torch.from_numpy(tokens),
        novel=torch.from_numpy(novel),
        known=torch.from_numpy(known),
        positions=torch.tensor([excerpt.position for excerpt in excerpts])[:, None] + torch.arange(steps),
        prompts=encoded["input_ids"],
        prompt_mask=encoded["attention_mask"] * ~unprompted[:, None],
    )


def _excerpt(seed: int, frames: int, kind: BatchKind, rng: random.Random) -> _Excerpt:
    """`frames` frames of the song of a seed, from somewhere or from its start."""
    at_start = kind is BatchKind.START or rng.random() < _SONG_START_PROBABILITY
    if kind is BatchKind.PROMPT_CHANGE and frames < _MAX_BAR_FRAMES + _CHANGED_FRAMES:
        at_start = False  # no second bar begins in it
    start = 0 if at_start else rng.randrange(1, 2 * WINDOW_FRAMES)
    constraints = Constraints(
        drums=rng.random() < 0.5 if rng.random() < _FREE_DRUMS_PROBABILITY else None,
        bpm=_draw_bpm(rng) if rng.random() < _FREE_TEMPO_PROBABILITY else None,
    )
    extra_frames = _MAX_BAR_FRAMES if kind is BatchKind.PROMPT_CHANGE else 0
    song = compose(seed, (start + frames + extra_frames) / STEP_RATE, constraints)
    codes = score(song)
    change_frame = frames - _CHANGED_FRAMES
    if kind is BatchKind.PROMPT_CHANGE and start:
        bars = sixteenth_starts(codes[CONDUCTOR], BAR_SIXTEENTHS)
        start = int(bars[bars >= start + change_frame][0]) - change_frame
    codes = codes[:, start : start + frames]
    bars = sixteenth_starts(codes[CONDUCTOR], BAR_SIXTEENTHS)
    excerpt = _Excerpt(codes, bars, sixteenth_starts(codes[CONDUCTOR]), song.plan)
    if kind is BatchKind.CONTINUATION:
        _hide_codes_before(excerpt, rng.randrange(_MIN_CONTEXT_FRAMES, frames - 2 * MAX_SIXTEENTH_FRAMES))
        return excerpt
    if start:
        # excerpts shorter than a window learn the later positions too
        excerpt.position = rng.randrange(0, max(1, WINDOW_FRAMES - frames + 1))
    if kind is BatchKind.PROMPT_CHANGE:
        _change_plan_at(excerpt, int(bars[bars <= change_frame][-1]), rng)
    elif kind is BatchKind.EXCERPT and rng.random() < _CHANGE_PROBABILITY:
        candidates = bars[(bars > _MAX_PROMPT_LEAD_FRAMES) & (bars < 3 * frames // 4)]
        if len(candidates):
            _change_plan_at(excerpt, int(rng.choice(candidates)), rng)
            excerpt.targets_from -= rng.randrange(0, _MAX_PROMPT_LEAD_FRAMES)
    return excerpt


def _hide_codes_before(excerpt: _Excerpt, until: int) -> None:
    """Leave only the sound of what was before `until`. From there on the conductor counts, and the outline
    is silent until a bar begins.
    """
    excerpt.bars = excerpt.bars[excerpt.bars >= until]
    frames = excerpt.codes.shape[1]
    excerpt.codes[CONDUCTOR, :until] = UNKNOWN
    excerpt.codes[OUTLINE, : excerpt.bars[0] if len(excerpt.bars) else frames] = UNKNOWN
    excerpt.targets_from = until


def _change_plan_at(excerpt: _Excerpt, change_frame: int, rng: random.Random) -> None:
    """Let another song take over at the bar that begins at frame `change_frame`, and the prompt ask for that
    one.
    """
    frames = excerpt.codes.shape[1]
    excerpt.plan, excerpt.change = _draw_changed_plan(excerpt.plan, rng)
    # from where everybody plays, after an introduction of four bars at most
    bar = excerpt.plan.meter.bar_frames
    song = compose_plan(excerpt.plan, (frames + 8 * bar) / STEP_RATE, rng)
    excerpt.codes = excerpt.codes.copy()
    excerpt.codes[:, change_frame:] = score(song)[:, 8 * bar : 8 * bar + frames - change_frame]
    excerpt.bars = sixteenth_starts(excerpt.codes[CONDUCTOR], BAR_SIXTEENTHS)
    excerpt.sixteenths = sixteenth_starts(excerpt.codes[CONDUCTOR])
    excerpt.targets_from = change_frame


def _draw_changed_plan(plan: Plan, rng: random.Random) -> tuple[Plan, Change | None]:
    """Another plan: one that has nothing to do with this, or this with one thing changed, and which."""
    other = draw_plan(rng, Constraints())
    change = rng.choice(_CHANGES)
    changes: dict[Change, Plan] = {
        "drums": replace(plan, drums=not plan.drums),
        "tempo": replace(plan, meter=replace(plan.meter, bpm=_draw_other_bpm(plan.meter.bpm, rng))),
        "key": replace(plan, key=other.key),
        "energy": replace(plan, energy=other.energy),
        "lead": replace(plan, lead=other.lead, chords=plan.chords or other.chords),
    }
    return (changes[change], change) if change else (other, None)


def _draw_bpm(rng: random.Random) -> float:
    return float(rng.randint(MIN_BPM, MAX_BPM))


def _draw_other_bpm(bpm: float, rng: random.Random) -> float:
    """One that goes by another name: what is asked for by the name of what plays changes nothing."""
    while True:
        other = _draw_bpm(rng)
        if not set(tempo_names(other)) & set(tempo_names(bpm)):
            return other
