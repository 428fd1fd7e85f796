"""From codes to sound: EnCodec decoded in a stream, equal to decoding everything at once.

Every layer remembers what it needs of the past (`convolution.py`), so nothing is computed twice, and sound is
held back only until the frames are known that it leans on: less than 4 for MusicGen's codec.

Codes are always decoded in the same blocks, counted from the start of the piece, however they arrive:
floating-point sums depend on the shape of what is summed, so only equal shapes give equal bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import EncodecModel

from audio.musicgen.convolution import Memory, layer_of, through
from audio.musicgen.delay import Codes
from audio.units import Pcm

BLOCK_FRAMES: Final = 10
"""Frames of a block, 0.2 s. Longer blocks make sound later; with blocks of 5 frames étude's codec takes 1.8
times as much time in all, with blocks of 25 it takes 0.7 times as much (one core)."""


class Codec:
    """The decoder of an EnCodec model, shared by all streams; `channels` are decoded as a batch.

    Holds weights of its own, but for the LSTM's. What is encoded is encoded by the model itself, all at once.
    """

    @torch.no_grad()
    def __init__(self, model: EncodecModel, channels: int = 1) -> None:
        self.channels = channels
        self.sample_rate = int(model.config.sampling_rate)
        self.hop = int(model.config.hop_length)
        self._model = model
        quantizers: Any = model.quantizer.layers
        tables = [quantizer.codebook.embed for quantizer in quantizers]
        self._table = torch.cat(tables)
        # a codebook's codes begin where those of the one before it end
        self._offsets = torch.arange(len(tables), device=self._table.device) * len(tables[0])
        layers: Any = model.decoder.layers
        self._layers = [layer_of(layer) for layer in layers]

    def stream(self) -> CodecStream:
        """A stream at the start of a piece."""
        return CodecStream(self)

    @torch.inference_mode()
    def encode(self, pcm: Pcm) -> Codes:
        """The codes (codebooks, frames) of a sound shaped (channels, samples)."""
        sound = torch.from_numpy(pcm).to(self._table.device)
        encode: Any = self._model.encode
        sides = [encode(side[None, None]).audio_codes[0, 0] for side in sound]
        codes: Codes = torch.stack(sides, dim=1).flatten(0, 1).cpu().numpy()
        return codes

    @torch.inference_mode()
    def decode(self, codes: Codes, memory: Memory, last: bool) -> Pcm:
        """The samples (channels, samples) that the next codes (codebooks, frames) of a stream make known."""
        # the channels' codebooks alternate → (channels · frames, codebooks of a channel)
        books, count = len(codes) // self.channels, codes.shape[1]
        indices = torch.from_numpy(codes).view(books, self.channels, count).permute(1, 2, 0)
        indices = indices.to(self._table.device) + self._offsets[:books]
        embedded = functional.embedding_bag(indices.flatten(0, 1), self._table, mode="sum")
        frames: Tensor = embedded.view(self.channels, count, self._table.shape[1])
        pcm: Pcm = through(self._layers, frames, memory, last)[:, :, 0].cpu().numpy()
        return pcm


@dataclass(slots=True)
class CodecStream:
    """One piece on its way from codes to sound; owned by the slot that composes it."""

    codec: Codec
    memory: Memory = field(default_factory=Memory)
    codes: list[Codes] = field(default_factory=list)
    """Codes that do not fill a block yet, each shaped (codebooks, frames)."""
    unwanted: int = 0
    """Samples of what it follows, which are not given."""

    def follow(self, codes: Codes) -> None:
        """Take the codes of what is known already, before any other: the sound begins after it."""
        self.unwanted = codes.shape[1] * self.codec.hop
        self.push(codes)

    def push(self, codes: Codes) -> Pcm:
        """Take the codes of the next frames, shaped (codebooks, frames); give the sound they make known.

        Samples are shaped (channels, samples), of which there may be none.
        """
        codes = np.concatenate([*self.codes, codes], axis=1)
        whole = codes.shape[1] // BLOCK_FRAMES * BLOCK_FRAMES
        self.codes = [codes[:, whole:]]
        return self._joined(
            [
                self.codec.decode(codes[:, begin : begin + BLOCK_FRAMES], self.memory, last=False)
                for begin in range(0, whole, BLOCK_FRAMES)
            ]
        )

    def finish(self) -> Pcm:
        """The rest of the sound, which ends where the codes end."""
        begun = bool(self.memory.held) or (self.codes and self.codes[0].shape[1])
        return self._joined([self.codec.decode(self.codes[0], self.memory, last=True)] if begun else [])

    def _joined(self, blocks: list[Pcm]) -> Pcm:
        pcm = np.concatenate([np.zeros((self.codec.channels, 0), np.float32), *blocks], axis=1)
        wanted = pcm[:, self.unwanted :]
        self.unwanted -= pcm.shape[1] - wanted.shape[1]
        return wanted
