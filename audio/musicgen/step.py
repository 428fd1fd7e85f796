"""One step of the MusicGen decoder for several slots, each at a position of its own.

transformers' own loop cannot stream and is bound by Python; this is the same arithmetic as its forward pass
over the same weights, in as few operations as plain PyTorch allows. The rows of a batch are the slots twice:
first with their prompt, then without, for classifier-free guidance.

A slot's result depends on no neighbour, nor on how many there are: a linear layer computes each row alone
(`matrix.py`), and attention is computed slot by slot over that slot's own length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MusicgenForCausalLM, MusicgenMelodyForCausalLM
from transformers.models.musicgen.modeling_musicgen import MusicgenDecoderLayer
from transformers.models.musicgen_melody.modeling_musicgen_melody import MusicgenMelodyDecoderLayer

from audio.musicgen.matrix import ROWS, WIDE_ROWS, Matrix, matrix_of

GUIDED: int = 2
"""Rows of a slot: one that hears the prompt and one that does not."""


_PREFIX_TOKENS: int = 32
"""A prefix is computed as a multiple of so many tokens."""


class DecoderStep:
    """The decoder with its cache for `slots` slots of at most `length` steps.

    A melody decoder has no cross-attention: what it is to hear stands before its steps, at most `prefix`
    tokens, in the same cache.

    Reads the weights of `decoder` by reference where `dtype`, in which its matrices are held, allows it. What
    lies between the matrices, the cache included, is float32.
    """

    def __init__(
        self,
        decoder: MusicgenForCausalLM | MusicgenMelodyForCausalLM,
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
        self._norm = inner.layer_norm
        self._embedded = _table(*inner.embed_tokens)
        self._heads_out = matrix_of(dtype, *decoder.lm_heads, rows=WIDE_ROWS)
        like = self._embedded
        self.device = like.device
        # CUDA's library adds in another way for another number of rows, so there it is always the same
        self._abreast = slots if like.is_cuda else ROWS // GUIDED
        # a codebook's tokens begin where those of the one before it end
        self._offsets = torch.arange(self.codebooks, device=like.device) * (self._vocabulary + 1)
        room = length + -(-prefix // _PREFIX_TOKENS) * _PREFIX_TOKENS
        self._positions = inner.embed_positions.get_embedding(room, self.hidden).to(like)
        self._prefixes = [0] * slots
        heads = (self._heads, room, self.hidden // self._heads)
        self._layers = [
            _Layer(
                module=layer,
                qkv=matrix_of(dtype, layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj),
                out=matrix_of(dtype, layer.self_attn.out_proj),
                listening=_listening(layer, dtype, slots),
                widen=matrix_of(dtype, layer.fc1),
                narrow=matrix_of(dtype, layer.fc2),
                caches=list(torch.zeros(slots, GUIDED, 2, *heads, dtype=like.dtype, device=like.device)),
            )
            for layer in inner.layers
        ]

    @torch.inference_mode()
    def admit(self, slot: int, states: Tensor) -> None:
        """Let `slot` hear a prompt from its next step on; `states` is the encoded prompt, (tokens, hidden).

        A piece begins with it, at position 0, and may get another in its midst. For a melody decoder it is
        shaped (2, tokens, hidden), what stands before the steps with and without the prompt, and another one
        has as many tokens.
        """
        if states.dim() > 2:
            self._precede(slot, states)
            return
        for layer in self._layers:
            listening = layer.listening
            assert listening is not None
            listening.prompts[slot] = (
                self._split(listening.keys(states)),
                self._split(listening.values(states)),
            )

    def free(self, slot: int) -> None:
        """End the piece in `slot`."""
        self._prefixes[slot] = 0
        for layer in self._layers:
            if layer.listening is not None:
                layer.listening.prompts[slot] = None

    @torch.inference_mode()
    def __call__(self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int]) -> Tensor:
        """Logits of the next tokens, shaped (2, slots, codebooks, vocabulary): with and without the prompt.

        `slots` are those to step, each with a piece in it; `tokens`, shaped (slots, codebooks), is what each
        hears, and `positions` says at which step it is.
        """
        positions = [self._prefixes[slot] + at for slot, at in zip(slots, positions, strict=True)]
        x = self._embedded[tokens + self._offsets].sum(dim=1) + self._positions[positions]
        if missing := -len(slots) % self._abreast:  # here once, instead of in every matrix
            x = functional.pad(x, (0, 0, 0, missing))
        rows = len(x)
        x = x.repeat(GUIDED, 1)
        heard = x[:rows]  # a view: what the prompt adds there arrives in x
        at_least = x[: max(rows, ROWS)]  # what a matrix would make up to its rows
        for layer in self._layers:
            module = layer.module
            x += self._attend(layer, module.self_attn_layer_norm(x), slots, positions)
            if layer.listening is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                heard += self._listen(layer.listening, layer.listening.norm(at_least), slots)[:rows]
            x += layer.narrow(module.activation_fn(layer.widen(module.final_layer_norm(x))))
        x = self._norm(x)
        if not x.is_cuda:  # the widest matrix of all need not be read for rows that nobody asked for
            rows = len(slots)
            x = x.view(GUIDED, -1, self.hidden)[:, :rows].reshape(GUIDED * rows, -1)
        logits = self._heads_out(x).view(GUIDED, rows, self.codebooks, self._vocabulary)
        return logits[:, : len(slots)]

    def _attend(self, layer: _Layer, x: Tensor, slots: Sequence[int], positions: Sequence[int]) -> Tensor:
        """Self-attention of all rows (2 · slots, hidden), each slot over what it has made so far."""
        rows = layer.qkv(x).view(GUIDED, -1, 3, self._heads, self.hidden // self._heads)
        seen = torch.zeros_like(rows[:, :, 0])
        for row, (slot, position) in enumerate(zip(slots, positions, strict=True)):
            query, key_value = rows[:, row].split_with_sizes((1, 2), dim=1)
            cache = layer.caches[slot]
            cache[:, :, :, position] = key_value
            keys, values = cache[:, :, :, : position + 1].unbind(1)
            heard = functional.scaled_dot_product_attention(query.transpose(1, 2), keys, values)
            seen[:, row] = heard[:, :, 0]
        return layer.out(seen.view(x.shape))

    def _precede(self, slot: int, states: Tensor) -> None:
        """Fill the cache with `states`, shaped (2, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        # What is beyond them is overwritten before it is heard; more lengths would be more shapes to probe.
        x = functional.pad(states, (0, 0, 0, -count % _PREFIX_TOKENS))
        tokens = x.shape[1]
        x = (x + self._positions[:tokens]).flatten(0, 1)
        for layer in self._layers:
            module = layer.module
            rows = layer.qkv(module.self_attn_layer_norm(x)).view(
                GUIDED, tokens, 3, self._heads, self.hidden // self._heads
            )
            query, keys, values = rows.transpose(1, 3).unbind(2)
            layer.caches[slot][:, :, :, :tokens] = torch.stack((keys, values), dim=1)
            seen = functional.scaled_dot_product_attention(query, keys, values, is_causal=True)
            x = x + layer.out(seen.transpose(1, 2).reshape(x.shape))
            x = x + layer.narrow(module.activation_fn(layer.widen(module.final_layer_norm(x))))

    def _listen(self, listening: _Listening, x: Tensor, slots: Sequence[int]) -> Tensor:
        """Cross-attention of the rows (slots, hidden) that hear their prompt; more may follow them."""
        query = listening.query(x).view(-1, self._heads, 1, self.hidden // self._heads)
        heard = torch.zeros_like(query)
        for row, slot in enumerate(slots):
            prompt = listening.prompts[slot]
            assert prompt is not None
            heard[row] = functional.scaled_dot_product_attention(query[row : row + 1], *prompt)[0]
        return listening.out(heard.view(x.shape))

    def _split(self, states: Tensor) -> Tensor:
        """(tokens, hidden) → (1, heads, tokens, head size)."""
        return states.view(1, len(states), self._heads, -1).transpose(1, 2)


@dataclass(slots=True)
class _Listening:
    """A layer's cross-attention."""

    norm: nn.LayerNorm
    keys: nn.Linear
    values: nn.Linear
    query: Matrix
    out: Matrix
    prompts: list[tuple[Tensor, Tensor] | None]
    """Keys and values of each slot's prompt, computed once."""


@dataclass(slots=True)
class _Layer:
    """A layer's weights and what its slots remember; owned by one DecoderStep."""

    module: MusicgenDecoderLayer | MusicgenMelodyDecoderLayer
    qkv: Matrix
    out: Matrix
    listening: _Listening | None
    widen: Matrix
    narrow: Matrix
    caches: list[Tensor]
    """Keys and values of each slot, shaped (guided, 2, heads, steps, head size); parts of one tensor."""


def _listening(
    layer: MusicgenDecoderLayer | MusicgenMelodyDecoderLayer, dtype: str, slots: int
) -> _Listening | None:
    if isinstance(layer, MusicgenMelodyDecoderLayer):
        return None
    attention = layer.encoder_attn
    return _Listening(
        norm=layer.encoder_attn_layer_norm,
        keys=attention.k_proj,
        values=attention.v_proj,
        query=matrix_of(dtype, attention.q_proj),
        out=matrix_of(dtype, attention.out_proj),
        prompts=[None] * slots,
    )


@torch.no_grad()
def _table(*modules: nn.Embedding) -> Tensor:
    """The rows of `modules` under each other; theirs become views of it."""
    table = torch.cat([module.weight for module in modules])
    rows = torch.split(table, [module.num_embeddings for module in modules])
    for module, part in zip(modules, rows, strict=True):
        module.weight = nn.Parameter(part, requires_grad=False)
    return table
