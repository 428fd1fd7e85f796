"""Fine-tuning of the heads for guidance.

Guided logits amplify every difference between the logits with and without prompt, accidental ones too. Only
the outline should follow the prompt; the other books follow the outline, but with guidance 3 they made errors
where the outline was right. After training, their heads are therefore refitted to the decoder's hidden
states: to composed songs, with and without guidance, and to the model's own samples, where guided logits
shall match unguided ones.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers import EncodecModel, PreTrainedTokenizerFast

from training.model.batches import (
    FIRST_TRAINING_SEED,
    MAX_DELAY,
    BatchKind,
    TrainingBatch,
    apply_delay,
    make_batch,
)
from training.model.embeddings import used_codes
from training.model.export import assemble_model, logit_scale
from training.model.language import LanguageModel
from training.model.sampling import BatchSampler
from training.model.train_language import TRAINED_GUIDANCE, has_bfloat16
from training.songs.clock import Codes
from training.songs.codes import OUTLINE
from training.songs.composer import Constraints, draw_plan
from training.text.prompts import write_prompt

_FIRST_SEED: Final = 7 * FIRST_TRAINING_SEED
"""Smallest seed of the composed songs, beyond those of training."""
_COMPOSED: Final = (160, 3, 512)
"""Composed songs: batches, rows and frames."""
_SAMPLED: Final = (96, 600)
"""Samples of the model: pieces and frames."""
_SAMPLED_ROWS: Final = 4
"""Sampled pieces in a batch."""
_LEARNING_RATE: Final = 1.5e-3
"""Initial learning rate of Adam."""
_BATCH_TOKENS: Final = 4096
"""Tokens per step, of composed songs and of samples each."""
_EPOCHS: Final = 2
"""Passes over the composed songs."""


@dataclass(frozen=True)
class HiddenStates:
    """Hidden states of the decoder that predict some tokens, shaped (tokens, width)."""

    prompted: Tensor
    free: Tensor
    """The states without the prompt."""

    def guided(self) -> Tensor:
        """Return guided states: heads are linear without bias, so guiding states guides logits."""
        return self.free + TRAINED_GUIDANCE * (self.prompted - self.free)

    def __getitem__(self, places: Tensor) -> HiddenStates:
        return HiddenStates(self.prompted[places], self.free[places])


def tune_heads(
    language_model: LanguageModel, codec: EncodecModel, tokenizer: PreTrainedTokenizerFast, seed: int
) -> None:
    """Refit all heads except the outline's, which takes some minutes."""
    generator = torch.Generator().manual_seed(seed)
    count, rows, frames = _COMPOSED
    batches = [
        make_batch(range(first, first + rows), frames, tokenizer, BatchKind.EXCERPT)
        for first in range(_FIRST_SEED, _FIRST_SEED + 1000 * count, 1000)
    ]
    composed = _hidden_states(language_model, batches)
    sampled = _hidden_states(
        language_model,
        _sample_batches(BatchSampler(assemble_model(language_model, codec), tokenizer), tokenizer, seed),
    )
    tokens, target_mask = (
        torch.cat([part.transpose(1, 2).flatten(0, 1) for part in parts])
        for parts in ([batch.tokens for batch in batches], [batch.target_mask for batch in batches])
    )
    for book, head in enumerate(language_model.heads):
        if book != OUTLINE:
            codes = used_codes(book)
            weights = head().detach().clone()
            targets = target_mask[:, book]
            weights[:codes] = refit_head(
                weights[:codes],
                composed[targets],
                tokens[targets, book],
                sampled,
                logit_scale(book)[:codes, 0],
                generator,
            )
            head.set_table(weights)


def refit_head(
    weights: Tensor,
    composed: HiddenStates,
    tokens: Tensor,
    sampled: HiddenStates,
    logit_scales: Tensor,
    generator: torch.Generator,
) -> Tensor:
    """Refit a head, shaped (codes, width), to guided hidden states.

    On composed songs it learns to predict `tokens` with and without guidance; on samples it learns to predict
    with guidance what `weights` predict without. `logit_scales` are the factors of its logits in the export.
    """
    fresh = weights.clone().requires_grad_()
    optimiser = torch.optim.Adam([fresh], lr=_LEARNING_RATE)
    batches: list[Tensor] = []
    for _ in range(_EPOCHS):
        batches += torch.randperm(len(tokens), generator=generator).tensor_split(
            -(-len(tokens) // _BATCH_TOKENS)
        )
    for step, batch in enumerate(batches):
        composed_part, composed_targets = composed[batch], tokens[batch]
        sampled_part = sampled[torch.randint(len(sampled.free), (_BATCH_TOKENS,), generator=generator)]
        wanted = (functional.linear(sampled_part.prompted, weights) * logit_scales).softmax(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
            composed_logits = [
                functional.linear(states, fresh)
                for states in (composed_part.prompted, composed_part.guided())
            ]
            sampled_logits = [
                functional.linear(states, fresh) for states in (sampled_part.prompted, sampled_part.guided())
            ]
        losses = [functional.cross_entropy(logits.float(), composed_targets) for logits in composed_logits]
        losses += [
            functional.cross_entropy(logits.float() * logit_scales, wanted) for logits in sampled_logits
        ]
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        for group in optimiser.param_groups:
            group["lr"] = _LEARNING_RATE * (1 - step / len(batches))
        optimiser.step()
    return fresh.detach()


@torch.no_grad()
def _hidden_states(language_model: LanguageModel, batches: list[TrainingBatch]) -> HiddenStates:
    """Return the hidden states of all steps with and without prompt."""
    prompted, free = [], []
    for batch in batches:
        prompted_batch = replace(batch, prompt_mask=batch.prompts.ne(0).long())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
            prompted.append(language_model.states(prompted_batch).float().flatten(0, 1))
            free.append(language_model.states(prompted_batch.without_prompt()).float().flatten(0, 1))
    return HiddenStates(torch.cat(prompted), torch.cat(free))


def _sample_batches(
    sampler: BatchSampler, tokenizer: PreTrainedTokenizerFast, seed: int
) -> list[TrainingBatch]:
    """Sample pieces with guidance for random prompts."""
    # this string is part of the seed
    rng = random.Random(f"steadying {seed}")
    count, frames = _SAMPLED
    prompts = [write_prompt(draw_plan(rng, Constraints()), rng) for _ in range(count)]
    codes = sampler.sample(prompts, frames, seed, TRAINED_GUIDANCE)
    return [
        _to_batch(codes[row : row + _SAMPLED_ROWS], prompts[row : row + _SAMPLED_ROWS], tokenizer)
        for row in range(0, count, _SAMPLED_ROWS)
    ]


def _to_batch(codes: Codes, prompts: list[str], tokenizer: Any) -> TrainingBatch:
    """Return pieces as a batch in which every token is a decision and a target."""
    tokens = apply_delay(torch.as_tensor(codes), codes.shape[2] + MAX_DELAY)
    inputs = tokenizer(prompts, padding=True, truncation=True, return_tensors="pt")
    return TrainingBatch(
        tokens=tokens,
        novel=torch.ones_like(tokens, dtype=torch.bool),
        target_mask=torch.ones_like(tokens, dtype=torch.bool),
        positions=torch.arange(tokens.shape[2]).expand(len(tokens), -1),
        prompts=inputs["input_ids"],
        prompt_mask=inputs["attention_mask"],
    )
