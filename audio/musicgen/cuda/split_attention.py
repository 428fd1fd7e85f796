"""Attention over each row's own length as a Triton kernel: its cost grows with the length, not the cache.

The cached positions of a row are split into parts of `PART`. A program computes one part of one head of one
row, block by block, and stores its peak score, its sum of weights and its weighted sum of values; programs
beyond the row's length return at once (Dao et al. 2023, "Flash-Decoding for long-context inference"). A
second kernel joins the parts in order. So the order of all sums depends on the row's length alone.

Its arithmetic is tested in Triton's interpreter on a CPU, and Triton 3.9 compiles it for compute capability
7.0 to 12.0; it has not been run on a GPU yet.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor

HAS_TRITON: Final = find_spec("triton") is not None
"""torch depends on Triton in its CUDA builds for Linux."""

if TYPE_CHECKING or not HAS_TRITON:
    tl: Any = None

    def jit(function: Any) -> Any:
        return function

else:
    import triton.language as tl
    from triton import jit

PART: Final = 256
"""Positions of a part. A piece of 30 s has 6 parts, which times heads and rows fill a large GPU."""

BLOCK: Final = 64
"""Positions computed at once: at head size 64 their keys fit the registers of 4 warps."""


def split_attention(queries: Tensor, cache: Tensor, lengths: Tensor) -> Tensor:
    """Compute `Attention` without reading beyond a length. The head size is a power of two of at least 16."""
    rows, heads, size = queries.shape
    parts = -(-cache.shape[3] // PART)
    # of each part: peak score and sum of weights, then the weighted sum of values
    bounds = torch.empty(2, rows, heads, parts, dtype=torch.float32, device=queries.device)
    partial = torch.empty(rows, heads, parts, size, dtype=torch.float32, device=queries.device)
    out = torch.empty(rows, heads, size, dtype=queries.dtype, device=queries.device)
    part_kernel: Any = _part_kernel
    part_kernel[(rows, heads, parts)](
        queries, cache[0], cache[1], lengths, bounds[0], bounds[1], partial,
        queries.stride(0), queries.stride(1),
        cache.stride(1), cache.stride(2), cache.stride(3), size**-0.5, heads, parts,
        size=size, part=PART, block=BLOCK,
    )  # fmt: skip
    join_kernel: Any = _join_kernel
    join_kernel[(rows, heads)](
        lengths, bounds[0], bounds[1], partial, out, heads, parts, size=size, part=PART
    )
    return out


@jit
def _part_kernel(  # type: ignore[no-untyped-def]
    queries, keys, values, lengths, peaks, sums, partial, query_row, query_head, cache_row, cache_head,
    cache_step, scale, heads, parts, size: tl.constexpr, part: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    row, head, index = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    length = tl.load(lengths + row)
    begin = index * part
    if begin < length:
        end = tl.minimum(begin + part, length)
        across = tl.arange(0, size)
        q = tl.load(queries + row * query_row + head * query_head + across).to(tl.float32) * scale
        # int64: a cache may have more than 2³¹ elements
        base = row.to(tl.int64) * cache_row + head.to(tl.int64) * cache_head
        peak = tl.full((), float("-inf"), tl.float32)
        total = tl.full((), 0.0, tl.float32)
        acc = tl.zeros((size,), tl.float32)
        for block_begin in range(begin, end, block):
            steps = block_begin + tl.arange(0, block)
            inside = steps < end
            where = base + steps[:, None] * cache_step + across[None, :]
            k = tl.load(keys + where, mask=inside[:, None], other=0.0).to(tl.float32)
            scores = tl.where(inside, tl.sum(k * q[None, :], axis=1), float("-inf"))
            new_peak = tl.maximum(peak, tl.max(scores, axis=0))
            rescale = tl.exp(peak - new_peak)
            weights = tl.exp(scores - new_peak)
            v = tl.load(values + where, mask=inside[:, None], other=0.0).to(tl.float32)
            total = total * rescale + tl.sum(weights, axis=0)
            acc = acc * rescale + tl.sum(v * weights[:, None], axis=0)
            peak = new_peak
        place = (row * heads + head) * parts + index
        tl.store(peaks + place, peak)
        tl.store(sums + place, total)
        tl.store(partial + place * size + across, acc)


@jit
def _join_kernel(  # type: ignore[no-untyped-def]
    lengths, peaks, sums, partial, out, heads, parts, size: tl.constexpr, part: tl.constexpr
):  # fmt: skip
    row, head = tl.program_id(0), tl.program_id(1)
    count = (tl.load(lengths + row) + part - 1) // part
    first = (row * heads + head) * parts
    across = tl.arange(0, size)
    peak = tl.load(peaks + first)
    total = tl.load(sums + first)
    acc = tl.load(partial + first * size + across)
    for index in range(1, count):
        place = first + index
        other = tl.load(peaks + place)
        new_peak = tl.maximum(peak, other)
        own_scale, other_scale = tl.exp(peak - new_peak), tl.exp(other - new_peak)
        total = total * own_scale + tl.load(sums + place) * other_scale
        acc = acc * own_scale + tl.load(partial + place * size + across) * other_scale
        peak = new_peak
    where = out + (row * heads + head) * size + across
    tl.store(where, (acc / total).to(out.dtype.element_ty))
