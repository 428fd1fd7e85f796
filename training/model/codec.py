"""Codec: an EnCodec whose decoder is computed instead of trained.

The sound of a score is a sum over codes, so a linear decoder reproduces it up to the error of the basis, and
the layers of EnCodec can express it exactly: the transposed convolutions unfold a frame's weights into 12
slices of 80 samples and these into samples. ELUs are linear for positive inputs; a constant offset keeps all
values positive and is subtracted at the end. The LSTM and the residual blocks have zero weights and pass
their input on.

An embedding has two parts: the small weights of the waves, and a large vector in a subspace of the book,
called the code's name. The decoder uses only the weights. The encoder outputs only names, so that residual
quantisation finds the code of each book independently of the others.
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
"""Dimensions of a code's name."""
NAMES_WIDTH: Final = NAME_WIDTH * len(SOUNDING)
"""Dimensions of the names of all books."""
HIDDEN: Final = BASIS_SIZE + NAMES_WIDTH
"""Dimensions of an embedding."""
FILTERS: Final = 12
"""EnCodec's base width: the widest layer of the decoder, 16 times this, has room for the weights of all
waves.
"""
CODEBOOK_SIZE: Final = 2048
"""Rows of a codebook: EnCodec requires a power of two, the vocabulary is smaller."""
_RATIOS: Final = (8, 5, 4, 4)
"""Upsampling ratios of the decoder."""
_CONSTANTS: Final = 2
"""Decoder channels constantly at `_OFFSET`: the second corrects the rounding error of the first."""
_OFFSET: Final = 16.0
"""Offset of the weights: larger than any of them, and a power of two, exact in half precision."""
_SAMPLE_OFFSET: Final = 2.0
"""Offset of the samples."""
_WEIGHT_SCALE: Final = 1 / 64
"""Scale of the weights in an embedding, too small to affect the search for the nearest name."""


def codec_config() -> EncodecConfig:
    """Return the architecture of the codec."""
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
    """Build the codec of a basis, its encoder untrained behind the analysis filters.

    `code_names` are shaped (codes used, NAME_WIDTH), by book.
    """
    model: Any = EncodecModel(codec_config())
    _fill_codebooks(model, basis, code_names)
    _build_decoder(model.decoder.layers, torch.from_numpy(basis.waves))
    build_analysis_filters(model.encoder.layers, torch.from_numpy(basis.analysis))
    model.eval()
    return model  # type: ignore[no-any-return]


def _fill_codebooks(model: Any, basis: Basis, code_names: dict[int, Tensor]) -> None:
    """Fill the codebooks; unused codes are silent and have a name that the encoder never outputs."""
    for book, layer in enumerate(model.quantizer.layers):
        table = torch.zeros(CODEBOOK_SIZE, HIDDEN)
        if book in code_names:
            used = len(code_names[book])
            start = BASIS_SIZE + NAME_WIDTH * SOUNDING.index(book)
            table[:used, :BASIS_SIZE] = torch.from_numpy(basis.weights[book]) * _WEIGHT_SCALE
            table[:used, start : start + NAME_WIDTH] = code_names[book]
            table[used:, start : start + NAME_WIDTH] = 1000.0
        layer.codebook.embed.copy_(table)


def _build_decoder(layers: Any, waves: Tensor) -> None:
    """Set the weights of the decoder so that it adds up `waves`, shaped (BASIS_SIZE, GRAIN)."""
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
    unfold[:BASIS_SIZE, : waves.shape[1] // slices, 4 : 4 + slices] = waves.view(
        BASIS_SIZE, slices, -1
    ).transpose(1, 2)
    bias = torch.full((unfold.shape[1],), _SAMPLE_OFFSET)
    for constant in range(BASIS_SIZE, BASIS_SIZE + _CONSTANTS):
        # subtract the sum of all offsets as it is after rounding
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


def build_analysis_filters(layers: Any, filters: Tensor) -> None:
    """Set the weights of the encoder before its LSTM: it outputs the response to each filter in each frame.

    `filters` are shaped (filters, HOP); the remaining channels are zero.
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
    weight[: len(filters), :width, 4:12] = filters.view(len(filters), _RATIOS[0], width).transpose(1, 2)
    _set_weights(strided[-1].conv, weight, torch.zeros(len(weight)))
    _set_weights(strided[-1].conv, weight, -_SAMPLE_OFFSET * strided[-1].conv.weight.sum(dim=(1, 2)))


def basis_waves(model: Any) -> Tensor:
    """Read the waves of the basis from a decoder, shaped (BASIS_SIZE, GRAIN)."""
    upsampler = next(layer for layer in model.decoder.layers if hasattr(layer, "trim_right_ratio"))
    slices = GRAIN // (HOP // _RATIOS[0])
    width = GRAIN // slices
    unfold: Tensor = upsampler.conv.weight.detach()[:BASIS_SIZE, :width, 4 : 4 + slices]
    return unfold.transpose(1, 2).reshape(BASIS_SIZE, GRAIN)


def codec_grains(model: Any) -> dict[int, Tensor]:
    """Return the grains as the codec reproduces them, shaped (codes used, GRAIN), by book."""
    waves = basis_waves(model)
    return {
        book: model.quantizer.layers[book].codebook.embed[: LAYOUT.used_codes(book), :BASIS_SIZE]
        / _WEIGHT_SCALE
        @ waves
        for book in SOUNDING
    }


def analysis_filters(model: Any, count: int) -> Tensor:
    """Read the first `count` analysis filters from an encoder, shaped (count, HOP)."""
    strided = [layer for layer in model.encoder.layers if int(getattr(layer, "stride", None) or 1) > 1]
    filters: Tensor = strided[-1].conv.weight.detach()[:count, : HOP // _RATIOS[0], 4:12]
    return filters.transpose(1, 2).reshape(count, HOP)


def code_names(model: Any) -> dict[int, Tensor]:
    """Read the names of the codes from a codec, shaped (codes used, NAME_WIDTH), by book."""
    tables = {}
    for index, book in enumerate(SOUNDING):
        table = model.quantizer.layers[book].codebook.embed
        start = BASIS_SIZE + NAME_WIDTH * index
        tables[book] = table[: LAYOUT.used_codes(book), start : start + NAME_WIDTH].clone()
    return tables


def _zero(module: nn.Module) -> None:
    """Set all weights of a residual branch to zero."""
    for part in module.modules():
        if isinstance(part, nn.Conv1d):
            _set_weights(part, torch.zeros(part.weight.shape), torch.zeros(len(part.weight)))
        elif isinstance(part, nn.LSTM):
            for parameter in part.parameters():
                parameter.zero_()


def _set_weights(convolution: Any, weight: Tensor, bias: Tensor) -> None:
    """Set the weights of a convolution with weight norm, rounded to half precision as in the export.

    Rows of zeros get an arbitrary direction, as weight norm divides by its length.
    """
    magnitude = weight.flatten(1).norm(dim=1).view(-1, 1, 1)
    parts = convolution.parametrizations.weight
    parts.original0.copy_(magnitude.half().float())
    parts.original1.copy_(torch.where(magnitude > 0, weight, torch.ones_like(weight)).half().float())
    convolution.bias.copy_(bias.half().float())
