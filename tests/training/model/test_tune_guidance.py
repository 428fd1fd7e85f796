"""Refitting makes a head robust to guidance and keeps its accuracy."""

from __future__ import annotations

import torch
from torch.nn import functional

from training.model.tune_guidance import HiddenStates, refit_head

WIDTH, CODES, TOKENS = 16, 8, 200_000


def drawn(seed: int, code_vectors: torch.Tensor) -> tuple[HiddenStates, torch.Tensor]:
    """Return states, with the code in the first half and the prompt in the last dimension, and codes."""
    generator = torch.Generator().manual_seed(seed)
    tokens = torch.randint(CODES, (TOKENS,), generator=generator)
    prompted = torch.cat([code_vectors[tokens], torch.zeros(TOKENS, WIDTH // 2)], dim=1)
    prompted += 0.3 * torch.randn(TOKENS, WIDTH, generator=generator)
    free = prompted.clone()
    free[:, -1] += 5 + 5 * torch.rand(TOKENS, generator=generator)
    return HiddenStates(prompted, free), tokens


def test_a_refitted_head_ignores_a_dimension_that_only_shows_the_prompt() -> None:
    torch.manual_seed(1)
    code_vectors = 2 * torch.eye(CODES)
    (composed, tokens), (sampled, _), (held_out, targets) = (drawn(seed, code_vectors) for seed in (1, 2, 3))
    weights = torch.cat([2 * code_vectors, torch.zeros(CODES, WIDTH // 2)], dim=1)
    weights[:, -1] = 0.1 * torch.randn(CODES)  # weights on a dimension without information about the code
    logit_scales = torch.full((CODES,), 1.6)

    def loss(head: torch.Tensor, states: torch.Tensor) -> float:
        return float(functional.cross_entropy(functional.linear(states, head), targets))

    before = [loss(weights, states) for states in (held_out.prompted, held_out.guided())]
    head = refit_head(weights, composed, tokens, sampled, logit_scales, torch.Generator().manual_seed(4))
    after = [loss(head, states) for states in (held_out.prompted, held_out.guided())]
    assert after[0] <= before[0] + 0.01
    assert after[1] < 0.9 * before[1]
