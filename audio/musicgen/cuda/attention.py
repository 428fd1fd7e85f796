"""Attention of one query a row over a cache, each row over its own length.

What a row finds depends on its own keys and values and on nothing else, and the sums are made in an order
that follows from the row's length alone, so neighbours change no bit. On CUDA a kernel reads no more than
each length (`split_attention.py`); elsewhere, and where there is no Triton, the whole cache is read and what
is beyond a length is masked.
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
"""What bfloat16 may be off by, of numbers around 1."""

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


def attention_for(device: torch.device, dtype: torch.dtype, size: int) -> Attention:
    """The best there is on `device` for a cache of `dtype` and heads of `size`."""
    if device.type == "cuda":
        from audio.musicgen.cuda.split_attention import HAS_TRITON, split_attention

        if HAS_TRITON and _agrees(split_attention, device, dtype, size):
            return split_attention
        _log.warning(
            "Attention reads the whole cache here, which is slower with long pieces; it needs Triton."
        )
    return masked_attention


@torch.inference_mode()
def _agrees(attention: Attention, device: torch.device, dtype: torch.dtype, size: int) -> bool:
    """Whether `attention` works here and finds what `masked_attention` finds. Triton compiles in the first
    call, and needs a C compiler for it, which not every machine with a GPU has."""
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    cache = torch.randn(2, 3, 2, _PROBE_ROOM, size, generator=generator).to(device, dtype)
    query = torch.randn(3, 2, size, generator=generator).to(device, dtype)
    lengths = torch.tensor([1, _PROBE_ROOM - 1, _PROBE_ROOM // 2], dtype=torch.int32, device=device)
    try:
        found = attention(query, cache, lengths)
    except Exception as error:  # of a compiler beside torch
        _log.warning("Triton cannot be used: %s: %s", type(error).__name__, error)
        return False
    expected = masked_attention(query, cache, lengths)
    if torch.allclose(found.float(), expected.float(), atol=_PROBE_ERROR, rtol=0):
        return True
    _log.warning("Triton computes something else than torch here.")
    return False
