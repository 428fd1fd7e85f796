"""Training the language model on lessons."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from training.model.batches import FIRST_TRAINING_SEED, WINDOW_FRAMES, BatchKind, make_batch
from training.model.language import LanguageModel
from training.model.timebox import Timebox, load_saved_state
from training.model.train_text_encoder import pretrain
from training.songs.codes import BOOKS, CONDUCTOR, OUTLINE
from training.songs.outline import FIELDS
from training.text.tokenizer import load_or_train_tokenizer, tempo_tokens, tonic_tokens

STATE_FILE: Final = "writer.pt"
"""Where a folder of training keeps the language model."""
LEARNING_RATE: Final = 2e-3
"""AdamW's learning rate. Muon at 0.02 made attention collapse."""
Shapes = tuple[tuple[int, int], ...]
"""Rows and frames of lessons that take turns."""
_CURRICULUM: Final[tuple[tuple[float, Shapes], ...]] = (
    (0.0, ((16, 144),)),
    (0.2, ((6, 384),)),
    (0.5, ((6, 384), (2, WINDOW_FRAMES))),
)
"""From which share of the time on which lessons: short ones first, then whole windows as well, without which
introductions did not end.
"""
_RESUMED_PROGRESS: Final = 0.5
"""At which of these shares a model goes on that was trained to its end before."""
_RESUMED_RATE_SCALE: Final = 0.15
"""Its learning rate beside that of one from nothing. At 0.5 twenty minutes made what ships worse before they
made it better: the bass's notes 0.25 nats a token instead of 0.21."""
_OUTLINES: Final = (160, len(FIELDS))
_STARTS: Final = (36, 64)
"""Of a lesson of eleven each: the outlines of pieces, and their first second, where nothing but the prompt
tells what to write. From longer lessons alone the model did not learn in 2,000 steps to listen to the prompt:
it could read all from what was written before.
"""
_CONTINUATIONS: Final = ((16, 256), (6, 640))
"""Of a lesson of eleven: going on from sound, where the beat must be found."""
_CHANGES: Final = ((64, 48), (12, 224))
"""Of three lessons of eleven: that the prompt changes. By longer lessons alone the outline was read from the
bar before, whatever the prompt said: "with drums" brought none.
"""
TRAINED_GUIDANCE: Final = 3.0
"""What MusicGen's published checkpoints recommend, and many who use étude elsewhere will leave as it is."""
_GUIDED: Final = ((6, 256), (3, 512))
"""Of three lessons of eleven, by guided logits: what the prompt does not decide must not stumble when it is
exaggerated. Without, guidance 3 made of 90 % of tempos 80. With one of nine the outline said all tempos as
asked, and the conductor miscounted 6 of 120.
"""
_CYCLE: Final[tuple[tuple[BatchKind, Shapes | None, float], ...]] = (
    (BatchKind.START, (_OUTLINES,), 1.0),
    (BatchKind.START, (_STARTS,), 1.0),
    (BatchKind.CONTINUATION, _CONTINUATIONS, 1.0),
    (BatchKind.PROMPT_CHANGE, _CHANGES[:1], 1.0),
    (BatchKind.EXCERPT, _GUIDED, TRAINED_GUIDANCE),
    (BatchKind.PROMPT_CHANGE, _CHANGES[1:], 1.0),
    (BatchKind.EXCERPT, None, 1.0),
    (BatchKind.EXCERPT, _GUIDED, TRAINED_GUIDANCE),
    (BatchKind.PROMPT_CHANGE, _CHANGES[:1], 1.0),
    (BatchKind.EXCERPT, None, 1.0),
    (BatchKind.EXCERPT, _GUIDED, TRAINED_GUIDANCE),
)
"""What lessons follow each other, their shapes, where None are those of `_CURRICULUM`, and their guidance."""
_PROMPT_ONLY: Final = (BatchKind.START, BatchKind.PROMPT_CHANGE)
"""Lessons in which the prompt is all that tells what to write."""
_EMA_DECAY: Final = 0.997
"""The weights that are exported are a running mean over some 300 steps, which is as good as a lower rate."""
_REPORT_STEPS: Final = 50
_OUTLINE_WEIGHT: Final = 3.0
"""What the outline weighs where the prompt is all that tells what to write."""
_CONDUCTOR_WEIGHT: Final = 3.0
"""What the conductor weighs: a frame too many in every fourth sixteenth is a tempo that is wrong by 3 %."""


def train(minutes: float, folder: Path, seed: int) -> None:
    """Train the language model for `minutes` in all, going on from what lies in `folder`."""
    torch.manual_seed(seed)
    tokenizer = load_or_train_tokenizer(folder, seed)
    model = LanguageModel(len(tokenizer))
    model.init_number_tokens(tempo_tokens(tokenizer))
    model.init_tonic_tokens(tonic_tokens(tokenizer))
    average = LanguageModel(len(tokenizer))
    optimiser = _optimiser(model)
    timebox = Timebox(minutes, folder / STATE_FILE)
    earlier_progress = 0.0
    if timebox.state:
        model.load_state_dict(timebox.state["writer"])
        average.load_state_dict(timebox.state["mean"])
        optimiser.load_state_dict(timebox.state["optimiser"])
        earlier_progress = timebox.state["learned"]
    else:
        pretrain(model.text, tokenizer, seed)
        average.load_state_dict(model.state_dict())

    def state() -> dict[str, object]:
        return _state(model, average, optimiser, earlier_progress)

    bfloat16 = has_bfloat16()
    mean_losses = torch.zeros(len(BOOKS), 2)
    for step in timebox.steps():
        kind, (rows, frames), guidance = _next_batch(
            step, earlier_progress + (1 - earlier_progress) * timebox.progress
        )
        first = FIRST_TRAINING_SEED + 1000 * step
        batch = make_batch(range(first, first + rows), frames, tokenizer, kind)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
            losses = model.losses(batch, guidance=guidance)
        weights = torch.ones(len(BOOKS), 2)  # where something new can happen, and elsewhere
        weights[CONDUCTOR] = _CONDUCTOR_WEIGHT
        if guidance > 1:
            # what the prompt decides is to be exaggerated by guidance, and not taught to be as without;
            # what the outline repeats within a bar is decided already
            weights[OUTLINE, 0] = 0.0
        elif kind in _PROMPT_ONLY:
            weights[OUTLINE] = _OUTLINE_WEIGHT
        loss = (losses * weights).sum(1).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for group in optimiser.param_groups:
            group["lr"] = (
                LEARNING_RATE * timebox.rate_scale * (_RESUMED_RATE_SCALE if earlier_progress else 1.0)
            )
        optimiser.step()
        _update_average(average, model, min(_EMA_DECAY, step / (step + 10)))
        mean_losses += losses.detach() / _REPORT_STEPS
        if (step + 1) % _REPORT_STEPS == 0:
            print(
                f"{timebox.spent / 60:.1f} min, step {step + 1}, nats a token: {_format_losses(mean_losses)}",
                flush=True,
            )
            mean_losses.zero_()
        if timebox.save_due:
            timebox.save(state())
    timebox.save(state())


def has_bfloat16() -> bool:
    """Whether this processor has instructions for bfloat16; without, a step takes ten times as long with it
    (EPYC with AVX2, measured).
    """
    known = torch.cpu.get_capabilities()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def _next_batch(step: int, progress: float) -> tuple[BatchKind, tuple[int, int], float]:
    """The kind of a step's lesson, its rows and frames, and its guidance; `progress` is how much of all
    lessons is over.
    """
    cycle, index = divmod(step, len(_CYCLE))
    kind, shapes, guidance = _CYCLE[index]
    if shapes is None:
        shapes, cycle = next(shapes for start, shapes in reversed(_CURRICULUM) if progress >= start), index
    return kind, shapes[cycle % len(shapes)], guidance


def resumable_state(model: LanguageModel) -> dict[str, object]:
    """The state from which a language model that was trained before goes on."""
    return _state(model, model, _optimiser(model), _RESUMED_PROGRESS)


def _state(
    model: LanguageModel, average: LanguageModel, optimiser: torch.optim.Optimizer, earlier_progress: float
) -> dict[str, object]:
    """Return the saved state; `earlier_progress` is the share of the curriculum done by earlier training."""
    return {
        "writer": model.state_dict(),
        "mean": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "learned": earlier_progress,
    }


def _optimiser(model: LanguageModel) -> torch.optim.Optimizer:
    decayed = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim != 2]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0.0}],
        lr=LEARNING_RATE,
        betas=(0.9, 0.95),
    )


def load_averaged(folder: Path, seed: int) -> LanguageModel:
    """The language model as it is trained so far."""
    average = LanguageModel(len(load_or_train_tokenizer(folder, seed)))
    average.load_state_dict(load_saved_state(folder / STATE_FILE)["mean"])
    return average


@torch.no_grad()
def _update_average(average: LanguageModel, model: LanguageModel, progress: float) -> None:
    for slow, new in zip(average.parameters(), model.parameters(), strict=True):
        slow.lerp_(new, 1 - progress)


def _format_losses(losses: Tensor) -> str:
    return ", ".join(
        f"{name} {new:.3f}/{old:.4f}" for name, (new, old) in zip(BOOKS, losses.tolist(), strict=True)
    )
