"""Weights as matrices, multiplied so that each row of the result depends on its own row alone, bit for bit.

A library of linear algebra adds in another order when it is given another number of rows, so a slot would
hear how many neighbours it has. Here the result is by definition that of multiplying a few rows at a time.
Where a probe shows that more rows at once give the same bits, on this machine and for this shape, they go at
once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.musicgen.kernels.int8_gemm import MAX, MIN, multiplier

ROWS: Final = 4
"""How many rows define a result: two slots, each with and without its prompt. MKL computes up to 2 rows in
another way than more, and 4 take at most 1.2 times as long as 2 (2-core EPYC, 192 × 768)."""

WIDE_NUMBERS: Final = 2**20
"""From so many weights on, far more of them outputs than inputs, float32 is packed too: 4 rows by 192 × 10752
take 0.2 of MKL's time. Of narrower ones oneDNN's 20 µs a call cost more than it saves."""

ALONE: Final = 2
"""Up to so many threads one that multiplies as fast as the memory allows is quicker than torch's, which share
the work: with two, torch takes 1.3 times as long for a row by 1024 × 1024, and twice as long for sixteen."""

_VECTORS: Final = ("AVX2", "AVX512")
"""Where torch has instructions for 8-bit weights."""

_INPUTS: Final = 16
"""Torch's products by 8-bit weights are wrong where the number of inputs is no multiple of it."""

_PROBE_SEED: Final = 0
Product = Callable[[Tensor, Tensor], Tensor]
"""Inputs (rows, inputs) by weights in an order of their own → (rows, outputs)."""


class Matrix(Protocol):
    """What a linear layer without bias does: (rows, inputs) → (rows, outputs), both float32.

    The result is written into `out` where that is given, and else is a tensor of its own.
    """

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor: ...

    def add_to(self, total: Tensor, x: Tensor) -> None:
        """Add the result to `total`, (rows, outputs)."""
        total += self(x)


def fastest_dtype(device: str) -> str:
    """The type that the decoder is held in where nobody asks for another."""
    if device.startswith("cuda"):
        return "float16"
    return "int8" if device == "cpu" and torch.backends.cpu.get_cpu_capability() in _VECTORS else "float32"


def kernel_name(dtype: str) -> str:
    """How matrices of a type are held and multiplied here, in words that tell speeds apart."""
    return "int8 by VNNI" if dtype == "int8" and _vnni() else dtype


def _vnni() -> bool:
    return torch.get_num_threads() <= ALONE and multiplier() is not None


def matrix_of(dtype: str, *modules: nn.Linear, rows: int = ROWS) -> Matrix:
    """The weights of `modules` side by side, held as `dtype`: float32, bfloat16, float16 or int8.

    `rows` at a time define the result; whole numbers need no such rule.

    The modules' own weights become views of it, so that none is held twice. Wide float32 weights are held a
    second time, packed. Where another type rules views out the weights are given up, and their place holds no
    data (the device "meta"); from such modules no other matrix can be made, which is a ValueError.
    """
    if any(module.weight.is_meta for module in modules):
        raise ValueError("These weights were given up for another matrix; load the checkpoint again.")
    if dtype == "int8":
        return VnniMatrix(*modules) if _vnni() else Int8Matrix(*modules)
    kind: torch.dtype = getattr(torch, dtype)
    inputs, outputs = modules[0].in_features, sum(module.out_features for module in modules)
    wide = inputs * outputs >= WIDE_NUMBERS and outputs > 4 * inputs
    if modules[0].weight.device.type == "cpu" and (wide or kind == torch.bfloat16) and packs(kind):
        return PackedMatrix(kind, rows, *modules)
    return FloatMatrix(kind, rows, *modules)


@cache
def packs(dtype: torch.dtype) -> bool:
    """Whether this build of torch multiplies by packed weights of this type on this processor."""
    one = torch.ones(1, 1, dtype=dtype)
    try:
        return _by_packed(one, _packed(one)).item() == 1
    except (AttributeError, RuntimeError):
        return False


class FloatMatrix(Matrix):
    """Weights in a floating-point type, the inputs as rows.

    Two rows by a matrix laid out like this take 0.7 to 0.9 of the time of the usual layout, one row a third
    (2-core EPYC, MKL, the weights of a 4 × 192 decoder in turn).
    """

    @torch.no_grad()
    def __init__(self, dtype: torch.dtype, rows: int, *modules: nn.Linear) -> None:
        self._rows = rows
        weights = torch.cat([module.weight for module in modules]).t()
        self._weights = weights.to(dtype).contiguous()
        columns = torch.split(self._weights, [module.out_features for module in modules], dim=1)
        for module, part in zip(modules, columns, strict=True):
            given_up = module.weight.dtype != dtype
            module.weight = nn.Parameter(module.weight.to("meta") if given_up else part.t(), False)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        dtype = self._weights.dtype
        if dtype != torch.float32:
            return _given(batch_invariant_matmul(torch.mm, x.to(dtype), self._weights, self._rows), out)
        if out is not None and whole(torch.mm, x, self._weights, self._rows):
            return torch.mm(x, self._weights, out=out)
        return _given(batch_invariant_matmul(torch.mm, x, self._weights, self._rows), out)


class WholeMatrix(Matrix):
    """Weights in a floating-point type for inputs of the same type, all rows in one product.

    For a batch that always has the same number of rows, so that its shape tells nothing about neighbours.
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
            _give_up(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return torch.mm(x, self._columns) if out is None else torch.mm(x, self._columns, out=out)

    def add_to(self, total: Tensor, x: Tensor) -> None:
        total.addmm_(x, self._columns)


class PackedMatrix(Matrix):
    """Weights in the order in which oneDNN reads them. Only on the CPU."""

    @torch.no_grad()
    def __init__(self, dtype: torch.dtype, rows: int, *modules: nn.Linear) -> None:
        self._rows = rows
        self._dtype = dtype
        self._weights = _packed(torch.cat([module.weight for module in modules]).to(dtype))
        if dtype != torch.float32:
            _give_up(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return _given(batch_invariant_matmul(_by_packed, x.to(self._dtype), self._weights, self._rows), out)


class VnniMatrix(Matrix):
    """Weights in 8 bits with a scale for each output; inputs get 16 bits, with a scale for each row and never
    one for all.

    The sums are whole numbers, and so exact in any order. Only where there is a `multiplier`.
    """

    @torch.no_grad()
    def __init__(self, *modules: nn.Linear) -> None:
        found = multiplier()
        assert found is not None
        self._multiply = found
        self._panels = found.panels(torch.cat([module.weight for module in modules]))
        _give_up(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        return self._multiply(x, self._panels, out)

    def add_to(self, total: Tensor, x: Tensor) -> None:
        self._multiply(x, self._panels, total, adds=True)


class Int8Matrix(Matrix):
    """Weights in 8 bits with a scale for each output; inputs and results are rounded to bfloat16.

    Each row is summed by itself, whatever stands beside it. Only on the CPU.
    """

    @torch.no_grad()
    def __init__(self, *modules: nn.Linear) -> None:
        weights = torch.cat([module.weight for module in modules])
        greatest = weights.abs().amax(dim=1).clamp_(min=MIN)
        self._scales = (greatest / MAX).bfloat16()
        # rounded down, a scale would leave the greatest weight no whole number
        short = self._scales.float() * MAX < greatest
        self._scales[short] = torch.nextafter(self._scales, torch.full_like(self._scales, torch.inf))[short]
        whole = torch.round(weights / self._scales.float()[:, None]).to(torch.int8)
        self._weights = functional.pad(whole, (0, -whole.shape[1] % _INPUTS))
        _give_up(*modules)

    def __call__(self, x: Tensor, out: Tensor | None = None) -> Tensor:
        if lacking := self._weights.shape[1] - x.shape[1]:
            x = functional.pad(x, (0, lacking))
        return _given(torch._weight_int8pack_mm(x.bfloat16(), self._weights, self._scales), out)


def batch_invariant_matmul(product: Product, x: Tensor, weights: Tensor, rows: int) -> Tensor:
    """The product, each row of it as if there were `rows` rows in all."""
    if whole(product, x, weights, rows):
        return product(x, weights)
    count = len(x)
    if missing := -count % rows:
        x = functional.pad(x, (0, 0, 0, missing))
        if whole(product, x, weights, rows):
            return product(x, weights)[:count]
    return _in_portions(product, x, rows, weights)[:count]


def whole(product: Product, x: Tensor, weights: Tensor, rows: int) -> bool:
    """Whether `x` may be multiplied as it is, with the bits of `rows` rows at a time."""
    count = len(x)
    if count == rows:
        return True
    if count % rows or x.device.type != "cpu":  # which is where the probe multiplies
        return False
    return at_once(product, count, rows, tuple(weights.shape), x.dtype)


@cache
def at_once(product: Product, count: int, rows: int, shape: tuple[int, int], dtype: torch.dtype) -> bool:
    """Whether here `count` rows at once by weights of `shape` have the bits of `rows` at a time."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    weights = torch.randn(*shape, generator=generator).to(dtype)
    if product is _by_packed:  # the shape of what is packed is still (outputs, inputs)
        weights = _packed(weights)
        shape = (shape[1], shape[0])
    x = torch.randn(count, shape[0], generator=generator).to(dtype)
    return torch.equal(product(x, weights), _in_portions(product, x, rows, weights))


def _in_portions(product: Product, x: Tensor, rows: int, weights: Tensor) -> Tensor:
    return torch.cat([product(portion, weights) for portion in torch.split(x, rows)])


def _given(result: Tensor, out: Tensor | None) -> Tensor:
    return result.float() if out is None else out.copy_(result)


def _packed(weights: Tensor) -> Tensor:
    """Weights (outputs, inputs) in oneDNN's own order."""
    packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weights, ROWS)
    return packed


def _by_packed(x: Tensor, weights: Tensor) -> Tensor:
    product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weights, None, "none", [], "")
    return product


def _give_up(*modules: nn.Linear) -> None:
    """Free the weights of `modules`."""
    for module in modules:
        module.weight = nn.Parameter(module.weight.to("meta"), False)
