"""The layers of EnCodec's decoder in a stream: each keeps the inputs that its next outputs depend on.

Every output is computed once, as soon as its inputs are known, and chunked equals whole. Signals are shaped
(batch, time, channels), in which a convolution is one product of windows by weights: on a CPU that is up to
five times as fast as the library's own on the short blocks of a stream.

At both ends a signal is padded by reflection, as in the library.
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

from audio.musicgen.codec.products import Product, compiled_lstm

MIN_PRODUCT_OUTPUTS: Final = 16
"""A convolution with fewer output channels computes several neighbouring times in one product: 12 → 6
channels then take a third of the time, and 12 → 1 half of it (3,200 samples, AVX-512)."""


@dataclass(slots=True)
class LayerStates:
    """The states of all layers for one stream, or for a batch of streams at equal positions; owned by it."""

    tensors: dict[Layer, Tensor] = field(default_factory=dict)
    """Past inputs or recurrent state of each layer, batch first."""
    started: set[Layer] = field(default_factory=set)
    """The layers that are past the padding at the start of the signal."""

    @property
    def shapes(self) -> tuple[torch.Size, ...]:
        """The shapes of all states; only streams with equal ones can be decoded as one batch."""
        return tuple(tensor.shape for tensor in self.tensors.values())


class Layer(Protocol):
    """A streaming layer of the decoder."""

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        """Return the outputs that the next inputs `x`, (batch, time, channels), complete; there may be none.

        `last` says that no input follows.
        """
        ...


def layer_of(module: nn.Module) -> Layer:
    """Return the streaming form of a layer of the library's decoder. Only an LSTM shares its weights.

    Raises TypeError for layers that EnCodec's decoder does not have.
    """
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
        bias = _bias(conv)
        self._product = Product(weight.flatten(0, 1), bias, self._taps, self._dilation)
        dense = self._taps > 1 and self._dilation == 1
        self._group = MIN_PRODUCT_OUTPUTS // self._outputs if dense else 1
        if self._group > 1:
            width = self._group + self._taps - 1
            self._grouped = Product(_group_weights(weight, self._group), bias.repeat(self._group), width)

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        if self._reach == 0:
            return self._product(x, x.shape[1])
        if self in states.tensors:
            x = torch.cat([states.tensors[self], x], dim=1)
        if self not in states.started:
            if x.shape[1] <= self._left and not last:  # too short for the reflection
                states.tensors[self] = x
                return x.new_zeros(len(x), 0, self._outputs)
            states.started.add(self)
            x = _pad_reflect(x, self._left, self._right if last else 0)
        elif last:
            x = _pad_reflect(x, 0, self._right)
        times = x.shape[1] - self._reach
        states.tensors[self] = x[:, times:].clone()  # a view would keep the whole block alive
        if self._group > 1 and times % self._group == 0:
            return self._grouped(x, times // self._group, self._group).view(len(x), times, self._outputs)
        return self._product(x, times)


class ConvTranspose:
    """A transposed convolution, which upsamples by its stride."""

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
        # (inputs, outputs, taps from the latest, stride) → (taps from the earliest, inputs, stride, outputs)
        weight = weight.view(*weight.shape[:2], self._taps, self._stride).flip(2).permute(2, 0, 3, 1)
        bias = _bias(conv).repeat(self._stride)
        self._product = Product(weight.flatten(2).flatten(0, 1), bias, self._taps)

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        zeros = x.new_zeros(len(x), self._taps - 1, x.shape[2])
        x = torch.cat([states.tensors.get(self, zeros), x] + ([zeros] if last else []), dim=1)
        times = x.shape[1] - (self._taps - 1)
        states.tensors[self] = x[:, times:].clone()
        out = self._product(x, times).view(len(x), times * self._stride, self._outputs)
        if last:  # drop the outputs of the zeros after the end, except those that replace the trimmed start
            out = out[:, : out.shape[1] - (self._taps - 1) * self._stride + self._left]
        if times and self not in states.started:
            states.started.add(self)
            out = out[:, self._left :]
        return out


class Residual:
    """A residual block; the shortcut is delayed until the convolutions have caught up."""

    def __init__(self, module: EncodecResnetBlock) -> None:
        self._block = [layer_of(part) for part in module.block]
        self._shortcut = layer_of(module.shortcut)

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        y = run_layers(self._block, x, states, last)
        x = self._shortcut(x, states, last)
        if self in states.tensors:
            x = torch.cat([states.tensors[self], x], dim=1)
        states.tensors[self] = x[:, y.shape[1] :].clone()
        return y + x[:, : y.shape[1]]


class LSTM:
    """An LSTM with a residual connection around it."""

    def __init__(self, module: EncodecLSTM) -> None:
        self._lstm = module.lstm
        self._compiled = compiled_lstm(module.lstm)

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        if not x.shape[1]:
            return x
        state = states.tensors.get(self)  # (batch, layers, 2, channels)
        if state is None:
            state = x.new_zeros(len(x), self._lstm.num_layers, 2, x.shape[2])
        if self._compiled is not None:
            state = state.clone()
            out = torch.stack([self._compiled(*each) for each in zip(x, state, strict=True)])
        else:
            out, final = self._lstm(x.transpose(0, 1), tuple(state.transpose(0, 2).contiguous()))
            out, state = out.transpose(0, 1), torch.stack(final).transpose(0, 2)
        states.tensors[self] = state
        return x + out


class Pointwise:
    """A layer without memory, such as an activation."""

    def __init__(self, module: nn.Module) -> None:
        self._module = module

    def __call__(self, x: Tensor, states: LayerStates, last: bool) -> Tensor:
        out: Tensor = self._module(x)
        return out


def run_layers(layers: Sequence[Layer], x: Tensor, states: LayerStates, last: bool) -> Tensor:
    """Return the output of the last of `layers`."""
    for layer in layers:
        x = layer(x, states, last)
    return x


def stack_states(batch: Sequence[LayerStates]) -> LayerStates:
    """Concatenate the states of streams at equal positions along the batch dimension."""
    first = batch[0]
    tensors = {layer: torch.cat([states.tensors[layer] for states in batch]) for layer in first.tensors}
    return LayerStates(tensors, set(first.started))


def split_states(states: LayerStates, streams: int) -> list[LayerStates]:
    """Split the states of a batch into those of its `streams` streams.

    They are views: each stream keeps the whole batch alive until its next block, which is at most the memory
    that all had while they were decoded together.
    """
    parts = {layer: tensor.chunk(streams) for layer, tensor in states.tensors.items()}
    return [
        LayerStates({layer: part[index] for layer, part in parts.items()}, set(states.started))
        for index in range(streams)
    ]


def _bias(conv: nn.Conv1d | nn.ConvTranspose1d) -> Tensor:
    return torch.zeros(conv.out_channels).to(conv.weight) if conv.bias is None else conv.bias.clone()


def _group_weights(weight: Tensor, group: int) -> Tensor:
    """Arrange weights (taps, inputs, outputs) to compute n = `group` neighbouring times in one product.

    The result is shaped ((taps + n − 1) · inputs, n · outputs).
    """
    taps, inputs, outputs = weight.shape
    grouped = weight.new_zeros(taps + group - 1, inputs, group, outputs)
    for time in range(group):
        grouped[time : time + taps, :, time] = weight
    return grouped.view(-1, group * outputs)


def _pad_reflect(x: Tensor, left: int, right: int) -> Tensor:
    """Pad by reflection in time; as in the library, a signal too short to reflect is extended by zeros."""
    length = x.shape[1]
    lacking = max(0, max(left, right) + 1 - length)
    last = length + lacking - 1
    times = torch.arange(-left, length + right, device=x.device).abs()
    times = torch.where(times > last, 2 * last - times, times)
    return functional.pad(x, (0, 0, 0, lacking))[:, times]
