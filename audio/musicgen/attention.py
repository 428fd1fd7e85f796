"""Attention of one query a row over a cache, each row over its own length.

What a row finds depends on its own keys and values and on nothing else, and the sums are made in an order
that follows from the row's length alone, so neighbours change no bit. On CUDA a kernel reads no more than
each length (`split_attention.py`); elsewhere, and where there is no Triton, the whole cache is read and what
is beyond a length is masked.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Attention = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From queries (rows, heads, head size), a cache (2, rows, heads, room, head size) of keys and values, and
lengths (rows,) of at least 1 in int32: what is found, shaped like the queries."""


def masked_attention(query: Tensor, cache: Tensor, lengths: Tensor) -> Tensor:
    """Reads the whole cache, in which every number must be finite, also those beyond a length."""
    heard = torch.arange(cache.shape[3], device=cache.device) < lengths[:, None]
    keys, values = cache.unbind()
    found = functional.scaled_dot_product_attention(
        query[:, :, None], keys, values, attn_mask=heard[:, None, None]
    )
    return found[:, :, 0]


def attention_for(device: torch.device) -> Attention:
    """The best there is on `device`."""
    if device.type == "cuda":
        from audio.musicgen.split_attention import HAS_TRITON, split_attention

        if HAS_TRITON:
            return split_attention
    return masked_attention
