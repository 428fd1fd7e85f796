from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from audio.errors import EngineError
from audio.musicgen.model.sampler import draw, uniforms

# Philox4x64-10 for a counter and a key of zeros and of ones, and of the digits of pi: from the known answers
# that its authors publish (Random123, tests/kat_vectors).
ONES = 2**64 - 1
PUBLISHED = [
    (
        [0, 0, 0, 0],
        [0, 0],
        [0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B],
    ),
    (
        [ONES] * 4,
        [ONES] * 2,
        [0x87B092C3013FE90B, 0x438C3C67BE8D0224, 0x9CC7D7C69CD777B6, 0xA09CAEBF594F0BA0],
    ),
]


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_the_generator_is_philox_as_published(counter: list[int], key: list[int], words: list[int]) -> None:
    before = sum(word << 64 * place for place, word in enumerate(counter)) - 1  # numpy counts up, then draws
    generator = np.random.Philox(
        counter=before % 2**256, key=sum(word << 64 * place for place, word in enumerate(key))
    )
    assert generator.random_raw(4).tolist() == words


def test_a_uniform_depends_on_seed_step_and_codebook_alone() -> None:
    numbers = uniforms(seed=7, steps=50, codebooks=4)
    assert (uniforms(7, 20, 4) == numbers[:20]).all(), "a longer piece begins like a shorter one"
    assert (uniforms(8, 50, 4) != numbers).all()
    words = np.random.Philox(key=7).advance(3).random_raw(4)  # four words a count, so one count a step
    assert (numbers[3] == np.right_shift(words, 11) / 2**53).all()
    assert uniforms(2**53 - 1, 1, 4).shape == (1, 4)


@pytest.mark.parametrize("codebooks", [1, 3, 4, 8])
@pytest.mark.parametrize("first", [1, 2, 7, 512])
def test_uniforms_from_a_later_step_on_equal_those_of_the_whole_piece(first: int, codebooks: int) -> None:
    whole = uniforms(seed=7, steps=first + 20, codebooks=codebooks)
    assert (uniforms(7, 20, codebooks, first=first) == whole[first:]).all()


def test_uniforms_are_uniform_and_below_one() -> None:
    numbers = uniforms(seed=1, steps=5000, codebooks=4).reshape(-1)
    assert numbers.min() >= 0
    assert numbers.max() < 1
    assert stats.kstest(numbers, "uniform").pvalue > 0.001


@pytest.mark.parametrize(("top_k", "temperature"), [(250, 1.0), (10, 0.7), (40, 1.5)])
def test_tokens_follow_the_distribution(top_k: int, temperature: float) -> None:
    draws, vocabulary = 40_000, 40
    logits = torch.randn(vocabulary, generator=torch.Generator().manual_seed(4))
    numbers = torch.from_numpy(uniforms(3, draws, 1)[:, 0])
    tokens = draw(logits.expand(draws, -1), numbers, top_k, temperature).numpy()

    top = torch.topk(logits, min(top_k, vocabulary)).indices.numpy()
    heights = np.exp(logits.numpy().astype(float)[top] / temperature)
    counts = np.bincount(tokens, minlength=vocabulary)
    assert counts.sum() == counts[top].sum(), "a token outside the top k was drawn"
    assert stats.chisquare(counts[top], draws * heights / heights.sum()).pvalue > 0.001


def test_the_ends_of_the_unit_interval_draw_the_first_and_the_last_of_the_top_k() -> None:
    logits = torch.tensor([[1.0, 3.0, 2.0, 0.0]] * 2)
    numbers = torch.tensor([0.0, 1 - 2**-53], dtype=torch.float64)
    assert draw(logits, numbers, top_k=3, temperature=1.0).tolist() == [1, 0]


def test_a_top_k_of_one_is_greedy() -> None:
    logits = torch.randn(4, 2048, generator=torch.Generator().manual_seed(1))
    numbers = torch.full((4,), 0.999, dtype=torch.float64)
    assert (draw(logits, numbers, top_k=1, temperature=1.0) == logits.argmax(-1)).all()


@pytest.mark.parametrize("top_k", [1, 250])
@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -float("inf")])
def test_logits_that_are_not_finite_raise_a_readable_error(wrong: float, top_k: int) -> None:
    logits = torch.zeros(4, 2048)
    logits[2] = wrong
    with pytest.raises(EngineError, match="aren't finite"):
        draw(logits, torch.zeros(4, dtype=torch.float64), top_k, 1.0)


def test_drawing_does_not_use_global_generators() -> None:
    torch.manual_seed(5)
    np.random.seed(5)
    undisturbed = np.random.random()
    np.random.seed(5)
    before = torch.get_rng_state()
    draw(torch.zeros(4, 9), torch.from_numpy(uniforms(1, 1, 4)[0]), 3, 1.0)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.random.random() == undisturbed
