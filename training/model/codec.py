"""The codec: an EnCodec whose decoder is computed, not learned.

The sound of a score is a sum over codes, so a linear decoder plays it up to what the basis leaves out, and
the layers of EnCodec can do that exactly: the transposed convolutions unfold a frame's weights into 12
slices of 80 samples and these into samples. Its ELUs are straight where their input is positive; all values
are lifted there by a constant, which is taken off at the end. The LSTM and the residual blocks are left at
zero, where they pass on what they get.

An embedding has two parts: the weights of the waves, small, and the name of the code in a subspace of its
book, large. The decoder listens to the first only. The encoder says the names only, so that residual
quantisation finds each book's code whatever the others play.
"""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import Tensor, nn
from transformers import EncodecConfig, EncodecModel

from training.songs.codes import BOOKS, LAYOUT, SOUNDING
from training.synth.basis import SPAN, Basis
from training.synth.oscillators import HOP, SAMPLE_RATE
from training.synth.rendering import GRAIN

NAME_WIDTH: Final = 10
NAMES_WIDTH: Final = NAME_WIDTH * len(SOUNDING)
HIDDEN: Final = SPAN + NAMES_WIDTH
FILTERS: Final = 12
"""So narrow that the decoder's widest layer, 16 times this, just holds the weights of all waves."""
ROWS: Final = 2048
"""Rows of a codebook: EnCodec wants a power of two, the vocabulary is smaller."""
_RATIOS: Final = (8, 5, 4, 4)
_CONSTANTS: Final = 2
"""Channels of the decoder that are always at `_LIFT`: the second takes what rounding leaves of the first."""
_LIFT: Final = 16.0
"""Above any weight of a wave; and a power of two, which half precision holds exactly."""
_SAMPLE_LIFT: Final = 2.0
_QUIET: Final = 1 / 64
"""The scale of the waves' weights beside the names, too small to disturb the search for the nearest name."""


def codec_config() -> EncodecConfig:
    bits = (ROWS - 1).bit_length()
    return EncodecConfig(
        sampling_rate=SAMPLE_RATE,
        audio_channels=1,
        normalize=False,
        chunk_length_s=None,
        overlap=None,
        hidden_size=HIDDEN,
        num_filters=FILTERS,
        num_residual_layers=1,
        upsampling_ratios=list(_RATIOS),
        norm_type="weight_norm",
        kernel_size=7,
        last_kernel_size=7,
        residual_kernel_size=3,
        use_causal_conv=False,
        pad_mode="reflect",
        compress=2,
        num_lstm_layers=2,
        codebook_size=ROWS,
        codebook_dim=HIDDEN,
        use_conv_shortcut=False,
        # transformers derives the number of codebooks from kilobits a second
        target_bandwidths=[len(BOOKS) * bits * SAMPLE_RATE / HOP / 1000],
    )


@torch.no_grad()
def codec(basis: Basis, names: dict[int, Tensor]) -> EncodecModel:
    """The codec that plays by `basis`. `names` are the codes' names, shaped (codes used, NAME_WIDTH), by
    book.
    """
    model: Any = EncodecModel(codec_config())
    _fill(model, basis, names)
    _build_decoder(model.decoder.layers, torch.from_numpy(basis.waves))
    build_ears(model.encoder.layers, torch.from_numpy(basis.ears))
    model.eval()
    return model  # type: ignore[no-any-return]


def _fill(model: Any, basis: Basis, names: dict[int, Tensor]) -> None:
    """The codebooks. Codes without meaning are rests with a name nobody says."""
    for book, layer in enumerate(model.quantizer.layers):
        table = torch.zeros(ROWS, HIDDEN)
        if book in names:
            used = len(names[book])
            start = SPAN + NAME_WIDTH * SOUNDING.index(book)
            table[:used, :SPAN] = torch.from_numpy(basis.weights[book]) * _QUIET
            table[:used, start : start + NAME_WIDTH] = names[book]
            table[used:, start : start + NAME_WIDTH] = 1000.0
        layer.codebook.embed.copy_(table)


def _build_decoder(layers: Any, waves: Tensor) -> None:
    first, recurrent, *stack = layers
    _silence(recurrent)
    channels = FILTERS * 2 ** len(_RATIOS)
    enter = torch.zeros(channels, HIDDEN, 7)
    enter[range(SPAN), range(SPAN), 3] = 1 / _QUIET
    _set(first.conv, enter, torch.full((channels,), _LIFT))

    spreads = [layer for layer in stack if hasattr(layer, "trim_right_ratio")]
    for block in stack:
        if hasattr(block, "block"):
            _silence(block)
    slices = GRAIN // (HOP // _RATIOS[0])
    unfold = torch.zeros(spreads[0].conv.weight.shape)
    unfold[:SPAN, : waves.shape[1] // slices, 4 : 4 + slices] = waves.view(SPAN, slices, -1).transpose(1, 2)
    bias = torch.full((unfold.shape[1],), _SAMPLE_LIFT)
    for constant in range(SPAN, SPAN + _CONSTANTS):
        # what the lift of all weights adds up to, as it is once the weights are rounded
        _set(spreads[0].conv, unfold, bias)
        unfold[constant] = -spreads[0].conv.weight.sum(dim=0)
    _set(spreads[0].conv, unfold, bias)
    width = HOP // _RATIOS[0]
    for layer, ratio in zip(spreads[1:], _RATIOS[1:], strict=True):
        width //= ratio
        weight = torch.zeros(layer.conv.weight.shape)
        left = ratio - ratio // 2
        for part in range(ratio):
            for sample in range(width):
                weight[part * width + sample, sample, left + part] = 1
        _set(layer.conv, weight, torch.zeros(weight.shape[1]))
    leave = torch.zeros(stack[-1].conv.weight.shape)
    leave[0, 0, 3] = 1
    _set(stack[-1].conv, leave, torch.tensor([-_SAMPLE_LIFT]))


def build_ears(layers: Any, ears: Tensor) -> None:
    """The encoder up to its LSTM: each frame's share of each wave of `ears`; other channels are silent."""
    first, *rest = layers
    strided = [
        layer for layer in rest if getattr(layer, "stride", None) is not None and int(layer.stride) > 1
    ]
    for block in rest:
        if hasattr(block, "block"):
            _silence(block)
    weight = torch.zeros(first.conv.weight.shape)
    weight[0, 0, 3] = 1
    _set(first.conv, weight, torch.full((len(weight),), _SAMPLE_LIFT))
    width = 1
    for layer, ratio in zip(strided[:-1], reversed(_RATIOS[1:]), strict=True):
        weight = torch.zeros(layer.conv.weight.shape)
        left = ratio - ratio // 2
        for part in range(ratio):
            for sample in range(width):
                weight[part * width + sample, sample, left + part] = 1
        _set(layer.conv, weight, torch.zeros(len(weight)))
        width *= ratio
    weight = torch.zeros(strided[-1].conv.weight.shape)
    weight[: len(ears), :width, 4:12] = ears.view(len(ears), _RATIOS[0], width).transpose(1, 2)
    _set(strided[-1].conv, weight, torch.zeros(len(weight)))
    _set(strided[-1].conv, weight, -_SAMPLE_LIFT * strided[-1].conv.weight.sum(dim=(1, 2)))


def waves(model: Any) -> Tensor:
    """The waves of the decoder's basis, shaped (SPAN, GRAIN)."""
    spread = next(layer for layer in model.decoder.layers if hasattr(layer, "trim_right_ratio"))
    slices = GRAIN // (HOP // _RATIOS[0])
    width = GRAIN // slices
    unfold: Tensor = spread.conv.weight.detach()[:SPAN, :width, 4 : 4 + slices]
    return unfold.transpose(1, 2).reshape(SPAN, GRAIN)


def grains(model: Any) -> dict[int, Tensor]:
    """The grains as the codec plays them, shaped (codes used, GRAIN), by book."""
    played = waves(model)
    return {
        book: model.quantizer.layers[book].codebook.embed[: LAYOUT.used(book), :SPAN] / _QUIET @ played
        for book in SOUNDING
    }


def ears(model: Any, count: int) -> Tensor:
    """The first `count` waves that the encoder hears by, shaped (count, HOP)."""
    strided = [layer for layer in model.encoder.layers if int(getattr(layer, "stride", None) or 1) > 1]
    heard: Tensor = strided[-1].conv.weight.detach()[:count, : HOP // _RATIOS[0], 4:12]
    return heard.transpose(1, 2).reshape(count, HOP)


def names(model: Any) -> dict[int, Tensor]:
    """The names of the codes, shaped (codes used, NAME_WIDTH), by book."""
    found = {}
    for place, book in enumerate(SOUNDING):
        table = model.quantizer.layers[book].codebook.embed
        start = SPAN + NAME_WIDTH * place
        found[book] = table[: LAYOUT.used(book), start : start + NAME_WIDTH].clone()
    return found


def _silence(module: nn.Module) -> None:
    """Make a residual branch add nothing."""
    for part in module.modules():
        if isinstance(part, nn.Conv1d):
            _set(part, torch.zeros(part.weight.shape), torch.zeros(len(part.weight)))
        elif isinstance(part, nn.LSTM):
            for parameter in part.parameters():
                parameter.zero_()


def _set(convolution: Any, weight: Tensor, bias: Tensor) -> None:
    """Set what a convolution with weight norm computes, rounded as the export rounds it.

    Rows of zeros need a direction all the same.
    """
    height = weight.flatten(1).norm(dim=1).view(-1, 1, 1)
    parts = convolution.parametrizations.weight
    parts.original0.copy_(height.half().float())
    parts.original1.copy_(torch.where(height > 0, weight, torch.ones_like(weight)).half().float())
    convolution.bias.copy_(bias.half().float())
