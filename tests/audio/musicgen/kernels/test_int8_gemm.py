"""8-bit products by code of our own, beside those of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from audio.musicgen.kernels import int8_gemm, llvm
from audio.musicgen.kernels.int8_gemm import (
    MAX_WEIGHT,
    Int8Gemm,
    best_int8_gemm,
    compile_gemm,
    supported_widths,
)
from audio.musicgen.kernels.int8_gemm_ir import AVX2, AVX512, MAX_INPUT, int8_gemm_ir

SHAPES = [(64, 64), (16, 16), (80, 96), (67, 33), (192, 10), (5, 192), (1024, 128)]
"""Inputs and outputs: whole panels of either width, and what must be made up to them."""


@pytest.fixture(params=[AVX512, AVX2], ids=["wide", "narrow"])
def gemm(request: pytest.FixtureRequest) -> Int8Gemm:
    result = compile_gemm(request.param) if request.param in supported_widths() else None
    if result is None:
        pytest.skip("this processor has no VNNI of this width, or llvmlite is not installed")
    return result


@pytest.fixture
def fresh_kernel_cache() -> Iterator[None]:
    best_int8_gemm.cache_clear()
    yield
    best_int8_gemm.cache_clear()


def integers(*shape: int, most: int, seed: int) -> Tensor:
    """Whole numbers, the first of each row as great as they may be, so that its scale is 1."""
    numbers = torch.randint(-most, most + 1, shape, generator=torch.Generator().manual_seed(seed))
    numbers[:, 0] = most
    return numbers.double()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("rows", [1, 2, 3, 8])
def test_whole_numbers_are_multiplied_as_they_are(gemm: Int8Gemm, shape: tuple[int, int], rows: int) -> None:
    inputs, outputs = shape
    weights, x = (
        integers(outputs, inputs, most=MAX_WEIGHT, seed=1),
        integers(rows, inputs, most=MAX_INPUT, seed=2),
    )
    result = gemm(x.float(), gemm.pack(weights.float()))
    exact = x @ weights.t()
    # to the last bits of a float32 as great as the greatest product
    torch.testing.assert_close(result.double(), exact, atol=1e-6 * float(exact.abs().max()), rtol=0)


def test_the_greatest_sums_there_can_be_do_not_run_over(gemm: Int8Gemm) -> None:
    weights = torch.full((64, 4096), float(MAX_WEIGHT))
    for sign in (-1, 1):
        x = torch.full((1, 4096), float(sign * MAX_INPUT))
        exact = torch.full((1, 64), 4096.0 * MAX_WEIGHT * MAX_INPUT * sign)
        torch.testing.assert_close(gemm(x, gemm.pack(weights)), exact)


def test_a_result_may_lie_where_it_is_wanted(gemm: Int8Gemm) -> None:
    for outputs in (128, 100):
        weights, x = (
            integers(outputs, 64, most=MAX_WEIGHT, seed=3).float(),
            integers(3, 64, most=MAX_INPUT, seed=4).float(),
        )
        panels = gemm.pack(weights)
        expected = gemm(x, panels)
        room = torch.full((3, outputs), torch.nan)
        assert gemm(x, panels, room) is room
        assert torch.equal(room, expected)
        wide = torch.full((3, 2 * outputs), torch.nan)
        gemm(x, panels, wide[:, :outputs])
        assert torch.equal(wide[:, :outputs], expected)
        assert wide[:, outputs:].isnan().all(), "and nowhere else"


def test_a_result_may_be_added_to_what_is_there(gemm: Int8Gemm) -> None:
    for outputs in (128, 100):
        weights, x = (
            integers(outputs, 64, most=MAX_WEIGHT, seed=3).float(),
            integers(3, 64, most=MAX_INPUT, seed=4).float(),
        )
        panels = gemm.pack(weights)
        there = 1e6 * torch.arange(3.0 * outputs).view(3, outputs)
        total = there.clone()
        assert gemm(x, panels, total, accumulate=True) is total
        assert torch.equal(total, there + gemm(x, panels))


def test_rows_need_not_lie_side_by_side(gemm: Int8Gemm) -> None:
    panels = gemm.pack(integers(64, 64, most=MAX_WEIGHT, seed=5).float())
    x = integers(4, 128, most=MAX_INPUT, seed=6).float()[:, :64]
    assert torch.equal(gemm(x, panels), gemm(x.clone(), panels))


def test_a_row_has_the_same_bits_in_any_company(gemm: Int8Gemm) -> None:
    generator = torch.Generator().manual_seed(7)
    panels = gemm.pack(torch.randn(96, 80, generator=generator))
    x = torch.randn(5, 80, generator=generator)
    alone = torch.cat([gemm(x[row : row + 1], panels) for row in range(5)])
    for count in range(6):
        assert torch.equal(gemm(x[:count], panels), alone[:count])


def test_what_is_no_number_stays_in_its_row(gemm: Int8Gemm) -> None:
    generator = torch.Generator().manual_seed(8)
    panels = gemm.pack(torch.randn(64, 64, generator=generator))
    x = torch.randn(4, 64, generator=generator)
    x[1, 3], x[3, 60] = torch.nan, -torch.inf
    assert gemm(x, panels).isfinite().all(dim=1).tolist() == [True, False, True, False]


def test_what_does_not_fit_is_refused(gemm: Int8Gemm) -> None:
    panels = gemm.pack(torch.ones(64, 64))
    for x in (torch.ones(2, 65), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="do not fit"):
            gemm(x, panels)
    for out in (torch.ones(1, 64), torch.ones(2, 63), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="no room"):
            gemm(torch.ones(2, 64), panels, out)


@pytest.mark.usefixtures("fresh_kernel_cache")
def test_where_the_results_are_wrong_torch_multiplies(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if not supported_widths():
        pytest.skip("this processor has no VNNI, or llvmlite is not installed")
    monkeypatch.setattr(
        int8_gemm,
        "int8_gemm_ir",
        lambda width: int8_gemm_ir(width).replace("i32 %low.sum, -128", "i32 %low.sum, -127"),
    )
    assert best_int8_gemm() is None
    assert "wrong on this processor" in caplog.text


@pytest.mark.usefixtures("fresh_kernel_cache")
def test_without_llvm_torch_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm, "binding", None)
    assert best_int8_gemm() is None
