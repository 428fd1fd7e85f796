"""Weights in 4 or 8 bits, in the order in which `source/matrix.h` reads them."""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

GROUP: Final = 32
"""Inputs that share a scale."""

TILE: Final = 32
"""Outputs multiplied at once."""

LANES: Final = 16
"""Outputs of a vector."""

ALIGNMENT: Final = 64
"""Bytes of the widest vector."""

LAYOUT: Final = 1
"""Version of what `pack` makes: changed with the order of the bytes and with the way to round."""

_LARGEST: Final = {4: 7, 8: 127}
_OFFSET: Final = {4: 8, 8: 128}
"""Stored weights are higher by this, so that they are unsigned."""

_SHRINKS: Final = {4: tuple(1 - 0.04 * step for step in range(9)), 8: (1.0,)}
"""Factors tried for each group's scale: with few bits, a smaller scale that clips the largest weight can have
the smaller error."""

_ROWS_AT_ONCE: Final = 1024
"""Outputs quantised at once, which bounds the memory."""


def padded(outputs: int) -> int:
    """Return the number of outputs with those that fill the last tile."""
    return -(-outputs // TILE) * TILE


def packed_bytes(outputs: int, inputs: int, bits: int) -> int:
    """Return the length of what `pack` returns for this many outputs and inputs [bytes]."""
    return padded(outputs) * (inputs // GROUP) * (GROUP * bits // 8 + 2)


def pack(weights: Tensor, bits: int) -> Tensor:
    """Quantise float32 weights (outputs, inputs) → uint8 bytes. Outputs are padded to whole tiles.

    `inputs` is a multiple of `GROUP`.
    """
    whole = functional.pad(weights, (0, 0, 0, padded(len(weights)) - len(weights)))
    return torch.cat([_packed(part, bits) for part in torch.split(whole, _ROWS_AT_ONCE)])


def _packed(weights: Tensor, bits: int) -> Tensor:
    outputs, inputs = weights.shape
    groups = weights.view(outputs, inputs // GROUP, GROUP)
    quantised, scales = _quantise(groups, bits)
    stored = (quantised + _OFFSET[bits]).to(torch.uint8)
    tiles = stored.view(outputs // TILE, TILE // LANES, LANES, inputs // GROUP, GROUP)
    if bits == 4:
        halves = tiles.view(*tiles.shape[:-1], 2, GROUP // 2)
        tiles = halves[..., 0, :] | halves[..., 1, :] << 4
    # (tiles, panels, lanes, groups, vectors, 4) → (tiles, groups, vectors, panels, lanes, 4)
    ordered = tiles.view(*tiles.shape[:-1], -1, 4).permute(0, 3, 4, 1, 2, 5).flatten(2)
    scale_bytes = scales.view(outputs // TILE, TILE, -1).transpose(1, 2).contiguous().view(torch.uint8)
    return torch.cat([scale_bytes, ordered], dim=2).flatten()


def _quantise(groups: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """Return whole numbers shaped like `groups` (outputs, groups, GROUP), and their scales in bfloat16."""
    largest = _LARGEST[bits]
    peak = groups.abs().amax(dim=2, keepdim=True)
    best = best_error = best_scales = None
    for shrink in _SHRINKS[bits]:
        wanted = peak * (shrink / largest)
        scales = wanted.bfloat16()
        # rounded down, the scale would clip the largest weight
        scales = torch.where(
            scales.float() < wanted, torch.nextafter(scales, torch.full_like(scales, torch.inf)), scales
        )
        steps = scales.float().clamp_(min=1e-30)
        whole = (groups / steps).round_().clamp_(-largest - 1 if bits == 4 else -largest, largest)
        error = (whole * steps - groups).square_().sum(dim=2, keepdim=True)
        if best is None or best_error is None or best_scales is None:
            best, best_error, best_scales = whole, error, scales
            continue
        better = error < best_error
        best = torch.where(better, whole, best)
        best_error = torch.where(better, error, best_error)
        best_scales = torch.where(better, scales, best_scales)
    assert best is not None
    assert best_scales is not None
    return best, best_scales[:, :, 0]


def aligned(values: Tensor) -> Tensor:
    """Return a copy of `values` as bytes at an address that whole vectors can be read from."""
    content = values.detach().contiguous().view(torch.uint8).flatten()
    copy = aligned_bytes(len(content))
    return copy.copy_(content)


def aligned_bytes(count: int) -> Tensor:
    """Return `count` bytes of memory at such an address, not initialised."""
    memory = torch.empty(count + ALIGNMENT, dtype=torch.uint8)
    offset = -memory.data_ptr() % ALIGNMENT
    return memory[offset : offset + count]
