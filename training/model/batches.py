"""Training batches: scores and prompts, generated on demand and never repeated."""

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
"""Token of a book before its delayed start and after its end."""
FIRST_TRAINING_SEED: Final = 1_000_000
"""Smallest seed of a training song; smaller seeds are held out for evaluation."""
WINDOW_FRAMES: Final = 30 * STEP_RATE
"""Training context of the model [frames]."""
MAX_DELAY: Final = len(BOOKS) - 1
"""Delay of the last book [steps]."""
_SONG_START_PROBABILITY: Final = 0.6
"""Probability that an excerpt starts with its song."""
_CHANGE_PROBABILITY: Final = 0.35
"""Probability that the prompt of an excerpt differs from the music so far, which changes at a later bar.

Excerpts from a song's start are included: without them, the model ignored a changed prompt in pieces that it
had started itself.
"""
_CHANGED_FRAMES: Final = 16
"""Frames that follow the new prompt in a `PROMPT_CHANGE` batch, enough for the first notes of all books."""
_UNPROMPTED_PROBABILITY: Final = 0.2
"""Probability of training without a prompt, for classifier-free guidance."""
_FREE_DRUMS_PROBABILITY: Final = 0.3
"""Probability that drums are drawn independently of the style: the model then learns them from the prompt,
also in styles that rarely or nearly always have drums.
"""
_CHANGES: Final[tuple[Change | None, ...]] = (
    *(None, "drums", "tempo", "tempo"),
    *(None, "drums", "tempo", "tempo"),
    *("key", "energy", "lead"),
)
"""Properties that change with a prompt, drawn uniformly; None replaces the whole plan.

Tempo is listed more often as it is the hardest: a word for it covers some forty tempos, and the current tempo
is the likeliest of all.
"""
_MAX_PROMPT_LEAD_FRAMES: Final = 25
"""Longest time between a changed prompt and the bar that follows it [frames]."""
_MAX_BAR_FRAMES: Final = BAR_SIXTEENTHS * MAX_SIXTEENTH_FRAMES
"""Longest bar [frames]."""
_FREE_TEMPO_PROBABILITY: Final = 0.3
"""Probability that the tempo is drawn independently of the style, so that any style is learned at any tempo.
"""
_MIN_CONTEXT_FRAMES: Final = 100
"""Shortest context without outline and conductor [frames]; the model must find the beat in it."""


class BatchKind(enum.Enum):
    """Content of a batch."""

    START = "start"
    """Starts of songs, where the prompt is the only information."""
    EXCERPT = "excerpt"
    """Excerpts from anywhere in a song, some with a changed prompt."""
    PROMPT_CHANGE = "prompt change"
    """Short excerpts that end shortly after a bar at which the prompt changes.

    In longer excerpts the change is a few tokens among thousands that are predictable from the context.
    """
    CONTINUATION = "continuation"
    """Continuations of sound: outline and conductor are unknown in the context."""


@dataclass(frozen=True)
class TrainingBatch:
    """Inputs and targets of one training step."""

    tokens: Tensor
    """Delayed codes, shaped (rows, books, steps)."""
    novel: Tensor
    """True where a decision is made; bool, shaped as `tokens`.

    These are the starts of sixteenths, for the outline its first cycle in a bar, and the conductor's first
    code after a context of sound alone.
    """
    target_mask: Tensor
    """True where a token contributes to the loss; bool, shaped as `tokens`."""
    positions: Tensor
    """Position of each step in the window, shaped (rows, steps)."""
    prompts: Tensor
    """Prompt tokens, padded, shaped (rows, tokens)."""
    prompt_mask: Tensor
    """1 at prompt tokens, 0 at padding and in rows without prompt; shaped as `prompts`."""

    def without_prompt(self) -> TrainingBatch:
        """Return the same batch with all prompts masked."""
        return replace(self, prompt_mask=torch.zeros_like(self.prompt_mask))


def apply_delay(codes: Tensor, steps: int) -> Tensor:
    """Return codes shaped (pieces, books, frames) as tokens shaped (pieces, books, steps).

    Book k is delayed by k steps; the rest is `PAD`.
    """
    pieces, books, frames = codes.shape
    tokens = torch.full((pieces, books, steps), PAD)
    for book in range(books):
        tokens[:, book, book : book + frames] = codes[:, book]
    return tokens


@dataclass
class _Excerpt:
    """Training material from one song."""

    codes: Codes
    """Shaped (books, frames); outline and conductor are `UNKNOWN` where only the sound is known."""
    bars: Codes
    """First frames of the bars with an outline."""
    sixteenths: Codes
    """First frames of the sixteenths."""
    plan: Plan
    """Plan that the prompt describes."""
    position: int = 0
    """Position of the first frame in the window."""
    targets_from: int = 0
    """First frame that contributes to the loss."""
    change: Change | None = None
    """Property of the plan that changes within the excerpt, if any."""


def make_batch(
    seeds: range, frames: int, tokenizer: PreTrainedTokenizerFast, kind: BatchKind = BatchKind.EXCERPT
) -> TrainingBatch:
    """Generate a batch with `frames` frames of a song per seed."""
    # this string is part of the seed: another one changes every batch
    rngs = [random.Random(f"lesson {seed}") for seed in seeds]
    excerpts = [_excerpt(seed, frames, kind, rng) for seed, rng in zip(seeds, rngs, strict=True)]
    steps = frames + MAX_DELAY
    tokens = np.full((len(seeds), len(BOOKS), steps), PAD, dtype=np.int64)
    novel, target_mask = np.zeros((2, *tokens.shape), dtype=bool)
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
            target_mask[row, book, book + excerpt.targets_from : book + frames] = True
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
        target_mask=torch.from_numpy(target_mask),
        positions=torch.tensor([excerpt.position for excerpt in excerpts])[:, None] + torch.arange(steps),
        prompts=encoded["input_ids"],
        prompt_mask=encoded["attention_mask"] * ~unprompted[:, None],
    )


def _excerpt(seed: int, frames: int, kind: BatchKind, rng: random.Random) -> _Excerpt:
    """Draw an excerpt of `frames` frames from the song of a seed."""
    at_start = kind is BatchKind.START or rng.random() < _SONG_START_PROBABILITY
    if kind is BatchKind.PROMPT_CHANGE and frames < _MAX_BAR_FRAMES + _CHANGED_FRAMES:
        at_start = False  # too short for a second bar
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
        # let excerpts shorter than a window train the later positions too
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
    """Hide outline and conductor before frame `until`; the outline resumes with the next bar."""
    excerpt.bars = excerpt.bars[excerpt.bars >= until]
    frames = excerpt.codes.shape[1]
    excerpt.codes[CONDUCTOR, :until] = UNKNOWN
    excerpt.codes[OUTLINE, : excerpt.bars[0] if len(excerpt.bars) else frames] = UNKNOWN
    excerpt.targets_from = until


def _change_plan_at(excerpt: _Excerpt, change_frame: int, rng: random.Random) -> None:
    """Continue from the bar at `change_frame` with a song of a changed plan, which the prompt describes."""
    frames = excerpt.codes.shape[1]
    excerpt.plan, excerpt.change = _draw_changed_plan(excerpt.plan, rng)
    # skip the introduction of the new song, which has at most four bars
    bar = excerpt.plan.meter.bar_frames
    song = compose_plan(excerpt.plan, (frames + 8 * bar) / STEP_RATE, rng)
    excerpt.codes = excerpt.codes.copy()
    excerpt.codes[:, change_frame:] = score(song)[:, 8 * bar : 8 * bar + frames - change_frame]
    excerpt.bars = sixteenth_starts(excerpt.codes[CONDUCTOR], BAR_SIXTEENTHS)
    excerpt.sixteenths = sixteenth_starts(excerpt.codes[CONDUCTOR])
    excerpt.targets_from = change_frame


def _draw_changed_plan(plan: Plan, rng: random.Random) -> tuple[Plan, Change | None]:
    """Draw another plan, unrelated or with one property changed, and return that property or None."""
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
    """Draw a tempo uniformly."""
    return float(rng.randint(MIN_BPM, MAX_BPM))


def _draw_other_bpm(bpm: float, rng: random.Random) -> float:
    """Draw a tempo with another name, so that its name implies a change."""
    while True:
        other = _draw_bpm(rng)
        if not set(tempo_names(other)) & set(tempo_names(bpm)):
            return other
