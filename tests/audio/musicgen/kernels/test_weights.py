"""Quantised weights: small errors, in the order in which the C code reads them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from audio.musicgen.kernels.weights import ALIGNMENT, GROUP, LANES, TILE, aligned, pack


def unpacked(packed: Tensor, outputs: int, inputs: int, bits: int) -> Tensor:
    """Return the weights that the packed bytes mean, number by number, after `source/matrix.h`."""
    weights = torch.zeros(-(-outputs // TILE) * TILE, inputs)
    at = 0
    for tile in range(len(weights) // TILE):
        for group in range(inputs // GROUP):
            scales = packed[at : at + 2 * TILE].clone().view(torch.bfloat16).float()
            at += 2 * TILE
            for vector in range(GROUP * bits // 32):
                for panel in range(TILE // LANES):
                    for lane in range(LANES):
                        row, output = panel * LANES + lane, tile * TILE + panel * LANES + lane
                        for index in range(4):
                            byte = int(packed[at])
                            at += 1
                            column = group * GROUP + 4 * vector + index
                            if bits == 8:
                                weights[output, column] = (byte - 128) * scales[row]
                            else:
                                weights[output, column] = (byte % 16 - 8) * scales[row]
                                weights[output, column + GROUP // 2] = (byte // 16 - 8) * scales[row]
    assert at == len(packed)
    return weights[:outputs]


@pytest.mark.parametrize(("bits", "step"), [(8, 1 / 127), (4, 1 / 7)])
@pytest.mark.parametrize("outputs", [TILE, TILE + 5])
def test_packed_weights_are_the_weights_to_half_a_step(bits: int, step: float, outputs: int) -> None:
    weights = torch.randn(outputs, 2 * GROUP, generator=torch.Generator().manual_seed(1))
    weights[0] = 0
    weights[1] *= 1e-6
    error = (unpacked(pack(weights, bits), outputs, 2 * GROUP, bits) - weights).view(outputs, 2, GROUP)
    peak = weights.view(outputs, 2, GROUP).abs().amax(dim=2, keepdim=True)
    typical = (peak * step / 12**0.5).squeeze(2)
    assert (error.square().mean(dim=2).sqrt() <= 1.3 * typical).all()


def test_a_group_is_not_clipped_in_8_bits() -> None:
    weights = torch.linspace(0.001, 9.7, TILE)[:, None] * torch.ones(1, GROUP)
    error = unpacked(pack(weights, 8), TILE, GROUP, 8) / weights - 1
    assert error.abs().max() <= 0.5 / 126


def test_in_4_bits_a_scale_that_clips_an_outlier_is_taken_where_the_error_is_smaller() -> None:
    weights = torch.randn(64 * TILE, GROUP, generator=torch.Generator().manual_seed(1))
    error = (unpacked(pack(weights[:TILE], 4), TILE, GROUP, 4) - weights[:TILE]).square().mean()
    peak = weights[:TILE].abs().amax(dim=1, keepdim=True)
    plain = ((weights[:TILE] / peak * 7).round() * peak / 7 - weights[:TILE]).square().mean()
    assert error < 0.97 * plain


def test_aligned_bytes_begin_where_a_vector_can_be_read() -> None:
    for count in (1, 63, 1000):
        copy = aligned(torch.arange(count, dtype=torch.uint8))
        assert copy.data_ptr() % ALIGNMENT == 0
        assert copy.tolist() == [value % 256 for value in range(count)]
