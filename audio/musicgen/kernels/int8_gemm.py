"""Products of whole numbers by the processor's own instruction for them.

VNNI multiplies 64 pairs of bytes at once and adds the products up by fours (Intel's “vpdpbusd”; one byte of
a pair has a sign, the other has none). With it a few rows by a matrix that no cache holds take no longer than
reading its bytes does: torch's products of 8-bit numbers take 1.5 to 2.5 times as long for up to four rows
(Xeon, 1024 × 1024 to 4096 × 1024). The function is written in LLVM's intermediate language and compiled for
this processor when it is first asked for, in a tenth of a second.

Weights lie in panels: of 16 outputs those of the first four inputs, then those of the next four. They are
held as bytes without a sign, 128 higher; 128 times the sum of the inputs is taken off each result.
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

from audio.musicgen.kernels.int8_gemm_ir import BYTES, LEVELS, NARROW, NOTES, RAISED, ROOM, WIDE, Width, code
from audio.musicgen.kernels.llvm import compiled, features

_log = logging.getLogger(__name__)

MAX: Final = 127
"""What a weight is at most, as a whole number; −128 is not used."""
MIN: Final = 1e-30
"""What the greatest weight of an output is taken for at least, so that its scale is not 0."""
_WIDTHS: Final = {"avx512vnni": WIDE, "avxvnni": NARROW}
"""By LLVM's names of what a processor has."""
_PROBE_SEED: Final = 0
_PROBE_ERROR: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Panels:
    """Weights as a multiplier reads them."""

    weights: Tensor
    """(panels, inputs / 4, outputs of a panel, 4) of uint8, made up to whole turns of a multiplier."""
    scales: Tensor
    """Of the outputs, made up as well, over what an input is at most as a whole number."""
    inputs: int
    """How many there are when made up."""
    outputs: int
    addresses: tuple[int, int]
    """Of weights and scales, which are held here: to ask for them takes time."""


class Multiplier:
    """Rows of float32 by weights in 8 bits, by a function compiled for one width."""

    def __init__(self, width: Width, multiply: Callable[..., None]) -> None:
        self._width = width
        self._multiply = multiply

    def panels(self, weights: Tensor) -> Panels:
        """Weights (outputs, inputs) of float32 in 8 bits, with a scale for each output."""
        outputs, inputs = weights.shape
        more, room = -outputs % self._width.outputs, inputs + -inputs % ROOM
        scales = weights.abs().amax(dim=1, keepdim=True).clamp(min=MIN) / MAX
        raised = (torch.round(weights / scales) + RAISED).to(torch.uint8)
        raised = functional.pad(raised, (0, room - inputs, 0, more), value=RAISED)
        panels = raised.view(-1, self._width.lanes, room // BYTES, BYTES).transpose(1, 2).contiguous()
        scales = functional.pad(scales[:, 0] / LEVELS, (0, more))
        return Panels(panels, scales, room, outputs, (panels.data_ptr(), scales.data_ptr()))

    def __call__(self, x: Tensor, panels: Panels, out: Tensor | None = None, adds: bool = False) -> Tensor:
        """The product of `x`, (rows, inputs), which is rounded to 16 bits with a scale for each row: (rows,
        outputs), in `out` where that is given, or added to it. All are float32; ValueError where they are
        not, or do not fit."""
        rows, inputs = x.shape
        outputs = len(panels.scales)
        if x.dtype != torch.float32 or not panels.inputs - ROOM < inputs <= panels.inputs:
            raise ValueError(f"{inputs} inputs of {x.dtype} do not fit weights for {panels.inputs}.")
        if out is not None and (out.dtype != torch.float32 or out.shape != (rows, panels.outputs)):
            raise ValueError(f"{out.dtype} of {tuple(out.shape)} has no room for the product.")
        if inputs != panels.inputs:
            x = functional.pad(x, (0, panels.inputs - inputs))
        x = x.contiguous()
        whole = out is not None and outputs == panels.outputs and out.is_contiguous()
        made = out if out is not None and whole else torch.empty(rows, outputs)
        noted = torch.empty(rows * (2 * panels.inputs + NOTES), dtype=torch.uint8)
        if rows:
            self._multiply(
                x.data_ptr(),
                *panels.addresses,
                noted.data_ptr(),
                made.data_ptr(),
                rows,
                panels.inputs,
                outputs,
                adds and whole,
            )
        if outputs != panels.outputs:
            made = made[:, : panels.outputs]
        if out is None or whole:
            return made
        return out.add_(made) if adds else out.copy_(made)


def widths() -> list[Width]:
    """How this processor can multiply, the quicker way first."""
    has = features()
    return [width for feature, width in _WIDTHS.items() if has.get(feature)]


def compiled_for(width: Width) -> Multiplier | None:
    """None where it cannot be compiled, or is wrong."""
    multiply = compiled(code(width), "multiply", pointers=5, numbers=4)
    if multiply is None:
        return None
    made = Multiplier(width, multiply)
    if _agrees(made):
        return made
    _log.warning("LLVM multiplies whole numbers otherwise than torch here.")
    return None


@cache
def multiplier() -> Multiplier | None:
    """The best there is here, or None, where torch multiplies."""
    return next((found for width in widths() if (found := compiled_for(width))), None)


def _agrees(multiplier: Multiplier) -> bool:
    """Whether it finds what whole numbers must give."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    weights = torch.randint(-MAX, MAX + 1, (96, 80), generator=generator).double()
    x = torch.randint(-LEVELS, LEVELS + 1, (7, 80), generator=generator).double()
    weights[:, 0], x[:, 0] = MAX, LEVELS  # so that all scales are 1
    found = multiplier(x.float(), multiplier.panels(weights.float()))
    return torch.allclose(found.double(), x @ weights.t(), rtol=_PROBE_ERROR, atol=_PROBE_ERROR * LEVELS)
