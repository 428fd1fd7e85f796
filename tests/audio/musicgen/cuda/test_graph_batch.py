"""`GraphBatch` against the library's forward pass, and `draw_all` against `draw`."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from audio.musicgen.checkpoint.seeded import seeded_model
from audio.musicgen.cuda.graph_batch import GraphBatch, ScheduledSlot, Weights
from audio.musicgen.model import sampler
from audio.musicgen.model.delay import DelayPattern
from audio.musicgen.model.sampler import draw, draw_all, uniforms
from audio.musicgen.schedule.window import WindowPosition
from tests.audio.musicgen.cpu.test_torch_decoder import (
    EXACT,
    SHAPES,
    STEPS,
    guided,
    library,
    prompt,
    some_tokens,
)

PAD = 2048


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_logits_equal_those_of_the_library_at_every_step(
    shape: dict[str, int], guidance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compare two slots, one a step later than the other, whose tokens are all known in advance."""
    delay = DelayPattern(4 * shape.get("channels", 1), shape.get("channels", 1))
    model = seeded_model(**shape)
    pieces = [
        (some_tokens(delay.codebooks, seed), prompt(5 + seed, shape["hidden"], seed)) for seed in (1, 2)
    ]
    for tokens, _ in pieces:  # frames before the first are padding
        before = delay.frames_at(np.arange(STEPS)[:, None] - 1) < 0
        tokens[torch.from_numpy(before)] = PAD
    expected = [guided(library(model, *piece), guidance) for piece in pieces]
    all_logits: list[Tensor] = []

    def spied(logits: Tensor, *more: Tensor) -> tuple[Tensor, Tensor]:
        all_logits.append(logits.clone())
        return sampler.draw_all(logits, *more)

    monkeypatch.setattr("audio.musicgen.cuda.graph_batch.draw_all", spied)
    weights = Weights(model.decoder, STEPS, torch.float32)
    sizes = {"slots": 2, "length": STEPS, "prompt_tokens": 16}
    batch = GraphBatch(weights, delay, PAD, **sizes, guided=guidance != 1.0)
    for place, (tokens, states) in enumerate(pieces):
        # a step reads the tokens of the one before
        known = np.roll(tokens.numpy(), -1, axis=0)
        batch.begin(place, known, guidance, 1, 1.0)
        assert batch.set_prompt(place, states) == 0
    lowest = np.zeros((1, delay.codebooks))
    for now in range(STEPS + 1):
        positions = {place: now - place for place in range(2) if 0 <= now - place < STEPS}
        positions_by_place = {place: WindowPosition(0, at, STEPS, STEPS) for place, at in positions.items()}
        batch.launch(
            1,
            {
                place: ScheduledSlot(window_position, 0, lowest)
                for place, window_position in positions_by_place.items()
            },
        )
    logits_by_step = torch.stack(all_logits)
    for place, logits in enumerate(expected):
        own = logits_by_step[place : place + STEPS, place]
        torch.testing.assert_close(own, logits, atol=max(1.0, 2 * guidance) * EXACT, rtol=0)


def test_slots_drawn_together_equal_each_drawn_alone() -> None:
    slots, books, vocabulary = 6, 4, 2048
    logits = 3 * torch.randn(slots, books, vocabulary, generator=torch.Generator().manual_seed(1))
    numbers = torch.from_numpy(np.stack([uniforms(seed, 1, books)[0] for seed in range(slots)]))
    numbers[5] = torch.tensor([0.0, 1 - 2**-53, 0.5, 0.999999])
    top_k = [1, 2, 250, 2048, 5000, 250]
    temperature = [1.0, 0.1, 0.7, 2.0, 1.0, 1.0]
    tokens, finite = draw_all(
        logits, numbers, torch.tensor(top_k), torch.tensor(temperature, dtype=torch.float64)
    )
    assert finite.all()
    for slot in range(slots):
        alone = draw(logits[slot], numbers[slot], top_k[slot], temperature[slot])
        assert torch.equal(tokens[slot], alone), slot


def test_of_equal_logits_the_first_ranks_higher() -> None:
    tokens, _ = draw_all(
        torch.zeros(1, 2, 9),
        torch.tensor([[0.0, 0.99]], dtype=torch.float64),
        torch.tensor([3]),
        torch.ones(1, dtype=torch.float64),
    )
    assert tokens.tolist() == [[0, 2]]


@pytest.mark.parametrize("top_k", [1, 250])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_logits_that_are_not_finite_are_reported_for_their_slot_alone(wrong: float, top_k: int) -> None:
    logits = torch.zeros(3, 4, 2048)
    logits[1, 2] = wrong
    numbers = torch.full((3, 4), 0.5, dtype=torch.float64)
    tokens, finite = draw_all(logits, numbers, torch.full((3,), top_k), torch.ones(3, dtype=torch.float64))
    assert finite.tolist() == [True, False, True]
    assert tokens.min() >= 0
    assert tokens.max() < 2048
