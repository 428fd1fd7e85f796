"""Batch-invariant linear layers: each row of a result depends on its own input row alone, bit for bit.

BLAS libraries sum in another order for another number of rows, so a slot's sound would depend on how many
slots run beside it. Here a result is defined as that of multiplying blocks of a few rows. If a probe shows
that more rows at once give the same bits, on this machine and for this shape, they are multiplied at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

ROW_BLOCK: Final = 4
"""Rows of a block: two slots, each with and without its prompt. MKL uses another algorithm for up to 2 rows
than for more, and 4 rows take at most 1.2 times as long as 2 (2-core EPYC, 192 × 768)."""

MIN_PACKED_WEIGHTS: Final = 2**20
"""From this size, and with far more outputs than inputs, float32 weights are packed too: 4 rows by
192 × 10752 take 0.2 of MKL's time. For narrower ones oneDNN's overhead of 20 µs per call costs more than it
saves."""

MAX_WEIGHT: Final = 127
"""The largest magnitude of a weight in 8 bits; −128 is not used."""

MIN_PEAK: Final = 1e-30
"""Lower bound of an output's largest weight, so that its scale is not 0."""

_INT8_INPUT_MULTIPLE: Final = 16
"""torch's product with 8-bit weights is wrong unless the number of inputs is a multiple of this."""

_PROBE_SEED: Final = 0
MatMul = Callable[[Tensor, Tensor], Tensor]
"""A product of inputs (rows, inputs) and weights in a layout of their own → (rows, outputs)."""


class Matrix(Protocol):
    """A linear layer without bias: (rows, inputs) → (rows, outputs), both float32.

    The result is written to `out` if given, else it is a new tensor.
    """

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor: ...

    def add_to(self, total: Tensor, x: Tensor) -> None:
        """Add the result to `total` (rows, outputs)."""
        total += self(x)


def make_matrix(dtype: str, *modules: nn.Linear, rows: int = ROW_BLOCK) -> Matrix:
    """Make one matrix of the weights of `modules`, side by side, in the data type `dtype`.

    `dtype` is float32, bfloat16, float16 or int8. Results are defined by blocks of `rows` rows; int8 needs no
    blocks, because its sums are per row.

    The modules' own weights become views of the matrix, so they take no memory twice; only wide float32
    weights are copied, packed. If the data type rules views out, the modules' weights are freed (moved to the
    device "meta"). Raises ValueError for modules whose weights were freed.
    """
    if any(module.weight.is_meta for module in modules):
        raise ValueError("These weights were freed for another matrix; load the checkpoint again.")
    if dtype == "int8":
        return Int8Matrix(*modules)
    kind: torch.dtype = getattr(torch, dtype)
    inputs, outputs = modules[0].in_features, sum(module.out_features for module in modules)
    wide = inputs * outputs >= MIN_PACKED_WEIGHTS and outputs > 4 * inputs
    if modules[0].weight.device.type == "cpu" and (wide or kind == torch.bfloat16) and can_pack(kind):
        return PackedMatrix(kind, rows, *modules)
    return FloatMatrix(kind, rows, *modules)


@cache
def can_pack(dtype: torch.dtype) -> bool:
    """True if this build of torch multiplies packed weights of `dtype` on this processor."""
    one = torch.ones(1, 1, dtype=dtype)
    try:
        return _packed_matmul(one, _pack(one)).item() == 1
    except (AttributeError, RuntimeError):
        return False


class FloatMatrix(Matrix):
    """Floating-point weights laid out as (inputs, outputs).

    In this layout the product of two rows takes 0.7 to 0.9 of the time of torch's (outputs, inputs), that of
    one row a third (2-core EPYC, MKL, the weights of a 4 × 192 decoder in turn).
    """

    @torch.no_grad()
    def __init__(self, dtype: torch.dtype, rows: int, *modules: nn.Linear) -> None:
        self._rows = rows
        weights = torch.cat([module.weight for module in modules]).t()
        self._weights = weights.to(dtype).contiguous()
        columns = torch.split(self._weights, [module.out_features for module in modules], dim=1)
        for module, part in zip(modules, columns, strict=True):
            freed = module.weight.dtype != dtype
            module.weight = nn.Parameter(module.weight.to("meta") if freed else part.t(), False)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        dtype = self._weights.dtype
        if dtype != torch.float32:
            return _to_float32(batch_invariant_matmul(torch.mm, x.to(dtype), self._weights, self._rows), out)
        if out is not None and can_batch(torch.mm, x, self._weights, self._rows):
            return torch.mm(x, self._weights, out=out)
        return _to_float32(batch_invariant_matmul(torch.mm, x, self._weights, self._rows), out)


class StaticBatchMatrix(Matrix):
    """Floating-point weights for inputs of the same type, all rows in one product.

    Only for batches of a constant number of rows, whose results cannot depend on how many slots run.
    """

    @torch.no_grad()
    def __init__(self, dtype: torch.dtype, *modules: nn.Linear) -> None:
        weights = torch.cat([module.weight for module in modules])
        self._weights = weights.to(dtype)
        self._columns = self._weights.t()
        if dtype == weights.dtype:
            rows = torch.split(self._weights, [module.out_features for module in modules])
            for module, part in zip(modules, rows, strict=True):
                module.weight = nn.Parameter(part, False)
        else:
            _free_weights(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.mm(x, self._columns) if out is None else torch.mm(x, self._columns, out=out)

    def add_to(self, total: Tensor, x: Tensor) -> None:
        total.addmm_(x, self._columns)


class PackedMatrix(Matrix):
    """Weights in oneDNN's packed layout. Only on the CPU."""

    @torch.no_grad()
    def __init__(self, dtype: torch.dtype, rows: int, *modules: nn.Linear) -> None:
        self._rows = rows
        self._dtype = dtype
        self._weights = _pack(torch.cat([module.weight for module in modules]).to(dtype))
        if dtype != torch.float32:
            _free_weights(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return _to_float32(
            batch_invariant_matmul(_packed_matmul, x.to(self._dtype), self._weights, self._rows), out
        )


class Int8Matrix(Matrix):
    """8-bit weights with one scale per output, by torch: inputs and results are rounded to bfloat16.

    torch sums each row by itself, however many there are. Only on the CPU.
    """

    @torch.no_grad()
    def __init__(self, *modules: nn.Linear) -> None:
        weights = torch.cat([module.weight for module in modules])
        peak = weights.abs().amax(dim=1).clamp_(min=MIN_PEAK)
        self._scales = (peak / MAX_WEIGHT).bfloat16()
        # with a scale rounded down the largest weight would exceed 127
        short = self._scales.float() * MAX_WEIGHT < peak
        self._scales[short] = torch.nextafter(self._scales, torch.full_like(self._scales, torch.inf))[short]
        quantised = torch.round(weights / self._scales.float()[:, None]).to(torch.int8)
        self._weights = functional.pad(quantised, (0, -quantised.shape[1] % _INT8_INPUT_MULTIPLE))
        _free_weights(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        if lacking := self._weights.shape[1] - x.shape[1]:
            x = functional.pad(x, (0, lacking))
        return _to_float32(torch._weight_int8pack_mm(x.bfloat16(), self._weights, self._scales), out)


def batch_invariant_matmul(product: MatMul, x: Tensor, weights: Tensor, rows: int) -> Tensor:
    """Return the product with the bits of multiplying blocks of `rows` rows."""
    if can_batch(product, x, weights, rows):
        return product(x, weights)
    count = len(x)
    if missing := -count % rows:
        x = functional.pad(x, (0, 0, 0, missing))
        if can_batch(product, x, weights, rows):
            return product(x, weights)[:count]
    return _in_blocks(product, x, rows, weights)[:count]


def can_batch(product: MatMul, x: Tensor, weights: Tensor, rows: int) -> bool:
    """True if multiplying all of `x` at once gives the bits of blocks of `rows` rows."""
    count = len(x)
    if count == rows:
        return True
    if count % rows or x.device.type != "cpu":  # the probe runs on the CPU
        return False
    return batch_matches_blocks(product, count, rows, tuple(weights.shape), x.dtype)


@cache
def batch_matches_blocks(
    product: MatMul, count: int, rows: int, shape: tuple[int, int], dtype: torch.dtype
) -> bool:
    """Probe with random numbers: True if `count` rows at once give the bits of blocks of `rows` rows."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    weights = torch.randn(*shape, generator=generator).to(dtype)
    if product is _packed_matmul:  # packed weights keep the shape (outputs, inputs)
        weights = _pack(weights)
        shape = (shape[1], shape[0])
    x = torch.randn(count, shape[0], generator=generator).to(dtype)
    return torch.equal(product(x, weights), _in_blocks(product, x, rows, weights))


def _in_blocks(product: MatMul, x: Tensor, rows: int, weights: Tensor) -> Tensor:
    return torch.cat([product(block, weights) for block in torch.split(x, rows)])


def _to_float32(result: Tensor, out: Tensor | None) -> Tensor:
    return result.float() if out is None else out.copy_(result)


def _pack(weights: Tensor) -> Tensor:
    """Return weights (outputs, inputs) in oneDNN's packed layout."""
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weights, ROW_BLOCK)
    return packed


def _packed_matmul(x: Tensor, weights: Tensor) -> Tensor:
    product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weights, None, "none", [], "")
    return product


def _free_weights(*modules: nn.Linear) -> None:
    """Free the weights of `modules`."""
    for module in modules:
        module.weight = nn.Parameter(module.weight.to("meta"), False)
