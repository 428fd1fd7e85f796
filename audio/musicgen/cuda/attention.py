"""Attention with one query per row over a KV cache, each row over its own length.

A row's result depends on its own keys and values alone, summed in an order that depends on its length alone,
so other rows change no bit of it. On CUDA a Triton kernel reads only up to each length
(`split_attention.py`); without CUDA or Triton the whole cache is read and masked beyond each length.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

_log = logging.getLogger(__name__)

_PROBE_SEED: Final = 0
_PROBE_ROOM: Final = 700
_PROBE_ERROR: Final = 0.02
"""Tolerance for bfloat16 values around 1."""

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]
"""A function of queries (rows, heads, head size), a KV cache (2, rows, heads, room, head size), and int32
lengths (rows,) of at least 1; its result is shaped like the queries."""


def masked_attention(query: Tensor, cache: Tensor, lengths: Tensor) -> Tensor:
    """Attend by reading the whole cache, which must be finite even beyond each length."""
    mask = torch.arange(cache.shape[3], device=cache.device) < lengths[:, None]
    keys, values = cache.unbind()
    attn_out = functional.scaled_dot_product_attention(
        query[:, :, None], keys, values, attn_mask=mask[:, None, None]
    )
    return attn_out[:, :, 0]


def attention_for(device: torch.device, dtype: torch.dtype, size: int) -> Attention:
    """Return the fastest attention on `device` for a cache of `dtype` and heads of `size`."""
    if device.type == "cuda":
        from audio.musicgen.cuda.split_attention import HAS_TRITON, split_attention

        if HAS_TRITON and _matches_masked(split_attention, device, dtype, size):
            return split_attention
        _log.warning("Attention reads the whole cache, which is slow for long pieces; it needs Triton.")
    return masked_attention


@torch.inference_mode()
def _matches_masked(attention: Attention, device: torch.device, dtype: torch.dtype, size: int) -> bool:
    """True if `attention` runs here and agrees with `masked_attention`.

    Triton compiles at the first call and needs a C compiler, which not every machine with a GPU has.
    """
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    cache = torch.randn(2, 3, 2, _PROBE_ROOM, size, generator=generator).to(device, dtype)
    query = torch.randn(3, 2, size, generator=generator).to(device, dtype)
    lengths = torch.tensor([1, _PROBE_ROOM - 1, _PROBE_ROOM // 2], dtype=torch.int32, device=device)
    try:
        attn_out = attention(query, cache, lengths)
    except Exception as error:  # whatever the compiler raises
        _log.warning("Triton cannot be used: %s: %s", type(error).__name__, error)
        return False
    expected = masked_attention(query, cache, lengths)
    if torch.allclose(attn_out.float(), expected.float(), atol=_PROBE_ERROR, rtol=0):
        return True
    _log.warning("The Triton kernel is wrong on this device; torch computes attention.")
    return False
