"""One step of the MusicGen decoder for several slots, each at a position of its own.

transformers' own loop cannot stream and is bound by Python; this is the same arithmetic as its forward pass
over the same weights, in as few operations as plain PyTorch allows. The rows of a batch are the slots twice:
first with their prompt, then without, for classifier-free guidance.

A slot's result depends on no neighbour, nor on how many there are: a linear layer computes each row alone
(`matrix.py`), and attention is computed slot by slot over that slot's own length.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MusicgenForCausalLM, MusicgenMelodyForCausalLM
from transformers.models.musicgen.modeling_musicgen import MusicgenDecoderLayer
from transformers.models.musicgen_melody.modeling_musicgen_melody import MusicgenMelodyDecoderLayer

from audio.musicgen.matrix import ROWS, Matrix, matrix_of

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
        self._norm = _norm(inner.layer_norm)
        self._embedded = _table(*inner.embed_tokens)
        self._heads_out = matrix_of(dtype, *decoder.lm_heads, rows=1)
        like = self._embedded
        self.device = like.device
        # few float32 rows are multiplied in another way than more; packed and whole ones are not
        self._rows = ROWS if dtype == "float32" else GUIDED
        # CUDA's library adds in another way for another number of rows, so there it is always the same
        self._abreast = slots if like.is_cuda else self._rows // GUIDED
        # a codebook's tokens begin where those of the one before it end
        self._offsets = torch.arange(self.codebooks, device=like.device) * (self._vocabulary + 1)
        room = length + -(-prefix // _PREFIX_TOKENS) * _PREFIX_TOKENS
        self._positions = inner.embed_positions.get_embedding(room, self.hidden).to(like)
        self._prefixes = [0] * slots
        heads = (self._heads, room, self.hidden // self._heads)
        # of each slot the keys and values, (layers, 2, guided, heads, steps, head size); parts of one tensor
        self._caches = list(like.new_zeros(slots, len(inner.layers), 2, GUIDED, *heads))
        self._silence = like.new_zeros(GUIDED, self._heads, 1, heads[2])
        matrix = partial(matrix_of, dtype, rows=self._rows)
        self._layers = [
            _Layer(
                norm=_norm(layer.self_attn_layer_norm),
                qkv=matrix(layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj),
                out=matrix(layer.self_attn.out_proj),
                listening=_listening(layer, matrix, slots),
                last_norm=_norm(layer.final_layer_norm),
                widen=matrix(layer.fc1),
                activation=layer.activation_fn,
                narrow=matrix(layer.fc2),
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
    def __call__(
        self, tokens: Tensor, slots: Sequence[int], positions: Sequence[int], guidance: Sequence[float]
    ) -> Tensor:
        """Logits of the next tokens, shaped (slots, codebooks, vocabulary).

        `slots` are those to step, each with a piece in it; `tokens`, shaped (slots, codebooks), is what each
        hears, and `positions` says at which step it is. `guidance` is how far to go from what follows without
        the prompt, 0, to what follows with it, 1, and beyond.
        """
        positions = [self._prefixes[slot] + at for slot, at in zip(slots, positions, strict=True)]
        x = self._embedded[tokens + self._offsets].sum(dim=1) + self._positions[positions]
        if missing := -len(slots) % self._abreast:  # here once, instead of in every matrix
            x = functional.pad(x, (0, 0, 0, missing))
        rows = len(x)
        x = x.repeat(GUIDED, 1)
        heard = x[:rows]  # a view: what the prompt adds there arrives in x
        at_least = x[: max(rows, self._rows)]  # what a matrix would make up to its rows
        places = [self._place(slot, at) for slot, at in zip(slots, positions, strict=True)]
        for layer, *place in zip(self._layers, *places, strict=True):
            x += self._attend(layer, layer.norm(x), place)
            if layer.listening is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                heard += self._listen(layer.listening, layer.listening.norm(at_least), slots)[:rows]
            x += layer.narrow(layer.activation(layer.widen(layer.last_norm(x))))
        prompted, free = self._norm(x).view(GUIDED, rows, self.hidden)[:, : len(slots)]
        # Guidance is linear and so are the heads, so it may come before them: that halves their work.
        x = torch.lerp(free, prompted, x.new_tensor(guidance)[:, None])
        if x.is_cuda:
            x = functional.pad(x, (0, 0, 0, rows - len(x)))
        return self._heads_out(x).view(-1, self.codebooks, self._vocabulary)[: len(slots)]

    def _place(self, slot: int, position: int) -> list[_Place]:
        """Where a slot's step is in the cache of each layer: made at once, because views take time too."""
        cache = self._caches[slot]
        now = cache[:, :, :, :, position : position + 1].unbind()
        seen = cache[:, :, :, :, : position + 1].flatten(0, 1).unbind()
        return list(zip(now, seen[0::2], seen[1::2], strict=True))

    def _attend(self, layer: _Layer, x: Tensor, places: Sequence[_Place]) -> Tensor:
        """Self-attention of all rows (2 · slots, hidden), each slot over what it has made so far."""
        rows = layer.qkv(x).view(GUIDED, -1, 3, self._heads, 1, self.hidden // self._heads)
        seen = []
        for row, (now, keys, values) in zip(rows.permute(1, 2, 0, 3, 4, 5).unbind(), places, strict=False):
            now.copy_(row[1:])
            seen.append(functional.scaled_dot_product_attention(row[0], keys, values))
        seen += [self._silence] * (rows.shape[1] - len(places))
        return layer.out(torch.stack(seen, dim=1).view(x.shape))

    def _precede(self, slot: int, states: Tensor) -> None:
        """Fill the cache with `states`, shaped (2, tokens, hidden), from position 0 on."""
        self._prefixes[slot] = count = states.shape[1]
        # What is beyond them is overwritten before it is heard; more lengths would be more shapes to probe.
        x = functional.pad(states, (0, 0, 0, -count % _PREFIX_TOKENS))
        tokens = x.shape[1]
        x = (x + self._positions[:tokens]).flatten(0, 1)
        for layer, cache in zip(self._layers, self._caches[slot], strict=True):
            rows = layer.qkv(layer.norm(x)).view(GUIDED, tokens, 3, self._heads, self.hidden // self._heads)
            query, keys, values = rows.transpose(1, 3).unbind(2)
            cache[:, :, :, :tokens] = torch.stack((keys, values))
            seen = functional.scaled_dot_product_attention(query, keys, values, is_causal=True)
            x = x + layer.out(seen.transpose(1, 2).reshape(x.shape))
            x = x + layer.narrow(layer.activation(layer.widen(layer.last_norm(x))))

    def _listen(self, listening: _Listening, x: Tensor, slots: Sequence[int]) -> Tensor:
        """Cross-attention of the rows (slots, hidden) that hear their prompt; more may follow them."""
        queries = listening.query(x).view(-1, 1, self._heads, 1, self.hidden // self._heads)
        heard = []
        for query, slot in zip(queries.unbind(), slots, strict=False):
            prompt = listening.prompts[slot]
            assert prompt is not None
            heard.append(functional.scaled_dot_product_attention(query, *prompt))
        heard += [self._silence[:1]] * (len(queries) - len(slots))
        return listening.out(torch.cat(heard).view(x.shape))

    def _split(self, states: Tensor) -> Tensor:
        """(tokens, hidden) → (1, heads, tokens, head size)."""
        return states.view(1, len(states), self._heads, -1).transpose(1, 2)


_Place = tuple[Tensor, Tensor, Tensor]
"""Of one layer and slot: where this step's keys and values go, (2, guided, heads, 1, head size), then the
keys and the values up to this step, each (guided, heads, steps, head size)."""

_Norm = Callable[[Tensor], Tensor]


@dataclass(slots=True)
class _Listening:
    """A layer's cross-attention."""

    norm: _Norm
    keys: nn.Linear
    values: nn.Linear
    query: Matrix
    out: Matrix
    prompts: list[tuple[Tensor, Tensor] | None]
    """Keys and values of each slot's prompt, computed once."""


@dataclass(slots=True)
class _Layer:
    """A layer's weights; owned by one DecoderStep."""

    norm: _Norm
    qkv: Matrix
    out: Matrix
    listening: _Listening | None
    last_norm: _Norm
    widen: Matrix
    activation: nn.Module
    narrow: Matrix


def _norm(module: nn.LayerNorm) -> _Norm:
    """What `module` does, without what a module's call does besides."""
    shape, weight, bias, eps = module.normalized_shape, module.weight, module.bias, module.eps
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


def _listening(
    layer: MusicgenDecoderLayer | MusicgenMelodyDecoderLayer, matrix: Callable[..., Matrix], slots: int
) -> _Listening | None:
    if isinstance(layer, MusicgenMelodyDecoderLayer):
        return None
    attention = layer.encoder_attn
    return _Listening(
        norm=_norm(layer.encoder_attn_layer_norm),
        keys=attention.k_proj,
        values=attention.v_proj,
        query=matrix(attention.q_proj),
        out=matrix(attention.out_proj),
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
