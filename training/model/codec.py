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
from training.synth.basis import BASIS_SIZE, Basis
from training.synth.oscillators import HOP, SAMPLE_RATE
from training.synth.rendering import GRAIN

NAME_WIDTH: Final = 10
NAMES_WIDTH: Final = NAME_WIDTH * len(SOUNDING)
HIDDEN: Final = BASIS_SIZE + NAMES_WIDTH
FILTERS: Final = 12
"""So narrow that the decoder's widest layer, 16 times this, just holds the weights of all waves."""
CODEBOOK_SIZE: Final = 2048
"""Rows of a codebook: EnCodec wants a power of two, the vocabulary is smaller."""
_RATIOS: Final = (8, 5, 4, 4)
_CONSTANTS: Final = 2
"""Channels of the decoder that are always at `_OFFSET`: the second takes what rounding leaves of the first.
"""
_OFFSET: Final = 16.0
"""Above any weight of a wave; and a power of two, which half precision holds exactly."""
_SAMPLE_OFFSET: Final = 2.0
_WEIGHT_SCALE: Final = 1 / 64
"""The scale of the waves' weights beside the names, too small to disturb the search for the nearest name."""


def codec_config() -> EncodecConfig:
    bits = (CODEBOOK_SIZE - 1).bit_length()
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
        codebook_size=CODEBOOK_SIZE,
        codebook_dim=HIDDEN,
        use_conv_shortcut=False,
        # transformers derives the number of codebooks from kilobits a second
        target_bandwidths=[len(BOOKS) * bits * SAMPLE_RATE / HOP / 1000],
    )


@torch.no_grad()
def build_codec(basis: Basis, code_names: dict[int, Tensor]) -> EncodecModel:
    """The codec that plays by `basis`. `code_names` are the codes' names, shaped (codes used, NAME_WIDTH), by
    book.
    """
    model: Any = EncodecModel(codec_config())
    _fill_codebooks(model, basis, code_names)
    _build_decoder(model.decoder.layers, torch.from_numpy(basis.waves))
    build_analysis_filters(model.encoder.layers, torch.from_numpy(basis.analysis))
    model.eval()
    return model  # type: ignore[no-any-return]


def _fill_codebooks(model: Any, basis: Basis, code_names: dict[int, Tensor]) -> None:
    """The codebooks. Codes without meaning are rests with a name nobody says."""
    for book, layer in enumerate(model.quantizer.layers):
        table = torch.zeros(CODEBOOK_SIZE, HIDDEN)
        if book in code_names:
            used = len(code_names[book])
            start = BASIS_SIZE + NAME_WIDTH * SOUNDING.index(book)
            table[:used, :BASIS_SIZE] = torch.from_numpy(basis.weights[book]) * _WEIGHT_SCALE
            table[:used, start : start + NAME_WIDTH] = code_names[book]
            table[used:, start : start + NAME_WIDTH] = 1000.0
        layer.codebook.embed.copy_(table)


def _build_decoder(layers: Any, basis_waves: Tensor) -> None:
    first, recurrent, *stack = layers
    _zero(recurrent)
    channels = FILTERS * 2 ** len(_RATIOS)
    input_weight = torch.zeros(channels, HIDDEN, 7)
    input_weight[range(BASIS_SIZE), range(BASIS_SIZE), 3] = 1 / _WEIGHT_SCALE
    _set_weights(first.conv, input_weight, torch.full((channels,), _OFFSET))

    upsamplers = [layer for layer in stack if hasattr(layer, "trim_right_ratio")]
    for block in stack:
        if hasattr(block, "block"):
            _zero(block)
    slices = GRAIN // (HOP // _RATIOS[0])
    unfold = torch.zeros(upsamplers[0].conv.weight.shape)
    unfold[:BASIS_SIZE, : basis_waves.shape[1] // slices, 4 : 4 + slices] = basis_waves.view(
        BASIS_SIZE, slices, -1
    ).transpose(1, 2)
    bias = torch.full((unfold.shape[1],), _SAMPLE_OFFSET)
    for constant in range(BASIS_SIZE, BASIS_SIZE + _CONSTANTS):
        # what the lift of all weights adds up to, as it is once the weights are rounded
        _set_weights(upsamplers[0].conv, unfold, bias)
        unfold[constant] = -upsamplers[0].conv.weight.sum(dim=0)
    _set_weights(upsamplers[0].conv, unfold, bias)
    width = HOP // _RATIOS[0]
    for layer, ratio in zip(upsamplers[1:], _RATIOS[1:], strict=True):
        width //= ratio
        weight = torch.zeros(layer.conv.weight.shape)
        left = ratio - ratio // 2
        for part in range(ratio):
            for sample in range(width):
                weight[part * width + sample, sample, left + part] = 1
        _set_weights(layer.conv, weight, torch.zeros(weight.shape[1]))
    output_weight = torch.zeros(stack[-1].conv.weight.shape)
    output_weight[0, 0, 3] = 1
    _set_weights(stack[-1].conv, output_weight, torch.tensor([-_SAMPLE_OFFSET]))


def build_analysis_filters(layers: Any, analysis_filters: Tensor) -> None:
    """The encoder up to its LSTM: each frame's share of each wave of `analysis_filters`; other channels are
    silent.
    """
    first, *rest = layers
    strided = [
        layer for layer in rest if getattr(layer, "stride", None) is not None and int(layer.stride) > 1
    ]
    for block in rest:
        if hasattr(block, "block"):
            _zero(block)
    weight = torch.zeros(first.conv.weight.shape)
    weight[0, 0, 3] = 1
    _set_weights(first.conv, weight, torch.full((len(weight),), _SAMPLE_OFFSET))
    width = 1
    for layer, ratio in zip(strided[:-1], reversed(_RATIOS[1:]), strict=True):
        weight = torch.zeros(layer.conv.weight.shape)
        left = ratio - ratio // 2
        for part in range(ratio):
            for sample in range(width):
                weight[part * width + sample, sample, left + part] = 1
        _set_weights(layer.conv, weight, torch.zeros(len(weight)))
        width *= ratio
    weight = torch.zeros(strided[-1].conv.weight.shape)
    weight[: len(analysis_filters), :width, 4:12] = analysis_filters.view(
        len(analysis_filters), _RATIOS[0], width
    ).transpose(1, 2)
    _set_weights(strided[-1].conv, weight, torch.zeros(len(weight)))
    _set_weights(strided[-1].conv, weight, -_SAMPLE_OFFSET * strided[-1].conv.weight.sum(dim=(1, 2)))


def basis_waves(model: Any) -> Tensor:
    """The waves of the decoder's basis, shaped (SPAN, GRAIN)."""
    upsampler = next(layer for layer in model.decoder.layers if hasattr(layer, "trim_right_ratio"))
    slices = GRAIN // (HOP // _RATIOS[0])
    width = GRAIN // slices
    unfold: Tensor = upsampler.conv.weight.detach()[:BASIS_SIZE, :width, 4 : 4 + slices]
    return unfold.transpose(1, 2).reshape(BASIS_SIZE, GRAIN)


def codec_grains(model: Any) -> dict[int, Tensor]:
    """The grains as the codec plays them, shaped (codes used, GRAIN), by book."""
    waves = basis_waves(model)
    return {
        book: model.quantizer.layers[book].codebook.embed[: LAYOUT.used_codes(book), :BASIS_SIZE]
        / _WEIGHT_SCALE
        @ waves
        for book in SOUNDING
    }


def analysis_filters(model: Any, count: int) -> Tensor:
    """The first `count` waves that the encoder hears by, shaped (count, HOP)."""
    strided = [layer for layer in model.encoder.layers if int(getattr(layer, "stride", None) or 1) > 1]
    filters: Tensor = strided[-1].conv.weight.detach()[:count, : HOP // _RATIOS[0], 4:12]
    return filters.transpose(1, 2).reshape(count, HOP)


def code_names(model: Any) -> dict[int, Tensor]:
    """The names of the codes, shaped (codes used, NAME_WIDTH), by book."""
    tables = {}
    for index, book in enumerate(SOUNDING):
        table = model.quantizer.layers[book].codebook.embed
        start = BASIS_SIZE + NAME_WIDTH * index
        tables[book] = table[: LAYOUT.used_codes(book), start : start + NAME_WIDTH].clone()
    return tables


def _zero(module: nn.Module) -> None:
    """Make a residual branch add nothing."""
    for part in module.modules():
        if isinstance(part, nn.Conv1d):
            _set_weights(part, torch.zeros(part.weight.shape), torch.zeros(len(part.weight)))
        elif isinstance(part, nn.LSTM):
            for parameter in part.parameters():
                parameter.zero_()


def _set_weights(convolution: Any, weight: Tensor, bias: Tensor) -> None:
    """Set what a convolution with weight norm computes, rounded as the export rounds it.

    Rows of zeros need a direction all the same.
    """
    height = weight.flatten(1).norm(dim=1).view(-1, 1, 1)
    parts = convolution.parametrizations.weight
    parts.original0.copy_(height.half().float())
    parts.original1.copy_(torch.where(height > 0, weight, torch.ones_like(weight)).half().float())
    convolution.bias.copy_(bias.half().float())
