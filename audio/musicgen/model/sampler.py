"""Drawing the next tokens: one uniform number a token, then the inverse of the distribution function.

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
from words.text import Text

_DOUBLE_BITS: Final = 53
"""Bits of a word that a float64 in 0…1 can hold."""

_BLOCK_WORDS: Final = 4
"""Words that Philox4x64 makes of one value of its counter."""


def uniforms(seed: int, steps: int, codebooks: int, first: int = 0) -> npt.NDArray[np.float64]:
    """The numbers of a piece from its step `first` on: in 0 ≤ u < 1, shaped (steps, codebooks).

    `seed` is at most 64 bits.
    """
    block, before = divmod(first * codebooks, _BLOCK_WORDS)
    words = np.random.Philox(key=seed, counter=block).random_raw(before + steps * codebooks)[before:]
    return (np.right_shift(words, 64 - _DOUBLE_BITS) * 2.0**-_DOUBLE_BITS).reshape(steps, codebooks)


def draw(logits: Tensor, numbers: Tensor, top_k: int, temperature: float) -> Tensor:
    """One token of each codebook out of its `top_k` likeliest; the likeliest itself where `top_k` is 1.

    `logits` is shaped (codebooks, vocabulary), `numbers` (codebooks,) in float64; so is what is returned, in
    int64. Raises EngineError for logits that are no distribution.
    """
    likeliest, tokens = torch.topk(logits, max(1, min(top_k, logits.shape[-1])))
    if top_k <= 1:
        heights = likeliest.double()
        index = torch.zeros_like(tokens)
    else:
        # float64, because float32 would lose the tail of 250 summands
        heights = torch.softmax(likeliest.double() / temperature, dim=-1).cumsum(dim=-1)
        index = torch.searchsorted(heights, (numbers * heights[:, -1])[:, None], right=True)
    if not torch.isfinite(heights[:, -1]).all():
        raise EngineError(Text("engine-not-finite"))
    return tokens.gather(-1, index.clamp(max=heights.shape[-1] - 1))[:, 0]


def draw_all(logits: Tensor, numbers: Tensor, top_k: Tensor, temperature: Tensor) -> tuple[Tensor, Tensor]:
    """The same for many slots at once, each with settings of its own, where the host must not be asked.

    `logits` is shaped (slots, codebooks, vocabulary), `numbers` (slots, codebooks) in float64, `top_k`
    (slots,) and at least 1, `temperature` (slots,) in float64. Gives the tokens (slots, codebooks) in int64,
    and of each slot whether its logits were a distribution; where not, its tokens are any of the vocabulary.
    """
    # Stable, so that of equal logits, of which float16 makes many, the first is always the likelier.
    likeliest, tokens = torch.sort(logits.double(), dim=-1, descending=True, stable=True)
    ranks = torch.arange(logits.shape[-1], device=logits.device)
    heights = torch.exp((likeliest - likeliest[..., :1]) / temperature[:, None, None])
    # Along the last of several dimensions: torch's only sum of this kind on CUDA with an order that is fixed.
    heights = heights.masked_fill(ranks >= top_k[:, None, None], 0.0).cumsum(dim=-1)
    total = heights[..., -1]
    index = (heights <= (numbers * total)[..., None]).sum(dim=-1)
    index = torch.minimum(index, top_k[:, None] - 1).clamp(max=logits.shape[-1] - 1)
    return tokens.gather(-1, index[..., None])[..., 0], torch.isfinite(total).all(dim=-1)
