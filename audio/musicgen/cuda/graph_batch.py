"""A static batch: all slots of a device and their tokens, stepped together without the host.

A step is one sequence of kernels of constant shapes. The host uploads a plan for several steps: which tokens
each row reads, its position, and which of its tokens are new. On CUDA the step is captured once as a graph
and replayed. Rows of slots that are not in the plan compute too, and write to a position that is never
read. Therefore a slot's result depends on its own rows alone, whatever its index.

All work is queued in order on the current stream. The graph and CUDA itself have not been run yet; the same
step, run eagerly on a CPU, makes the tokens of `TorchDecoder`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.cuda.attention import attention_for
from audio.musicgen.model.delay import Codes, DelayPattern
from audio.musicgen.model.layers import GUIDED, Decoder, Layer, layers_of, norm_of, prefill, table_of
from audio.musicgen.model.linear import StaticBatchMatrix
from audio.musicgen.model.sampler import draw_all
from audio.musicgen.schedule.window import WindowPosition

MAX_STEPS: Final = 64
"""Steps of a plan."""

_WARM_UP_STEPS: Final = 3
"""Eager steps before the capture: in the first ones libraries choose kernels and allocate memory."""

_CACHE_MULTIPLE: Final = 8
"""Caches are padded to a multiple of this many positions, which torch's kernels for masks need."""

_STEP, _POSITION, _LENGTH, _BOOKS = range(4)
"""Columns of a plan: step (index in the token ring), position, length, and from `_BOOKS` on two flags per
codebook: first all "reads a token, not padding", then all "samples a new token"."""


class Weights:
    """The decoder's weights, shared by the batches of a device.

    Matrices and activations have the data type `dtype`. `room` is the number of positions.
    """

    def __init__(self, decoder: Decoder, room: int, dtype: torch.dtype) -> None:
        inner, config = decoder.model.decoder, decoder.config
        self.dtype = dtype
        self.hidden, self.heads = int(config.hidden_size), int(config.num_attention_heads)
        self.vocabulary = int(config.vocab_size)
        self.table = table_of(*inner.embed_tokens)
        # one more position, which idle rows use
        self.positions = inner.embed_positions.get_embedding(room + 1, self.hidden).to(self.table)
        self.norm = norm_of(inner.layer_norm, dtype)
        self.layers: list[Layer[StaticBatchMatrix]] = layers_of(
            decoder,
            lambda *modules: StaticBatchMatrix(dtype, *modules),
            lambda module: StaticBatchMatrix(dtype, module),
            dtype,
        )
        self.heads_out = StaticBatchMatrix(dtype, *decoder.lm_heads)


class ScheduledSlot(NamedTuple):
    """The plan of one slot for the steps of a launch."""

    window_position: WindowPosition
    prefix: int
    """Positions in the cache before its steps."""
    uniforms: npt.NDArray[np.float64]
    """Uniform random numbers of the steps, shaped (steps, codebooks)."""


@dataclass(frozen=True, slots=True)
class StepOutput:
    """The output of a launch in host memory; valid after `wait`."""

    tokens: Tensor
    """(steps, slots, codebooks)"""
    finite: Tensor
    """True for slots whose logits have all been finite since `begin`, shaped (slots,)."""
    event: torch.cuda.Event | None

    def wait(self) -> None:
        """Wait until the output has arrived."""
        if self.event is not None:
            self.event.synchronize()


class GraphBatch:
    """A batch of `slots` slots for pieces in windows of at most `length` steps.

    The tokens of a slot are a ring of one window, so the number of windows is not limited. A `guided` batch
    also computes an unconditional row per slot, which guidance 1 ignores. A prompt has at most
    `prompt_tokens` tokens; in a melody decoder it precedes the steps in at most `prefix` positions.
    """

    def __init__(
        self,
        weights: Weights,
        delay: DelayPattern,
        pad_token: int,
        *,
        slots: int,
        length: int,
        prompt_tokens: int,
        prefix: int = 0,
        guided: bool = True,
    ) -> None:
        self.slots, self._length, self._room = slots, length, length + prefix
        self._weights, self._delay, self._pad = weights, delay, pad_token
        self._rows = GUIDED * slots if guided else slots
        self.guided = guided
        self.device = device = weights.table.device
        books, heads, size = delay.codebooks, weights.heads, weights.hidden // weights.heads
        zeros: Callable[..., Tensor] = weights.table.new_zeros
        zeros_int = partial(zeros, dtype=torch.int64)
        self._offsets = torch.arange(books, device=device) * (weights.vocabulary + 1)
        self._tokens = zeros_int(slots, length + 1, books)  # one more row, which idle slots write
        self._guidance = zeros(slots, 1) + 1
        self._top_k = zeros_int(slots) + 1
        self._temperature = zeros(slots, dtype=torch.float64) + 1
        # per layer: keys and values of all rows, the unconditional rows last
        self._caches = [
            zeros(
                2,
                self._rows,
                heads,
                -(-(self._room + 1) // _CACHE_MULTIPLE) * _CACHE_MULTIPLE,
                size,
                dtype=weights.dtype,
            )
            for _ in weights.layers
        ]
        has_cross_attention = weights.layers[0].cross_attention is not None
        self._prompts = zeros(
            len(weights.layers),
            2,
            slots,
            heads,
            prompt_tokens if has_cross_attention else 0,
            size,
            dtype=weights.dtype,
        )
        self._prompt_lengths = zeros(slots, dtype=torch.int32) + 1
        self._finite = torch.ones(slots, dtype=torch.bool, device=device)
        self._plan_row = zeros_int(1)
        """Index of the next step in the plan."""
        self._plan = zeros_int(MAX_STEPS, slots, _BOOKS + 2 * books)
        self._uniforms = zeros(MAX_STEPS, slots, books, dtype=torch.float64)
        self._sampled = zeros_int(MAX_STEPS, slots, books)
        # Double buffers: one may still be in transfer while the host writes the other.
        host_zeros = partial(torch.zeros, pin_memory=device.type == "cuda")
        self._uploads = [
            (
                host_zeros(self._plan.shape, dtype=torch.int64),
                host_zeros(self._uniforms.shape, dtype=torch.float64),
            )
            for _ in range(2)
        ]
        self._downloads = [
            (host_zeros(self._sampled.shape, dtype=torch.int64), host_zeros(slots, dtype=torch.bool))
            for _ in range(2)
        ]
        self._attend = attention_for(device, weights.dtype, size)
        self._write_idle_plan(self._uploads[0][0].numpy())
        self._plan.copy_(self._uploads[0][0])
        self._graph = _capture(self._step, device) if device.type == "cuda" else None

    @torch.inference_mode()
    def begin(self, place: int, tokens: Codes, guidance: float, top_k: int, temperature: float) -> None:
        """Begin a piece in the slot `place`; `tokens` (steps, codebooks) are those of its first window."""
        self._tokens[place, : len(tokens)].copy_(self._host_tensor(tokens), non_blocking=True)
        self._guidance[place].fill_(guidance)
        self._top_k[place].fill_(max(1, top_k))
        self._temperature[place].fill_(temperature)
        self._finite[place].fill_(True)
        # Masked attention multiplies values beyond a length by 0, so they must be finite.
        for cache in self._caches:
            cache[:, place :: self.slots].zero_()

    @torch.inference_mode()
    def set_prompt(self, place: int, states: Tensor) -> int:
        """Condition a slot on a prompt from its next step on; return the positions it takes before the steps.

        `states` is the encoded prompt as for `TorchDecoder.admit`.
        """
        weights = self._weights
        if states.dim() > 2:
            states = states[: self._rows // self.slots]
            tokens = states.shape[1]
            caches = [cache[:, place :: self.slots, :, :tokens] for cache in self._caches]
            x = (states + weights.positions[:tokens]).to(weights.dtype)
            prefill(weights.layers, x, weights.heads, caches)
            return tokens
        tokens, states = len(states), states.to(weights.dtype)
        for layer, (k_cache, v_cache) in zip(weights.layers, self._prompts, strict=True):
            assert layer.cross_attention is not None
            for cache, project in ((k_cache, layer.cross_attention.k), (v_cache, layer.cross_attention.v)):
                cache[place, :, :tokens].copy_(
                    project(states).view(tokens, weights.heads, -1).transpose(0, 1)
                )
        self._prompt_lengths[place].fill_(tokens)
        return 0

    @torch.inference_mode()
    def launch(self, count: int, scheduled: dict[int, ScheduledSlot]) -> StepOutput:
        """Queue `count` steps of the slots in `scheduled`, which are given by place.

        At most two launches may be in flight: wait for the one before the last before calling this.
        """
        upload, download = self._uploads[0], self._downloads[0]
        self._uploads.reverse()
        self._downloads.reverse()
        plan, uniforms = (part[:count] for part in upload)
        self._write_plan(plan.numpy(), scheduled)
        for place, slot in scheduled.items():
            uniforms[:, place] = torch.from_numpy(slot.uniforms)
        self._plan[:count].copy_(plan, non_blocking=True)
        self._uniforms[:count].copy_(uniforms, non_blocking=True)
        self._plan_row.zero_()
        for _ in range(count):
            if self._graph is None:
                self._step()
            else:
                self._graph.replay()
        tokens, finite = download[0][:count], download[1]
        tokens.copy_(self._sampled[:count], non_blocking=True)
        finite.copy_(self._finite, non_blocking=True)
        event = None
        if self._graph is not None:
            event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            event.record()
        return StepOutput(tokens, finite, event)

    def _host_tensor(self, values: npt.NDArray[Any]) -> Tensor:
        """Return a host tensor that the device can copy asynchronously."""
        tensor = torch.from_numpy(np.ascontiguousarray(values))
        return tensor.pin_memory() if self.device.type == "cuda" else tensor

    def _write_idle_plan(self, plan: Codes) -> None:
        """Plan no slot: idle rows write past the last step and position."""
        plan[...] = 0
        plan[:, :, _STEP], plan[:, :, _POSITION], plan[:, :, _LENGTH] = self._length, self._room, 1

    def _write_plan(self, plan: Codes, scheduled: dict[int, ScheduledSlot]) -> None:
        self._write_idle_plan(plan)
        places = list(scheduled)
        columns = np.array(
            [(*each.window_position, each.prefix) for each in scheduled.values()], dtype=np.int64
        )
        begin, position, known, end, prefix = columns.T
        offsets = np.arange(len(plan))[:, None]
        steps, positions = begin + position + offsets, prefix + position + offsets  # (steps, slots)
        plan[:, places, _STEP] = steps % self._length
        plan[:, places, _POSITION], plan[:, places, _LENGTH] = positions, positions + 1
        books = self._delay.codebooks
        own = np.array(places)[:, None]
        # the same rules as `Slot.input_tokens` and `Slot.sample`, shaped (steps, slots, codebooks)
        before, now = self._delay.frames_at((steps - 1)[..., None]), self._delay.frames_at(steps[..., None])
        inside = (before >= begin[:, None]) & (before < end[:, None])
        new = (now >= known[:, None]) & (now < end[:, None])
        plan[:, own, np.arange(_BOOKS, _BOOKS + books)] = inside
        plan[:, own, np.arange(_BOOKS + books, _BOOKS + 2 * books)] = new

    @torch.inference_mode()
    def _step(self) -> None:
        """Step all rows as planned, without synchronising with the host and with constant shapes."""
        weights, books = self._weights, self._delay.codebooks
        plan = self._plan.index_select(0, self._plan_row)[0]
        step, position = plan[:, _STEP], plan[:, _POSITION]
        inside, new = torch.split(plan[:, _BOOKS:] != 0, books, dim=1)
        here = step[:, None, None].expand(-1, 1, books)
        before = self._tokens.gather(1, (here - 1).remainder(self._length))[:, 0]
        embedded = functional.embedding(before.masked_fill(~inside, self._pad) + self._offsets, weights.table)
        x = embedded.sum(dim=1) + weights.positions.index_select(0, position)
        rows_per_slot = self._rows // self.slots
        x = self._run_layers(
            x.to(weights.dtype).repeat(rows_per_slot, 1),
            position.repeat(rows_per_slot),
            plan[:, _LENGTH].to(torch.int32).repeat(rows_per_slot),
        )
        if self.guided:
            # Guidance and the heads are linear: with guidance first the heads have half the work.
            conditional, unconditional = torch.split(x.float(), self.slots)
            x = torch.lerp(unconditional, conditional, self._guidance).to(weights.dtype)
        logits = weights.heads_out(x).view(self.slots, books, weights.vocabulary)
        uniforms = self._uniforms.index_select(0, self._plan_row)[0]
        drawn, finite = draw_all(logits, uniforms, self._top_k, self._temperature)
        self._finite.logical_and_(finite | ~new.any(dim=1))
        sampled = torch.where(new, drawn, self._tokens.gather(1, here)[:, 0])
        self._tokens.scatter_(1, here, sampled[:, None])
        self._sampled.index_copy_(0, self._plan_row, sampled[None])
        self._plan_row.add_(1)

    def _run_layers(self, x: Tensor, position: Tensor, lengths: Tensor) -> Tensor:
        """Run all layers on `x` (rows, hidden) and store their keys and values at `position`."""
        weights = self._weights
        heads, size = weights.heads, weights.hidden // weights.heads
        where = position.view(1, -1, 1, 1, 1).expand(2, -1, heads, 1, size)
        prompted = x[: self.slots]  # a view: cross-attention adds to x
        for layer, cache, prompts in zip(weights.layers, self._caches, self._prompts, strict=True):
            qkv = layer.qkv(layer.norm(x)).view(self._rows, 3, heads, size)
            cache.scatter_(3, where, qkv[:, 1:].transpose(0, 1)[:, :, :, None])
            layer.out.add_to(x, self._attend(qkv[:, 0], cache, lengths).flatten(1))
            if (cross := layer.cross_attention) is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                q = cross.q(cross.norm(prompted)).view(self.slots, heads, size)
                attn_out = self._attend(q, prompts, self._prompt_lengths)
                cross.out.add_to(prompted, attn_out.flatten(1))
            layer.fc2.add_to(x, layer.activation(layer.fc1(layer.final_norm(x))))
        return weights.norm(x)


def _capture(step: Callable[[], None], device: torch.device) -> torch.cuda.CUDAGraph:
    """Capture `step` as a graph, after eager steps on a side stream, as torch requires."""
    current = torch.cuda.current_stream(device)
    side = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    side.wait_stream(current)
    with torch.cuda.stream(side):
        for _ in range(_WARM_UP_STEPS):
            step()
    current.wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph
