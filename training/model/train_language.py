"""Training of the language model."""

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
"""File name of the language model's state in a work folder."""
LEARNING_RATE: Final = 2e-3
"""Highest learning rate of AdamW. With Muon at 0.02 attention collapsed."""
Shapes = tuple[tuple[int, int], ...]
"""Rows and frames of batches, which alternate."""
_CURRICULUM: Final[tuple[tuple[float, Shapes], ...]] = (
    (0.0, ((16, 144),)),
    (0.2, ((6, 384),)),
    (0.5, ((6, 384), (2, WINDOW_FRAMES))),
)
"""Shapes of `EXCERPT` batches from a share of the time on: short ones first, later also whole windows.

Without whole windows introductions did not end.
"""
_RESUMED_PROGRESS: Final = 0.5
"""Share of the curriculum at which a fully trained model resumes."""
_RESUMED_RATE_SCALE: Final = 0.15
"""Factor of the learning rate for a resumed model.

With 0.5 the shipped model got worse in twenty minutes: 0.25 instead of 0.21 nats per token of the bass's
decisions.
"""
_OUTLINES: Final = (160, len(FIELDS))
"""Rows and frames of `START` batches with just the outline of a piece."""
_STARTS: Final = (36, 64)
"""Rows and frames of `START` batches with the first second of a piece.

Each is one batch of eleven. From longer batches alone the model had not learned to follow the prompt after
2,000 steps, as it could predict everything from the context.
"""
_CONTINUATIONS: Final = ((16, 256), (6, 640))
"""Shapes of `CONTINUATION` batches, one of eleven."""
_CHANGES: Final = ((64, 48), (12, 224))
"""Shapes of `PROMPT_CHANGE` batches, three of eleven.

From longer batches alone the model copied the outline of the previous bar: "with drums" brought none.
"""
TRAINED_GUIDANCE: Final = 3.0
"""Guidance scale trained for: the default of MusicGen's published checkpoints, and thus of many programs."""
_GUIDED: Final = ((6, 256), (3, 512))
"""Shapes of batches with the loss of guided logits, three of eleven.

Guidance must not distort what the prompt does not determine. Without these batches guidance 3 lowered correct
tempos from 90 to 80 %; with one of nine all tempos were right in the outline, but the conductor miscounted 6
of 120.
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
"""Repeating order of batches: kind, shapes (None for those of `_CURRICULUM`) and guidance scale."""
_PROMPT_ONLY: Final = (BatchKind.START, BatchKind.PROMPT_CHANGE)
"""Kinds of batches in which the prompt alone determines the outline."""
_EMA_DECAY: Final = 0.997
"""Decay of the exported moving average, some 300 steps, which has the effect of a lower learning rate."""
_REPORT_STEPS: Final = 50
"""Steps between reports of the loss."""
_OUTLINE_WEIGHT: Final = 3.0
"""Weight of the outline's loss in `_PROMPT_ONLY` batches."""
_CONDUCTOR_WEIGHT: Final = 3.0
"""Weight of the conductor's loss: one extra frame in every fourth sixteenth shifts the tempo by 3 %."""


def train(minutes: float, folder: Path, seed: int) -> None:
    """Train the language model for `minutes` in total; resumes from the state in `folder`."""
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
        weights = torch.ones(len(BOOKS), 2)  # at decisions, and elsewhere
        weights[CONDUCTOR] = _CONDUCTOR_WEIGHT
        if guidance > 1:
            # guidance shall amplify the outline's decisions, so their guided logits are not trained;
            # its repetitions within a bar are no decisions
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
                f"{timebox.spent / 60:.1f} min, step {step + 1}, "
                f"nats per token: {_format_losses(mean_losses)}",
                flush=True,
            )
            mean_losses.zero_()
        if timebox.save_due:
            timebox.save(state())
    timebox.save(state())


def has_bfloat16() -> bool:
    """Return True if the processor has bfloat16 instructions.

    Without them a step in bfloat16 takes ten times as long (measured on an EPYC with AVX2).
    """
    known = torch.cpu.get_capabilities()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def _next_batch(step: int, progress: float) -> tuple[BatchKind, tuple[int, int], float]:
    """Return kind, (rows, frames) and guidance scale of a step; `progress` is the share of training done."""
    cycle, index = divmod(step, len(_CYCLE))
    kind, shapes, guidance = _CYCLE[index]
    if shapes is None:
        shapes, cycle = next(shapes for start, shapes in reversed(_CURRICULUM) if progress >= start), index
    return kind, shapes[cycle % len(shapes)], guidance


def resumable_state(model: LanguageModel) -> dict[str, object]:
    """Return the state from which training resumes with a given model."""
    return _state(model, model, _optimiser(model), _RESUMED_PROGRESS)


def _state(
    model: LanguageModel, average: LanguageModel, optimiser: torch.optim.Optimizer, earlier_progress: float
) -> dict[str, object]:
    """Return the state to save; `earlier_progress` is the share of the curriculum done before."""
    return {
        "writer": model.state_dict(),
        "mean": average.state_dict(),
        "optimiser": optimiser.state_dict(),
        "learned": earlier_progress,
    }


def _optimiser(model: LanguageModel) -> torch.optim.Optimizer:
    """Return AdamW with weight decay for matrices only."""
    decayed = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    others = [parameter for parameter in model.parameters() if parameter.ndim != 2]
    return torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.03}, {"params": others, "weight_decay": 0.0}],
        lr=LEARNING_RATE,
        betas=(0.9, 0.95),
    )


def load_averaged(folder: Path, seed: int) -> LanguageModel:
    """Load the moving average of the language model trained so far."""
    average = LanguageModel(len(load_or_train_tokenizer(folder, seed)))
    average.load_state_dict(load_saved_state(folder / STATE_FILE)["mean"])
    return average


@torch.no_grad()
def _update_average(average: LanguageModel, model: LanguageModel, decay: float) -> None:
    """Move the average towards the model."""
    for slow, new in zip(average.parameters(), model.parameters(), strict=True):
        slow.lerp_(new, 1 - decay)


def _format_losses(losses: Tensor) -> str:
    """Format losses shaped (books, 2): at decisions, and elsewhere."""
    return ", ".join(
        f"{name} {novel:.3f}/{routine:.4f}"
        for name, (novel, routine) in zip(BOOKS, losses.tolist(), strict=True)
    )
