"""The convolutions of EnCodec's decoder in a stream: each remembers the inputs that its next output leans on.

So every output is computed once, as soon as its inputs are known, and chunked equals whole. Signals are
shaped (batch, time, channels), in which a convolution is one product of windows by weights: on a CPU that is
up to five times as fast as the library's own on the short blocks of a stream.

A layer is called with the next inputs, what the stream remembers, and whether they are its last. At both ends
a signal goes on as its mirror image, as in the library.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.encodec.modeling_encodec import (
    EncodecConv1d,
    EncodecConvTranspose1d,
    EncodecLSTM,
    EncodecResnetBlock,
)

NARROW: Final = 16
"""Outputs that a product should have at least. A convolution with fewer computes neighbouring times as one
output: 12 → 6 channels take a third of the time so, and 12 → 1 half of it (3,200 samples, AVX-512)."""

WIDE: Final = 512
"""From so many channels on an LSTM is computed step by step on a CPU: ten frames of 1,024 take 0.4 of the
time of torch's, which reads the weights at half the speed of a product; of 128 it takes 1.5 times as long."""


@dataclass(slots=True)
class Memory:
    """What the layers of one stream remember; owned by the stream."""

    held: dict[Layer, Tensor] = field(default_factory=dict)
    """Of each layer the inputs or the state that it needs again, the batch first."""
    begun: set[Layer] = field(default_factory=set)
    """The layers that have put the beginning behind them."""

    @property
    def shapes(self) -> tuple[torch.Size, ...]:
        """What tells streams apart that cannot be decoded as one batch."""
        return tuple(held.shape for held in self.held.values())


class Layer(Protocol):
    """A part of the decoder."""

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        """The outputs that the inputs `x`, (batch, time, channels), make known; none may be known yet."""
        ...


def layer_of(module: nn.Module) -> Layer:
    """The streaming form of a layer of the library's decoder; its weights are copied, the LSTM's are not."""
    match module:
        case EncodecConv1d():
            return Convolution(module)
        case EncodecConvTranspose1d():
            return ConvTranspose(module)
        case EncodecResnetBlock():
            return Residual(module)
        case EncodecLSTM():
            return LSTM(module)
        case nn.ELU() | nn.Identity():
            return Pointwise(module)
    raise TypeError(f"EnCodec's decoder has no {type(module).__name__}.")


class Convolution:
    """A convolution of stride 1."""

    @torch.no_grad()
    def __init__(self, module: EncodecConv1d) -> None:
        conv = module.conv
        self._taps, self._dilation = conv.kernel_size[0], conv.dilation[0]
        self._reach = (self._taps - 1) * self._dilation
        self._right = 0 if module.causal else self._reach // 2
        self._left = self._reach - self._right
        weight = conv.weight.permute(2, 1, 0)  # (taps, inputs, outputs)
        self._outputs = weight.shape[2]
        self._weights, self._bias = weight.flatten(0, 1).contiguous(), _bias(conv)
        self._together = NARROW // self._outputs if self._taps > 1 and self._dilation == 1 else 1
        if self._together > 1:
            self._many_weights = _neighbours(weight, self._together)
            self._many_bias = self._bias.repeat(self._together)

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        if self._reach == 0:
            return _product(x, self._weights, self._bias)
        if self in memory.held:
            x = torch.cat([memory.held[self], x], dim=1)
        if self not in memory.begun:
            if x.shape[1] <= self._left and not last:  # its mirror image is not known yet
                memory.held[self] = x
                return x.new_zeros(len(x), 0, self._outputs)
            memory.begun.add(self)
            x = _mirrored(x, self._left, self._right if last else 0)
        elif last:
            x = _mirrored(x, 0, self._right)
        times = x.shape[1] - self._reach
        memory.held[self] = x[:, times:].clone()  # not a view, which would keep the whole block
        if self._together > 1 and times % self._together == 0:
            width = self._together + self._taps - 1
            windows = _windows(x, times // self._together, width, 1, self._together)
            many = _product(windows, self._many_weights, self._many_bias)
            return many.view(len(x), times, self._outputs)
        return _product(_windows(x, times, self._taps, self._dilation), self._weights, self._bias)


class ConvTranspose:
    """A transposed convolution: each time becomes `stride` times."""

    @torch.no_grad()
    def __init__(self, module: EncodecConvTranspose1d) -> None:
        conv = module.conv
        size, self._stride = conv.kernel_size[0], conv.stride[0]
        surplus = size - self._stride
        right = ceil(surplus * module.trim_right_ratio) if module.causal else surplus // 2
        self._left = surplus - right
        self._taps = ceil(size / self._stride)
        self._outputs = conv.out_channels
        weight = functional.pad(conv.weight, (0, self._taps * self._stride - size))
        # (inputs, outputs, taps from now back, stride) → (taps from then on, inputs, stride, outputs)
        weight = weight.view(*weight.shape[:2], self._taps, self._stride).flip(2).permute(2, 0, 3, 1)
        self._weights = weight.flatten(2).flatten(0, 1).contiguous()
        self._bias = _bias(conv).repeat(self._stride)

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        silence = x.new_zeros(len(x), self._taps - 1, x.shape[2])
        x = torch.cat([memory.held.get(self, silence), x] + ([silence] if last else []), dim=1)
        times = x.shape[1] - (self._taps - 1)
        memory.held[self] = x[:, times:].clone()
        spread = _product(_windows(x, times, self._taps, 1), self._weights, self._bias)
        spread = spread.view(len(x), times * self._stride, self._outputs)
        if last:  # what the silence after the end made, but for the part that makes up for the beginning
            spread = spread[:, : spread.shape[1] - (self._taps - 1) * self._stride + self._left]
        if times and self not in memory.begun:
            memory.begun.add(self)
            spread = spread[:, self._left :]
        return spread


class Residual:
    """A few convolutions beside a shortcut, which waits for them."""

    def __init__(self, module: EncodecResnetBlock) -> None:
        self._block = [layer_of(part) for part in module.block]
        self._shortcut = layer_of(module.shortcut)

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        y = through(self._block, x, memory, last)
        x = self._shortcut(x, memory, last)
        if self in memory.held:
            x = torch.cat([memory.held[self], x], dim=1)
        memory.held[self] = x[:, y.shape[1] :].clone()
        return y + x[:, : y.shape[1]]


class LSTM:
    """The LSTM, which its own input goes around."""

    def __init__(self, module: EncodecLSTM) -> None:
        self._lstm = module.lstm
        wide = self._lstm.hidden_size >= WIDE and self._lstm.weight_hh_l0.device.type == "cpu"
        self._run = self._step_by_step if wide else self._lstm

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        if not x.shape[1]:
            return x
        steps = x.transpose(0, 1)
        state = memory.held.get(self)
        if state is None:
            state = x.new_zeros(len(x), self._lstm.num_layers, 2, x.shape[2])
        out, states = self._run(steps, tuple(state.transpose(0, 2).contiguous()))
        memory.held[self] = torch.stack(states).transpose(0, 2)  # (batch, layers, 2, channels)
        spread: Tensor = (out + steps).transpose(0, 1)
        return spread

    def _step_by_step(self, x: Tensor, state: tuple[Tensor, Tensor]) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """What the library's LSTM does (Hochreiter and Schmidhuber 1997, with a gate that forgets)."""
        outputs, cells = [], []
        for layer, (output, cell) in enumerate(zip(*state, strict=True)):
            heard, kept, *biases = (
                getattr(self._lstm, f"{name}_l{layer}")
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            made = []
            for gates in functional.linear(x, heard, sum(biases)):
                taken, left, new, shown = torch.addmm(gates, output, kept.t()).chunk(4, dim=1)
                cell = left.sigmoid() * cell + taken.sigmoid() * new.tanh()
                output = shown.sigmoid() * cell.tanh()
                made.append(output)
            x = torch.stack(made)
            outputs.append(output)
            cells.append(cell)
        return x, (torch.stack(outputs), torch.stack(cells))


class Pointwise:
    """What looks at one time only."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    def __call__(self, x: Tensor, memory: Memory, last: bool) -> Tensor:
        made: Tensor = self._module(x)
        return made


def through(layers: Sequence[Layer], x: Tensor, memory: Memory, last: bool) -> Tensor:
    """What comes out at the end of `layers`."""
    for layer in layers:
        x = layer(x, memory, last)
    return x


def joined(memories: Sequence[Memory]) -> Memory:
    """The memory of several streams that are equally far, one after the other in the batch."""
    held = {layer: torch.cat([memory.held[layer] for memory in memories]) for layer in memories[0].held}
    return Memory(held, set(memories[0].begun))


def parted(memory: Memory, streams: int) -> list[Memory]:
    """The memories of so many streams out of a joined one. Views: a stream keeps those of its last neighbours
    alive until its next block, at most as much as all had if they were decoded with it."""
    parts = {layer: held.chunk(streams) for layer, held in memory.held.items()}
    return [
        Memory({layer: part[index] for layer, part in parts.items()}, set(memory.begun))
        for index in range(streams)
    ]


def _bias(conv: nn.Conv1d | nn.ConvTranspose1d) -> Tensor:
    return torch.zeros(conv.out_channels).to(conv.weight) if conv.bias is None else conv.bias.clone()


def _product(windows: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    """(batch, time, inputs) → (batch, time, outputs)."""
    flat = torch.addmm(bias, windows.reshape(-1, len(weights)), weights)
    return flat.view(windows.shape[0], windows.shape[1], weights.shape[1])


def _windows(x: Tensor, times: int, taps: int, dilation: int, stride: int = 1) -> Tensor:
    """What each time sees: (batch, time, channels) → (batch, times, taps · channels)."""
    if taps == 1:
        return x
    batch, _, channels = x.shape
    x = x.contiguous()
    along = (x.stride(0), stride * channels, dilation * channels, 1)
    return x.as_strided((batch, times, taps, channels), along, x.storage_offset()).flatten(2)


def _neighbours(weight: Tensor, together: int) -> Tensor:
    """Weights (taps, inputs, outputs) for n neighbouring times: ((taps + n − 1) · inputs, n · outputs)."""
    taps, inputs, outputs = weight.shape
    many = weight.new_zeros(taps + together - 1, inputs, together, outputs)
    for time in range(together):
        many[time : time + taps, :, time] = weight
    return many.view(-1, together * outputs)


def _mirrored(x: Tensor, left: int, right: int) -> Tensor:
    """`x` with its mirror image before and after it. As in the library, silence follows what is too short."""
    length = x.shape[1]
    lacking = max(0, max(left, right) + 1 - length)
    last = length + lacking - 1
    times = torch.arange(-left, length + right, device=x.device).abs()
    times = torch.where(times > last, 2 * last - times, times)
    return functional.pad(x, (0, 0, 0, lacking))[:, times]
