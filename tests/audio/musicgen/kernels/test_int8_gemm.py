"""8-bit products by code of our own, beside those of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from audio.musicgen.kernels import int8_gemm, llvm
from audio.musicgen.kernels.int8_gemm import MAX, Multiplier, compiled_for, multiplier, widths
from audio.musicgen.kernels.int8_gemm_ir import LEVELS, NARROW, WIDE, code

SHAPES = [(64, 64), (16, 16), (80, 96), (67, 33), (192, 10), (5, 192), (1024, 128)]
"""Inputs and outputs: whole panels of either width, and what must be made up to them."""


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def compiled(request: pytest.FixtureRequest) -> Multiplier:
    made = compiled_for(request.param) if request.param in widths() else None
    if made is None:
        pytest.skip("this processor has no VNNI of this width, or llvmlite is not installed")
    return made


@pytest.fixture
def asked_anew() -> Iterator[None]:
    multiplier.cache_clear()
    yield
    multiplier.cache_clear()


def whole(*shape: int, most: int, seed: int) -> Tensor:
    """Whole numbers, the first of each row as great as they may be, so that its scale is 1."""
    numbers = torch.randint(-most, most + 1, shape, generator=torch.Generator().manual_seed(seed))
    numbers[:, 0] = most
    return numbers.double()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("rows", [1, 2, 3, 8])
def test_whole_numbers_are_multiplied_as_they_are(
    compiled: Multiplier, shape: tuple[int, int], rows: int
) -> None:
    inputs, outputs = shape
    weights, x = whole(outputs, inputs, most=MAX, seed=1), whole(rows, inputs, most=LEVELS, seed=2)
    made = compiled(x.float(), compiled.panels(weights.float()))
    exact = x @ weights.t()
    # to the last bits of a float32 as great as the greatest product
    torch.testing.assert_close(made.double(), exact, atol=1e-6 * float(exact.abs().max()), rtol=0)


def test_the_greatest_sums_there_can_be_do_not_run_over(compiled: Multiplier) -> None:
    weights = torch.full((64, 4096), float(MAX))
    for sign in (-1, 1):
        x = torch.full((1, 4096), float(sign * LEVELS))
        exact = torch.full((1, 64), 4096.0 * MAX * LEVELS * sign)
        torch.testing.assert_close(compiled(x, compiled.panels(weights)), exact)


def test_a_result_may_lie_where_it_is_wanted(compiled: Multiplier) -> None:
    for outputs in (128, 100):
        weights, x = whole(outputs, 64, most=MAX, seed=3).float(), whole(3, 64, most=LEVELS, seed=4).float()
        panels = compiled.panels(weights)
        expected = compiled(x, panels)
        room = torch.full((3, outputs), torch.nan)
        assert compiled(x, panels, room) is room
        assert torch.equal(room, expected)
        wide = torch.full((3, 2 * outputs), torch.nan)
        compiled(x, panels, wide[:, :outputs])
        assert torch.equal(wide[:, :outputs], expected)
        assert wide[:, outputs:].isnan().all(), "and nowhere else"


def test_a_result_may_be_added_to_what_is_there(compiled: Multiplier) -> None:
    for outputs in (128, 100):
        weights, x = whole(outputs, 64, most=MAX, seed=3).float(), whole(3, 64, most=LEVELS, seed=4).float()
        panels = compiled.panels(weights)
        there = 1e6 * torch.arange(3.0 * outputs).view(3, outputs)
        total = there.clone()
        assert compiled(x, panels, total, adds=True) is total
        assert torch.equal(total, there + compiled(x, panels))


def test_rows_need_not_lie_side_by_side(compiled: Multiplier) -> None:
    panels = compiled.panels(whole(64, 64, most=MAX, seed=5).float())
    x = whole(4, 128, most=LEVELS, seed=6).float()[:, :64]
    assert torch.equal(compiled(x, panels), compiled(x.clone(), panels))


def test_a_row_has_the_same_bits_in_any_company(compiled: Multiplier) -> None:
    generator = torch.Generator().manual_seed(7)
    panels = compiled.panels(torch.randn(96, 80, generator=generator))
    x = torch.randn(5, 80, generator=generator)
    alone = torch.cat([compiled(x[row : row + 1], panels) for row in range(5)])
    for count in range(6):
        assert torch.equal(compiled(x[:count], panels), alone[:count])


def test_what_is_no_number_stays_in_its_row(compiled: Multiplier) -> None:
    generator = torch.Generator().manual_seed(8)
    panels = compiled.panels(torch.randn(64, 64, generator=generator))
    x = torch.randn(4, 64, generator=generator)
    x[1, 3], x[3, 60] = torch.nan, -torch.inf
    assert compiled(x, panels).isfinite().all(dim=1).tolist() == [True, False, True, False]


def test_what_does_not_fit_is_refused(compiled: Multiplier) -> None:
    panels = compiled.panels(torch.ones(64, 64))
    for x in (torch.ones(2, 65), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="do not fit"):
            compiled(x, panels)
    for out in (torch.ones(1, 64), torch.ones(2, 63), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="no room"):
            compiled(torch.ones(2, 64), panels, out)


@pytest.mark.usefixtures("asked_anew")
def test_where_the_results_are_wrong_torch_multiplies(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if not widths():
        pytest.skip("this processor has no VNNI, or llvmlite is not installed")
    monkeypatch.setattr(
        int8_gemm, "code", lambda width: code(width).replace("i32 %low.sum, -128", "i32 %low.sum, -127")
    )
    assert multiplier() is None
    assert "otherwise than torch" in caplog.text


@pytest.mark.usefixtures("asked_anew")
def test_without_llvm_torch_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm, "binding", None)
    assert multiplier() is None
