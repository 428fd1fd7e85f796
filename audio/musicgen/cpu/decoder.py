"""One step of the MusicGen decoder for several slots, each at a position of its own.

transformers' own loop cannot stream and is bound by Python; this is the same arithmetic as its forward pass
over the same weights, in few operations. A slot with guidance has two rows of the batch, one that hears its
prompt and one that does not; a slot without has the first alone.

A slot's result depends on no neighbour, nor on how many there are: a linear layer computes each row alone
(`matrix.py`), and attention is each slot's own, over its own length (`slot_attention.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from audio.musicgen.cpu.attention import Past, Rows, SlotAttention, attention_kind
from audio.musicgen.model.layers import (
    GUIDED,
    Decoder,
    Function,
    Layer,
    layers_of,
    norm_of,
    precede,
    table_of,
)
from audio.musicgen.model.linear import ROWS, Matrix, matrix_of

_PREFIX_TOKENS: int = 32
"""A prefix is computed as a multiple of so many tokens."""


class CpuDecoder:
    """The decoder with its cache for `slots` slots of at most `length` steps.

    A melody decoder has no cross-attention: what it is to hear stands before its steps, at most `prefix`
    tokens, in the same cache.

    Reads the weights of `decoder` by reference where `dtype`, in which its matrices are held, allows it. What
    lies between the matrices, the cache included, is float32. A slot's cache is made with the first piece
    that needs it and kept for the next.
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
        self._wide = int(config.ffn_dim)
        self._norm = norm_of(inner.layer_norm)
        self._embedded = table_of(*inner.embed_tokens)
        self._heads_out = matrix_of(dtype, *decoder.lm_heads, rows=1)
        like = self._embedded
        self.device = like.device
        # few float32 rows are multiplied in another way than more; packed ones are not, and 8 bits row by row
        self._rows = {"float32": ROWS, "int8": 1}.get(dtype, GUIDED)
        # a codebook's tokens begin where those of the one before it end
        self._offsets = torch.arange(self.codebooks, device=like.device) * (self._vocabulary + 1)
        self._room = length + -(-prefix // _PREFIX_TOKENS) * _PREFIX_TOKENS
        self._positions = inner.embed_positions.get_embedding(self._room, self.hidden).to(like)
        self._guided = [False] * slots
        self._prefixes = [0] * slots
        # of each slot the keys and values, (layers, 2, rows, heads, room, head size)
        self._caches: list[Tensor | None] = [None] * slots
        self._batches: dict[tuple[int, int], _Batch] = {}
        matrix = partial(matrix_of, dtype, rows=self._rows)
        # what a prompt goes through once stays as it is, except where that is four times the memory
        prompting: Callable[[nn.Linear], Function] = matrix if dtype == "int8" else lambda module: module
        self._layers: list[Layer[Matrix]] = layers_of(decoder, matrix, prompting)
        # of each slot the keys and values of its prompt, (layers, 2, heads, tokens, head size)
        self._prompts: list[Tensor | None] = [None] * slots
        self._attention = attention_kind(like, self.hidden // self._heads)

    @torch.inference_mode()
    def admit(self, slot: int, states: Tensor, guided: bool = True) -> None:
        """Let `slot` hear a prompt from its next step on; `states` is the encoded prompt, (tokens, hidden).

        A piece begins with it, at position 0, and may get another in its midst. For a melody decoder it is
        shaped (2, tokens, hidden), what stands before the steps with and without the prompt, and another one
        has as many tokens. Only a slot that is `guided`, throughout its piece, computes what would follow
        without the prompt, and any guidance but 1 needs that.
        """
        rows = GUIDED if guided else 1
        cache = self._caches[slot]
        if cache is None or cache.shape[2] < rows:
            self._caches[slot] = None  # before another takes memory
            heads = (self._heads, self._room, self.hidden // self._heads)
            self._caches[slot] = self._embedded.new_empty(len(self._layers), 2, rows, *heads)
        self._guided[slot] = guided
        if states.dim() > 2:
            self._precede(slot, states[:rows])
            return
        told = []
        for layer in self._layers:
            assert layer.listening is not None
            told.append(torch.stack([layer.listening.keys(states), layer.listening.values(states)]))
        both = torch.stack(told).view(len(told), 2, len(states), self._heads, -1)
        self._prompts[slot] = both.transpose(2, 3).contiguous()

    def free(self, slot: int) -> None:
        """End the piece in `slot`."""
        self._prefixes[slot] = 0
        self._prompts[slot] = None

    @torch.inference_mode()
    def __call__(
        self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int], guidance: Sequence[float]
    ) -> Tensor:
        """Logits of the next tokens, shaped (slots, codebooks, vocabulary).

        `slots` are those to step, each with a piece in it; `tokens`, shaped (slots, codebooks), is what each
        hears, and `positions` says at which step it is. `guidance` is how far to go from what follows without
        the prompt, 0, to what follows with it, 1, and beyond; 1 for slots that are not guided.
        """
        guided = [row for row, slot in enumerate(slots) if self._guided[slot]]
        order = guided + [row for row, slot in enumerate(slots) if not self._guided[slot]]
        count = len(order)
        batch = self._batch(len(guided), count - len(guided))
        attention = batch.attention
        attention.begin([self._past(slots[row], positions[row]) for row in order])
        x = batch.x.zero_()
        prompted, free = x[:count], x[count : count + len(guided)]
        embedded = functional.embedding_bag(tokens + self._offsets, self._embedded, mode="sum")
        at = [self._positions[self._prefixes[slots[row]] + positions[row]] for row in range(count)]
        prompted.copy_(self._in_order(embedded.add_(torch.stack(at)), order))
        free.copy_(x[: len(guided)])
        listeners = x[: attention.rows.listeners]  # a view: what the prompts add there arrives in x
        for number, layer in enumerate(self._layers):
            layer.qkv(layer.norm(x), out=attention.qkv)
            layer.out.add_to(x, attention.attend(number))
            if layer.listening is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                layer.listening.query(layer.listening.norm(listeners), out=attention.queries)
                layer.listening.out.add_to(listeners, attention.listen(number))
            layer.widen(layer.last_norm(x), out=batch.widened)
            layer.narrow.add_to(x, layer.activation(batch.widened))
        attention.end()
        x = self._norm(x)
        if guided:
            # Guidance is linear and so are the heads, so it may come before them: that halves their work.
            scales = x.new_tensor([guidance[row] for row in guided])[:, None]
            x[: len(guided)] = torch.lerp(x[count : count + len(guided)], x[: len(guided)], scales)
        logits = self._heads_out(x[:count])
        inverse = sorted(range(count), key=order.__getitem__)
        return self._in_order(logits.view(count, self.codebooks, self._vocabulary), inverse)

    @staticmethod
    def _in_order(x: Tensor, order: list[int]) -> Tensor:
        return x if order == sorted(order) else x[order]

    def _batch(self, guided: int, plain: int) -> _Batch:
        """Room for so many slots with guidance, which come first, and so many without."""
        batch = self._batches.get((guided, plain))
        if batch is None:
            count = guided + plain
            rows, listeners = (-(-many // self._rows) * self._rows for many in (guided + count, count))
            like = self._embedded
            batch = _Batch(
                x=like.new_zeros(rows, self.hidden),
                widened=like.new_zeros(rows, self._wide),
                attention=self._attention(
                    like, Rows(count, guided, rows, listeners), self._heads, self.hidden // self._heads
                ),
            )
            self._batches[guided, plain] = batch
        return batch

    def _past(self, slot: int, position: int) -> Past:
        return Past(self._cache(slot), self._prompts[slot], self._prefixes[slot] + position)

    def _cache(self, slot: int) -> Tensor:
        """The rows of a slot's cache that its piece uses."""
        cache = self._caches[slot]
        assert cache is not None
        return cache[:, :, : GUIDED if self._guided[slot] else 1]

    def _precede(self, slot: int, states: Tensor) -> None:
        """Fill the cache with `states`, shaped (rows, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        # More lengths would be more shapes to probe. What is beyond them is not kept: there the steps may be
        # already.
        x = functional.pad(states, (0, 0, 0, -count % _PREFIX_TOKENS))
        caches = self._cache(slot)[:, :, :, :, :count].unbind()
        precede(self._layers, x + self._positions[: x.shape[1]], self._heads, caches)


@dataclass(slots=True)
class _Batch:
    """The numbers of a step for a certain number of slots, which each step writes anew.

    The rows that hear a prompt come first, those of guided slots before the others; then come the rows of the
    guided slots that hear none, then rows that nobody looks at. Made once, because that takes time.
    """

    x: Tensor
    """(rows, hidden)"""
    widened: Tensor
    """(rows, width between the two last matrices of a layer)"""
    attention: SlotAttention
