"""A head that was thrown off by what guidance exaggerates is steadied, and still names what is right."""

from __future__ import annotations

import torch
from torch.nn import functional

from training.model.tune_guidance import States, refitted

WIDTH, CODES, TOKENS = 16, 8, 200_000


def drawn(seed: int, right: torch.Tensor) -> tuple[States, torch.Tensor]:
    """States whose first half tells the right code, and of whose second half one tells of the prompt."""
    chance = torch.Generator().manual_seed(seed)
    tokens = torch.randint(CODES, (TOKENS,), generator=chance)
    told = torch.cat([right[tokens], torch.zeros(TOKENS, WIDTH // 2)], dim=1)
    told += 0.3 * torch.randn(TOKENS, WIDTH, generator=chance)
    free = told.clone()
    free[:, -1] += 5 + 5 * torch.rand(TOKENS, generator=chance)
    return States(told, free), tokens


def test_what_only_tells_that_there_is_a_prompt_moves_no_choice_any_more() -> None:
    torch.manual_seed(1)
    right = 2 * torch.eye(CODES)
    (composed, tokens), (written, _), (fresh, wanted) = (drawn(seed, right) for seed in (1, 2, 3))
    weights = torch.cat([2 * right, torch.zeros(CODES, WIDTH // 2)], dim=1)
    weights[:, -1] = 0.1 * torch.randn(CODES)  # it looks where there is nothing about the code
    raised = torch.full((CODES,), 1.6)

    def missed(head: torch.Tensor, states: torch.Tensor) -> float:
        return float(functional.cross_entropy(functional.linear(states, head), wanted))

    before = [missed(weights, states) for states in (fresh.prompted, fresh.guided())]
    head = refitted(weights, composed, tokens, written, raised, torch.Generator().manual_seed(4))
    after = [missed(head, states) for states in (fresh.prompted, fresh.guided())]
    assert after[0] <= before[0] + 0.01
    assert after[1] < 0.9 * before[1]
