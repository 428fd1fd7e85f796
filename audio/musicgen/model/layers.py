"""The decoder's weights, layer by layer, and the prefill of melody decoders; shared by all devices.

The caller chooses how a matrix is stored and multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import MusicgenForCausalLM, MusicgenMelodyForCausalLM
from transformers.activations import GELUActivation
from transformers.models.musicgen.modeling_musicgen import MusicgenDecoderLayer
from transformers.models.musicgen_melody.modeling_musicgen_melody import MusicgenMelodyDecoderLayer

from audio.musicgen.model.linear import Matrix

GUIDED: Final = 2
"""Rows of a slot with guidance: one conditioned on the prompt and one unconditional."""

Decoder = MusicgenForCausalLM | MusicgenMelodyForCausalLM
Function = Callable[[Tensor], Tensor]
M = TypeVar("M", bound=Matrix)


@dataclass(slots=True)
class CrossAttention(Generic[M]):
    """Weights of a layer's cross-attention."""

    norm: Function
    k: Function
    """Encoded prompt (tokens, hidden) → keys. Runs once per prompt, as does `v`."""
    v: Function
    q: M
    out: M


@dataclass(slots=True)
class Layer(Generic[M]):
    """Weights of a layer."""

    norm: Function
    qkv: M
    """Projections to queries, keys and values of self-attention, side by side."""
    out: M
    cross_attention: CrossAttention[M] | None
    """None in a melody decoder."""
    final_norm: Function
    fc1: M
    activation: Function
    fc2: M


def layers_of(
    decoder: Decoder,
    matrix: Callable[..., M],
    prompt_linear: Callable[[nn.Linear], Function],
    dtype: torch.dtype = torch.float32,
) -> list[Layer[M]]:
    """Return the layers of `decoder`.

    `matrix` converts the linear layers of a step, one or several side by side; `prompt_linear` converts those
    that run once per prompt. `dtype` is the data type of the activations.
    """

    def cross_attention_of(
        layer: MusicgenDecoderLayer | MusicgenMelodyDecoderLayer,
    ) -> CrossAttention[M] | None:
        if isinstance(layer, MusicgenMelodyDecoderLayer):
            return None
        attention = layer.encoder_attn
        return CrossAttention(
            norm=norm_of(layer.encoder_attn_layer_norm, dtype),
            k=prompt_linear(attention.k_proj),
            v=prompt_linear(attention.v_proj),
            q=matrix(attention.q_proj),
            out=matrix(attention.out_proj),
        )

    return [
        Layer(
            norm=norm_of(layer.self_attn_layer_norm, dtype),
            qkv=matrix(layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj),
            out=matrix(layer.self_attn.out_proj),
            cross_attention=cross_attention_of(layer),
            final_norm=norm_of(layer.final_layer_norm, dtype),
            fc1=matrix(layer.fc1),
            activation=activation_of(layer.activation_fn),
            fc2=matrix(layer.fc2),
        )
        for layer in decoder.model.decoder.layers
    ]


def activation_of(module: nn.Module) -> Function:
    """Return the function of `module` without the overhead of calling a module."""
    return gelu if isinstance(module, GELUActivation) else module.forward


def gelu(x: Tensor) -> Tensor:
    """Apply GELU with torch's own kernel instead of oneDNN's.

    For the 768 values of a row of étude oneDNN takes 14 µs, 40 µs within a step; torch takes 3 µs (Xeon with
    AVX-512).
    """
    onednn: Any = torch.backends.mkldnn
    wanted, onednn.enabled = onednn.enabled, False
    try:
        return functional.gelu(x)
    finally:
        onednn.enabled = wanted


def norm_of(module: nn.LayerNorm, dtype: torch.dtype = torch.float32) -> Function:
    """Return the function of `module` without the overhead of calling a module."""
    shape, eps = module.normalized_shape, module.eps
    weight, bias = (part.detach().to(dtype) for part in (module.weight, module.bias))
    return lambda x: torch.layer_norm(x, shape, weight, bias, eps)


@torch.no_grad()
def table_of(*modules: nn.Embedding) -> Tensor:
    """Concatenate the weights of `modules` along rows; theirs become views of the table."""
    table = torch.cat([module.weight for module in modules])
    rows = torch.split(table, [module.num_embeddings for module in modules])
    for module, part in zip(modules, rows, strict=True):
        module.weight = nn.Parameter(part, requires_grad=False)
    return table


def prefill(layers: Sequence[Layer[M]], x: Tensor, heads: int, caches: Sequence[Tensor]) -> None:
    """Run the layers over a prefix `x` (rows, tokens, hidden), positions included, and fill their KV caches.

    `caches` has one view per layer, (2, rows, heads, tokens, head size). It may have fewer tokens than `x`;
    the keys and values of the others are dropped.
    """
    rows, tokens, hidden = x.shape
    x = x.flatten(0, 1)
    for layer, cache in zip(layers, caches, strict=True):
        qkv = layer.qkv(layer.norm(x)).view(rows, tokens, 3, heads, hidden // heads)
        q, k, v = qkv.transpose(1, 3).unbind(2)
        cache.copy_(torch.stack((k, v))[:, :, :, : cache.shape[3]])
        attn_out = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + layer.out(attn_out.transpose(1, 2).reshape(x.shape))
        x = x + layer.fc2(layer.activation(layer.fc1(layer.final_norm(x))))
