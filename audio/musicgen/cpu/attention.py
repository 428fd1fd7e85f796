"""Attention of one decoder step by torch, per slot: over its own cached steps and over its prompt.

A slot's result depends on no other slot.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Past(NamedTuple):
    """The keys and values that a slot attends to in a step."""

    cache: Tensor
    """Keys and values of its steps, (layers, 2, rows, heads, room, head size); guided slots have two rows."""
    prompt: Tensor | None
    """Keys and values of its prompt, (layers, 2, heads, tokens, head size); None in a melody decoder."""
    position: int
    """Index in the cache for the keys and values of this step."""


class Rows(NamedTuple):
    """Row counts of a batch: first one row per slot, then a second row per guided slot."""

    slots: int
    guided: int
    padded: int
    """All rows, padded to the multiple that the matrices need."""
    prompted: int
    """Rows that attend to a prompt, padded likewise."""


class _SlotViews(NamedTuple):
    """Views of one slot's part of the buffers, made once because making them takes time."""

    q: Tensor
    """(rows, heads, 1, head size)"""
    kv_new: Tensor
    """Keys and values, (2, rows, heads, 1, head size)"""
    attn_out: Tensor
    """(rows, heads, 1, head size)"""
    cross_q: Tensor
    """(1, heads, 1, head size)"""
    cross_attention_out: Tensor
    """(1, heads, 1, head size)"""


class SlotAttention:
    """Attention of a step for some slots, guided ones first, with its input and output buffers."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        self.rows = rows
        hidden = heads * size
        self.qkv = like.new_zeros(rows.padded, 3 * hidden)
        """Input: queries, keys and values side by side, (rows, 3 · hidden)."""
        self.attn_out = like.new_zeros(rows.padded, hidden)
        """Output of self-attention, (rows, hidden)."""
        self.cross_q = like.new_zeros(rows.prompted, hidden)
        """Input: queries for the prompts, (prompted rows, hidden)."""
        self.cross_attention_out = like.new_zeros(rows.prompted, hidden)
        """Output of cross-attention, (prompted rows, hidden)."""
        head = (heads, 1, size)
        self._views = []
        for slot in range(rows.slots):
            own = slice(slot, slot + rows.slots + 1 if slot < rows.guided else slot + 1, rows.slots)
            q, kv_new = torch.split(self.qkv[own].view(-1, 3, *head).transpose(0, 1), [1, 2])
            views = _SlotViews(
                q[0],
                kv_new,
                self.attn_out[own].view(-1, *head),
                self.cross_q[slot].view(1, *head),
                self.cross_attention_out[slot].view(1, *head),
            )
            self._views.append(views)
        self._kv: list[list[tuple[Tensor, Tensor, Tensor]]] = []
        self._prompts: list[Tensor | None] = []

    def begin(self, slots: Sequence[Past]) -> None:
        """Begin a step of these slots. Raises ValueError if a position lies outside its cache."""
        check_bounds(slots)
        self._kv = [self._kv_views(past.cache, past.position) for past in slots]
        self._prompts = [past.prompt for past in slots]

    def end(self) -> None:
        """End the step and drop all references to the slots' tensors."""
        self._kv, self._prompts = [], []

    @staticmethod
    def _kv_views(cache: Tensor, position: int) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Return per layer: the place of this step's keys and values, all keys, all values."""
        new = cache[:, :, :, :, position : position + 1].unbind()
        seen = cache[:, :, :, :, : position + 1].flatten(0, 1).unbind()
        return list(zip(new, seen[0::2], seen[1::2], strict=True))

    def self_attention(self, layer: int) -> Tensor:
        """Append the keys and values of `qkv` to the caches and return `attn_out`."""
        for views, kv in zip(self._views, self._kv, strict=True):
            kv_place, keys, values = kv[layer]
            kv_place.copy_(views.kv_new)
            views.attn_out.copy_(functional.scaled_dot_product_attention(views.q, keys, values))
        return self.attn_out

    def cross_attention(self, layer: int) -> Tensor:
        """Attend to the prompts with `cross_q` and return `cross_attention_out`."""
        for views, prompt in zip(self._views, self._prompts, strict=True):
            assert prompt is not None
            keys, values = prompt[layer].unsqueeze(1)
            attn_out = functional.scaled_dot_product_attention(views.cross_q, keys, values)
            views.cross_attention_out.copy_(attn_out)
        return self.cross_attention_out


def check_bounds(slots: Sequence[Past]) -> None:
    """Raise ValueError if a slot's position lies outside its cache or its prompt is empty."""
    for past in slots:
        room = past.cache.shape[4]
        if not 0 <= past.position < room:
            raise ValueError(f"A cache for {room} steps has no position {past.position}.")
        if past.prompt is not None and not past.prompt.shape[3]:
            raise ValueError("There is a prompt without a token.")
