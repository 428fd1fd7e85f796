"""From codes to sound: EnCodec decoded in a stream, equal to decoding everything at once.

The decoder is a convolution over a few frames, an LSTM, and a stack that spreads each frame over its samples
and leans on its neighbours. So a stream needs of the past the state of the LSTM, the codes the first
convolution still sees and the LSTM's last output, and of the future a few frames, which are held back.

Sound is always decoded on the same grid of blocks, counted from the start of the piece, however the codes
arrive: floating-point sums depend on the shape of what is summed, so only equal shapes give equal bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parametrize
from transformers import EncodecModel
from transformers.models.encodec.modeling_encodec import (
    EncodecConv1d,
    EncodecConvTranspose1d,
    EncodecResnetBlock,
)

from audio.musicgen.delay import Codes
from audio.units import Pcm

BLOCK_FRAMES: Final = 10
"""Frames of a block, 0.2 s. Each block computes `before + after` frames again (2 of 12 for MusicGen's codec):
shorter blocks waste more of the work, longer ones hold back more sound and make the first chunk late."""


class Codec:
    """The decoder of an EnCodec model, shared by all streams; `channels` are decoded as a batch.

    Takes the weight norm off the model's convolutions, which would be computed again for every block.
    """

    def __init__(self, model: EncodecModel, channels: int = 1) -> None:
        self.channels = channels
        self.sample_rate = int(model.config.sampling_rate)
        self.hop = int(model.config.hop_length)
        for module in model.modules():
            if parametrize.is_parametrized(module):
                parametrize.remove_parametrizations(module, "weight")
        self._device = next(model.parameters()).device
        self._embed: Any = model.quantizer.decode
        # A convolution, the LSTM, and the stack of all that spreads a frame over its samples
        layers: Any = model.decoder.layers
        self._first, recurrent, *self._stack = layers
        self._lstm = recurrent.lstm
        self.conv_before, self.conv_after = _reach([self._first], 1)
        self.before, self.after = _reach(self._stack, self.hop)
        self.held_frames = self.conv_after + self.after
        """How many frames beyond a block must be known to decode it."""

    def stream(self) -> CodecStream:
        """A stream at the start of a piece."""
        return CodecStream(self)

    def recur(
        self, codes: Codes, drop: int, keep: int, state: _LstmState | None
    ) -> tuple[Tensor, _LstmState]:
        """LSTM outputs (channels, dimension, keep) for the frames of `codes` after the first `drop`."""
        # (codebooks, frames) with the channels alternating → (codebooks of a channel, channels, frames)
        indices = torch.from_numpy(codes).view(-1, self.channels, codes.shape[1]).to(self._device)
        spread = self._first(self._embed(indices))[..., drop : drop + keep]
        steps = spread.permute(2, 0, 1)
        out, state = self._lstm(steps, state)
        return (out + steps).permute(1, 2, 0), state

    def spread(self, frames: Tensor) -> Pcm:
        """Samples (channels, frames · hop) of LSTM outputs (channels, dimension, frames)."""
        for layer in self._stack:
            frames = layer(frames)
        pcm: Pcm = frames[:, 0].float().cpu().numpy()
        return pcm


_LstmState = tuple[Tensor, Tensor]


@dataclass(slots=True)
class CodecStream:
    """One piece on its way from codes to sound; owned by the slot that composes it."""

    codec: Codec
    codes: Codes | None = None
    """Codes from frame `codes_start` on, shaped (codebooks, frames)."""
    codes_start: int = 0
    _state: _LstmState | None = None
    recurred: Tensor | None = None
    """LSTM outputs from frame `recurred_start` on."""
    recurred_start: int = 0
    _sounded: int = 0
    """Frames whose sound has been given."""

    @torch.inference_mode()
    def push(self, codes: Codes) -> Pcm:
        """Take the codes of the next frames, shaped (codebooks, frames); give the blocks that are complete.

        Samples are shaped (channels, samples), of which there may be none.
        """
        self.codes = codes if self.codes is None else np.concatenate([self.codes, codes], axis=1)
        blocks = []
        while self._known() >= self._sounded + BLOCK_FRAMES + self.codec.held_frames:
            stop = self._sounded + BLOCK_FRAMES
            blocks.append(self._block(stop, stop + self.codec.after))
        return self._joined(blocks)

    @torch.inference_mode()
    def finish(self) -> Pcm:
        """The rest of the sound, which ends where the codes end."""
        end = self._known()
        return self._joined([self._block(end, end)] if end > self._sounded else [])

    def _known(self) -> int:
        return self.codes_start + (0 if self.codes is None else self.codes.shape[1])

    def _block(self, stop: int, recurred_stop: int) -> Pcm:
        """The sound up to frame `stop`, which needs LSTM outputs up to `recurred_stop`."""
        codec = self.codec
        assert self.codes is not None
        done = self.recurred_start + (0 if self.recurred is None else self.recurred.shape[-1])
        seen = self.codes[:, : recurred_stop + codec.conv_after - self.codes_start]
        fresh, self._state = codec.recur(seen, done - self.codes_start, recurred_stop - done, self._state)
        recurred = fresh if self.recurred is None else torch.cat([self.recurred, fresh], dim=-1)

        pcm = codec.spread(recurred)
        start = (self._sounded - self.recurred_start) * codec.hop
        pcm = pcm[:, start : start + (stop - self._sounded) * codec.hop]

        self._sounded = stop
        kept = max(0, stop - codec.before)
        self.recurred = recurred[..., kept - self.recurred_start :]
        self.recurred_start = kept
        needed = max(0, recurred_stop - codec.conv_before)
        self.codes = self.codes[:, needed - self.codes_start :]
        self.codes_start = needed
        return pcm

    def _joined(self, blocks: list[Pcm]) -> Pcm:
        return np.concatenate([np.zeros((self.codec.channels, 0), np.float32), *blocks], axis=1)


def _reach(layers: list[torch.nn.Module], hop: int) -> tuple[int, int]:
    """How many frames before and after its own a frame of `hop` outputs leans on, through `layers`."""
    first, last = 0, hop - 1
    for layer in reversed([part for whole in layers for part in _convolutions(whole)]):
        size, stride = layer.conv.kernel_size[0], layer.conv.stride[0]
        if isinstance(layer, EncodecConvTranspose1d):
            trimmed = 0 if layer.causal else size - stride - (size - stride) // 2
            first = -((size - 1 - first - trimmed) // stride)
            last = (last + trimmed) // stride
        else:
            width = (size - 1) * layer.conv.dilation[0]
            left = width if layer.causal else width - width // 2
            first, last = first - left, last + width - left
    return -first, last


def _convolutions(layer: torch.nn.Module) -> list[EncodecConv1d | EncodecConvTranspose1d]:
    """The convolutions of a layer in their order; the shortcut of a residual block sees no farther."""
    if isinstance(layer, EncodecResnetBlock):
        return [part for part in layer.block if isinstance(part, EncodecConv1d)]
    return [layer] if isinstance(layer, EncodecConv1d | EncodecConvTranspose1d) else []
