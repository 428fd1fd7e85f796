"""The compiled functions: right, and the same bits on every kind of processor."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from audio.musicgen.kernels import library as library_module
from audio.musicgen.kernels.library import Library, best_library, multiply
from audio.musicgen.kernels.weights import GROUP, TILE

SHAPES = [(TILE, GROUP), (3 * TILE, 5 * GROUP), (2 * TILE, 40 * GROUP)]
"""Outputs and inputs."""


def numbers(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.007), (4, 0.1)])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_products_are_right_for_any_number_of_rows(
    kinds: list[Library], shape: tuple[int, int], bits: int, tolerance: float
) -> None:
    weights, x = numbers(*shape), numbers(7, shape[1], seed=2) * torch.logspace(-3, 3, 7)[:, None]
    for count in (1, 2, 7):
        product, expected = multiply(kinds[0], weights, x[:count], bits), x[:count] @ weights.t()
        errors = (product - expected).norm(dim=1) / expected.norm(dim=1)
        assert errors.max() < tolerance, count


def test_weights_and_inputs_that_are_whole_numbers_give_exact_products(kinds: list[Library]) -> None:
    weights = torch.randint(-127, 128, (TILE, 2 * GROUP), generator=torch.Generator().manual_seed(1)).float()
    x = torch.randint(-127, 128, (3, 2 * GROUP), generator=torch.Generator().manual_seed(2)).float() * 256
    for begin in range(0, 2 * GROUP, GROUP):  # so that each group's scale is 1
        weights[:, begin], x[:, begin] = 127, 127 * 256
    for library in kinds:
        torch.testing.assert_close(multiply(library, weights, x, 8), x @ weights.t(), rtol=1e-6, atol=0)


@pytest.mark.parametrize("bits", [4, 8])
def test_every_kind_of_processor_and_number_of_threads_gives_the_same_bits(
    kinds: list[Library], bits: int
) -> None:
    weights, x = numbers(5 * TILE, 6 * GROUP), numbers(5, 6 * GROUP, seed=2)
    x[0, :GROUP] = torch.linspace(-1, 1, GROUP) * 1e4  # low bytes of −128, whose sign a byte cannot change
    x[1, :GROUP] = 0
    expected = multiply(kinds[0], weights, x, bits)
    for library in kinds:
        for threads in (1, 2, 3):
            assert torch.equal(multiply(library, weights, x, bits, threads), expected), library.kind


def test_a_row_has_the_same_bits_beside_any_others(kinds: list[Library]) -> None:
    weights, x = numbers(2 * TILE, 4 * GROUP), numbers(9, 4 * GROUP, seed=2)
    together = multiply(kinds[0], weights, x, 8)
    for row in range(9):
        assert torch.equal(multiply(kinds[0], weights, x[row : row + 1], 8)[0], together[row])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_not_finite_spoil_their_own_row_alone(kinds: list[Library], value: float) -> None:
    weights, x = numbers(TILE, 3 * GROUP), numbers(3, 3 * GROUP, seed=2)
    x[1, 50] = value
    product = multiply(kinds[0], weights, x, 8)
    assert product.isfinite().all(dim=1).tolist() == [True, False, True]
    assert not product[1].isfinite().any()


def test_a_kind_that_computes_wrong_products_is_not_used(
    kinds: list[Library], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(library: Library, weights: Tensor, x: Tensor, bits: int) -> Tensor:
        product = multiply(library, weights, x, bits)
        return -product if library.kind == kinds[0].kind else product

    monkeypatch.setattr(library_module, "multiply", wrong)
    best_library.cache_clear()
    try:
        best = best_library()
    finally:
        best_library.cache_clear()
    assert best is None or best.kind != kinds[0].kind
    assert f"wrong for {kinds[0].kind}" in caplog.text
