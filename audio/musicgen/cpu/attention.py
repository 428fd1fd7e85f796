"""Attention of one decoder step on the host, per slot: over its own cached steps and over its prompt.

A slot's result depends on no other slot. `TorchAttention` makes one call per slot; `CompiledAttention` makes
one call for all of them, with the kernel of `kernels/attention_ir.py`.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.kernels.attention_ir import LANES, TABLE_FIELDS, attention_ir
from audio.musicgen.kernels.llvm import compile_function, cpu_features

_log = logging.getLogger(__name__)

_EMPTY_TABLE: Final = np.zeros((0, 0, TABLE_FIELDS), np.int64)
_PROBE_SEED: Final = 0
_PROBE_LENGTH: Final = 37
_PROBE_ERROR: Final = 1e-5
"""Tolerance for float32 values around 1."""


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


class SlotAttention(ABC):
    """Attention of a step for some slots, guided ones first, with its input and output buffers."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        self.rows = rows
        self.heads = heads
        self.size = size
        hidden = heads * size
        self.qkv = like.new_zeros(rows.padded, 3 * hidden)
        """Input: queries, keys and values side by side, (rows, 3 · hidden)."""
        self.attn_out = like.new_zeros(rows.padded, hidden)
        """Output of self-attention, (rows, hidden)."""
        self.cross_q = like.new_zeros(rows.prompted, hidden)
        """Input: queries for the prompts, (prompted rows, hidden)."""
        self.cross_attention_out = like.new_zeros(rows.prompted, hidden)
        """Output of cross-attention, (prompted rows, hidden)."""

    @abstractmethod
    def begin(self, slots: Sequence[Past]) -> None:
        """Begin a step of these slots. Raises ValueError if a position lies outside its cache."""

    @abstractmethod
    def end(self) -> None:
        """End the step and drop all references to the slots' tensors."""

    @abstractmethod
    def self_attention(self, layer: int) -> Tensor:
        """Append the keys and values of `qkv` to the caches and return `attn_out`."""

    @abstractmethod
    def cross_attention(self, layer: int) -> Tensor:
        """Attend to the prompts with `cross_q` and return `cross_attention_out`."""


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


class TorchAttention(SlotAttention):
    """Attention by torch, on any device."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        super().__init__(like, rows, heads, size)
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
        check_bounds(slots)
        self._kv = [self._kv_views(past.cache, past.position) for past in slots]
        self._prompts = [past.prompt for past in slots]

    def end(self) -> None:
        self._kv, self._prompts = [], []

    @staticmethod
    def _kv_views(cache: Tensor, position: int) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Return per layer: the place of this step's keys and values, all keys, all values."""
        new = cache[:, :, :, :, position : position + 1].unbind()
        seen = cache[:, :, :, :, : position + 1].flatten(0, 1).unbind()
        return list(zip(new, seen[0::2], seen[1::2], strict=True))

    def self_attention(self, layer: int) -> Tensor:
        for views, kv in zip(self._views, self._kv, strict=True):
            kv_place, keys, values = kv[layer]
            kv_place.copy_(views.kv_new)
            views.attn_out.copy_(functional.scaled_dot_product_attention(views.q, keys, values))
        return self.attn_out

    def cross_attention(self, layer: int) -> Tensor:
        for views, prompt in zip(self._views, self._prompts, strict=True):
            assert prompt is not None
            keys, values = prompt[layer].unsqueeze(1)
            attn_out = functional.scaled_dot_product_attention(views.cross_q, keys, values)
            views.cross_attention_out.copy_(attn_out)
        return self.cross_attention_out


class CompiledAttention(SlotAttention):
    """Attention by a kernel compiled for this processor; float32 in host memory only."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        super().__init__(like, rows, heads, size)
        kernel = attention_kernel(size)
        assert kernel is not None
        self._kernel = kernel
        self._scores = like.new_empty(0)
        self._slots: Sequence[Past] = ()
        # kernel arguments, (layers, rows, TABLE_FIELDS)
        self._self_table = self._cross_table = _EMPTY_TABLE

    def begin(self, slots: Sequence[Past]) -> None:
        check_bounds(slots)
        self._slots = slots  # keeps the tensors alive while their addresses are in use
        own = [*((past, 0) for past in slots), *((past, 1) for past in slots[: self.rows.guided])]
        self._self_table = self._table([(past.cache[:, :, row], past.position + 1) for past, row in own])
        prompts = [past.prompt for past in slots if past.prompt is not None]
        self._cross_table = self._table([(prompt, prompt.shape[3]) for prompt in prompts])

    def end(self) -> None:
        self._slots = ()
        self._self_table = self._cross_table = _EMPTY_TABLE

    def _table(self, regions: list[tuple[Tensor, int]]) -> npt.NDArray[np.int64]:
        """Return the kernel's table, (layers, rows, TABLE_FIELDS).

        Each row has its keys and values, (layers, 2, heads, room, head size), and its length.
        """
        if not regions:
            return _EMPTY_TABLE
        max_length = max(length for _, length in regions) + LANES
        if len(self._scores) < max_length:
            self._scores = self._scores.new_empty(max_length)
        entries = [
            (own.data_ptr(), *(4 * own.stride(axis) for axis in (0, 1, 2)), length) for own, length in regions
        ]
        first, layer_stride, kv_stride, head_stride, lengths = np.array(entries, np.int64).T
        keys = first + np.arange(len(regions[0][0]))[:, None] * layer_stride
        return np.stack(np.broadcast_arrays(keys, keys + kv_stride, head_stride, lengths), axis=2)

    def self_attention(self, layer: int) -> Tensor:
        hidden = self.heads * self.size
        self._call(self.qkv, self._self_table[layer], self.attn_out, 3 * hidden, hidden)
        return self.attn_out

    def cross_attention(self, layer: int) -> Tensor:
        table = self._cross_table[layer]
        assert len(table) == self.rows.slots  # else a slot without a prompt would attend to another one's
        self._call(self.cross_q, table, self.cross_attention_out, self.heads * self.size, 0)
        return self.cross_attention_out

    def _call(
        self, queries: Tensor, table: npt.NDArray[np.int64], out: Tensor, stride: int, kv_offset: int
    ) -> None:
        addresses = (queries.data_ptr(), table.ctypes.data, out.data_ptr(), self._scores.data_ptr())
        self._kernel(*addresses, len(table), self.heads, stride, kv_offset)


def check_bounds(slots: Sequence[Past]) -> None:
    """Raise ValueError if a slot's position lies outside its cache or its prompt is empty.

    The compiled kernel would read there without a check.
    """
    for past in slots:
        room = past.cache.shape[4]
        if not 0 <= past.position < room:
            raise ValueError(f"A cache for {room} steps has no position {past.position}.")
        if past.prompt is not None and not past.prompt.shape[3]:
            raise ValueError("There is a prompt without a token.")


def attention_class(like: Tensor, size: int) -> type[SlotAttention]:
    """Return the fastest implementation for tensors like `like` and heads of `size`."""
    here = like.device.type == "cpu" and like.dtype == torch.float32
    return CompiledAttention if here and attention_kernel(size) is not None else TorchAttention


@cache
def attention_kernel(size: int) -> Callable[..., None] | None:
    """Return the compiled kernel for heads of `size`; None if it cannot be compiled or differs from torch."""
    if not cpu_features().get("fma"):  # it would be slower than torch
        return None
    kernel = compile_function(attention_ir(size), "attend", pointers=4, numbers=4)
    if kernel is None or _matches_torch(kernel, size):
        return kernel
    _log.warning("The compiled attention is wrong on this processor; torch computes it.")
    return None


def _matches_torch(attend: Callable[..., None], size: int) -> bool:
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    query, keys, values = torch.randn(3, _PROBE_LENGTH, size, generator=generator).unbind()
    out, scores = torch.zeros(size), torch.empty(_PROBE_LENGTH + LANES)
    table = np.array([[keys.data_ptr(), values.data_ptr(), 0, _PROBE_LENGTH]], np.int64)
    attend(query.data_ptr(), table.ctypes.data, out.data_ptr(), scores.data_ptr(), 1, 1, size, 0)
    expected = functional.scaled_dot_product_attention(query[None, :1], keys[None], values[None])
    return torch.allclose(out, expected.flatten(), rtol=0, atol=_PROBE_ERROR)
