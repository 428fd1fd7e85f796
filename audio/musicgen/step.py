"""One step of the MusicGen decoder for several slots, each at a position of its own.

transformers' own loop cannot stream and is bound by Python; this is the same arithmetic as its forward pass
over the same weights, in as few operations as plain PyTorch allows. A slot with guidance has two rows of the
batch, one that hears its prompt and one that does not; a slot without has the first alone.

A slot's result depends on no neighbour, nor on how many there are: a linear layer computes each row alone
(`matrix.py`), and attention is computed slot by slot over that slot's own length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.layers import GUIDED, Decoder, Layer, layers_of, norm_of, precede, table_of
from audio.musicgen.matrix import ROWS, Matrix, matrix_of

_PREFIX_TOKENS: int = 32
"""A prefix is computed as a multiple of so many tokens."""


class DecoderStep:
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
        # few float32 rows are multiplied in another way than more; packed ones are not, nor whole numbers
        self._rows = {"float32": ROWS, "int8": 1}.get(dtype, GUIDED)
        # a codebook's tokens begin where those of the one before it end
        self._offsets = torch.arange(self.codebooks, device=like.device) * (self._vocabulary + 1)
        self._room = length + -(-prefix // _PREFIX_TOKENS) * _PREFIX_TOKENS
        self._positions = inner.embed_positions.get_embedding(self._room, self.hidden).to(like)
        self._guided = [False] * slots
        self._prefixes = [0] * slots
        # of each slot the keys and values, (layers, 2, rows, heads, steps, head size); parts of one tensor
        self._caches: list[Tensor | None] = [None] * slots
        self._batches: dict[tuple[int, int], _Batch] = {}
        self._layers: list[Layer[Matrix]] = layers_of(
            decoder, partial(matrix_of, dtype, rows=self._rows), lambda module: module
        )
        # of each layer the keys and values of each slot's prompt
        self._prompts: list[list[_Prompt | None]] = [[None] * slots for _ in self._layers]

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
        for layer, prompts in zip(self._layers, self._prompts, strict=True):
            listening = layer.listening
            assert listening is not None
            prompts[slot] = self._split(listening.keys(states)), self._split(listening.values(states))

    def free(self, slot: int) -> None:
        """End the piece in `slot`."""
        self._prefixes[slot] = 0
        for prompts in self._prompts:
            prompts[slot] = None

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
        places = [self._place(slots[row], positions[row]) for row in order]
        playing = [slots[row] for row in order]
        x = batch.x.zero_()
        prompted, free = x[:count], x[count : count + len(guided)]
        embedded = functional.embedding_bag(tokens + self._offsets, self._embedded, mode="sum")
        at = [self._positions[self._prefixes[slots[row]] + positions[row]] for row in range(count)]
        prompted.copy_(self._in_order(embedded.add_(torch.stack(at)), order))
        free.copy_(x[: len(guided)])
        listeners = x[: len(batch.queries)]  # a view: what the prompts add there arrives in x
        for layer, prompts, *place in zip(self._layers, self._prompts, *places, strict=True):
            x += layer.out(self._attend(batch, layer.qkv(layer.norm(x), out=batch.qkv), place))
            if layer.listening is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                layer.listening.query(layer.listening.norm(listeners), out=batch.queries)
                listeners += layer.listening.out(self._listen(batch, prompts, playing))
            layer.widen(layer.last_norm(x), out=batch.widened)
            x += layer.narrow(layer.activation(batch.widened))
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
            zeros, head = self._embedded.new_zeros, (self._heads, 1, self.hidden // self._heads)
            count = guided + plain
            listeners, rows = (-(-many // self._rows) * self._rows for many in (count, guided + count))
            batch = _Batch(
                x=zeros(rows, self.hidden),
                qkv=zeros(rows, 3 * self.hidden),
                attended=zeros(rows, self.hidden),
                queries=zeros(listeners, self.hidden),
                heard=zeros(listeners, self.hidden),
                widened=zeros(rows, self._wide),
                parts=[],
            )
            for slot in range(count):
                own = slice(slot, slot + count + 1 if slot < guided else slot + 1, count)
                query, told = torch.split(batch.qkv[own].view(-1, 3, *head).transpose(0, 1), [1, 2])
                batch.parts.append(
                    _Part(
                        query[0],
                        told,
                        batch.attended[own].view(-1, *head),
                        batch.queries[slot].view(1, *head),
                        batch.heard[slot].view(1, *head),
                    )
                )
            self._batches[guided, plain] = batch
        return batch

    def _place(self, slot: int, position: int) -> list[_Place]:
        """Where a slot's step is in the cache of each layer: made at once, because views take time too."""
        cache, position = self._cache(slot), self._prefixes[slot] + position
        now = cache[:, :, :, :, position : position + 1].unbind()
        seen = cache[:, :, :, :, : position + 1].flatten(0, 1).unbind()
        return list(zip(now, seen[0::2], seen[1::2], strict=True))

    def _cache(self, slot: int) -> Tensor:
        """The rows of a slot's cache that its piece uses."""
        cache = self._caches[slot]
        assert cache is not None
        return cache[:, :, : GUIDED if self._guided[slot] else 1]

    def _attend(self, batch: _Batch, qkv: Tensor, places: Sequence[_Place]) -> Tensor:
        """Self-attention of all rows, each slot over what it has made so far; `qkv` is that of the batch."""
        for part, (now, keys, values) in zip(batch.parts, places, strict=True):
            now.copy_(part.told)
            part.attended.copy_(functional.scaled_dot_product_attention(part.query, keys, values))
        return batch.attended

    def _precede(self, slot: int, states: Tensor) -> None:
        """Fill the cache with `states`, shaped (rows, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        # More lengths would be more shapes to probe. What is beyond them is not kept: there the steps may be
        # already.
        x = functional.pad(states, (0, 0, 0, -count % _PREFIX_TOKENS))
        caches = self._cache(slot)[:, :, :, :, :count].unbind()
        precede(self._layers, x + self._positions[: x.shape[1]], self._heads, caches)

    def _listen(self, batch: _Batch, prompts: Sequence[_Prompt | None], slots: Sequence[int]) -> Tensor:
        """What the batch's queries find in the prompts of `slots`; zeros for rows that follow them."""
        for part, slot in zip(batch.parts, slots, strict=True):
            prompt = prompts[slot]
            assert prompt is not None
            part.heard.copy_(functional.scaled_dot_product_attention(part.asked, *prompt))
        return batch.heard

    def _split(self, states: Tensor) -> Tensor:
        """(tokens, hidden) → (1, heads, tokens, head size)."""
        return states.view(1, len(states), self._heads, -1).transpose(1, 2)


_Place = tuple[Tensor, Tensor, Tensor]
"""Of one layer and slot: where this step's keys and values go, (2, rows, heads, 1, head size), then the keys
and the values up to this step, each (rows, heads, steps, head size)."""

_Prompt = tuple[Tensor, Tensor]
"""Keys and values of a prompt, (1, heads, tokens, head size)."""


class _Part(NamedTuple):
    """What belongs to one slot in the tensors of a batch, as views."""

    query: Tensor
    """(rows, heads, 1, head size)"""
    told: Tensor
    """Its keys and values, (2, rows, heads, 1, head size)."""
    attended: Tensor
    """What it attended to, shaped like the query."""
    asked: Tensor
    """The query for its prompt, (1, heads, 1, head size)."""
    heard: Tensor
    """What it heard of its prompt, shaped like that query."""


@dataclass(slots=True)
class _Batch:
    """The numbers of a step for a certain number of slots, which each step writes anew.

    The rows that hear a prompt come first, those of guided slots before the others; then come the rows of the
    guided slots that hear none, then rows that nobody looks at. Made once, because making views takes time.
    """

    x: Tensor
    """(rows, hidden), and so are others unless it is said."""
    qkv: Tensor
    """(rows, 3 · hidden)"""
    attended: Tensor
    queries: Tensor
    """Of the rows that hear a prompt, made up to what a matrix multiplies at least."""
    heard: Tensor
    widened: Tensor
    """(rows, width between the two last matrices of a layer)"""
    parts: list[_Part]
