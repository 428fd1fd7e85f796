"""Steadying: the heads of what prompts do not decide learn not to mind guidance.

Guided logits exaggerate whatever is different with a prompt and without, also what is so by accident. Only
the outline follows the prompt; all else is written by what the outline says, and with guidance 3 it stumbled
where the outline was right. So when all is learned, the heads of the other books are fitted once more to the
decoder's states: to composed songs, with guidance and without, and to what the model writes with guidance,
where they are to choose as they did without.
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
_COMPOSED: Final = (160, 3, 512)
"""How many lessons, their rows and frames."""
_SAMPLED: Final = (96, 600)
"""How many pieces the model writes, and frames of each."""
_SAMPLED_ROWS: Final = 4
_LEARNING_RATE: Final = 1.5e-3
_BATCH_TOKENS: Final = 4096
"""How many tokens are learned from at once, of composed and of written ones."""
_EPOCHS: Final = 2
"""How often each composed one."""


@dataclass(frozen=True)
class HiddenStates:
    """What the decoder knows before each of some tokens, shaped (tokens, width)."""

    prompted: Tensor
    free: Tensor
    """The same without the prompt."""

    def guided(self) -> Tensor:
        """What goes for logits goes for states: no head adds anything of its own."""
        return self.free + TRAINED_GUIDANCE * (self.prompted - self.free)

    def __getitem__(self, places: Tensor) -> HiddenStates:
        return HiddenStates(self.prompted[places], self.free[places])


def tune_heads(
    language_model: LanguageModel, codec: EncodecModel, tokenizer: PreTrainedTokenizerFast, seed: int
) -> None:
    """Fit all heads but the outline's; some minutes."""
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
    tokens, known = (
        torch.cat([part.transpose(1, 2).flatten(0, 1) for part in parts])
        for parts in ([batch.tokens for batch in batches], [batch.known for batch in batches])
    )
    for book, head in enumerate(language_model.heads):
        if book != OUTLINE:
            codes = used_codes(book)
            weights = head().detach().clone()
            targets = known[:, book]
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
    """A head, (codes, width), that names the `tokens` of what was composed with guidance and without, and in
    what was written chooses with guidance as `weights` do without. `logit_scales` is by how much its
    logits are raised when it writes.
    """
    fresh = weights.clone().requires_grad_()
    optimiser = torch.optim.Adam([fresh], lr=_LEARNING_RATE)
    batches: list[Tensor] = []
    for _ in range(_EPOCHS):
        batches += torch.randperm(len(tokens), generator=generator).tensor_split(
            -(-len(tokens) // _BATCH_TOKENS)
        )
    for step, batch in enumerate(batches):
        known, composed_targets = composed[batch], tokens[batch]
        sampled_part = sampled[torch.randint(len(sampled.free), (_BATCH_TOKENS,), generator=generator)]
        wanted = (functional.linear(sampled_part.prompted, weights) * logit_scales).softmax(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=has_bfloat16()):
            composed_logits = [
                functional.linear(states, fresh) for states in (known.prompted, known.guided())
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
    """What the model writes with guidance to prompts of all kinds."""
    generator = random.Random(f"steadying {seed}")
    count, frames = _SAMPLED
    prompts = [write_prompt(draw_plan(generator, Constraints()), generator) for _ in range(count)]
    codes = sampler.sample(prompts, frames, seed, TRAINED_GUIDANCE)
    return [
        _to_batch(codes[step : step + _SAMPLED_ROWS], prompts[step : step + _SAMPLED_ROWS], tokenizer)
        for step in range(0, count, _SAMPLED_ROWS)
    ]


def _to_batch(codes: Codes, prompts: list[str], tokenizer: Any) -> TrainingBatch:
    """Pieces as a lesson; all of it is known."""
    tokens = apply_delay(torch.as_tensor(codes), codes.shape[2] + MAX_DELAY)
    inputs = tokenizer(prompts, padding=True, truncation=True, return_tensors="pt")
    return TrainingBatch(
        tokens=tokens,
        novel=torch.ones_like(tokens, dtype=torch.bool),
        known=torch.ones_like(tokens, dtype=torch.bool),
        positions=torch.arange(tokens.shape[2]).expand(len(tokens), -1),
        prompts=inputs["input_ids"],
        prompt_mask=inputs["attention_mask"],
    )
