"""Matrix products with 8-bit weights by the VNNI instruction, for processors that have it.

VNNI multiplies 64 pairs of bytes (one signed, one unsigned) at once and adds the products up in fours
(“vpdpbusd”). A few rows by a matrix larger than the cache then take no longer than reading the matrix:
torch's 8-bit product takes 1.5 to 2.5 times as long for up to four rows (Xeon, 1024 × 1024 to 4096 × 1024).
The kernel is LLVM IR, compiled for this processor on first use in 0.1 s.

Weights lie in panels: for 16 outputs (8 with 256-bit vectors) the weights of the first four inputs, then
those of the next four, and so on. They are stored as unsigned bytes, 128 higher than they are; 128 times the
sum of the inputs is subtracted from each result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.kernels.int8_gemm_ir import (
    AVX2,
    AVX512,
    DOT_BYTES,
    INPUT_MULTIPLE,
    MAX_INPUT,
    TRAILER_BYTES,
    ZERO_POINT,
    VectorWidth,
    int8_gemm_ir,
)
from audio.musicgen.kernels.llvm import compile_function, cpu_features

_log = logging.getLogger(__name__)

MAX_WEIGHT: Final = 127
"""The largest magnitude of a quantised weight; −128 is not used."""
MIN_PEAK: Final = 1e-30
"""Lower bound of an output's largest weight, so that its scale is not 0."""
_WIDTH_BY_FEATURE: Final = {"avx512vnni": AVX512, "avxvnni": AVX2}
"""Vector widths by LLVM's names of the processor features, the fastest first."""
_PROBE_SEED: Final = 0
_PROBE_ERROR: Final = 1e-5


@dataclass(frozen=True, slots=True)
class PackedWeights:
    """Quantised weights in the order in which an `Int8Gemm` reads them."""

    weights: Tensor
    """uint8 (panels, inputs / 4, outputs of a panel, 4), padded to whole groups of panels."""
    scales: Tensor
    """Scale of each output divided by `MAX_INPUT`, padded likewise."""
    inputs: int
    """Number of inputs after padding."""
    outputs: int
    addresses: tuple[int, int]
    """Addresses of weights and scales; `data_ptr` in each call would take time."""


class Int8Gemm:
    """Multiplies float32 rows by 8-bit weights with a kernel compiled for one vector width."""

    def __init__(self, width: VectorWidth, multiply: Callable[..., None]) -> None:
        self._width = width
        self._multiply = multiply

    def pack(self, weights: Tensor) -> PackedWeights:
        """Quantise float32 weights (outputs, inputs) to 8 bits, with one scale per output."""
        outputs, inputs = weights.shape
        more_outputs, more_inputs = -outputs % self._width.outputs, -inputs % INPUT_MULTIPLE
        scales = weights.abs().amax(dim=1, keepdim=True).clamp(min=MIN_PEAK) / MAX_WEIGHT
        biased = (torch.round(weights / scales) + ZERO_POINT).to(torch.uint8)
        biased = functional.pad(biased, (0, more_inputs, 0, more_outputs), value=ZERO_POINT)
        groups = biased.view(-1, self._width.lanes, (inputs + more_inputs) // DOT_BYTES, DOT_BYTES)
        panels = groups.transpose(1, 2).contiguous()
        scales = functional.pad(scales[:, 0] / MAX_INPUT, (0, more_outputs))
        addresses = (panels.data_ptr(), scales.data_ptr())
        return PackedWeights(panels, scales, inputs + more_inputs, outputs, addresses)

    def __call__(
        self, x: Tensor, weights: PackedWeights, out: Tensor | None = None, accumulate: bool = False
    ) -> Tensor:
        """Multiply `x` (rows, inputs), rounded to 16 bits with one scale per row → (rows, outputs).

        The product is written to `out` if given, or added to it. All tensors are float32. Raises ValueError
        for another type or shape.
        """
        rows, inputs = x.shape
        outputs = len(weights.scales)
        if x.dtype != torch.float32 or not weights.inputs - INPUT_MULTIPLE < inputs <= weights.inputs:
            raise ValueError(f"{inputs} inputs of {x.dtype} do not fit weights for {weights.inputs}.")
        if out is not None and (out.dtype != torch.float32 or out.shape != (rows, weights.outputs)):
            raise ValueError(f"{out.dtype} of {tuple(out.shape)} has no room for the product.")
        if inputs != weights.inputs:
            x = functional.pad(x, (0, weights.inputs - inputs))
        x = x.contiguous()
        in_place = out is not None and outputs == weights.outputs and out.is_contiguous()
        result = out if out is not None and in_place else torch.empty(rows, outputs)
        quantised = torch.empty(rows * (2 * weights.inputs + TRAILER_BYTES), dtype=torch.uint8)
        if rows:
            self._multiply(
                x.data_ptr(),
                *weights.addresses,
                quantised.data_ptr(),
                result.data_ptr(),
                rows,
                weights.inputs,
                outputs,
                accumulate and in_place,
            )
        if outputs != weights.outputs:
            result = result[:, : weights.outputs]
        if out is None or in_place:
            return result
        return out.add_(result) if accumulate else out.copy_(result)


def supported_widths() -> list[VectorWidth]:
    """Return the vector widths with VNNI on this processor, the fastest first."""
    has = cpu_features()
    return [width for feature, width in _WIDTH_BY_FEATURE.items() if has.get(feature)]


def compile_gemm(width: VectorWidth) -> Int8Gemm | None:
    """Compile the kernel for `width`; None if that fails or its results are wrong."""
    multiply = compile_function(int8_gemm_ir(width), "multiply", pointers=5, numbers=4)
    if multiply is None:
        return None
    gemm = Int8Gemm(width, multiply)
    if _is_exact(gemm):
        return gemm
    _log.warning("The compiled 8-bit product is wrong on this processor; torch multiplies.")
    return None


@cache
def best_int8_gemm() -> Int8Gemm | None:
    """Return the fastest kernel for this processor; None if torch must multiply."""
    return next((gemm for width in supported_widths() if (gemm := compile_gemm(width))), None)


def _is_exact(gemm: Int8Gemm) -> bool:
    """True if the products of integers are right."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    weights = torch.randint(-MAX_WEIGHT, MAX_WEIGHT + 1, (96, 80), generator=generator).double()
    x = torch.randint(-MAX_INPUT, MAX_INPUT + 1, (7, 80), generator=generator).double()
    weights[:, 0], x[:, 0] = MAX_WEIGHT, MAX_INPUT  # so that all scales are 1
    product = gemm(x.float(), gemm.pack(weights.float()))
    return torch.allclose(product.double(), x @ weights.t(), rtol=_PROBE_ERROR, atol=_PROBE_ERROR * MAX_INPUT)
