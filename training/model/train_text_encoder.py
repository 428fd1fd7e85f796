"""Understanding: before it helps to write, the text encoder learns what prompts ask for.

The decoder is a poor teacher at first: it needs the prompt for the first bar of a piece and can read the rest
from what is written already, and after 500 steps it did not listen at all. So the encoder is first taught to
say, at every token, the plan that a prompt was made of; its states then hold it wherever the decoder looks.
"""

from __future__ import annotations

import random
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from training.songs.clock import FASTEST, SLOWEST
from training.songs.codes import SOUNDS
from training.songs.composer import Plan, Wishes, planned
from training.songs.styles import STYLES
from training.text.prompts import prompt

STEPS: Final = 700
_PROMPTS: Final = 128
_RATE: Final = 2e-3
_NEAR: Final = 2.0
"""Beats a minute within which tempos count as nearly the same."""
_TEMPOS: Final = FASTEST - SLOWEST + 1
_SOUNDS: Final = {sound.name: place for place, sound in enumerate(SOUNDS)}
_STYLES: Final = {style.name: place for place, style in enumerate(STYLES)}
_SIZES: Final = (len(STYLES), 12, 2, 2, 3, len(SOUNDS) + 1, len(SOUNDS) + 1, len(SOUNDS) + 1)
_QUESTIONS: Final = "style, tonic, minor, drums, energy, bass, chords, lead, tempo"
"""What `_SIZES` counts the answers to, and at last the tempo."""


def teach(text: Any, words: PreTrainedTokenizerFast, seed: int, steps: int = STEPS) -> None:
    """Teach a T5 encoder; prints how well it understands at the end."""
    torch.manual_seed(seed)
    chance = random.Random(f"understanding {seed}")
    answers = nn.Linear(text.config.d_model, sum(_SIZES) + _TEMPOS)
    parameters = [*text.parameters(), *answers.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=_RATE, weight_decay=0.01)
    said: list[str] = []
    for step in range(steps):
        plans = [planned(chance, Wishes()) for _ in range(_PROMPTS)]
        asked = words(
            [prompt(plan, chance) for plan in plans], padding=True, truncation=True, return_tensors="pt"
        )
        states = text(**asked).last_hidden_state
        known = asked["attention_mask"].bool()
        rows = torch.arange(_PROMPTS)[:, None].expand_as(known)[known]
        *chosen, tempos = answers(states[known]).split([*_SIZES, _TEMPOS], dim=1)
        truth = torch.tensor([_facts(plan) for plan in plans])[rows]
        losses = [functional.cross_entropy(part, fact) for part, fact in zip(chosen, truth.T, strict=True)]
        losses.append(functional.cross_entropy(tempos, _near([plan.meter.bpm for plan in plans])[rows]))
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, (step + 1) / 50, 2 * (1 - step / steps))
        optimiser.step()
        said = [f"{float(loss.detach()):.2f}" for loss in losses]
    print(f"understanding, nats of {_QUESTIONS}: {' '.join(said)}", flush=True)


def _facts(plan: Plan) -> list[int]:
    silent = len(SOUNDS)
    sounds = [_SOUNDS[name] if name else silent for name in (plan.bass, plan.chords, plan.lead)]
    return [
        _STYLES[plan.style.name],
        plan.key.tonic,
        int(plan.key.minor),
        int(plan.drums),
        plan.energy,
        *sounds,
    ]


def _near(tempos: list[float]) -> Tensor:
    """Each tempo as a distribution over all tempos, shaped (tempos given, tempos)."""
    apart = torch.arange(SLOWEST, FASTEST + 1) - torch.tensor(tempos)[:, None]
    return torch.softmax(-0.5 * (apart / _NEAR) ** 2, dim=1)
