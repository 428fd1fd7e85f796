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
from training.songs.clock import BAR_STEPS, FASTEST, MAX_STEP, SLOWEST, UNHEARD, Codes, beginnings
from training.songs.codes import BOOKS, CONDUCTOR, OUTLINE, VOCABULARY
from training.songs.composer import Plan, Wishes, carried_out, compose, planned
from training.songs.outline import FIELDS
from training.songs.score import score
from training.text.prompts import Change, prompt, tempo_names

PAD: Final = VOCABULARY
"""What stands where a book has no code: before its delay and after its end."""
FIRST_LESSON: Final = 1_000_000
"""Songs of smaller seeds are for listening and are never taught."""
WINDOW_FRAMES: Final = 30 * STEP_RATE
LATEST: Final = len(BOOKS) - 1
"""Steps by which the last book is late."""
_FROM_START: Final = 0.6
_STEERED: Final = 0.35
"""How often the prompt asks for something else than what has been written, which changes at the next bar. As
often from a song's start as from elsewhere: when it never was, songs that had begun as songs begin went on as
they were whatever the prompt said.
"""
_TURNED_FRAMES: Final = 16
"""Of a lesson of turns: what is written by the new prompt. All books say what they begin with in it."""
_UNPROMPTED: Final = 0.2
_DRUMS_WISHED: Final = 0.3
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
_ASKED_BEFORE: Final = 25
"""By at most how many frames the prompt of a lesson comes before the bar at which it is followed."""
_MAX_BAR: Final = BAR_STEPS * MAX_STEP
_TEMPO_WISHED: Final = 0.3
"""How often the tempo does not depend on the style, so that a slow one is learned where all are fast."""
_HEARD_FRAMES: Final = 100
"""Frames of sound that are known, at least, where the silent books are not: a beat must be found in them."""


class Kind(enum.Enum):
    """What a lesson teaches."""

    BEGINNING = "beginning"
    """How songs begin, where nothing but the prompt tells what to write."""
    ANYWHERE = "anywhere"
    """How songs begin and go on, and now and then that the prompt changes on the way."""
    TURN = "turn"
    """That alone: what is written tells of one song, the prompt of another, and a bar begins. In longer
    lessons it is a few tokens among thousands that can be read from what was written before."""
    HEARD = "heard"
    """How to go on from sound: the silent books are not known up to somewhere."""


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

    def unprompted(self) -> Lesson:
        """The same without any prompt."""
        return replace(self, heard=torch.zeros_like(self.heard))


def delayed(codes: Tensor, steps: int) -> Tensor:
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
    change: Change | None = None
    """What alone is different from there on."""


def lesson(
    seeds: range, frames: int, tokenizer: PreTrainedTokenizerFast, kind: Kind = Kind.ANYWHERE
) -> Lesson:
    """Songs of `seeds`, `frames` frames of each; of what is only gone on from, nothing is learned."""
    chances = [random.Random(f"lesson {seed}") for seed in seeds]
    excerpts = [_excerpt(seed, frames, kind, chance) for seed, chance in zip(seeds, chances, strict=True)]
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
    texts = [
        prompt(excerpt.plan, chance, excerpt.change)
        for excerpt, chance in zip(excerpts, chances, strict=True)
    ]
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


def _excerpt(seed: int, frames: int, kind: Kind, chance: random.Random) -> _Excerpt:
    """`frames` frames of the song of a seed, from somewhere or from its start."""
    at_start = kind is Kind.BEGINNING or chance.random() < _FROM_START
    if kind is Kind.TURN and frames < _MAX_BAR + _TURNED_FRAMES:
        at_start = False  # no second bar begins in it
    start = 0 if at_start else chance.randrange(1, 2 * WINDOW_FRAMES)
    wishes = Wishes(
        drums=chance.random() < 0.5 if chance.random() < _DRUMS_WISHED else None,
        bpm=_any_tempo(chance) if chance.random() < _TEMPO_WISHED else None,
    )
    to_a_bar = _MAX_BAR if kind is Kind.TURN else 0
    song = compose(seed, (start + frames + to_a_bar) / STEP_RATE, wishes)
    codes = score(song)
    turn = frames - _TURNED_FRAMES
    if kind is Kind.TURN and start:
        bars = beginnings(codes[CONDUCTOR], BAR_STEPS)
        start = int(bars[bars >= start + turn][0]) - turn
    codes = codes[:, start : start + frames]
    bars = beginnings(codes[CONDUCTOR], BAR_STEPS)
    excerpt = _Excerpt(codes, bars, beginnings(codes[CONDUCTOR]), song.plan)
    if kind is Kind.HEARD:
        _forget(excerpt, chance.randrange(_HEARD_FRAMES, frames - 2 * MAX_STEP))
        return excerpt
    if start:
        # excerpts shorter than a window learn the later positions too
        excerpt.position = chance.randrange(0, max(1, WINDOW_FRAMES - frames + 1))
    if kind is Kind.TURN:
        _steer(excerpt, int(bars[bars <= turn][-1]), chance)
    elif kind is Kind.ANYWHERE and chance.random() < _STEERED:
        places = bars[(bars > _ASKED_BEFORE) & (bars < 3 * frames // 4)]
        if len(places):
            _steer(excerpt, int(chance.choice(places)), chance)
            excerpt.taught_from -= chance.randrange(0, _ASKED_BEFORE)
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


def _steer(excerpt: _Excerpt, turn: int, chance: random.Random) -> None:
    """Let another song take over at the bar that begins at frame `turn`, and the prompt ask for that one."""
    frames = excerpt.codes.shape[1]
    excerpt.plan, excerpt.change = _changed(excerpt.plan, chance)
    # from where everybody plays, after an introduction of four bars at most
    bar = excerpt.plan.meter.bar_frames
    song = carried_out(excerpt.plan, (frames + 8 * bar) / STEP_RATE, chance)
    excerpt.codes = excerpt.codes.copy()
    excerpt.codes[:, turn:] = score(song)[:, 8 * bar : 8 * bar + frames - turn]
    excerpt.bars = beginnings(excerpt.codes[CONDUCTOR], BAR_STEPS)
    excerpt.sixteenths = beginnings(excerpt.codes[CONDUCTOR])
    excerpt.taught_from = turn


def _changed(plan: Plan, chance: random.Random) -> tuple[Plan, Change | None]:
    """Another plan: one that has nothing to do with this, or this with one thing changed, and which."""
    other = planned(chance, Wishes())
    change = chance.choice(_CHANGES)
    changes: dict[Change, Plan] = {
        "drums": replace(plan, drums=not plan.drums),
        "tempo": replace(plan, meter=replace(plan.meter, bpm=_other_tempo(plan.meter.bpm, chance))),
        "key": replace(plan, key=other.key),
        "energy": replace(plan, energy=other.energy),
        "lead": replace(plan, lead=other.lead, chords=plan.chords or other.chords),
    }
    return (changes[change], change) if change else (other, None)


def _any_tempo(chance: random.Random) -> float:
    return float(chance.randint(SLOWEST, FASTEST))


def _other_tempo(bpm: float, chance: random.Random) -> float:
    """One that goes by another name: what is asked for by the name of what plays changes nothing."""
    while True:
        other = _any_tempo(chance)
        if not set(tempo_names(other)) & set(tempo_names(bpm)):
            return other
