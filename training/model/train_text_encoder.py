"""Pretraining of the text encoder: it predicts the plan from a prompt.

The decoder alone trains it poorly, as only the first bar of a piece depends on the prompt and the rest is
predictable from the context; after 500 steps it ignored the prompt. The encoder therefore first learns to
predict, at every token, the plan that the prompt was written for, so that its states contain the plan
wherever the decoder attends.
"""

from __future__ import annotations

import random
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from training.songs.clock import MAX_BPM, MIN_BPM
from training.songs.codes import SOUNDS
from training.songs.composer import Constraints, Plan, draw_plan
from training.songs.styles import STYLES
from training.text.prompts import write_prompt

STEPS: Final = 700
"""Steps of pretraining."""
_BATCH_PROMPTS: Final = 128
"""Prompts in a batch."""
_LEARNING_RATE: Final = 2e-3
"""Highest learning rate of AdamW."""
_TEMPO_SPREAD_BPM: Final = 2.0
"""Standard deviation of the tempo label's distribution [beats/min]."""
_TEMPO_CLASSES: Final = MAX_BPM - MIN_BPM + 1
"""Number of tempo labels."""
_SOUND_INDEX: Final = {sound.name: index for index, sound in enumerate(SOUNDS)}
"""Class of each sound."""
_STYLE_INDEX: Final = {style.name: index for index, style in enumerate(STYLES)}
"""Class of each style."""
_LABEL_CLASSES: Final = (len(STYLES), 12, 2, 2, 3, len(SOUNDS) + 1, len(SOUNDS) + 1, len(SOUNDS) + 1)
"""Number of classes of each label."""
_LABEL_NAMES: Final = "style, tonic, minor, drums, energy, bass, chords, lead, tempo"
"""Labels in the order of `_LABEL_CLASSES`, then the tempo."""


def pretrain(text_encoder: Any, tokenizer: PreTrainedTokenizerFast, seed: int, steps: int = STEPS) -> None:
    """Train a T5 encoder to predict plans from prompts, and print its final losses."""
    torch.manual_seed(seed)
    # this string is part of the seed
    rng = random.Random(f"understanding {seed}")
    classifier = nn.Linear(text_encoder.config.d_model, sum(_LABEL_CLASSES) + _TEMPO_CLASSES)
    parameters = [*text_encoder.parameters(), *classifier.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=_LEARNING_RATE, weight_decay=0.01)
    losses_text: list[str] = []
    for step in range(steps):
        plans = [draw_plan(rng, Constraints()) for _ in range(_BATCH_PROMPTS)]
        inputs = tokenizer(
            [write_prompt(plan, rng) for plan in plans], padding=True, truncation=True, return_tensors="pt"
        )
        states = text_encoder(**inputs).last_hidden_state
        mask = inputs["attention_mask"].bool()
        rows = torch.arange(_BATCH_PROMPTS)[:, None].expand_as(mask)[mask]
        *logits, tempos = classifier(states[mask]).split([*_LABEL_CLASSES, _TEMPO_CLASSES], dim=1)
        targets = torch.tensor([_labels(plan) for plan in plans])[rows]
        losses = [
            functional.cross_entropy(part, target) for part, target in zip(logits, targets.T, strict=True)
        ]
        losses.append(
            functional.cross_entropy(tempos, _tempo_labels([plan.meter.bpm for plan in plans])[rows])
        )
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        for group in optimiser.param_groups:
            group["lr"] = _LEARNING_RATE * min(1.0, (step + 1) / 50, 2 * (1 - step / steps))
        optimiser.step()
        losses_text = [f"{float(loss.detach()):.2f}" for loss in losses]
    print(f"text encoder, nats of {_LABEL_NAMES}: {' '.join(losses_text)}", flush=True)


def _labels(plan: Plan) -> list[int]:
    """Return the labels of a plan, without the tempo."""
    no_sound = len(SOUNDS)
    sounds = [_SOUND_INDEX[name] if name else no_sound for name in (plan.bass, plan.chords, plan.lead)]
    return [
        _STYLE_INDEX[plan.style.name],
        plan.key.tonic,
        int(plan.key.minor),
        int(plan.drums),
        plan.energy,
        *sounds,
    ]


def _tempo_labels(tempos: list[float]) -> Tensor:
    """Return a distribution over all tempos around each given one, shaped (given, _TEMPO_CLASSES)."""
    distance = torch.arange(MIN_BPM, MAX_BPM + 1) - torch.tensor(tempos)[:, None]
    return torch.softmax(-0.5 * (distance / _TEMPO_SPREAD_BPM) ** 2, dim=1)
