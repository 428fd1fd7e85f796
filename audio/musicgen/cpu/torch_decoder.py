"""One step of the MusicGen decoder on the host for several slots, each at a position of its own.

transformers' generation loop cannot stream and is bound by Python overhead; this computes the same forward
pass with the same weights in few operations of torch: for float32, bfloat16 and float16, for `mps`, and in
int8 where `compiled_decoder.py` cannot run. A slot with guidance has two rows of the batch, one conditioned
on its prompt and one unconditional; a slot without guidance has the first alone.

A slot's result does not depend on the other slots or their number: linear layers are batch-invariant
(`model/linear.py`), and attention is per slot (`cpu/attention.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.musicgen.cpu.attention import Past, Rows, SlotAttention
from audio.musicgen.model.layers import (
    GUIDED,
    Decoder,
    Function,
    Layer,
    layers_of,
    norm_of,
    prefill,
    table_of,
)
from audio.musicgen.model.linear import ROW_BLOCK, Matrix, make_matrix

_PREFIX_TOKENS: Final = 32
"""A prefix is padded to a multiple of this many tokens."""


class TorchDecoder:
    """The decoder with a static KV cache for `slots` slots of at most `length` steps.

    A melody decoder has no cross-attention: its prompt and melody precede the steps in the same cache, as a
    prefix of at most `prefix` tokens.

    Matrices have the data type `dtype` and share the memory of `decoder` if it allows; activations and caches
    are float32. A slot's cache is allocated for the first piece that needs it and reused.
    """

    def __init__(
        self,
        decoder: Decoder,
        slots: int,
        length: int,
        dtype: str = "float32",
        prefix: int = 0,
    ) -> None:
        inner, config = decoder.model.decoder, decoder.config
        self.slots = slots
        self.length = length
        self.codebooks = int(config.num_codebooks)
        self.hidden = int(config.hidden_size)
        self._heads = int(config.num_attention_heads)
        self._vocabulary = int(config.vocab_size)
        self._ffn_size = int(config.ffn_dim)
        self._norm = norm_of(inner.layer_norm)
        self._embedded = table_of(*inner.embed_tokens)
        self._heads_out = make_matrix(dtype, *decoder.lm_heads, rows=1)
        like = self._embedded
        self.device = like.device
        # MKL multiplies few float32 rows in another way than more; oneDNN does not, and int8 sums per row
        self._rows = {"float32": ROW_BLOCK, "int8": 1}.get(dtype, GUIDED)
        # all codebooks share one embedding table; each begins where the previous one ends
        self._offsets = torch.arange(self.codebooks, device=like.device) * (self._vocabulary + 1)
        self._room = length + -(-prefix // _PREFIX_TOKENS) * _PREFIX_TOKENS
        self._positions = inner.embed_positions.get_embedding(self._room, self.hidden).to(like)
        self._guided = [False] * slots
        self._prefixes = [0] * slots
        # per slot: keys and values of its steps, (layers, 2, rows, heads, room, head size)
        self._caches: list[Tensor | None] = [None] * slots
        self._batches: dict[tuple[int, int], _Batch] = {}
        matrix = partial(make_matrix, dtype, rows=self._rows)
        # layers that run once per prompt stay float32, except with int8, where that is four times the memory
        prompt_linear: Callable[[nn.Linear], Function] = matrix if dtype == "int8" else lambda module: module
        self._layers: list[Layer[Matrix]] = layers_of(decoder, matrix, prompt_linear)
        # per slot: keys and values of its prompt, (layers, 2, heads, tokens, head size)
        self._prompts: list[Tensor | None] = [None] * slots

    @torch.inference_mode()
    def admit(self, slot: int, states: Tensor, guided: bool = True) -> None:
        """Condition `slot` from its next step on; `states` is the encoded prompt (tokens, hidden).

        A piece begins with this call, at position 0; further calls change its prompt. For a melody decoder
        `states` is the prefix, (2, tokens, hidden), with and without the prompt, and a later one must have
        the same number of tokens. Only `guided` slots compute unconditional logits, which any guidance
        but 1 needs; `guided` must not change within a piece.
        """
        rows = GUIDED if guided else 1
        cache = self._caches[slot]
        if cache is None or cache.shape[2] < rows:
            self._caches[slot] = None  # before the new one is allocated
            heads = (self._heads, self._room, self.hidden // self._heads)
            self._caches[slot] = self._embedded.new_empty(len(self._layers), 2, rows, *heads)
        self._guided[slot] = guided
        if states.dim() > 2:
            self._prefill(slot, states[:rows])
            return
        kv = []
        for layer in self._layers:
            assert layer.cross_attention is not None
            kv.append(torch.stack([layer.cross_attention.k(states), layer.cross_attention.v(states)]))
        both = torch.stack(kv).view(len(kv), 2, len(states), self._heads, -1)
        self._prompts[slot] = both.transpose(2, 3).contiguous()

    def free(self, slot: int) -> None:
        """End the piece in `slot`; its cache stays allocated."""
        self._prefixes[slot] = 0
        self._prompts[slot] = None

    @torch.inference_mode()
    def __call__(
        self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int], guidance: Sequence[float]
    ) -> Tensor:
        """Return the logits of the next tokens, shaped (slots, codebooks, vocabulary).

        `slots` are the slots to step, each with a piece; `tokens` (slots, codebooks) are their input tokens
        and `positions` their steps. `guidance` is the scale of classifier-free guidance: 0 is unconditional,
        1 conditional; slots that are not guided have 1.
        """
        guided = [row for row, slot in enumerate(slots) if self._guided[slot]]
        order = guided + [row for row, slot in enumerate(slots) if not self._guided[slot]]
        count = len(order)
        batch = self._batch(len(guided), count - len(guided))
        attention = batch.attention
        attention.begin([self._past(slots[row], positions[row]) for row in order])
        x = batch.x.zero_()
        conditional, unconditional = x[:count], x[count : count + len(guided)]
        embedded = functional.embedding_bag(tokens + self._offsets, self._embedded, mode="sum")
        position_embeddings = [
            self._positions[self._prefixes[slots[row]] + positions[row]] for row in range(count)
        ]
        conditional.copy_(self._in_order(embedded.add_(torch.stack(position_embeddings)), order))
        unconditional.copy_(x[: len(guided)])
        prompted_rows = x[: attention.rows.prompted]  # a view: cross-attention adds to x
        for number, layer in enumerate(self._layers):
            layer.qkv(layer.norm(x), out=attention.qkv)
            layer.out.add_to(x, attention.self_attention(number))
            if (cross := layer.cross_attention) is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                cross.q(cross.norm(prompted_rows), out=attention.cross_q)
                cross.out.add_to(prompted_rows, attention.cross_attention(number))
            layer.fc1(layer.final_norm(x), out=batch.fc1_out)
            layer.fc2.add_to(x, layer.activation(batch.fc1_out))
        attention.end()
        x = self._norm(x)
        if guided:
            # Guidance and the heads are linear: with guidance first the heads have half the work.
            scales = x.new_tensor([guidance[row] for row in guided])[:, None]
            x[: len(guided)] = torch.lerp(x[count : count + len(guided)], x[: len(guided)], scales)
        logits = self._heads_out(x[:count])
        inverse = sorted(range(count), key=order.__getitem__)
        return self._in_order(logits.view(count, self.codebooks, self._vocabulary), inverse)

    @staticmethod
    def _in_order(x: Tensor, order: list[int]) -> Tensor:
        return x if order == sorted(order) else x[order]

    def _batch(self, guided: int, plain: int) -> _Batch:
        """Return the buffers for `guided` slots with guidance, which come first, and `plain` ones without."""
        batch = self._batches.get((guided, plain))
        if batch is None:
            count = guided + plain
            rows, prompted = (-(-many // self._rows) * self._rows for many in (guided + count, count))
            like = self._embedded
            batch = _Batch(
                x=like.new_zeros(rows, self.hidden),
                fc1_out=like.new_zeros(rows, self._ffn_size),
                attention=SlotAttention(
                    like, Rows(count, guided, rows, prompted), self._heads, self.hidden // self._heads
                ),
            )
            self._batches[guided, plain] = batch
        return batch

    def _past(self, slot: int, position: int) -> Past:
        return Past(self._cache(slot), self._prompts[slot], self._prefixes[slot] + position)

    def _cache(self, slot: int) -> Tensor:
        """Return the rows of a slot's cache that its piece uses."""
        cache = self._caches[slot]
        assert cache is not None
        return cache[:, :, : GUIDED if self._guided[slot] else 1]

    def _prefill(self, slot: int, states: Tensor) -> None:
        """Fill the cache with the prefix `states` (rows, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        # Padded because each length is another shape to probe. The padding is not cached: steps may be there
        # already.
        x = functional.pad(states, (0, 0, 0, -count % _PREFIX_TOKENS))
        caches = self._cache(slot)[:, :, :, :, :count].unbind()
        prefill(self._layers, x + self._positions[: x.shape[1]], self._heads, caches)


@dataclass(slots=True)
class _Batch:
    """Buffers of a step for a given number of slots, allocated once because that takes time.

    Conditional rows come first, those of guided slots before the others; then the unconditional rows of the
    guided slots, then padding.
    """

    x: Tensor
    """(rows, hidden)"""
    fc1_out: Tensor
    """(rows, ffn size)"""
    attention: SlotAttention
