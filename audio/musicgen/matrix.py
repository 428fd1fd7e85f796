"""Weights as matrices, multiplied so that each row of the result depends on its own row alone, bit for bit.

A library of linear algebra adds in another order when it is given another number of rows, so a slot would
hear how many neighbours it has. Here the result is by definition that of multiplying a few rows at a time.
Where a probe shows that more rows at once give the same bits, on this machine and for this shape, they go at
once.
"""

from __future__ import annotations

from functools import cache
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional

ROWS: Final = 4
"""How many rows define a result: two slots, each with and without its prompt. MKL computes up to 2 rows in
another way than more, and 4 take at most 1.2 times as long as 2 (2-core EPYC, 192 × 768)."""

WIDE_ROWS: Final = 2
"""The same for a matrix with many more outputs than inputs: there 4 rows take twice as long as 2, and 8 times
2 rows no longer than 16 at once (192 × 8192)."""

_PROBE_SEED: Final = 0
_LEVELS: Final = 127
"""Steps of an int8 on each side of zero; −128 is not used."""


class Matrix(Protocol):
    """What a linear layer without bias does: (rows, inputs) → (rows, outputs), both float32."""

    def __call__(self, x: Tensor) -> Tensor: ...


def matrix_of(dtype: str, *modules: nn.Linear, rows: int = ROWS) -> Matrix:
    """The weights of `modules` side by side, held as `dtype`: float32, bfloat16, float16 or int8.

    `rows` at a time define the result; whole numbers need no such rule.

    The modules' own weights become views of it, so that none is held twice; where another type rules that
    out they are given up, and their place holds no data (the device "meta").
    """
    if dtype == "int8":
        return Int8Matrix(*modules)
    return FloatMatrix(getattr(torch, dtype), rows, *modules)


class FloatMatrix:
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

    def __call__(self, x: Tensor) -> Tensor:
        count, x = len(x), x.to(self._weights.dtype)
        if x.is_cuda or count == self._rows:  # on CUDA every batch has all rows
            return (x @ self._weights).float()
        return self._any(x, count).float()

    def _any(self, x: Tensor, count: int) -> Tensor:
        """The product for any number of rows."""
        if missing := -count % self._rows:
            x = functional.pad(x, (0, 0, 0, missing))
        if len(x) == self._rows or at_once(len(x), self._rows, tuple(self._weights.shape), x.dtype):
            return (x @ self._weights)[:count]
        return _in_portions(x, self._rows, self._weights)[:count]


class Int8Matrix:
    """Weights in 8 bits with a scale for each output; inputs get a scale for each row, never one for all.

    The sums are whole numbers, and so exact in any order. Their error is about 1 % of the result's deviation.
    Only on the CPU.
    """

    @torch.no_grad()
    def __init__(self, *modules: nn.Linear) -> None:
        weights = torch.cat([module.weight for module in modules])
        self._scales = weights.abs().amax(dim=1) / _LEVELS
        self._weights = torch.round(weights / self._scales[:, None]).to(torch.int8).t().contiguous()
        for module in modules:
            module.weight = nn.Parameter(module.weight.to("meta"), False)

    def __call__(self, x: Tensor) -> Tensor:
        scales = x.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(x.dtype).tiny) / _LEVELS
        whole = torch._int_mm(torch.round(x / scales).to(torch.int8), self._weights)
        return whole * (scales * self._scales)


def _in_portions(x: Tensor, rows: int, weights: Tensor) -> Tensor:
    return torch.cat([portion @ weights for portion in torch.split(x, rows)])


@cache
def at_once(count: int, rows: int, shape: tuple[int, int], dtype: torch.dtype) -> bool:
    """Whether here `count` rows at once by a matrix of `shape` have the bits of `rows` at a time."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    x = torch.randn(count, shape[0], generator=generator).to(dtype)
    weights = torch.randn(*shape, generator=generator).to(dtype)
    return torch.equal(x @ weights, _in_portions(x, rows, weights))
