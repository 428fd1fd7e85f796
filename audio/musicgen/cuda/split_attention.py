"""Attention over each row's own length as a Triton kernel: the cost grows with the music made.

The past of a row is cut into parts of `PART` positions, counted from its beginning. A program computes one
part of one head of one row, block by block, and says its greatest score, the sum of its weights and what it
found; programs beyond the row's length do nothing (Dao et al. 2023, "Flash-Decoding for long-context
inference"). A second kernel joins the parts in their order. So the order of all sums follows from the row's
length alone.

Its arithmetic is proven in Triton's interpreter, on a CPU, and Triton 3.9 compiles it for GPUs from compute
capability 7.0 to 12.0; on a GPU it has not been run yet.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import torch
from torch import Tensor

HAS_TRITON: Final = find_spec("triton") is not None
"""torch brings it along where it is built for CUDA, on Linux."""

if TYPE_CHECKING or not HAS_TRITON:
    tl: Any = None

    def jit(function: Any) -> Any:
        return function

else:
    import triton.language as tl
    from triton import jit

PART: Final = 256
"""Positions of a part: 6 parts for 30 s, times heads and rows enough programs to fill a large GPU with one
piece."""

BLOCK: Final = 64
"""Positions that are computed at once; the registers of 4 warps hold their keys at head size 64."""


def split_attention(query: Tensor, cache: Tensor, lengths: Tensor) -> Tensor:
    """As `Attention` says; numbers beyond a length are never read. The head size is a power of two from 16
    on."""
    rows, heads, size = query.shape
    parts = -(-cache.shape[3] // PART)
    # greatest score, sum of weights, and what was found, of each part
    bounds = torch.empty(2, rows, heads, parts, dtype=torch.float32, device=query.device)
    found = torch.empty(rows, heads, parts, size, dtype=torch.float32, device=query.device)
    out = torch.empty(rows, heads, size, dtype=query.dtype, device=query.device)
    of_part: Any = _part
    of_part[(rows, heads, parts)](
        query, cache[0], cache[1], lengths, bounds[0], bounds[1], found, query.stride(0), query.stride(1),
        cache.stride(1), cache.stride(2), cache.stride(3), size**-0.5, heads, parts,
        size=size, part=PART, block=BLOCK,
    )  # fmt: skip
    joined: Any = _joined
    joined[(rows, heads)](lengths, bounds[0], bounds[1], found, out, heads, parts, size=size, part=PART)
    return out


@jit
def _part(  # type: ignore[no-untyped-def]
    query, keys, values, lengths, greatest, sums, found, query_row, query_head, cache_row, cache_head,
    cache_step, scale, heads, parts, size: tl.constexpr, part: tl.constexpr, block: tl.constexpr,
):  # fmt: skip
    row, head, index = tl.program_id(0), tl.program_id(1), tl.program_id(2)
    length = tl.load(lengths + row)
    begin = index * part
    if begin < length:
        end = tl.minimum(begin + part, length)
        across = tl.arange(0, size)
        asked = tl.load(query + row * query_row + head * query_head + across).to(tl.float32) * scale
        # a cache may have more than 2³¹ numbers
        base = row.to(tl.int64) * cache_row + head.to(tl.int64) * cache_head
        most = tl.full((), float("-inf"), tl.float32)
        total = tl.full((), 0.0, tl.float32)
        sum_of_values = tl.zeros((size,), tl.float32)
        for at in range(begin, end, block):
            steps = at + tl.arange(0, block)
            inside = steps < end
            where = base + steps[:, None] * cache_step + across[None, :]
            known = tl.load(keys + where, mask=inside[:, None], other=0.0).to(tl.float32)
            scores = tl.where(inside, tl.sum(known * asked[None, :], axis=1), float("-inf"))
            higher = tl.maximum(most, tl.max(scores, axis=0))
            shrunk = tl.exp(most - higher)
            weights = tl.exp(scores - higher)
            told = tl.load(values + where, mask=inside[:, None], other=0.0).to(tl.float32)
            total = total * shrunk + tl.sum(weights, axis=0)
            sum_of_values = sum_of_values * shrunk + tl.sum(told * weights[:, None], axis=0)
            most = higher
        place = (row * heads + head) * parts + index
        tl.store(greatest + place, most)
        tl.store(sums + place, total)
        tl.store(found + place * size + across, sum_of_values)


@jit
def _joined(  # type: ignore[no-untyped-def]
    lengths, greatest, sums, found, out, heads, parts, size: tl.constexpr, part: tl.constexpr
):  # fmt: skip
    row, head = tl.program_id(0), tl.program_id(1)
    count = (tl.load(lengths + row) + part - 1) // part
    first = (row * heads + head) * parts
    across = tl.arange(0, size)
    most = tl.load(greatest + first)
    total = tl.load(sums + first)
    sum_of_values = tl.load(found + first * size + across)
    for index in range(1, count):
        place = first + index
        other = tl.load(greatest + place)
        higher = tl.maximum(most, other)
        mine, theirs = tl.exp(most - higher), tl.exp(other - higher)
        total = total * mine + tl.load(sums + place) * theirs
        sum_of_values = sum_of_values * mine + tl.load(found + place * size + across) * theirs
        most = higher
    where = out + (row * heads + head) * size + across
    tl.store(where, (sum_of_values / total).to(out.dtype.element_ty))
