"""Attention of one step on the host: each slot's rows over what that slot has made and over its prompt.

Nothing else decides what a slot finds. Torch finds it slot by slot; a compiled function finds it for all of
them in one call (`attention_code.py`).
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

from audio.musicgen.kernels.attention_ir import FIELDS, LANES, code
from audio.musicgen.kernels.llvm import compiled, features

_log = logging.getLogger(__name__)

_NOTHING: Final = np.zeros((0, 0, FIELDS), np.int64)
_PROBE_SEED: Final = 0
_PROBE_LENGTH: Final = 37
_PROBE_ERROR: Final = 1e-5
"""What float32 may be off by, of numbers around 1."""


class Past(NamedTuple):
    """What a slot can attend to in a step."""

    cache: Tensor
    """Keys and values of its steps, (layers, 2, rows, heads, room, head size): with a second row where the
    slot is guided."""
    prompt: Tensor | None
    """Keys and values of its prompt, (layers, 2, heads, tokens, head size); none in a melody decoder."""
    position: int
    """Where in the cache this step's go."""


class Rows(NamedTuple):
    """How many rows there are: first one of each slot, then another of each that is guided."""

    slots: int
    guided: int
    all: int
    """With rows that nobody looks at, as the matrices want them."""
    listeners: int
    """Of those that hear a prompt, made up as well."""


class SlotAttention(ABC):
    """The attention of a step for some slots, those that are guided first, and room for its numbers."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        self.rows = rows
        self.heads = heads
        self.size = size
        hidden = heads * size
        self.qkv = like.new_zeros(rows.all, 3 * hidden)
        """Queries, keys and values side by side."""
        self.attended = like.new_zeros(rows.all, hidden)
        """What the rows found in what was made."""
        self.queries = like.new_zeros(rows.listeners, hidden)
        self.heard = like.new_zeros(rows.listeners, hidden)
        """What those queries found in the prompts."""

    @abstractmethod
    def begin(self, slots: Sequence[Past]) -> None:
        """Let these slots take part in a step; ValueError where one has no room for it."""

    @abstractmethod
    def end(self) -> None:
        """Hold nothing of the slots any more."""

    @abstractmethod
    def attend(self, layer: int) -> Tensor:
        """Keep the keys and values in `qkv`, and let its queries attend to all that were kept."""

    @abstractmethod
    def listen(self, layer: int) -> Tensor:
        """Let `queries` attend to the prompts."""


class _Part(NamedTuple):
    """What belongs to one slot, as views, which take time to make."""

    query: Tensor
    """(rows, heads, 1, head size), and so are others unless it is said."""
    told: Tensor
    """Keys and values, (2, rows, heads, 1, head size)."""
    attended: Tensor
    asked: Tensor
    """The query for its prompt, (1, heads, 1, head size), and so is what it heard."""
    heard: Tensor


class TorchAttention(SlotAttention):
    """By torch, on any device."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        super().__init__(like, rows, heads, size)
        head = (heads, 1, size)
        self._parts = []
        for slot in range(rows.slots):
            own = slice(slot, slot + rows.slots + 1 if slot < rows.guided else slot + 1, rows.slots)
            query, told = torch.split(self.qkv[own].view(-1, 3, *head).transpose(0, 1), [1, 2])
            part = _Part(
                query[0],
                told,
                self.attended[own].view(-1, *head),
                self.queries[slot].view(1, *head),
                self.heard[slot].view(1, *head),
            )
            self._parts.append(part)
        self._places: list[list[tuple[Tensor, Tensor, Tensor]]] = []
        self._prompts: list[Tensor | None] = []

    def begin(self, slots: Sequence[Past]) -> None:
        check(slots)
        self._places = [self._place(past.cache, past.position) for past in slots]
        self._prompts = [past.prompt for past in slots]

    def end(self) -> None:
        self._places, self._prompts = [], []

    @staticmethod
    def _place(cache: Tensor, position: int) -> list[tuple[Tensor, Tensor, Tensor]]:
        """In each layer where this step's keys and values go, and the keys and the values up to it."""
        now = cache[:, :, :, :, position : position + 1].unbind()
        seen = cache[:, :, :, :, : position + 1].flatten(0, 1).unbind()
        return list(zip(now, seen[0::2], seen[1::2], strict=True))

    def attend(self, layer: int) -> Tensor:
        for part, places in zip(self._parts, self._places, strict=True):
            now, keys, values = places[layer]
            now.copy_(part.told)
            part.attended.copy_(functional.scaled_dot_product_attention(part.query, keys, values))
        return self.attended

    def listen(self, layer: int) -> Tensor:
        for part, prompt in zip(self._parts, self._prompts, strict=True):
            assert prompt is not None
            keys, values = prompt[layer].unsqueeze(1)
            part.heard.copy_(functional.scaled_dot_product_attention(part.asked, keys, values))
        return self.heard


class CompiledAttention(SlotAttention):
    """By a function compiled for this processor: float32 in the host's memory."""

    def __init__(self, like: Tensor, rows: Rows, heads: int, size: int) -> None:
        super().__init__(like, rows, heads, size)
        found = attend_function(size)
        assert found is not None
        self._attend = found
        self._scores = like.new_empty(0)
        self._slots: Sequence[Past] = ()
        # of each layer and row what the function is to read
        self._made = self._told = _NOTHING

    def begin(self, slots: Sequence[Past]) -> None:
        check(slots)
        self._slots = slots  # whose tensors must live as long as their addresses are used
        own = [*((past, 0) for past in slots), *((past, 1) for past in slots[: self.rows.guided])]
        self._made = self._table([(past.cache[:, :, row], past.position + 1) for past, row in own])
        prompts = [past.prompt for past in slots if past.prompt is not None]
        self._told = self._table([(prompt, prompt.shape[3]) for prompt in prompts])

    def end(self) -> None:
        self._slots = ()
        self._made = self._told = _NOTHING

    def _table(self, seen: list[tuple[Tensor, int]]) -> npt.NDArray[np.int64]:
        """(layers, rows, fields) for keys and values, (layers, 2, heads, room, head size), and how many."""
        if not seen:
            return _NOTHING
        longest = max(length for _, length in seen) + LANES
        if len(self._scores) < longest:
            self._scores = self._scores.new_empty(longest)
        lines = [
            (own.data_ptr(), *(4 * own.stride(axis) for axis in (0, 1, 2)), length) for own, length in seen
        ]
        first, of_layer, of_half, of_head, lengths = np.array(lines, np.int64).T
        keys = first + np.arange(len(seen[0][0]))[:, None] * of_layer
        return np.stack(np.broadcast_arrays(keys, keys + of_half, of_head, lengths), axis=2)

    def attend(self, layer: int) -> Tensor:
        hidden = self.heads * self.size
        self._call(self.qkv, self._made[layer], self.attended, 3 * hidden, hidden)
        return self.attended

    def listen(self, layer: int) -> Tensor:
        table = self._told[layer]
        assert len(table) == self.rows.slots  # else a slot without a prompt would hear another's
        self._call(self.queries, table, self.heard, self.heads * self.size, 0)
        return self.heard

    def _call(
        self, queries: Tensor, table: npt.NDArray[np.int64], out: Tensor, stride: int, told: int
    ) -> None:
        addresses = (queries.data_ptr(), table.ctypes.data, out.data_ptr(), self._scores.data_ptr())
        self._attend(*addresses, len(table), self.heads, stride, told)


def check(slots: Sequence[Past]) -> None:
    """ValueError where a slot's position lies outside its cache, or its prompt is empty: a compiled function
    would look there all the same."""
    for past in slots:
        room = past.cache.shape[4]
        if not 0 <= past.position < room:
            raise ValueError(f"A cache for {room} steps has no position {past.position}.")
        if past.prompt is not None and not past.prompt.shape[3]:
            raise ValueError("There is a prompt without a token.")


def attention_kind(like: Tensor, size: int) -> type[SlotAttention]:
    """The best there is for numbers like these, and heads of `size`."""
    here = like.device.type == "cpu" and like.dtype == torch.float32
    return CompiledAttention if here and attend_function(size) is not None else TorchAttention


@cache
def attend_function(size: int) -> Callable[..., None] | None:
    """The compiled function for heads of `size`; None where there is none that finds what torch finds."""
    if not features().get("fma"):  # without, it would be slower than torch
        return None
    found = compiled(code(size), "attend", pointers=4, numbers=4)
    if found is None or _agrees(found, size):
        return found
    _log.warning("LLVM finds other attention than torch here.")
    return None


def _agrees(attend: Callable[..., None], size: int) -> bool:
    generator = torch.Generator().manual_seed(_PROBE_SEED)
    query, keys, values = torch.randn(3, _PROBE_LENGTH, size, generator=generator).unbind()
    out, scores = torch.zeros(size), torch.empty(_PROBE_LENGTH + LANES)
    table = np.array([[keys.data_ptr(), values.data_ptr(), 0, _PROBE_LENGTH]], np.int64)
    attend(query.data_ptr(), table.ctypes.data, out.data_ptr(), scores.data_ptr(), 1, 1, size, 0)
    expected = functional.scaled_dot_product_attention(query[None, :1], keys[None], values[None])
    return torch.allclose(out, expected.flatten(), rtol=0, atol=_PROBE_ERROR)
