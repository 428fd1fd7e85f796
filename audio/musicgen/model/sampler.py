"""Sampling of the next tokens: one uniform number per token, by the inverse of the distribution function.

The numbers come from Philox4x64-10, a counter-based generator (Salmon et al. 2011, "Parallel random numbers:
as easy as 1, 2, 3") in the implementation of numpy, whose stream of raw words is guaranteed to stay
(NEP 19). The seed is the key; word `step · codebooks + codebook` belongs to that token and to no other, so
what a token draws depends on nothing that runs beside it, and on no state that could be lost.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from audio.errors import EngineError
from audio.musicgen.kernels.library import sampler
from words.text import Text

_DOUBLE_BITS: Final = 53
"""Bits of the mantissa of a float64."""

_BLOCK_WORDS: Final = 4
"""Words that Philox4x64 generates per counter value."""


def uniforms(seed: int, steps: int, codebooks: int, first: int = 0) -> npt.NDArray[np.float64]:
    """Return the uniform numbers of a piece from its step `first` on: 0 ≤ u < 1, shaped (steps, codebooks).

    `seed` has at most 64 bits.
    """
    block, before = divmod(first * codebooks, _BLOCK_WORDS)
    words = np.random.Philox(key=seed, counter=block).random_raw(before + steps * codebooks)[before:]
    return (np.right_shift(words, 64 - _DOUBLE_BITS) * 2.0**-_DOUBLE_BITS).reshape(steps, codebooks)


def draw(logits: Tensor, numbers: Tensor, top_k: int, temperature: float) -> Tensor:
    """Sample one token per codebook from its `top_k` likeliest; `top_k` 1 is greedy.

    `logits` is shaped (codebooks, vocabulary), `numbers` (codebooks,) in float64, both on the host.
    Returns int64 tokens (codebooks,). Raises EngineError if the logits are not finite.
    """
    if (compiled := sampler()) is not None:
        logits, numbers = logits.float().contiguous(), numbers.contiguous()
        drawn = torch.empty(len(logits), dtype=torch.int64)
        if not compiled(
            logits.data_ptr(),
            *logits.shape,
            numbers.data_ptr(),
            max(1, top_k),
            temperature,
            drawn.data_ptr(),
        ):
            raise EngineError(Text("engine-not-finite"))
        return drawn
    likeliest, tokens = torch.topk(logits, max(1, min(top_k, logits.shape[-1])))
    if top_k <= 1:
        heights = likeliest.double()
        index = torch.zeros_like(tokens)
    else:
        # float64: the sum of 250 float32 probabilities would lose its tail
        heights = torch.softmax(likeliest.double() / temperature, dim=-1).cumsum(dim=-1)
        index = torch.searchsorted(heights, (numbers * heights[:, -1])[:, None], right=True)
    if not torch.isfinite(heights[:, -1]).all():
        raise EngineError(Text("engine-not-finite"))
    return tokens.gather(-1, index.clamp(max=heights.shape[-1] - 1))[:, 0]


def draw_all(logits: Tensor, numbers: Tensor, top_k: Tensor, temperature: Tensor) -> tuple[Tensor, Tensor]:
    """Sample for several slots with their own settings, without synchronising with the host.

    `logits` is shaped (slots, codebooks, vocabulary), `numbers` (slots, codebooks) in float64, `top_k`
    (slots,) and at least 1, `temperature` (slots,) in float64. Returns int64 tokens (slots, codebooks) and
    a bool per slot: False if its logits were not finite, and then its tokens are arbitrary.
    """
    # Stable: of equal logits, which are frequent in float16, the first one always ranks higher.
    likeliest, tokens = torch.sort(logits.double(), dim=-1, descending=True, stable=True)
    ranks = torch.arange(logits.shape[-1], device=logits.device)
    heights = torch.exp((likeliest - likeliest[..., :1]) / temperature[:, None, None])
    # Over the last of several dimensions: the only cumsum of torch on CUDA with a fixed order of summation.
    heights = heights.masked_fill(ranks >= top_k[:, None, None], 0.0).cumsum(dim=-1)
    total = heights[..., -1]
    index = (heights <= (numbers * total)[..., None]).sum(dim=-1)
    index = torch.minimum(index, top_k[:, None] - 1).clamp(max=logits.shape[-1] - 1)
    return tokens.gather(-1, index[..., None])[..., 0], torch.isfinite(total).all(dim=-1)
