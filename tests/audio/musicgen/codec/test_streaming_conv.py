"""Each streaming layer against the library's own, which computes everything at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from transformers import EncodecConfig
from transformers.models.encodec.modeling_encodec import (
    EncodecConv1d,
    EncodecConvTranspose1d,
    EncodecLSTM,
    EncodecResnetBlock,
)

from audio.musicgen.codec.streaming_conv import LayerStates, layer_of

EXACT = 1e-5
CUTS = [[40], [1] * 40, [3, 1, 7, 29], [0, 16, 16, 0, 8]]


def config(**shape: Any) -> EncodecConfig:
    return EncodecConfig(**({"use_causal_conv": False, "num_lstm_layers": 2} | shape))


def library_layers() -> dict[str, nn.Module]:
    torch.manual_seed(5)
    layers: dict[str, nn.Module] = {
        "wide": EncodecConv1d(config(), 6, 20, 7),
        "to one channel": EncodecConv1d(config(), 6, 1, 7),
        "dilated": EncodecConv1d(config(), 6, 4, 3, dilation=3),
        "causal": EncodecConv1d(config(use_causal_conv=True), 6, 4, 5),
        "of one tap": EncodecConv1d(config(), 6, 4, 1),
        "transposed": EncodecConvTranspose1d(config(), 6, 4, 10, 5),
        "transposed, odd": EncodecConvTranspose1d(config(), 6, 4, 7, 3),
        "transposed, causal": EncodecConvTranspose1d(config(use_causal_conv=True), 6, 4, 8, 4),
        "residual": EncodecResnetBlock(config(), 6, [2, 1]),
        "residual, with a shortcut of its own": EncodecResnetBlock(config(use_conv_shortcut=True), 6, [1, 1]),
        "lstm": EncodecLSTM(config(), 6),
    }
    return {name: layer.requires_grad_(False) for name, layer in layers.items()}


LAYERS = library_layers()


def streamed(layer: nn.Module, x: Tensor, cuts: Sequence[int]) -> Tensor:
    """Run `x`, (batch, channels, time), through the streaming form of `layer` in chunks of `cuts` times."""
    streaming, states = layer_of(layer), LayerStates()
    parts = torch.split(x.transpose(1, 2), list(cuts), dim=1)
    outputs = [streaming(part, states, last=False) for part in parts]
    return torch.cat([*outputs, streaming(parts[0][:, :0], states, last=True)], dim=1).transpose(1, 2)


@pytest.mark.parametrize("cuts", CUTS, ids=str)
@pytest.mark.parametrize("name", LAYERS)
@torch.inference_mode()
def test_a_streaming_layer_equals_the_librarys_at_any_chunking(name: str, cuts: list[int]) -> None:
    x = torch.randn(2, 6, sum(cuts), generator=torch.Generator().manual_seed(1))
    expected = LAYERS[name](x)
    assert expected.std() > 0.01
    torch.testing.assert_close(streamed(LAYERS[name], x, cuts), expected, atol=EXACT, rtol=0)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("name", LAYERS)
@torch.inference_mode()
def test_a_signal_too_short_to_reflect_is_padded_as_in_the_library(name: str, length: int) -> None:
    x = torch.randn(1, 6, length, generator=torch.Generator().manual_seed(length))
    expected = LAYERS[name](x)
    at_once = layer_of(LAYERS[name])(x.transpose(1, 2), LayerStates(), last=True).transpose(1, 2)
    torch.testing.assert_close(at_once, expected, atol=EXACT, rtol=0)
    if length > 3:
        torch.testing.assert_close(
            streamed(LAYERS[name], x, [1] * length), expected, atol=EXACT, rtol=0, msg="one by one"
        )


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cuts", CUTS, ids=str)
@torch.inference_mode()
def test_a_wide_lstm_equals_the_librarys(cuts: list[int], layers: int) -> None:
    torch.manual_seed(6)
    layer = EncodecLSTM(config(num_lstm_layers=layers), 512).requires_grad_(False)
    x = torch.randn(2, 512, sum(cuts), generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(streamed(layer, x, cuts), layer(x), atol=EXACT, rtol=0)


def test_a_layer_that_encodec_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError, match="no Linear"):
        layer_of(nn.Linear(1, 1))
