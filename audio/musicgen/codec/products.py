"""Products of the codec's layers in float32: in C on a CPU that can, else by torch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.kernels.library import CLinear, Library, best_library, team, threads
from audio.musicgen.kernels.weights import LANES, aligned


class Product:
    """A linear layer over windows of a signal: (batch, time, channels) → (batch, times, outputs).

    A window is `taps` neighbouring times, `dilation` apart; `weights` are (taps · channels, outputs).
    """

    def __init__(self, weights: Tensor, bias: Tensor, taps: int = 1, dilation: int = 1) -> None:
        self._taps = taps
        self._dilation = dilation
        self._bias = bias.detach().contiguous()
        self._weights = weights.detach()
        self._compiled: _CompiledLinear | None = None
        if (library := _library_for(weights)) is not None:
            self._compiled = _CompiledLinear(library, self._weights, self._bias)
            del self._weights  # it has a copy

    def __call__(self, x: Tensor, times: int, stride: int = 1) -> Tensor:
        """Return the outputs of `times` windows, each `stride` times after the one before."""
        if self._compiled is None:
            windows = self._windows(x, times, stride)
            flat = torch.addmm(self._bias, windows.flatten(0, 1), self._weights)
            return flat.view(len(x), times, len(self._bias))
        x = x.contiguous()
        row_stride = stride * x.shape[2]
        if self._taps > 1 and self._dilation > 1:  # else the numbers of a window lie side by side
            x = self._windows(x, times, stride)
            row_stride = x.shape[2]
        out = x.new_empty(len(x), times, len(self._bias))
        for own, result in zip(x, out, strict=True):
            self._compiled(own, row_stride, result)
        return out

    def _windows(self, x: Tensor, times: int, stride: int) -> Tensor:
        """Gather the inputs of each output: (batch, times, taps · channels)."""
        if self._taps == 1:
            return x
        batch, _, channels = x.shape
        x = x.contiguous()
        along = (x.stride(0), stride * channels, self._dilation * channels, 1)
        return x.as_strided((batch, times, self._taps, channels), along, x.storage_offset()).flatten(2)


class CompiledLstm:
    """The layers of an LSTM in C, for one signal: (time, hidden) → (time, hidden)."""

    def __init__(self, library: Library, lstm: torch.nn.LSTM) -> None:
        self._library = library
        self._layers = []
        for layer in range(lstm.num_layers):
            inputs, recurrent, *biases = (
                getattr(lstm, f"{name}_l{layer}").detach()
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            none = torch.zeros(len(recurrent))
            own = _CompiledLinear(library, inputs.t(), sum(biases, none))
            self._layers.append((own, _CompiledLinear(library, recurrent.t(), none)))

    def __call__(self, x: Tensor, state: Tensor) -> Tensor:
        """Return the outputs for `x`; `state` is h and c of each layer, (layers, 2, hidden), updated."""
        for (inputs, recurrent), own in zip(self._layers, state, strict=True):
            x = x.contiguous()
            gates = torch.empty(len(x), inputs.linear.outputs)
            inputs(x, x.shape[1], gates)
            out = torch.empty_like(x)
            self._library.lstm_layer(
                team(threads()),
                recurrent.linear,
                gates.data_ptr(),
                len(x),
                own.data_ptr(),
                out.data_ptr(),
            )
            x = out
        return x


class _CompiledLinear:
    """Weights (inputs, outputs) in panels, as `source/codec.h` reads them."""

    def __init__(self, library: Library, weights: Tensor, bias: Tensor) -> None:
        inputs, outputs = weights.shape
        padded = functional.pad(weights, (0, -outputs % LANES))
        self._weights = aligned(padded.view(inputs, -1, LANES).transpose(0, 1))
        self._bias = bias
        self.linear = CLinear(self._weights.data_ptr(), bias.data_ptr(), inputs, outputs)
        self._linear_rows = library.linear_rows

    def __call__(self, x: Tensor, row_stride: int, out: Tensor) -> None:
        """Multiply rows of `x` that begin `row_stride` numbers after each other, and write to `out`."""
        self._linear_rows(team(threads()), self.linear, x.data_ptr(), row_stride, len(out), out.data_ptr())


def compiled_lstm(lstm: torch.nn.LSTM) -> CompiledLstm | None:
    """Return the LSTM in C; None if this processor cannot or its width is no multiple of a vector."""
    library = _library_for(next(lstm.parameters()))
    if library is None or lstm.hidden_size % LANES or lstm.input_size != lstm.hidden_size:
        return None
    return CompiledLstm(library, lstm)


def _library_for(weights: Tensor) -> Library | None:
    return best_library() if weights.device.type == "cpu" and weights.dtype == torch.float32 else None
