"""The compiled 8-bit product against exact products of integers.

Where a processor lacks the instruction of a kernel, the kernel runs with an emulated one.
"""

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
from audio.musicgen.kernels.int8_gemm_ir import AVX2, AVX512, DOT_BYTES, MAX_INPUT, VectorWidth, int8_gemm_ir

SHAPES = [(64, 64), (16, 16), (80, 96), (67, 33), (192, 10), (5, 192), (1024, 128)]
"""Inputs and outputs: whole panels of either width, and shapes that must be padded to them."""


def emulated(code: str, width: VectorWidth) -> str:
    """Return the IR of a kernel with VNNI's instruction replaced by shifts, products and sums."""
    sums = f"<{width.lanes} x i32>"
    terms, total = [], "%sum"
    for byte in range(DOT_BYTES):
        terms.append(f"""
  %weight{byte}.shifted = lshr {sums} %weights, splat (i32 {8 * byte})
  %weight{byte} = and {sums} %weight{byte}.shifted, splat (i32 255)
  %input{byte}.shifted = shl {sums} %inputs, splat (i32 {24 - 8 * byte})
  %input{byte} = ashr {sums} %input{byte}.shifted, splat (i32 24)
  %product{byte} = mul {sums} %weight{byte}, %input{byte}
  %sum{byte} = add {sums} {total}, %product{byte}""")
        total = f"%sum{byte}"
    function = (
        f"define private {sums} @emulated({sums} %sum, {sums} %weights, {sums} %inputs) {{"
        + "".join(terms)
        + f"\n  ret {sums} {total}\n}}"
    )
    declaration, rest = code.split("\n", 1)
    assert declaration.startswith("declare")
    return f"{function}\n{rest.replace(width.product, '@emulated')}"


def use_kernel(monkeypatch: pytest.MonkeyPatch, width: VectorWidth, code: str) -> None:
    """Let `compile_gemm` compile `code`, with the instruction emulated if this processor lacks it."""
    if not llvm.cpu_features():
        pytest.skip("llvmlite is not installed or does not load")
    usable = width in supported_widths()
    monkeypatch.setattr(int8_gemm, "int8_gemm_ir", lambda _: code if usable else emulated(code, width))


@pytest.fixture(params=[AVX512, AVX2], ids=["avx512", "avx2"])
def gemm(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Int8Gemm:
    use_kernel(monkeypatch, request.param, int8_gemm_ir(request.param))
    made = compile_gemm(request.param)
    assert made is not None
    return made


@pytest.fixture
def fresh_kernel_cache() -> Iterator[None]:
    best_int8_gemm.cache_clear()
    yield
    best_int8_gemm.cache_clear()


def integers(*shape: int, max_value: int, seed: int) -> Tensor:
    """Return random integers; the first of each row is the largest, so that the row's scale is 1."""
    numbers = torch.randint(-max_value, max_value + 1, shape, generator=torch.Generator().manual_seed(seed))
    numbers[:, 0] = max_value
    return numbers.double()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("rows", [1, 2, 3, 8])
def test_products_of_integers_are_exact(gemm: Int8Gemm, shape: tuple[int, int], rows: int) -> None:
    inputs, outputs = shape
    weights, x = (
        integers(outputs, inputs, max_value=MAX_WEIGHT, seed=1),
        integers(rows, inputs, max_value=MAX_INPUT, seed=2),
    )
    result = gemm(x.float(), gemm.pack(weights.float()))
    exact = x @ weights.t()
    # up to the precision of float32 at the largest product
    torch.testing.assert_close(result.double(), exact, atol=1e-6 * float(exact.abs().max()), rtol=0)


def test_the_largest_possible_sums_do_not_overflow(gemm: Int8Gemm) -> None:
    weights = torch.full((64, 4096), float(MAX_WEIGHT))
    for sign in (-1, 1):
        x = torch.full((1, 4096), float(sign * MAX_INPUT))
        exact = torch.full((1, 64), 4096.0 * MAX_WEIGHT * MAX_INPUT * sign)
        torch.testing.assert_close(gemm(x, gemm.pack(weights)), exact)


def test_the_product_is_written_to_out_and_nowhere_else(gemm: Int8Gemm) -> None:
    for outputs in (128, 100):
        weights, x = (
            integers(outputs, 64, max_value=MAX_WEIGHT, seed=3).float(),
            integers(3, 64, max_value=MAX_INPUT, seed=4).float(),
        )
        panels = gemm.pack(weights)
        expected = gemm(x, panels)
        room = torch.full((3, outputs), torch.nan)
        assert gemm(x, panels, room) is room
        assert torch.equal(room, expected)
        wide = torch.full((3, 2 * outputs), torch.nan)
        gemm(x, panels, wide[:, :outputs])
        assert torch.equal(wide[:, :outputs], expected)
        assert wide[:, outputs:].isnan().all()


def test_the_product_is_added_to_out_on_request(gemm: Int8Gemm) -> None:
    for outputs in (128, 100):
        weights, x = (
            integers(outputs, 64, max_value=MAX_WEIGHT, seed=3).float(),
            integers(3, 64, max_value=MAX_INPUT, seed=4).float(),
        )
        panels = gemm.pack(weights)
        there = 1e6 * torch.arange(3.0 * outputs).view(3, outputs)
        total = there.clone()
        assert gemm(x, panels, total, accumulate=True) is total
        assert torch.equal(total, there + gemm(x, panels))


def test_rows_of_a_strided_view_are_accepted(gemm: Int8Gemm) -> None:
    panels = gemm.pack(integers(64, 64, max_value=MAX_WEIGHT, seed=5).float())
    x = integers(4, 128, max_value=MAX_INPUT, seed=6).float()[:, :64]
    assert torch.equal(gemm(x, panels), gemm(x.clone(), panels))


def test_a_row_has_the_same_bits_alone_and_beside_others(gemm: Int8Gemm) -> None:
    generator = torch.Generator().manual_seed(7)
    panels = gemm.pack(torch.randn(96, 80, generator=generator))
    x = torch.randn(5, 80, generator=generator)
    alone = torch.cat([gemm(x[row : row + 1], panels) for row in range(5)])
    for count in range(6):
        assert torch.equal(gemm(x[:count], panels), alone[:count])


def test_nan_and_infinity_stay_in_their_row(gemm: Int8Gemm) -> None:
    generator = torch.Generator().manual_seed(8)
    panels = gemm.pack(torch.randn(64, 64, generator=generator))
    x = torch.randn(4, 64, generator=generator)
    x[1, 3], x[3, 60] = torch.nan, -torch.inf
    assert gemm(x, panels).isfinite().all(dim=1).tolist() == [True, False, True, False]


def test_wrong_shapes_and_types_are_refused(gemm: Int8Gemm) -> None:
    panels = gemm.pack(torch.ones(64, 64))
    for x in (torch.ones(2, 65), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="do not fit"):
            gemm(x, panels)
    for out in (torch.ones(1, 64), torch.ones(2, 63), torch.ones(2, 64, dtype=torch.float64)):
        with pytest.raises(ValueError, match="no room"):
            gemm(torch.ones(2, 64), panels, out)


@pytest.mark.usefixtures("fresh_kernel_cache")
def test_torch_multiplies_if_the_kernel_has_wrong_results(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    width = next(iter(supported_widths()), AVX512)
    wrong = int8_gemm_ir(width).replace("i32 %low.sum, -128", "i32 %low.sum, -127")
    assert wrong != int8_gemm_ir(width)
    use_kernel(monkeypatch, width, wrong)
    monkeypatch.setattr(int8_gemm, "supported_widths", lambda: [width])
    assert best_int8_gemm() is None
    assert "wrong on this processor" in caplog.text


@pytest.mark.parametrize("width", [AVX512, AVX2], ids=["avx512", "avx2"])
def test_the_emulated_instruction_gives_the_same_bits(
    width: VectorWidth, monkeypatch: pytest.MonkeyPatch
) -> None:
    if width not in supported_widths():
        missing = f"VNNI with {32 * width.lanes}-bit vectors" if llvm.cpu_features() else "llvmlite"
        pytest.skip(f"needs {missing}: compares the instruction with its emulation")
    generator = torch.Generator().manual_seed(9)
    weights, x = torch.randn(96, 80, generator=generator), torch.randn(5, 80, generator=generator)
    kernels = [compile_gemm(width)]
    code = emulated(int8_gemm_ir(width), width)
    monkeypatch.setattr(int8_gemm, "int8_gemm_ir", lambda _: code)
    kernels.append(compile_gemm(width))
    real, other = (kernel(x, kernel.pack(weights)) for kernel in kernels if kernel is not None)
    assert torch.equal(real, other)


@pytest.mark.usefixtures("fresh_kernel_cache")
def test_torch_multiplies_without_llvmlite(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llvm, "binding", None)
    assert best_int8_gemm() is None
