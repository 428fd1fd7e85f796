"""Training the language model on lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from training.model.batches import FIRST_LESSON, WINDOW_FRAMES, Kind, lesson
from training.model.language import Writer
from training.model.timebox import Timebox, kept
from training.model.train_text_encoder import teach
from training.songs.codes import BOOKS, CONDUCTOR, OUTLINE
from training.songs.outline import FIELDS
from training.text.tokenizer import kept_tokenizer, tempos, tonics

STATE: Final = "writer.pt"
"""Where a folder of training keeps the language model."""
RATE: Final = 2e-3
"""AdamW's learning rate. Muon at 0.02 made attention collapse."""
Shapes = tuple[tuple[int, int], ...]
"""Rows and frames of lessons that take turns."""
_LESSONS: Final[tuple[tuple[float, Shapes], ...]] = (
    (0.0, ((16, 144),)),
    (0.2, ((6, 384),)),
    (0.5, ((6, 384), (2, WINDOW_FRAMES))),
)
"""From which share of the time on which lessons: short ones first, then whole windows as well, without which
introductions did not end.
"""
_FURTHER: Final = 0.5
"""At which of these shares a model goes on that was trained to its end before."""
_FURTHER_RATE: Final = 0.15
"""Its learning rate beside that of one from nothing. At 0.5 twenty minutes made what ships worse before they
made it better: the bass's notes 0.25 nats a token instead of 0.21."""
_OUTLINES: Final = (160, len(FIELDS))
_BEGINNINGS: Final = (36, 64)
"""Of a lesson of eleven each: the outlines of pieces, and their first second, where nothing but the prompt
tells what to write. From longer lessons alone the model did not learn in 2,000 steps to listen to the prompt:
it could read all from what was written before.
"""
_AS_HEARD: Final = ((16, 256), (6, 640))
"""Of a lesson of eleven: going on from sound, where the beat must be found."""
_TURNS: Final = ((64, 48), (12, 224))
"""Of three lessons of eleven: that the prompt changes. By longer lessons alone the outline was read from the
bar before, whatever the prompt said: "with drums" brought none.
"""
TAUGHT_GUIDANCE: Final = 3.0
"""What MusicGen's published checkpoints recommend, and many who use étude elsewhere will leave as it is."""
_GUIDED: Final = ((6, 256), (3, 512))
"""Of three lessons of eleven, by guided logits: what the prompt does not decide must not stumble when it is
exaggerated. Without, guidance 3 made of 90 % of tempos 80. With one of nine the outline said all tempos as
asked, and the conductor miscounted 6 of 120.
"""
_ROUND: Final[tuple[tuple[Kind, Shapes | None, float], ...]] = (
    (Kind.BEGINNING, (_OUTLINES,), 1.0),
    (Kind.BEGINNING, (_BEGINNINGS,), 1.0),
    (Kind.HEARD, _AS_HEARD, 1.0),
    (Kind.TURN, _TURNS[:1], 1.0),
    (Kind.ANYWHERE, _GUIDED, TAUGHT_GUIDANCE),
    (Kind.TURN, _TURNS[1:], 1.0),
    (Kind.ANYWHERE, None, 1.0),
    (Kind.ANYWHERE, _GUIDED, TAUGHT_GUIDANCE),
    (Kind.TURN, _TURNS[:1], 1.0),
    (Kind.ANYWHERE, None, 1.0),
    (Kind.ANYWHERE, _GUIDED, TAUGHT_GUIDANCE),
)
"""What lessons follow each other, their shapes, where None are those of `_LESSONS`, and their guidance."""
_BY_PROMPT: Final = (Kind.BEGINNING, Kind.TURN)
"""Lessons in which the prompt is all that tells what to write."""
_AVERAGED: Final = 0.997
"""The weights that are exported are a running mean over some 300 steps, which is as good as a lower rate."""
_REPORT_STEPS: Final = 50
_OUTLINE: Final = 3.0
"""What the outline weighs where the prompt is all that tells what to write."""
_CONDUCTOR: Final = 3.0
"""What the conductor weighs: a frame too many in every fourth sixteenth is a tempo that is wrong by 3 %."""


def train(minutes: float, folder: Path, seed: int) -> None:
    """Train the language model for `minutes` in all, going on from what lies in `folder`."""
    torch.manual_seed(seed)
    words = kept_tokenizer(folder, seed)
    writer = Writer(len(words))
    writer.count_on(tempos(words))
    writer.tell_tonics(tonics(words))
    mean = Writer(len(words))
    optimiser = _optimiser(writer)
    box = Timebox(minutes, folder / STATE)
    learned = 0.0
    if box.state:
        writer.load_state_dict(box.state["writer"])
        mean.load_state_dict(box.state["mean"])
        optimiser.load_state_dict(box.state["optimiser"])
        learned = box.state["learned"]
    else:
        teach(writer.text, words, seed)
        mean.load_state_dict(writer.state_dict())

    def state() -> dict[str, object]:
        return _state(writer, mean, optimiser, learned)

    halves = multiplies_halves()
    shown = torch.zeros(len(BOOKS), 2)
    for step in box.steps():
        kind, (rows, frames), guidance = _next_lesson(step, learned + (1 - learned) * box.share)
        first = FIRST_LESSON + 1000 * step
        taught = lesson(range(first, first + rows), frames, words, kind)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halves):
            losses = writer.losses(taught, guidance=guidance)
        weights = torch.ones(len(BOOKS), 2)  # where something new can happen, and elsewhere
        weights[CONDUCTOR] = _CONDUCTOR
        if guidance > 1:
            # what the prompt decides is to be exaggerated by guidance, and not taught to be as without;
            # what the outline repeats within a bar is decided already
            weights[OUTLINE, 0] = 0.0
        elif kind in _BY_PROMPT:
            weights[OUTLINE] = _OUTLINE
        loss = (losses * weights).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(writer.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = RATE * box.rate * (_FURTHER_RATE if learned else 1.0)
        optimiser.step()
        _average(mean, writer, min(_AVERAGED, step / (step + 10)))
        shown += losses.detach() / _REPORT_STEPS
        if (step + 1) % _REPORT_STEPS == 0:
            print(f"{box.spent / 60:.1f} min, step {step + 1}, nats a token: {_told(shown)}", flush=True)
            shown.zero_()
        if box.due:
            box.save(state())
    box.save(state())


def multiplies_halves() -> bool:
    """Whether this processor has instructions for bfloat16; without, a step takes ten times as long with it
    (EPYC with AVX2, measured).
    """
    known = torch.cpu.get_capabilities()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def _next_lesson(step: int, share: float) -> tuple[Kind, tuple[int, int], float]:
    """The kind of a step's lesson, its rows and frames, and its guidance; `share` is how much of all lessons
    is over.
    """
    turn, place = divmod(step, len(_ROUND))
    kind, shapes, guidance = _ROUND[place]
    if shapes is None:
        shapes, turn = next(shapes for since, shapes in reversed(_LESSONS) if share >= since), place
    return kind, shapes[turn % len(shapes)], guidance


def further(writer: Writer) -> dict[str, object]:
    """The state from which a language model that was trained before goes on."""
    return _state(writer, writer, _optimiser(writer), _FURTHER)


def _state(
    writer: Writer, mean: Writer, optimiser: torch.optim.Optimizer, learned: float
) -> dict[str, object]:
    """What is kept. `learned` is the share of the lessons that the model had behind it at the start."""
    return {
        "writer": writer.state_dict(),
        "mean": mean.state_dict(),
        "optimiser": optimiser.state_dict(),
        "learned": learned,
    }


def _optimiser(writer: Writer) -> torch.optim.Optimizer:
    decayed = [one for one in writer.parameters() if one.ndim == 2]
    others = [one for one in writer.parameters() if one.ndim != 2]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0.0}],
        lr=RATE,
        betas=(0.9, 0.95),
    )


def averaged(folder: Path, seed: int) -> Writer:
    """The language model as it is trained so far."""
    mean = Writer(len(kept_tokenizer(folder, seed)))
    mean.load_state_dict(kept(folder / STATE)["mean"])
    return mean


@torch.no_grad()
def _average(mean: Writer, writer: Writer, share: float) -> None:
    for slow, fresh in zip(mean.parameters(), writer.parameters(), strict=True):
        slow.lerp_(fresh, 1 - share)


def _told(losses: Tensor) -> str:
    return ", ".join(
        f"{name} {new:.3f}/{old:.4f}" for name, (new, old) in zip(BOOKS, losses.tolist(), strict=True)
    )
