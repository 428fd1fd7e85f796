"""The decoder's weights, layer by layer, for whoever computes its steps.

How a matrix is held and multiplied is up to the caller; which matrices there are, and what stands before the
first step of a melody decoder, is the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MusicgenForCausalLM, MusicgenMelodyForCausalLM
from transformers.activations import GELUActivation
from transformers.models.musicgen.modeling_musicgen import MusicgenDecoderLayer
from transformers.models.musicgen_melody.modeling_musicgen_melody import MusicgenMelodyDecoderLayer

from audio.musicgen.model.linear import Matrix

GUIDED: int = 2
"""Rows of a slot with guidance: one that hears the prompt and one that does not."""

Decoder = MusicgenForCausalLM | MusicgenMelodyForCausalLM
Function = Callable[[Tensor], Tensor]
M = TypeVar("M", bound=Matrix)


@dataclass(slots=True)
class CrossAttention(Generic[M]):
    """A layer's cross-attention."""

    norm: Function
    keys: Function
    """Of a prompt, from states (tokens, hidden); computed once a prompt, and so are its values."""
    values: Function
    query: M
    out: M


@dataclass(slots=True)
class Layer(Generic[M]):
    """A layer's weights."""

    norm: Function
    qkv: M
    """Query, keys and values of the self-attention side by side."""
    out: M
    listening: CrossAttention[M] | None
    """None in a melody decoder."""
    last_norm: Function
    widen: M
    activation: Function
    narrow: M


def layers_of(
    decoder: Decoder,
    matrix: Callable[..., M],
    prompting: Callable[[nn.Linear], Function],
    dtype: torch.dtype = torch.float32,
) -> list[Layer[M]]:
    """The layers of `decoder`: `matrix` makes what a step multiplies by, out of one linear layer or several
    side by side, and `prompting` what only a prompt goes through. `dtype` is that of the numbers between."""

    def listening(layer: MusicgenDecoderLayer | MusicgenMelodyDecoderLayer) -> CrossAttention[M] | None:
        if isinstance(layer, MusicgenMelodyDecoderLayer):
            return None
        attention = layer.encoder_attn
        return CrossAttention(
            norm=norm_of(layer.encoder_attn_layer_norm, dtype),
            keys=prompting(attention.k_proj),
            values=prompting(attention.v_proj),
            query=matrix(attention.q_proj),
            out=matrix(attention.out_proj),
        )

    return [
        Layer(
            norm=norm_of(layer.self_attn_layer_norm, dtype),
            qkv=matrix(layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj),
            out=matrix(layer.self_attn.out_proj),
            listening=listening(layer),
            last_norm=norm_of(layer.final_layer_norm, dtype),
            widen=matrix(layer.fc1),
            activation=activation_of(layer.activation_fn),
            narrow=matrix(layer.fc2),
        )
        for layer in decoder.model.decoder.layers
    ]


def activation_of(module: nn.Module) -> Function:
    """What `module` does, without what a module's call does besides."""
    return gelu if isinstance(module, GELUActivation) else module.forward


def gelu(x: Tensor) -> Tensor:
    """GELU by torch's own kernel. On a CPU torch would have oneDNN compute it, which takes 14 µs for the 768
    numbers of a row of étude, and 40 in the midst of a step, where torch's takes 3 (Xeon with AVX-512)."""
    onednn: Any = torch.backends.mkldnn
    wanted, onednn.enabled = onednn.enabled, False
    try:
        return functional.gelu(x)
    finally:
        onednn.enabled = wanted


def norm_of(module: nn.LayerNorm, dtype: torch.dtype = torch.float32) -> Function:
    """What `module` does, without what a module's call does besides."""
    shape, eps = module.normalized_shape, module.eps
    weight, bias = (part.detach().to(dtype) for part in (module.weight, module.bias))
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


@torch.no_grad()
def table_of(*modules: nn.Embedding) -> Tensor:
    """The rows of `modules` under each other; theirs become views of it."""
    table = torch.cat([module.weight for module in modules])
    rows = torch.split(table, [module.num_embeddings for module in modules])
    for module, part in zip(modules, rows, strict=True):
        module.weight = nn.Parameter(part, requires_grad=False)
    return table


def precede(layers: Sequence[Layer[M]], x: Tensor, heads: int, caches: Sequence[Tensor]) -> None:
    """Let the layers hear `x`, shaped (rows, tokens, hidden), with positions added, before the first step.

    `caches` has for each layer where their keys and values go, (2, rows, heads, tokens, head size), which may
    be fewer tokens than are computed.
    """
    rows, tokens, hidden = x.shape
    x = x.flatten(0, 1)
    for layer, cache in zip(layers, caches, strict=True):
        qkv = layer.qkv(layer.norm(x)).view(rows, tokens, 3, heads, hidden // heads)
        query, keys, values = qkv.transpose(1, 3).unbind(2)
        cache.copy_(torch.stack((keys, values))[:, :, :, : cache.shape[3]])
        seen = functional.scaled_dot_product_attention(query, keys, values, is_causal=True)
        x = x + layer.out(seen.transpose(1, 2).reshape(x.shape))
        x = x + layer.narrow(layer.activation(layer.widen(layer.last_norm(x))))
