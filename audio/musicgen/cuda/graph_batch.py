"""A bank: all slots of a device, their tokens included, stepped together without the host.

One step is one sequence of kernels whose shapes never change: what each row hears, at which position, and
what of it is new, stands in a plan that the host uploads for some steps ahead. On CUDA the step is captured
once as a graph and replayed. Rows of slots that are not in the plan compute as well; what they write goes to
a place that nobody reads. So whatever a slot computes depends on its own rows alone, and all slots are alike.

Everything is queued on the current stream, in order. Captured and on CUDA none of it has been run yet; the
same step has been run eagerly on a CPU, where it makes the tokens that `CpuDecoder` makes.
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
from audio.musicgen.model.layers import GUIDED, Decoder, Layer, layers_of, norm_of, precede, table_of
from audio.musicgen.model.linear import WholeMatrix
from audio.musicgen.model.sampler import draw_all
from audio.musicgen.schedule.window import WindowPosition

MAX_STEPS: Final = 64
"""Steps that can be planned at once."""

_WARM_UPS: Final = 3
"""Steps before a capture: libraries choose their kernels and take their memory in the first ones."""

_ALIGNED: Final = 8
"""A cache has a multiple of so many positions, which is what torch's kernels for masks want."""

_STEP, _POSITION, _LENGTH, _BOOKS = range(4)
"""Columns of a plan; from the last one on there is one for each codebook, twice. A step is counted round the
ring."""


class Weights:
    """The decoder's weights as a bank needs them; several banks share them.

    Matrices, and what lies between them, are held as `dtype`. `room` is how many positions there are.
    """

    def __init__(self, decoder: Decoder, room: int, dtype: torch.dtype) -> None:
        inner, config = decoder.model.decoder, decoder.config
        self.dtype = dtype
        self.hidden, self.heads = int(config.hidden_size), int(config.num_attention_heads)
        self.vocabulary = int(config.vocab_size)
        self.table = table_of(*inner.embed_tokens)
        # one position more, for what nobody reads
        self.positions = inner.embed_positions.get_embedding(room + 1, self.hidden).to(self.table)
        self.norm = norm_of(inner.layer_norm, dtype)
        self.layers: list[Layer[WholeMatrix]] = layers_of(
            decoder,
            lambda *modules: WholeMatrix(dtype, *modules),
            lambda module: WholeMatrix(dtype, module),
            dtype,
        )
        self.heads_out = WholeMatrix(dtype, *decoder.lm_heads)


class ScheduledSlot(NamedTuple):
    """A slot that is stepped."""

    standing: WindowPosition
    """Where it is."""
    prefix: int
    """How many positions precede its steps."""
    numbers: npt.NDArray[np.float64]
    """The uniform numbers of the steps, shaped (steps, codebooks)."""


@dataclass(frozen=True, slots=True)
class StepOutput:
    """What some steps of a bank bring to the host."""

    tokens: Tensor
    """Those of each step, shaped (steps, slots, codebooks)."""
    finite: Tensor
    """Of each slot whether all its logits have been distributions so far, shaped (slots,)."""
    event: torch.cuda.Event | None

    def wait(self) -> None:
        """Until they are there."""
        if self.event is not None:
            self.event.synchronize()


class GraphBatch:
    """`slots` slots for pieces in windows of at most `length` steps, however many windows there are: the
    tokens of a slot lie in a ring, which the steps of a window just fill.

    A `guided` bank computes for each slot what would follow without the prompt too; with guidance 1 it then
    has no say. A prompt has at most `prompt_tokens` tokens; in a melody decoder it stands before the steps,
    for which there are `prefix` positions.
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
        whole = partial(zeros, dtype=torch.int64)
        self._offsets = torch.arange(books, device=device) * (weights.vocabulary + 1)
        self._tokens = whole(slots, length + 1, books)  # one more, for what nobody reads
        self._guidance = zeros(slots, 1) + 1
        self._top_k = whole(slots) + 1
        self._temperature = zeros(slots, dtype=torch.float64) + 1
        # of each layer keys and values of all rows; those without the prompt come last
        self._caches = [
            zeros(
                2, self._rows, heads, -(-(self._room + 1) // _ALIGNED) * _ALIGNED, size, dtype=weights.dtype
            )
            for _ in weights.layers
        ]
        listens = weights.layers[0].listening is not None
        self._prompts = zeros(
            len(weights.layers), 2, slots, heads, prompt_tokens if listens else 0, size, dtype=weights.dtype
        )
        self._prompt_lengths = zeros(slots, dtype=torch.int32) + 1
        self._finite = torch.ones(slots, dtype=torch.bool, device=device)
        self._at = whole(1)
        """Which step of the plan is next."""
        self._plan = whole(MAX_STEPS, slots, _BOOKS + 2 * books)
        self._numbers = zeros(MAX_STEPS, slots, books, dtype=torch.float64)
        self._made = whole(MAX_STEPS, slots, books)
        # Two of each: one may still be on its way while the next is written.
        here = partial(torch.zeros, pin_memory=device.type == "cuda")
        self._uploads = [
            (here(self._plan.shape, dtype=torch.int64), here(self._numbers.shape, dtype=torch.float64))
            for _ in range(2)
        ]
        self._downloads = [
            (here(self._made.shape, dtype=torch.int64), here(slots, dtype=torch.bool)) for _ in range(2)
        ]
        self._attend = attention_for(device, weights.dtype, size)
        self._idle(self._uploads[0][0].numpy())
        self._plan.copy_(self._uploads[0][0])
        self._graph = _captured(self._step, device) if device.type == "cuda" else None

    @torch.inference_mode()
    def begin(self, place: int, tokens: Codes, guidance: float, top_k: int, temperature: float) -> None:
        """Let a piece begin in the slot `place`: `tokens` (steps, codebooks) are of its first window."""
        self._tokens[place, : len(tokens)].copy_(self._brought(tokens), non_blocking=True)
        self._guidance[place].fill_(guidance)
        self._top_k[place].fill_(max(1, top_k))
        self._temperature[place].fill_(temperature)
        self._finite[place].fill_(True)
        for cache in self._caches:  # where lengths are masked, what is beyond them must be finite
            cache[:, place :: self.slots].zero_()

    @torch.inference_mode()
    def set_prompt(self, place: int, states: Tensor) -> int:
        """Let the slot hear a prompt from its next step on; how many positions it takes before the steps.

        `states` is as for `CpuDecoder.admit`.
        """
        weights = self._weights
        if states.dim() > 2:
            states = states[: self._rows // self.slots]
            tokens = states.shape[1]
            caches = [cache[:, place :: self.slots, :, :tokens] for cache in self._caches]
            x = (states + weights.positions[:tokens]).to(weights.dtype)
            precede(weights.layers, x, weights.heads, caches)
            return tokens
        tokens, states = len(states), states.to(weights.dtype)
        for layer, (keys, values) in zip(weights.layers, self._prompts, strict=True):
            assert layer.listening is not None
            for kept, made in ((keys, layer.listening.keys), (values, layer.listening.values)):
                kept[place, :, :tokens].copy_(made(states).view(tokens, weights.heads, -1).transpose(0, 1))
        self._prompt_lengths[place].fill_(tokens)
        return 0

    @torch.inference_mode()
    def launch(self, count: int, marchers: dict[int, ScheduledSlot]) -> StepOutput:
        """Queue `count` steps of the slots in `marchers`, by their places. At most two launches may be on
        their way, so wait for the one before the last first."""
        upload, download = self._uploads[0], self._downloads[0]
        self._uploads.reverse()
        self._downloads.reverse()
        plan, numbers = (part[:count] for part in upload)
        self._write(plan.numpy(), marchers)
        for place, marcher in marchers.items():
            numbers[:, place] = torch.from_numpy(marcher.numbers)
        self._plan[:count].copy_(plan, non_blocking=True)
        self._numbers[:count].copy_(numbers, non_blocking=True)
        self._at.zero_()
        for _ in range(count):
            if self._graph is None:
                self._step()
            else:
                self._graph.replay()
        tokens, finite = download[0][:count], download[1]
        tokens.copy_(self._made[:count], non_blocking=True)
        finite.copy_(self._finite, non_blocking=True)
        event = None
        if self._graph is not None:
            event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            event.record()
        return StepOutput(tokens, finite, event)

    def _brought(self, numbers: npt.NDArray[Any]) -> Tensor:
        """As a tensor from which a device may copy while the host goes on."""
        brought = torch.from_numpy(np.ascontiguousarray(numbers))
        return brought.pin_memory() if self.device.type == "cuda" else brought

    def _idle(self, plan: Codes) -> None:
        """Nobody hears or makes anything: what rows write goes behind the last step and position."""
        plan[...] = 0
        plan[:, :, _STEP], plan[:, :, _POSITION], plan[:, :, _LENGTH] = self._length, self._room, 1

    def _write(self, plan: Codes, marchers: dict[int, ScheduledSlot]) -> None:
        self._idle(plan)
        places = list(marchers)
        columns = np.array([(*each.standing, each.prefix) for each in marchers.values()], dtype=np.int64)
        begin, position, known, end, prefix = columns.T
        later = np.arange(len(plan))[:, None]
        steps, positions = begin + position + later, prefix + position + later  # (steps, slots)
        plan[:, places, _STEP] = steps % self._length
        plan[:, places, _POSITION], plan[:, places, _LENGTH] = positions, positions + 1
        books = self._delay.codebooks
        own = np.array(places)[:, None]
        # as for one slot on the host: (steps, slots, codebooks)
        before, now = self._delay.made((steps - 1)[..., None]), self._delay.made(steps[..., None])
        heard = (before >= begin[:, None]) & (before < end[:, None])
        fresh = (now >= known[:, None]) & (now < end[:, None])
        plan[:, own, np.arange(_BOOKS, _BOOKS + books)] = heard
        plan[:, own, np.arange(_BOOKS + books, _BOOKS + 2 * books)] = fresh

    @torch.inference_mode()
    def _step(self) -> None:
        """One step of all rows, as the plan says. Asks nothing of the host and makes no shape from a
        value."""
        weights, books = self._weights, self._delay.codebooks
        plan = self._plan.index_select(0, self._at)[0]
        step, position = plan[:, _STEP], plan[:, _POSITION]
        heard, fresh = torch.split(plan[:, _BOOKS:] != 0, books, dim=1)
        here = step[:, None, None].expand(-1, 1, books)
        before = self._tokens.gather(1, (here - 1).remainder(self._length))[:, 0]
        embedded = functional.embedding(before.masked_fill(~heard, self._pad) + self._offsets, weights.table)
        x = embedded.sum(dim=1) + weights.positions.index_select(0, position)
        copies = self._rows // self.slots
        x = self._through(
            x.to(weights.dtype).repeat(copies, 1),
            position.repeat(copies),
            plan[:, _LENGTH].to(torch.int32).repeat(copies),
        )
        if self.guided:
            # Guidance is linear and so are the heads, so it may come before them: that halves their work.
            prompted, free = torch.split(x.float(), self.slots)
            x = torch.lerp(free, prompted, self._guidance).to(weights.dtype)
        logits = weights.heads_out(x).view(self.slots, books, weights.vocabulary)
        numbers = self._numbers.index_select(0, self._at)[0]
        drawn, finite = draw_all(logits, numbers, self._top_k, self._temperature)
        self._finite.logical_and_(finite | ~fresh.any(dim=1))
        made = torch.where(fresh, drawn, self._tokens.gather(1, here)[:, 0])
        self._tokens.scatter_(1, here, made[:, None])
        self._made.index_copy_(0, self._at, made[None])
        self._at.add_(1)

    def _through(self, x: Tensor, position: Tensor, lengths: Tensor) -> Tensor:
        """What all layers make of `x`, shaped (rows, hidden), with their keys and values kept at
        `position`."""
        weights = self._weights
        heads, size = weights.heads, weights.hidden // weights.heads
        where = position.view(1, -1, 1, 1, 1).expand(2, -1, heads, 1, size)
        listeners = x[: self.slots]  # a view: what the prompts add there arrives in x
        for layer, cache, prompts in zip(weights.layers, self._caches, self._prompts, strict=True):
            qkv = layer.qkv(layer.norm(x)).view(self._rows, 3, heads, size)
            cache.scatter_(3, where, qkv[:, 1:].transpose(0, 1)[:, :, :, None])
            layer.out.add_to(x, self._attend(qkv[:, 0], cache, lengths).flatten(1))
            if (listening := layer.listening) is not None:
                # Without a prompt the library attends to zeros, which adds zero.
                query = listening.query(listening.norm(listeners)).view(self.slots, heads, size)
                found = self._attend(query, prompts, self._prompt_lengths)
                listening.out.add_to(listeners, found.flatten(1))
            layer.narrow.add_to(x, layer.activation(layer.widen(layer.last_norm(x))))
        return weights.norm(x)


def _captured(step: Callable[[], None], device: torch.device) -> torch.cuda.CUDAGraph:
    """A graph of `step`, after some eager ones on a stream beside, as torch asks for."""
    current = torch.cuda.current_stream(device)
    beside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    beside.wait_stream(current)
    with torch.cuda.stream(beside):
        for _ in range(_WARM_UPS):
            step()
    current.wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph
